"""A consumer: judges the readings of one queue, and raises the alerts they cause."""

import argparse
import logging
import time
from collections.abc import Sequence

from .broker import (
    Broker,
    Delivery,
    Message,
    alert_message,
    read_alone,
    reading_of,
    rejected_message,
    stay_connected,
)
from .errors import UnreadableMessage
from .outbox import Channel, Outbox
from .readings import Probe, Reading, excerpt
from .rules import Rule
from .screen import Pace
from .script import Stop, number_from
from .settings import Settings
from .watch import Judgement, Watch

log = logging.getLogger(__name__)

PREFETCH = 1000
"""Readings that the broker sends ahead: enough that a fast consumer need not wait for it."""

LONGEST_WINDOW = 86_400
"""Readings: a month of them, beyond any cook."""

NO_CHANNELS = (
    "Alerts are shown and logged, but sent to nobody. To get them by mail, copy .env.toml.example"
    " to .env.toml and fill it in."
)


class Consumer:
    """Judges one probe's readings, those of each cook in a watch of their own."""

    def __init__(self, probe: Probe, rule: Rule, remind_minutes: float, stop: Stop):
        self._probe = probe
        self._rule = rule
        self._remind_minutes = remind_minutes
        self._stop = stop
        self._watches: dict[str, Watch] = {}
        self._unpublished: list[Message] = []
        self._pace = Pace()
        self._newest: tuple[Reading, Judgement]
        self.judged = 0
        self.alerts = 0

    def work(self, broker: Broker):
        """Read the queue by one connection until a stop is requested."""
        queue = self._probe.queue
        if not read_alone(broker, queue, PREFETCH, self._stop):
            return
        log.info("Waiting for readings in %s. To end, press Ctrl+C.", queue)
        while not self._stop.requested:
            self._turn(broker)

    def _turn(self, broker: Broker):
        """Judge what has arrived, hand the alerts over, and only then acknowledge."""
        arrived = broker.take(0.5)
        if unshown := self._pace.unshown(time.monotonic()):
            log.info("%s: %s readings more in this second.", self._probe.name, f"{unshown:,}")
        for delivery in arrived:
            try:
                self._judge(reading_of(delivery, self._probe))
            except UnreadableMessage as error:
                self._put_aside(delivery, str(error))
        if self._unpublished:
            broker.publish(self._unpublished)
            self._unpublished = []
        if arrived:
            broker.acknowledge(arrived[-1].tag, and_all_before=True)

    def _judge(self, reading: Reading):
        watch = self._watches.get(reading.cook)
        if watch is None:
            watch = self._watches[reading.cook] = Watch(self._rule, self._remind_minutes)
        had_ended = watch.ended
        judgement = watch.judge(reading)
        if judgement:
            self.judged += 1
            self._newest = reading, judgement
            if self._pace.allows():
                log.info("%s", self._line())
        if judgement and judgement.alert:
            self.alerts += 1
            self._unpublished.append(alert_message(judgement.alert))
            log.critical("%s (%s)", judgement.alert.subject, reading.time)
        if watch.ended and not had_ended:
            log.info(
                "%s: the cook %s has ended after %d readings and %d alerts.",
                reading.probe.name,
                reading.cook,
                watch.judged,
                watch.alerts,
            )

    def _line(self) -> str:
        """The newest reading, for people."""
        reading, judgement = self._newest
        return (
            f"{reading.time}  {reading.probe.name} {reading.temperature:.1f} °F,"
            f" {self._rule.verb} {judgement.change:g} °F in the last {judgement.readings}"
        )

    def _put_aside(self, delivery: Delivery, reason: str):
        shown = excerpt(delivery.body)
        log.warning("%s in %s is put into 06-rejected: %s", shown, delivery.queue, reason)
        self._unpublished.append(rejected_message(delivery.queue, delivery.body, reason))


def parse_options(page: str, degrees: float, window: int, remind_minutes: float):
    """The command line of a consumer, whose page says what it does and what its defaults are."""
    parser = argparse.ArgumentParser(description=page)
    above_zero = number_from(0.01)
    parser.add_argument(
        "--degrees", type=above_zero, default=degrees, metavar="F", help=f"°F ({degrees})"
    )
    parser.add_argument(
        "--window",
        type=number_from(2, LONGEST_WINDOW, int),
        default=window,
        metavar="N",
        help=f"readings ({window})",
    )
    parser.add_argument(
        "--remind-minutes",
        type=number_from(0),
        default=remind_minutes,
        metavar="MINUTES",
        help=f"tell a lasting episode again after so long, 0 for never ({remind_minutes})",
    )
    return parser.parse_args()


def watch(
    probe: Probe, rule: Rule, remind_minutes: float, settings: Settings, channels: Sequence[Channel]
):
    """Watch a probe until Ctrl+C, and send everybody's alerts when no other process does."""
    stop = Stop().listen()
    name = f"consumer of {probe.queue}"
    consumer = Consumer(probe, rule, remind_minutes, stop)
    if not channels:
        log.info(NO_CHANNELS)
    with Outbox(settings.rabbitmq_urls, f"sender beside the {name}", channels):
        stay_connected(settings.rabbitmq_urls, name, stop, consumer.work)
    log.info("Stopped: judged %d readings, raised %d alerts.", consumer.judged, consumer.alerts)
