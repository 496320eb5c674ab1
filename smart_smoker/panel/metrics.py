"""The figures of the cooks that go on, for Prometheus.

This is the only module that knows prometheus-client. What each figure means, and which are worth an
alert, stands in docs/metrics.md.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ..core.units import celsius
from ..rabbitmq.messages import Outcome
from .cook_story import CookStory
from .follower import Follower
from .live import kinds, kinds_going_on, live_temperature

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

MOST_COOKS, MOST_CHANNELS = 100, 20
"""How many of each have figures, the newest cooks and the channels of most alerts: anybody who may
publish can fill the history."""

DELAYS = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 6 * 3600, 24 * 3600)
"""Bounds of the histogram's buckets in seconds, up to the day after which an alert expires."""


class Metrics(Collector):
    """All figures, as of now whenever they are asked for.

    They are of what a follower knows; only how long deliveries took is counted from the start of
    the panel on, by a registry that has nothing else in it.
    """

    def __init__(self, follower: Follower) -> None:
        self._follower, self._begun = follower, int(time.time())
        self._counted: set[tuple[str, str, str]] = set()  # cook, alert and channel
        self._channels: set[str] = set()  # those of the histogram
        self._registry = CollectorRegistry()
        self._delays = Histogram(
            "smart_smoker_acceptance_seconds",
            "Seconds from an alert to its acceptance by a channel, since the panel's start.",
            ["channel"],
            registry=self._registry,
            buckets=DELAYS,
        )
        self._registry.register(self)

    def page(self) -> bytes:
        """The figures in Prometheus' text format."""
        with self._follower.lock:
            self._count_delays()
            return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What is so now; while RabbitMQ is away nobody knows more than that."""
        connected = self._follower.away is None
        yield _gauge("broker_connected", "Whether the panel has a broker to read from.", connected)
        if not connected:
            return
        story, now = self._follower.story, time.time()
        cooks = story.going_on(now)
        yield _gauge("cooks", "Cooks that go on.", len(cooks))
        untaken = "Alerts of the last day that a channel did not take when it was tried last."
        yield _gauge("alerts_failing", untaken, story.failing(now))
        yield from self._queues()
        yield from _of_probes(cooks[-MOST_COOKS:], now)
        yield from _of_alerts(cooks[-MOST_COOKS:])

    def _queues(self) -> Iterator[Metric]:
        waiting = _gauges("queue_messages", "Messages that wait in a queue.", "queue")
        consumers = _gauges("queue_consumers", "Consumers of a queue.", "queue")
        for name, queue in self._follower.queues.items():
            if queue:
                waiting.add_metric([name], queue.messages)
                consumers.add_metric([name], queue.consumers)
        yield from (waiting, consumers)

    def _count_delays(self) -> None:
        """Count what was accepted since the panel's start and was not counted before."""
        accepted = {
            (cook.id, record.alert.id, channel): delivery.sent - record.sent
            for cook in self._follower.story.cooks.values()
            for record in cook.alerts
            for channel, delivery in record.deliveries.items()
            if delivery.outcome is Outcome.ACCEPTED and delivery.sent >= self._begun and record.sent
        }
        for key in accepted.keys() - self._counted:
            channel = key[-1]
            if channel in self._channels or len(self._channels) < MOST_CHANNELS:
                self._channels.add(channel)
                self._delays.labels(channel).observe(max(0, accepted[key]))
        self._counted |= accepted.keys()
        if self._follower.whole:  # Else more of them are still being read.
            self._counted &= accepted.keys()


def _of_probes(cooks: Iterable[CookStory], now: float) -> Iterator[Metric]:
    labels = "cook", "probe"
    readings = CounterMetricFamily(
        "smart_smoker_readings", "Readings of a probe since the cook's beginning.", labels=labels
    )
    ages = _gauges("reading_age_seconds", "Seconds since a probe's newest reading.", *labels)
    temperatures = _gauges(
        "temperature_celsius", "A probe's temperature, while it is one of now.", *labels
    )
    episodes = _gauges("episodes", "1 while an episode of a kind goes on, else 0.", *labels, "kind")
    for cook in cooks:
        for probe, story in cook.probes.items():
            if story.newest is None:
                continue
            names = [cook.id, probe.name]
            readings.add_metric(names, story.newest.seq)
            if (age := story.age(now)) is not None and not story.ended:
                ages.add_metric(names, age)
            if (fahrenheit := live_temperature(story, now)) is not None:
                temperatures.add_metric(names, celsius(fahrenheit))
            going_on = kinds_going_on(story, now)
            for kind in kinds(probe):
                episodes.add_metric([*names, kind], kind in going_on)
    yield from (readings, ages, temperatures, episodes)


def _of_alerts(cooks: Iterable[CookStory]) -> Iterator[Metric]:
    alerts = _gauges("alerts", "Alerts of a cook that goes on, by state.", "cook", "state")
    for cook in cooks:
        for state, count in Counter(each.alert.state for each in cook.alerts).items():
            alerts.add_metric([cook.id, state], count)
    deliveries = _gauges(
        "deliveries",
        "Alerts of the cooks that go on, by what a channel did with them last.",
        *("channel", "outcome"),
    )
    channels = _channels_of(cooks)
    found = Counter(
        (channel, delivery.outcome.value)
        for cook in cooks
        for record in cook.alerts
        for channel, delivery in record.deliveries.items()
        if channel in channels
    )
    for names, count in found.items():
        deliveries.add_metric(names, count)
    yield from (alerts, deliveries)


def _channels_of(cooks: Iterable[CookStory]) -> set[str]:
    """The channels that have figures."""
    records = (record for cook in cooks for record in cook.alerts)
    alerts = Counter(channel for record in records for channel in record.deliveries)
    return {channel for channel, _ in alerts.most_common(MOST_CHANNELS)}


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"smart_smoker_{name}", words, value=value)


def _gauges(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"smart_smoker_{name}", words, labels=labels)
