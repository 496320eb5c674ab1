"""A consumer: judges the readings of one queue, and raises the alerts they cause."""

import logging
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from logging import CRITICAL, INFO

from ..channels.channel import Channel
from ..cli.options import rules_of
from ..cli.settings import Settings
from ..cli.signals import Stop
from ..core.alert import Alert
from ..core.cooks import name_of
from ..core.errors import QueueTaken, TwoProducers, UnreadableMessage
from ..core.probes import Probe
from ..core.readings import Reading
from ..core.state import State
from ..core.text import excerpt
from ..core.units import in_unit
from ..core.watch import Watch
from ..rabbitmq.broker import AnyBroker
from ..rabbitmq.events import Answered, parse
from ..rabbitmq.history import replay
from ..rabbitmq.link import read_alone, stay_connected
from ..rabbitmq.messages import (
    MANY_RETURNS,
    Arrival,
    Message,
    alert_message,
    limits_message,
    rejected_message,
)
from ..rabbitmq.states import States
from .consumer_report import ConsumerReport
from .links import Links
from .memory import Memory
from .outbox import Outbox

log = logging.getLogger(__name__)

PREFETCH = 20_000
"""Readings that the broker sends before one is acknowledged. When half of them are judged, a state
is left and they are acknowledged, so that a fast consumer never waits for more."""

MOST_A_TURN = 2000
"""Readings that are judged in one turn; then their alerts are published."""

PAUSE, RATE = 0.25, 20_000
"""Seconds between two states at least, and bytes of them a second at most: what a hundred smokers
write in a night is then a few gigabytes."""

LOOK, UNHEARD = 1, 60
"""Seconds between two looks for a silent probe, and between two states while one is silent."""

LONGEST_TURN = 2
"""Seconds of a turn that count as listening: one that takes longer was held up, by a broker that
does not answer or a machine that sleeps, and nobody can have been heard meanwhile."""

