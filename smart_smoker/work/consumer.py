"""A consumer: judges the readings of one queue, and raises the alerts they cause."""

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from logging import CRITICAL, INFO

from ..core.alert import Alert
from ..core.errors import Doubtful, UnreadableMessage
from ..core.probes import Probe
from ..core.readings import Reading
from ..core.text import excerpt
from ..core.watch import Judgement
from ..script.options import rules_of
from ..script.settings import Settings
from ..script.signals import Stop
from ..wire.checkpoints import SLACK, Checkpoints
from ..wire.connection import Broker
from ..wire.history import mark
from ..wire.link import read_alone, stay_connected
from ..wire.messages import (
    ALERTS,
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

TOGETHER = 200
"""Readings that are judged in one turn: what they raise need not wait for those behind them."""

RESTORED = "3D"
"""How far back a consumer looks for what it should remember: longer than any cook."""

SECONDS, PAUSE, READINGS, PER_COOK = 300, 30, 1000, 2
"""After so many seconds a checkpoint is left, or after so few and so many readings, or so many for
each cook: the larger of the last two counts, so that keeping many cooks costs no more than their
readings themselves. Nobody is judged while it is left."""

IDLE = 3600
"""Seconds after which a consumer without readings leaves one: others' make the history longer."""

LOOK = 1
"""Seconds between two looks for a silent probe."""

PROGRESS = 100_000
"""Readings of the history after which it is said how many there were: it can have millions."""

COME_BACK = (
    "%s has given out these readings %d times and got them back: consumers die before they have"
    " acknowledged them (the logs say why). A quorum queue drops what comes back for the 21st time,"
    " unless it has the policy of docs/clusters.md."
)

NO_CHANNELS = (
    "Alerts are shown and logged, but sent to nobody yet: they are kept for a day and sent when"
    " mail is set up. Copy .env.toml.example to .env.toml and fill it in."
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
        self._checkpoints = Checkpoints(probe.queue, memory.how)
        self._report = report
        self._stop = stop
        self._unpublished: list[Message] = []
        self._limits_told: set[str] = set()  # by the ids of their messages in the history
        self._next_look = self._declared = 0.0
        self._unkept, self._kept_at = 0, 0.0  # messages since the last checkpoint, and when it was
        self._marked: int | None = None  # the history's number before which the next one knows all
        self._listened, self._offset = 0.0, 0.0
        self._warned = False
        self.alerts = 0

    def work(self, broker: Broker):
        """Read the queue by one connection until a stop is requested."""
        while read_alone(broker, self._probe.queue, PREFETCH, self._stop):
            try:
                self._restore(broker)
                self._watch(broker)
                return
            except Doubtful as doubt:
                self._checkpoints.doubt()
                log.info("%s. The history is read again without that checkpoint.", doubt)

    def _restore(self, broker: Broker):
        """Learn what happened: from a checkpoint and what came after it, or from all of it."""
        # A broker that crashes can keep in the history an alert that its queue has not.
        unsure, again = {m.id: m for m in self._unpublished if m.queue == ALERTS}, []
        found, events = self._checkpoints.replay(broker, RESTORED, self._stop)
        how = (found.lines, self._listened, time.time() - found.sent) if found else ()
        twice = found.begin + SLACK if found else 0  # Before it, all that is known is read again.
        held = broker.state(self._probe.queue)[0] + 2 * PREFETCH
        self._memory.begin(*how, held=held)
        self._unkept = readings = 0
        for self._unkept, event in enumerate(events, 1):
            if event.type in ("alert", "note"):
                self._memory.recall(event.id)
                if event.id in unsure:
                    again.append(replace(unsure.pop(event.id), straight=True))
            elif event.type == "limits":
                self._limits_told.add(event.id)
            elif event.queue == self._probe.queue:
                with suppress(UnreadableMessage):
                    reading = reading_of(event, self._probe)
                    if event.number < twice and self._memory.has_forgotten(reading):
                        continue
                    self._memory.recall(reading, self._listened)
                    readings += 1
                    if not readings % PROGRESS:
                        log.info("Restoring from the history: %s readings so far.", f"{readings:,}")
        self._unpublished = again
        self._kept_at, self._marked = time.monotonic(), None
        if found and (found.lines[1:] or readings):
            words = "Restored from a checkpoint (cooks: %s) and the history since (readings: %s)."
            log.info(words, f"{len(found.lines) - 1:,}", f"{readings:,}")
        elif readings:
            log.info("Restored from the history: %s readings.", f"{readings:,}")

    def _watch(self, broker: Broker):
        # Silences are counted by what we have listened: an outage of the broker is none, and many
        # short ones must not hide one.
        self._offset = time.monotonic() - self._listened
        if self._stop.requested:
            return  # It may have ended the restore: what we know is not all.
        log.info("Waiting for readings in %s. To end, press Ctrl+C.", self._probe.queue)
        while not self._stop.requested:
            self._turn(broker)
        self._marked = mark(broker)
        if self._marked is not None:
            self._leave_checkpoint(broker)

    def _turn(self, broker: Broker):
        """Judge what has arrived, hand the alerts over, and only then acknowledge."""
        arrived = broker.take(0.5, TOGETHER)
        now = time.monotonic()
        self._listened = now - self._offset
        self._report.begin(now)
        if arrived and arrived[0].returns >= MANY_RETURNS and not self._warned:
            self._warned = True
            log.warning(COME_BACK, self._probe.queue, arrived[0].returns)
        for arrival in arrived:
            try:
                self._judge(reading_of(arrival, self._probe))
            except UnreadableMessage as error:
                self._put_aside(arrival, str(error))
        may_look = now >= self._next_look and len(arrived) < TOGETHER
        looks = may_look and broker.is_empty(self._probe.queue)
        if looks:
            self._next_look = now + LOOK
            self._look()
        self._publish(broker, now)
        if arrived:
            broker.acknowledge(arrived[-1].tag, and_all_before=True)
        self._unkept += len(arrived)
        if self._marked is not None:
            self._leave_checkpoint(broker)
        elif looks:
            many = self._unkept >= max(READINGS, PER_COOK * self._memory.cooks)
            if now - self._kept_at >= (PAUSE if many else SECONDS if self._unkept else IDLE):
                self._marked = mark(broker)

    def _look(self):
        """See to what can only be known when all that the queue had is judged."""
        self._memory.settle(self._listened, time.time())
        for alert in self._memory.silences(self._listened):
            self._raise(alert)

    def _publish(self, broker: Broker, now: float):
        if not self._unpublished:
            return
        # RabbitMQ confirms a message that no queue takes, and drops it. So the queues are made
        # again first, in case somebody has deleted one.
        if now - self._declared >= 1:
            broker.declare(*(message.queue for message in self._unpublished))
            self._declared = now
        broker.publish(self._unpublished)
        self._unpublished = []

    def _leave_checkpoint(self, broker: Broker):
        """Leave what is known to whoever comes next, if all that came before our mark is judged."""
        if broker.is_empty(self._probe.queue):
            self._memory.settle(self._listened, time.time())
            self._checkpoints.leave(broker, self._memory.lines(self._listened), self._marked)
            self._unkept, self._kept_at, self._marked = 0, time.monotonic(), None

    def _judge(self, reading: Reading):
        watch = self._memory.watch_of(reading, self._listened)
        had_ended = watch.ended
        for alert in self._memory.owed(watch):
            self._raise(alert)
        try:
            self._tell(reading, watch.judge(reading, self._listened))
        finally:
            if watch.ended and not had_ended:
                self._report.show_end(reading, watch)
        if self._limits and reading.cook and not watch.limits_told:
            watch.limits_told = True
            limits = limits_message(self._probe, reading.cook, self._limits)
            if limits.id not in self._limits_told:
                self._unpublished.append(limits)

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
    rule, *beside = rules = rules_of(options, probe, settings)
    silence = options.silence_minutes * 60
    memory = Memory(probe, rules, options.remind_minutes, silence, options.clock)
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
