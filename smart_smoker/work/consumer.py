"""A consumer: judges the readings of one queue, and raises the alerts they cause."""

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from logging import CRITICAL, INFO

from ..core.alert import Alert
from ..core.errors import UnreadableMessage
from ..core.probes import Probe
from ..core.readings import Reading
from ..core.text import excerpt
from ..core.watch import Judgement
from ..script.options import rules_of
from ..script.settings import Settings
from ..script.signals import Stop
from ..wire.connection import Broker
from ..wire.history import replay
from ..wire.link import read_alone, stay_connected
from ..wire.messages import (
    MANY_RETURNS,
    Arrival,
    Message,
    alert_message,
    limits_message,
    reading_of,
    rejected_message,
)
from .memory import Memory
from .outbox import Channel, Outbox
from .report import ConsumerReport

log = logging.getLogger(__name__)

PREFETCH = 2000
"""Readings that the broker sends ahead: enough that a fast consumer need not wait for it."""

RESTORED = "3D"
"""How far back a consumer looks for what it should remember: longer than any cook."""

LOOK = 1
"""Seconds between two looks for a silent probe."""

COME_BACK = (
    "%s has given out these readings %d times and got them back: consumers die before they have"
    " acknowledged them (the logs say why). A quorum queue drops what comes back for the 21st time,"
    " unless it has the policy of docs/clusters.md."
)

NO_CHANNELS = (
    "Alerts are shown and logged, but sent to nobody yet: they wait for a day. To get them by mail,"
    " copy .env.toml.example to .env.toml and fill it in."
)


class Consumer:
    """Judges the readings of one probe's queue.

    What it remembers it learns again from the history with each new connection. Whatever became of
    the last one, of this process or of another consumer, is then as if nothing had happened.
    """

    def __init__(
        self,
        probe: Probe,
        memory: Memory,
        report: ConsumerReport,
        stop: Stop,
        limits: Mapping[str, float] | None = None,
    ):
        self._probe = probe
        self._limits = limits or {}  # in °F, told to the history once for each cook
        self._memory = memory
        self._report = report
        self._stop = stop
        self._unpublished: list[Message] = []
        self._next_look = 0.0
        self._declared = 0.0
        self._listened, self._offset = 0.0, 0.0
        self._warned = False
        self.alerts = 0

    def work(self, broker: Broker):
        """Read the queue by one connection until a stop is requested."""
        if not read_alone(broker, self._probe.queue, PREFETCH, self._stop):
            return
        self._restore(broker)
        if self._stop.requested:
            return
        # Silences are counted by what we have listened: an outage of the broker is none, and many
        # short ones must not hide one.
        self._offset = time.monotonic() - self._listened
        log.info("Waiting for readings in %s. To end, press Ctrl+C.", self._probe.queue)
        while not self._stop.requested:
            self._turn(broker)

    def _restore(self, broker: Broker):
        self._memory.forget()
        self._unpublished = []
        readings = 0
        for event in replay(broker, RESTORED, self._stop):
            if event.type in ("alert", "note", "limits"):
                self._memory.recall(event.id)
            elif event.queue == self._probe.queue:
                with suppress(UnreadableMessage):
                    self._memory.recall(reading_of(event, self._probe))
                    readings += 1
        if readings:
            log.info("Restored from the history: %s readings.", f"{readings:,}")

    def _turn(self, broker: Broker):
        """Judge what has arrived, hand the alerts over, and only then acknowledge."""
        arrived = broker.take(0.5)
        now = time.monotonic()
        self._listened = now - self._offset
        self._report.begin(now)
        if arrived and arrived[0].returns >= MANY_RETURNS and not self._warned:
            self._warned = True
            log.warning(COME_BACK, self._probe.queue, arrived[0].returns)
        if not arrived and now >= self._next_look:
            self._next_look = now + LOOK
            arrived = self._look(broker)
        for arrival in arrived:
            try:
                self._judge(reading_of(arrival, self._probe))
            except UnreadableMessage as error:
                self._put_aside(arrival, str(error))
        if self._unpublished:
            # RabbitMQ confirms a message that no queue takes, and drops it. So the queues are made
            # again first, in case somebody has deleted one.
            if now - self._declared >= 1:
                broker.declare()
                self._declared = now
            broker.publish(self._unpublished)
            self._unpublished = []
        if arrived:
            broker.acknowledge(arrived[-1].tag, and_all_before=True)

    def _look(self, broker: Broker) -> list[Arrival]:
        """See whether a probe is silent, unless the queue has readings after all: return those."""
        waiting = broker.state(self._probe.queue)[0]
        arrived = broker.take(0)
        if waiting or arrived:
            return arrived
        self._memory.settle(self._listened, time.time())
        for alert in self._memory.silences(self._listened):
            self._raise(alert)
        return []

    def _judge(self, reading: Reading):
        watch = self._memory.watch_of(reading, self._listened)
        had_ended = watch.ended
        try:
            self._tell(reading, watch.judge(reading, self._listened))
        finally:
            if watch.ended and not had_ended:
                self._report.show_end(reading, watch)
        limits = limits_message(self._probe, reading.cook, self._limits)
        if self._limits and reading.cook and not self._memory.has(limits.id):
            self._memory.recall(limits.id)
            self._unpublished.append(limits)

    def _tell(self, reading: Reading, judgement: Judgement | None):
        if judgement:
            self._report.show(reading, judgement)
        # No judgement: the reading came before. What the restoring found untold is raised now.
        memory = self._memory
        now = [*memory.owed(reading), *judgement.alerts] if judgement else memory.untold(reading)
        for alert in now:
            if self._memory.is_new(alert):
                self._raise(alert)
            else:
                # A broker that crashed can have kept the alert in the history and not in 04-alerts.
                # It is put there again; the outbox knows by its id whether it was sent.
                self._unpublished.append(replace(alert_message(alert), straight=True))

    def _raise(self, alert: Alert):
        self._memory.recall(alert.id)
        self.alerts += not alert.quiet
        self._unpublished.append(alert_message(alert))
        log.log(INFO if alert.quiet else CRITICAL, "%s (%s)", alert.subject, alert.time)

    def _put_aside(self, arrival: Arrival, reason: str):
        shown = excerpt(arrival.body)
        log.warning("%s in %s is put into 06-rejected: %s", shown, arrival.queue, reason)
        self._unpublished.append(rejected_message(arrival.queue, arrival.body, reason))


def watch(probe: Probe, options, settings: Settings, channels: Sequence[Channel]):
    """Watch a probe until Ctrl+C, and send everybody's alerts when no other process does.

    `options` are those of `consumer_options`.
    """
    stop = Stop().listen()
    name = f"consumer of {probe.queue}"
    rule, *beside = rules_of(options, probe, settings)
    silence = options.silence_minutes * 60
    memory = Memory(rule, options.remind_minutes, silence, options.clock, beside)
    report = ConsumerReport(rule.verb)
    limits = {rule.kind: rule.degrees for rule in beside}
    consumer = Consumer(probe, memory, report, stop, limits)
    for rule in beside:
        log.info("%s: told when it is %s.", probe.name, rule.told_when())
    if not channels:
        log.info(NO_CHANNELS)
    with Outbox(settings.rabbitmq_urls, f"sender beside the {name}", channels):
        stay_connected(settings.rabbitmq_urls, name, stop, consumer.work)
    log.info("Stopped: judged %d readings, alerts: %d.", report.judged, consumer.alerts)