KEPT = "1h"
"""How far back in the history the unacked readings of a dead consumer are looked for."""

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

    With each new connection it begins with the state that the queue's last reader has left,
    whether that was this process or another one.
    """

    def __init__(
        self,
        probe: Probe,
        memory: Memory,
        report: ConsumerReport,
        stop: Stop,
        links: Links | None = None,
    ):
        self._probe = probe
        self._memory = memory
        self._states = States(probe.queue, PAUSE, RATE)
        self._report = report
        self._links = links or Links("", "")
        self._stop = stop
        self._unpublished: list[Message] = []
        self._newest_tag = self._covered_tag = 0  # of what we have judged, and what a state covers
        self._changed = False  # whether we know more than the state that was left last
        self._next_look = 0.0
        # Silences are counted by what we have listened, over all connections.
        self._listened = self._turned = 0.0
        self._warned: set[object] = set()
        self.alerts = 0

    def work(self, broker: AnyBroker) -> None:
        """Read the queue by one connection until a stop is requested."""
        while read_alone(broker, self._probe.queue, PREFETCH, self._stop):
            try:
                self._take_over(broker)
                log.info("Waiting for readings in %s. To end, press Ctrl+C.", self._probe.queue)
                while not self._stop.requested:
                    self._turn(broker)
                self._leave_state(broker)
                return
            except QueueTaken as error:
                log.warning("%s, and we leave it.", error)

    def _take_over(self, broker: AnyBroker) -> None:
        """Begin with what the queue's last reader knew, or as we are where that was ourselves."""

        def resume(state: State) -> None:
            self._memory.resume(state["cooks"], self._listened)
            self._unpublished = []  # What they are about comes again, and is judged again.

        self._newest_tag = self._covered_tag = 0
        self._turned = time.monotonic()
        if self._states.take_over(broker, resume):
            log.info("Going on where the last reader ended (cooks: %d).", self._memory.cooks)
        elif self._memory.cooks:
            log.info("Going on with what is known here (cooks: %d).", self._memory.cooks)
        else:
            log.info("No state of an earlier reader: windows begin empty.")
        if broker.dead_readers and self._memory.cooks:
            self._read_what_the_dead_have(broker)
        self._publish(broker)
        self._leave_state(broker)

    def _read_what_the_dead_have(self, broker: AnyBroker) -> None:
        """Judge, from the history, what a quorum queue keeps for the readers of a dead node.

        It gives that back when the node is back, after all that came later.
        """
        for event in replay(broker, KEPT, self._stop):
            with suppress(UnreadableMessage):
                match parse(event):
                    case Reading(probe=self._probe, cook=cook) as reading if cook:
                        self._judge(reading)

    def _turn(self, broker: AnyBroker) -> None:
        """Judge what has arrived, hand the alerts over; in time leave the state and acknowledge."""
        arrived = broker.take(min(0.5, self._states.wait) if self._changed else 0.5, MOST_A_TURN)
        now = time.monotonic()
        self._listened += min(now - self._turned, LONGEST_TURN)
        self._turned = now
        self._report.begin(now)
        if arrived:
            if (returns := arrived[0].returns) >= MANY_RETURNS:
                self._warn_once(COME_BACK, COME_BACK, self._probe.queue, returns)
            self._newest_tag, self._changed = arrived[-1].tag, True
        for arrival in arrived:
            try:
                self._heed(arrival)
            except UnreadableMessage as error:
                self._put_aside(arrival, error)
        may_look = now >= self._next_look and len(arrived) < MOST_A_TURN
        must_leave = self._newest_tag - self._covered_tag >= PREFETCH // 2
        if may_look and broker.is_empty(self._probe.queue):
            self._next_look = now + LOOK
            for alert in self._memory.silences(self._listened):
                self._raise(alert)
                must_leave = True  # No reading comes again that would tell it again.
            # For how long nobody was heard is known to whoever comes next, too.
            must_leave |= self._states.age > UNHEARD and any(self._memory.going_on())
        self._publish(broker)
        if must_leave or self._states.is_due(self._changed):
            self._leave_state(broker)

    def _publish(self, broker: AnyBroker) -> None:
        if self._unpublished:
            broker.publish(self._unpublished)
            self._unpublished = []

    def _leave_state(self, broker: AnyBroker) -> None:
        """Leave what we know, and only then acknowledge what it covers."""
        while not self._states.leave(broker, {"cooks": self._memory.state(self._listened)}):
            log.warning("Too many cooks (%d): the oldest are forgotten.", self._memory.cooks)
            self._memory.forget_oldest()
        if self._newest_tag > self._covered_tag:
            broker.acknowledge(self._newest_tag, and_all_before=True)
        self._covered_tag, self._changed = self._newest_tag, False

    def _heed(self, arrival: Arrival) -> None:
        match parse(arrival):
            case Reading(probe=self._probe) as reading:
                self._judge(reading)
            case Answered(cook, self._probe, answer):
                self._memory.answer(cook, answer, self._listened)
                quiet = f"quiet, {answer.minutes:g} minutes"
                what = f"heard of the {answer.kind}" if answer.kind else quiet
                log.info("%s, %s: %s.", self._probe.name, name_of(cook), what)
            case _:
                raise UnreadableMessage(f"nothing about {self._probe.spoken}", arrival.body)

    def _judge(self, reading: Reading) -> None:
        judgement = self._memory.judge(reading, self._listened)
        if judgement.new:
            self._report.show(reading, judgement)
        for alert in judgement.alerts:
            self._raise(alert)
        if judgement.ended:
            self._report.show_end(reading, judgement.ended)
        if judgement.limits is not None and reading.cook:
            limits = limits_message(self._probe, reading.cook, judgement.limits)
            self._unpublished.append(limits)

    def _raise(self, alert: Alert) -> None:
        self.alerts += not alert.quiet
        self._changed = True
        self._unpublished.append(alert_message(self._links.put_into(alert)))
        log.log(INFO if alert.quiet else CRITICAL, "%s (%s)", alert.subject, alert.time)

    def _warn_once(self, of: object, words: str, *arguments: object) -> None:
        if of not in self._warned:
            self._warned.add(of)
            log.warning(words, *arguments)

    def _put_aside(self, arrival: Arrival, error: UnreadableMessage) -> None:
        body, queue = arrival.body, self._probe.queue
        said = "%s in %s is put into 06-rejected: %s", excerpt(body), queue, error
        if isinstance(error, TwoProducers):
            self._warn_once(error.value, *said)
        else:
            log.warning(*said)
        self._unpublished.append(rejected_message(queue, body, str(error)))


def watch(
    probe: Probe, options: Namespace, settings: Settings, channels: Sequence[Channel]
) -> None:
    """Watch a probe until Ctrl+C, and send everybody's alerts when no other process does.

    `options` are those of `consumer_options`.
    """
    stop = Stop().listen()
    name = f"consumer of {probe.queue}"
    rule, *others = rules_of(options, probe, settings)
    new_watch = partial(
        Watch,
        rule,
        others=others,
        remind_minutes=options.remind_minutes,
        clock=options.clock,
        median=options.median,
        unit=settings.units,
        ring=settings.ring,
    )
    memory = Memory(probe, new_watch, options.silence_minutes * 60)
    report = ConsumerReport(rule, settings.units, memory.whose)
    links = Links(settings.panel_url, settings.panel_password)
    consumer = Consumer(probe, memory, report, stop, links)
    for rule in others:
        log.info("%s: told when it is %s.", probe.name, in_unit(rule.told_when(), settings.units))
    if not channels:
        log.info(NO_CHANNELS)
    with Outbox(settings.rabbitmq_urls, f"sender beside the {name}", channels):
        stay_connected(settings.rabbitmq_urls, name, stop, consumer.work)
    log.info("Stopped: judged %d readings, alerts: %d.", report.judged, consumer.alerts)
