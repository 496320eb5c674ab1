"""The outbox: takes alerts from `04-alerts` and sends each on every channel until it is taken.

The broker keeps an alert until every channel has accepted or refused it, so neither a mail server
that is down nor the end of this process loses one. Sending has threads of its own: nothing here
holds up the watching of temperatures.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from ..core.alert import TOO_OLD, Alert
from ..core.errors import (
    BrokerAway,
    DeliveryFailed,
    DeliveryRefused,
    QueueTaken,
    SmartSmokerError,
    UnreadableMessage,
)
from ..script.signals import Stop
from ..wire.connection import Broker
from ..wire.link import backoff, read_alone, stay_connected
from ..wire.messages import (
    ALERTS,
    MANY_RETURNS,
    Arrival,
    Message,
    again,
    delivery_message,
    rejected_message,
)
from ..wire.states import States
from .channels import Channel
from .taken import Taken

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60
"""Seconds between two tries on a channel that fails; the first pause is 1 s, then it doubles."""

LONGEST_HOLD = 10 * 60
"""Seconds an alert is held. RabbitMQ closes the channel of whoever holds one for 30 minutes."""

PREFETCH = 5000
"""Alerts held at a time: so many can wait for a channel that fails before others must."""

AFTER_A_BUG = 60
"""Seconds until the sender begins anew."""

LAST_TRY = 5
"""Seconds that what is being sent is given to finish when the process ends."""


@dataclass
class _Held:
    """An alert that we have from the broker and have not acknowledged yet."""

    arrival: Arrival
    alert: Alert
    since: float = field(default_factory=time.monotonic)
    failed: dict[str, str] = field(default_factory=dict)
    """By channel, why the last try failed; told to the history whenever it changes."""
    tries: Counter = field(default_factory=Counter)
    """By channel, how often it was tried."""


@dataclass
class _Lane:
    """One channel and how it is doing.

    It takes one alert at a time: the oldest of those that were tried least often, so that one
    which it never takes does not keep the others waiting.
    """

    channel: Channel
    busy: bool = False
    failing: bool = False
    next_try: float = 0
    pauses: Iterator[float] = field(default_factory=lambda: backoff(LONGEST_PAUSE))
    accepted: int = 0


class Outbox:
    """Sends alerts while a consumer watches. One outbox at a time does, the others stand by."""

    def __init__(self, urls: Sequence[str], name: str, channels: Sequence[Channel]):
        self._urls = urls
        self._name = name
        self._lanes = [_Lane(channel) for channel in channels]
        self._held: list[_Held] = []
        self._taken = Taken()
        self._results: SimpleQueue = SimpleQueue()
        self._unpublished: list[Message] = []
        self._states = States(ALERTS)
        self._stop = Stop()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def __enter__(self) -> "Outbox":
        if self._lanes:
            self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.requested = True
        if self._lanes:
            self._thread.join()
        if any(lane.accepted for lane in self._lanes):
            counts = ", ".join(f"{lane.accepted} by {lane.channel.name}" for lane in self._lanes)
            log.info("Alerts sent: %s.", counts)
        if self._held:
            log.info("%d wait in %s until a consumer runs again.", len(self._held), ALERTS)

    def _run(self):
        while not self._stop.requested:
            try:
                stay_connected(self._urls, self._name, self._stop, self._work, logging.DEBUG)
                return
            except SmartSmokerError as error:
                log.error("Alerts are not sent for now: %s", error)
            except Exception as error:
                log.exception("alerts are not sent for now, this is a bug: %r", error)
            self._stop.wait(AFTER_A_BUG)

    def _work(self, broker: Broker):
        self._take_results()
        if self._unpublished:
            broker.publish(self._unpublished)
            self._unpublished = []
        while read_alone(broker, ALERTS, PREFETCH, self._stop, logging.DEBUG):
            with suppress(QueueTaken):
                self._take_over(broker)
                while not self._stop.requested:
                    self._turn(broker)
                give_up = time.monotonic() + LAST_TRY
                while any(lane.busy for lane in self._lanes) and time.monotonic() < give_up:
                    self._turn(broker)
                return

    def _take_over(self, broker: Broker):
        """Become the one who sends, and learn what others have sent."""
        self._held = []  # The broker gives again what was held and not acknowledged.
        self._states.take_over(broker, self._taken.resume)
        self._leave_state(broker)
        log.info("Sending alerts by %s.", ", ".join(lane.channel.name for lane in self._lanes))

    def _turn(self, broker: Broker):
        """Take what has come, start what can be sent, record what was, and acknowledge it."""
        for arrival in broker.take(0.5):
            self._hold(broker, arrival)
        self._take_results()
        for lane in self._lanes:
            self._try(lane, broker)
        # At once, and not only in time: whoever comes after us sends what is not recorded again.
        if self._unpublished or self._states.is_due(changed=False):
            self._leave_state(broker)
        for held in list(self._held):
            if not self._missing(held.alert):
                broker.acknowledge(held.arrival.tag)
                self._held.remove(held)
                self._taken.finish(held.alert.id)
        self._renew(broker)

    def _missing(self, alert: Alert) -> set[str]:
        """The channels that have still to accept or refuse an alert."""
        wanted = {lane.channel.name for lane in self._lanes if lane.channel.wants(alert)}
        return self._taken.missing(alert.id, wanted)

    def _leave_state(self, broker: Broker):
        """Leave what the channels have done, with the records of it for the history."""
        while not self._states.leave(broker, self._taken.state(), *self._unpublished):
            log.warning("Too many alerts are remembered: the oldest are forgotten.")
            self._taken.forget_half()
        self._unpublished = []

    def _renew(self, broker: Broker):
        """Put what is held for too long into the queue anew, instead of giving it back.

        A quorum queue drops for good what came back too often: that, too, is put in anew. If we
        die in between, the alert is there twice, and is sent once by its id.
        """
        begun = time.monotonic() - LONGEST_HOLD
        old = [h for h in self._held if h.since < begun or h.arrival.returns >= MANY_RETURNS]
        if old:
            broker.publish([again(held.arrival) for held in old])
        for held in old:
            broker.acknowledge(held.arrival.tag)
            self._held.remove(held)

    def _try(self, lane: _Lane, broker: Broker):
        if lane.busy or self._stop.requested or time.monotonic() < lane.next_try:
            return
        name = lane.channel.name
        waiting = [held for held in self._held if name in self._missing(held.alert)]
        if waiting:
            held = min(waiting, key=lambda held: held.tries[name])
            held.tries[name] += 1
            lane.busy = True
            attempt = (lane, held, broker)
            threading.Thread(target=self._send, args=attempt, name=name, daemon=True).start()

    def _send(self, lane: _Lane, held: _Held, broker: Broker):
        try:
            lane.channel.send(held.alert)
            outcome, reason = "accepted", ""
        except DeliveryRefused as error:
            outcome, reason = "refused", str(error)
        except DeliveryFailed as error:
            outcome, reason = "failed", str(error)
        except Exception as error:
            log.exception("this is a bug in sending by %s: %r", lane.channel.name, error)
            outcome, reason = "failed", repr(error)
        self._results.put((lane, held, outcome, reason))
        with suppress(BrokerAway):  # The result stays in its queue until there is a connection.
            broker.wake()

    def _take_results(self):
        with suppress(Empty):
            while True:
                self._record(*self._results.get_nowait())

    def _hold(self, broker: Broker, arrival: Arrival):
        try:
            alert = Alert.parse(arrival.body)
        except UnreadableMessage as error:
            log.warning("%s: %s; put into 06-rejected", ALERTS, error)
            broker.publish([rejected_message(ALERTS, arrival.body, str(error))])
            broker.acknowledge(arrival.tag)
            return
        if arrival.sent and time.time() - arrival.sent > TOO_OLD:
            log.warning("Not sent, as it is older than a day: %s", alert.subject)
            broker.acknowledge(arrival.tag)
            self._taken.finish(alert.id)
            return
        self._held.append(_Held(arrival, alert))

    def _record(self, lane: _Lane, held: _Held, outcome: str, reason: str):
        name, alert = lane.channel.name, held.alert
        lane.busy = False
        if outcome == "failed":
            lane.next_try = time.monotonic() + next(lane.pauses)
            if not lane.failing:
                log.warning("%s failed (%s); it is tried again until it works.", name, reason)
            lane.failing = True
            if held.failed.get(name) == reason:
                return
            held.failed[name] = reason
        else:
            lane.next_try, lane.pauses, lane.failing = 0, backoff(LONGEST_PAUSE), False
            self._taken.note(alert.id, name)
            if not self._missing(alert):
                self._taken.finish(alert.id)
        if outcome == "accepted":
            lane.accepted += 1
            log.info("%s accepted: %s", name, alert.subject)
        if outcome == "refused":
            log.error("%s refused for good (%s): %s", name, reason, alert.subject)
            why = f"{name} refused it: {reason}"
            self._unpublished.append(rejected_message(ALERTS, held.arrival.body, why))
        self._unpublished.append(delivery_message(alert, name, outcome, reason))
