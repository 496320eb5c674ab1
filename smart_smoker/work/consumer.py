"""A consumer: judges the readings of one queue, and raises the alerts they cause."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ..core.alert import Alert
from ..core.errors import UnreadableMessage
from ..core.probes import Probe
from ..core.readings import Reading
from ..core.text import excerpt
from ..core.watch import Judgement
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

    def __init__(self, probe: Probe, memory: Memory, report: ConsumerReport, stop: Stop):
        self._probe = probe
        self._memory = memory
        self._report = report
        self._stop = stop
        self._unpublished: list[Message] = []
        self._next_look = 0.0
        self._declared = 0.0
        self._warned = False
        self.alerts = 0

    def work(self, broker: Broker):
        """Read the queue by one connection until a stop is requested."""
        if not read_alone(broker, self._probe.queue, PREFETCH, self._stop):
            return
        self._restore(broker)
        if self._stop.requested:
            return
        log.info("Waiting for readings in %s. To end, press Ctrl+C.", self._probe.queue)
        while not self._stop.requested:
            self._turn(broker)

    def _restore(self, broker: Broker):
        self._memory.forget()
        self._unpublished = []
        readings = 0
        for event in replay(broker, RESTORED, self._stop):
            if event.type == "alert":
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
        self._report.begin(now)
        if arrived and arrived[0].returns >= MANY_RETURNS and not self._warned:
            self._warned = True
            log.warning(COME_BACK, self._probe.queue, arrived[0].returns)
        if not arrived and now >= self._next_look:
            self._next_look = now + LOOK
            arrived = self._look(broker, now)
        for arrival in arrived:
            try:
                self._judge(reading_of(arrival, self._probe), now)
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

    def _look(self, broker: Broker, now: float) -> list[Arrival]:
        """See whether a probe is silent, unless the queue has readings after all: return those."""
        waiting = broker.state(self._probe.queue)[0]
        arrived = broker.take(0)
        if waiting or arrived:
            return arrived
        self._memory.settle(now, time.time())
        for alert in self._memory.silences(now):
            self._raise(alert)
        return []

    def _judge(self, reading: Reading, now: float):
        watch = self._memory.watch_of(reading, now)
        had_ended = watch.ended
        try:
            self._tell(reading, watch.judge(reading, now))
        finally:
            if watch.ended and not had_ended:
                self._report.show_end(reading, watch)

    def _tell(self, reading: Reading, judgement: Judgement | None):
        if judgement:
            self._report.show(reading, judgement)
        # No judgement: the reading came before. What the restoring found untold is raised now.
        for alert in judgement.alerts if judgement else self._memory.untold(reading):
            if self._memory.is_new(alert):
                self._raise(alert)
            else:
                # A broker that crashed can have kept the alert in the history and not in 04-alerts.
                # It is put there again; the outbox knows by its id whether it was sent.
                self._unpublished.append(replace(alert_message(alert), straight=True))

    def _raise(self, alert: Alert):
        self.alerts += 1
        self._unpublished.append(alert_message(alert))
        log.critical("%s (%s)", alert.subject, alert.time)

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
    silence = options.silence_minutes * 60
    memory = Memory(options.rule, options.remind_minutes, silence, options.clock)
    report = ConsumerReport(options.rule.verb)
    consumer = Consumer(probe, memory, report, stop)
    if not channels:
        log.info(NO_CHANNELS)
    with Outbox(settings.rabbitmq_urls, f"sender beside the {name}", channels):
        stay_connected(settings.rabbitmq_urls, name, stop, consumer.work)
    log.info("Stopped: judged %d readings, alerts: %d.", report.judged, consumer.alerts)
