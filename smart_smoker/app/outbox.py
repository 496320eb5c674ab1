"""The outbox: takes alerts from `04-alerts` and sends each on every channel until it is taken.

The broker keeps an alert until every channel has accepted or refused it, so neither a mail server
that is down nor the end of this process loses one. Sending has threads of its own: nothing here
holds up the watching of temperatures.
"""

import logging
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from queue import SimpleQueue
from threading import Thread

from ..channels.channel import Channel
from ..cli.signals import Stop
from ..core.alert import Alert
from ..core.errors import (
    BrokerAway,
    DeliveryFailed,
    DeliveryUnknown,
    QueueTaken,
    SmartSmokerError,
    UnreadableMessage,
)
from ..rabbitmq.broker import AnyBroker
from ..rabbitmq.events import parse
from ..rabbitmq.link import read_alone, stay_connected
from ..rabbitmq.messages import (
    ALERTS,
    Arrival,
    Message,
    Outcome,
    again,
    delivery_message,
    rejected_message,
)
from ..rabbitmq.states import States
from . import lanes
from .lanes import Lane, Result, Trial
from .taken import Taken
from .unacked import Unacked

log = logging.getLogger(__name__)

PREFETCH = 5000
"""Unacked alerts at a time: so many can wait for a channel that fails before others must."""

AFTER_A_BUG = 60
"""Seconds until the sender begins anew."""

LAST_TRY = 5
"""Seconds that what is being sent is given to finish when the process ends."""

OVER = "its episode is over"
ENDS = {Outcome.REFUSED: "refused for good", Outcome.ABANDONED: "is given up"}
"""How a channel is done with an alert that it has not accepted."""


class Outbox:
    """Sends alerts while a consumer watches. One outbox at a time does, the others stand by."""

    def __init__(self, urls: Sequence[str], name: str, channels: Sequence[Channel]):
        self._urls = urls
        self._name = name
        self._lanes = [Lane(channel) for channel in channels]
        self._unacked: list[Unacked] = []
        self._taken = Taken()
        self._results: SimpleQueue[tuple[Lane, Unacked, Trial, Result]] = SimpleQueue()
        self._unpublished: list[Message] = []
        self._counted: list[SimpleQueue[bool]] = []
        self._states = States(ALERTS)
        self._stop = Stop()
        self._thread = Thread(target=self._run, name="outbox", daemon=True)

    def __enter__(self) -> "Outbox":
        if self._lanes:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.requested = True
        if self._lanes:
            self._thread.join()
        if any(lane.accepted for lane in self._lanes):
            counts = ", ".join(f"{lane.accepted} by {lane.channel.label}" for lane in self._lanes)
            log.info("Alerts sent: %s.", counts)
        if self._unacked:
            log.info("%d wait in %s until a consumer runs again.", len(self._unacked), ALERTS)

    def _run(self) -> None:
        while not self._stop.requested:
            try:
                stay_connected(self._urls, self._name, self._stop, self._work, logging.DEBUG)
                return
            except SmartSmokerError as error:
                log.error("Alerts are not sent for now: %s", error)
            except Exception as error:
                log.exception("alerts are not sent for now, this is a bug: %r", error)
            self._stop.wait(AFTER_A_BUG)

    def _work(self, broker: AnyBroker) -> None:
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
                while any(lane.sending for lane in self._lanes) and time.monotonic() < give_up:
                    self._turn(broker)
                return

    def _take_over(self, broker: AnyBroker) -> None:
        """Become the one who sends, and learn what others have sent."""
        self._unacked = []  # The broker gives again what was not acknowledged.
        for counted in self._counted:
            counted.put(False)  # Another may have sent it meanwhile: it does not go out now.
        self._counted = []
        for lane in self._lanes:
            lane.forget()
        self._states.take_over(broker, self._taken.resume)
        self._leave_state(broker)
        log.info("Sending alerts by %s.", ", ".join(lane.channel.label for lane in self._lanes))

    def _turn(self, broker: AnyBroker) -> None:
        """Take what has come, start what can be sent, record what was, and acknowledge it."""
        for arrival in broker.take(0.5):
            self._receive(broker, arrival)
        self._take_results()
        for lane in self._lanes:
            self._try(lane, broker)
        # At once, and not only in time: whoever comes after us sends what is not recorded again.
        if self._unpublished or self._counted or self._states.is_due(changed=False):
            self._leave_state(broker)
        for one in list(self._unacked):
            if not self._missing(one.alert):
                broker.acknowledge(one.arrival.tag)
                self._unacked.remove(one)
                self._taken.finish(one.alert.id)
        self._renew(broker)

    def _missing(self, alert: Alert) -> set[str]:
        """The channels that have still to accept or refuse an alert."""
        wanted = {lane.channel.name for lane in self._lanes if lane.channel.wants(alert)}
        return self._taken.missing(alert.id, wanted)

    def _leave_state(self, broker: AnyBroker) -> None:
        """Leave what the channels have done, with the records of it for the history."""
        while not self._states.leave(broker, self._taken.state(), *self._unpublished):
            log.warning("Too many alerts are remembered: the oldest are forgotten.")
            self._taken.forget_half()
        for counted in self._counted:
            counted.put(True)
        self._unpublished, self._counted = [], []

    def _renew(self, broker: AnyBroker) -> None:
        """Publish anew what the broker would take back, or drop for having come back too often.

        If we die in between, the alert is there twice, and is sent once by its id.
        """
        old = [one for one in self._unacked if one.must_be_renewed]
        if old:
            broker.publish([again(one.arrival, max(1, math.ceil(one.left))) for one in old])
        for one in old:
            broker.acknowledge(one.arrival.tag)
            self._unacked.remove(one)

    def _try(self, lane: Lane, broker: AnyBroker) -> None:
        """Give up what a channel will not take, and start one of those that it may.

        That is the oldest of those that were tried least often, so that one which it never takes
        does not keep the others waiting.
        """
        name, now = lane.channel.name, time.monotonic()
        ready: list[tuple[Unacked, Trial]] = []
        if self._stop.requested or now < lane.next_try:
            return
        for one in self._unacked:
            if name not in self._missing(one.alert):
                continue
            copies = self._taken.copies(one.alert.id, name)
            if copies and one.alert.id not in lane.trials:
                why = "whoever sent it has ended before the answer"
                self._unpublished.append(delivery_message(one.alert, name, Outcome.UNKNOWN, why))
            trial = lane.trial(one.alert.id, copies)
            if trial.sending:
                continue
            if copies >= len(lanes.PAUSES):
                why = f"{copies} copies, and no answer to any"
                self._settle(lane, one, Outcome.ABANDONED, why)
            elif one.left <= 0:
                why = f"it was not taken in time: {trial.reason or 'it was not tried'}"
                self._settle(lane, one, Outcome.ABANDONED, why)
            elif now >= trial.next_try:
                ready.append((one, trial))
        if ready:
            one, trial = min(ready, key=lambda each: each[1].tries)  # of several the oldest
            lane.start(one.alert, trial, partial(self._tell, broker, lane, one, trial))

    def _tell(
        self, broker: AnyBroker, lane: Lane, one: Unacked, trial: Trial, said: Result
    ) -> None:
        self._results.put((lane, one, trial, said))
        with suppress(BrokerAway):  # The result stays in its queue until there is a connection.
            broker.wake()

    def _take_results(self) -> None:
        while not self._results.empty():
            self._record(*self._results.get_nowait())

    def _receive(self, broker: AnyBroker, arrival: Arrival) -> None:
        try:
            alert = parse(arrival)
            if not isinstance(alert, Alert):
                raise UnreadableMessage("no alert", arrival.body)
        except UnreadableMessage as error:
            log.warning("%s: %s; put into 06-rejected", ALERTS, error)
            broker.publish([rejected_message(ALERTS, arrival.body, str(error))])
            broker.acknowledge(arrival.tag)
            return
        self._unacked.append(Unacked(arrival, alert))
        if alert.state in ("cleared", "found"):
            self._stop_ringing(alert)

    def _stop_ringing(self, end: Alert) -> None:
        """Give up what still waits to ring for an episode that is over."""
        for one, lane in product(self._unacked, self._lanes):
            if lanes.rings_for(one.alert, end) and lane.channel.name in self._missing(one.alert):
                trial = lane.trials.get(one.alert.id)
                if trial and trial.sending:
                    trial.too_late = True
                else:
                    self._settle(lane, one, Outcome.ABANDONED, OVER)

    def _record(self, lane: Lane, one: Unacked, trial: Trial, said: Result) -> None:
        name, label, alert = lane.channel.name, lane.channel.label, one.alert
        if isinstance(said, SimpleQueue):
            if name in self._missing(alert):
                trial.counted = said
                self._taken.count(alert.id, name, 1)
                self._counted.append(said)
            else:
                said.put(False)
            return
        unknown = isinstance(said, DeliveryUnknown)
        if trial.counted and not unknown:  # What is not taken is no copy.
            self._taken.count(alert.id, name, -1)
            self._counted.append(trial.counted)  # Nobody waits for it; the state is left by it.
        trial.sending, trial.counted = False, None
        if trial.too_late and isinstance(said, (BrokerAway, DeliveryFailed)):
            self._settle(lane, one, Outcome.ABANDONED, OVER)
            return
        if isinstance(said, BrokerAway):
            lane.next_try = 0  # Nobody was asked.
            return
        if not isinstance(said, DeliveryFailed):
            lane.works()
            outcome = Outcome.REFUSED if said else Outcome.ACCEPTED
            self._settle(lane, one, outcome, str(said or ""))
            return
        reason = str(said)
        lane.pause(trial, said, self._taken.copies(alert.id, name))
        if name not in self._missing(alert):  # Another sender is done with it meanwhile.
            lane.trials.pop(alert.id, None)
            return
        if unknown:
            log.warning("%s; the next copy goes out late, if any: %s", reason, alert.subject)
        elif not lane.failing:
            log.warning("%s failed (%s); it is tried again until it works.", label, reason)
            lane.failing = True
        if unknown or trial.reason != reason:
            outcome = Outcome.UNKNOWN if unknown else Outcome.FAILED
            self._unpublished.append(delivery_message(alert, name, outcome, reason))
        trial.reason = reason

    def _settle(self, lane: Lane, one: Unacked, outcome: Outcome, reason: str) -> None:
        """Note, and tell the history, that a channel is done with an alert."""
        name, label, alert = lane.channel.name, lane.channel.label, one.alert
        lane.trials.pop(alert.id, None)
        self._taken.note(alert.id, name)
        if not self._missing(alert):
            self._taken.finish(alert.id)
        if outcome is Outcome.ACCEPTED:
            lane.accepted += 1
            log.info("%s accepted: %s", label, alert.subject)
        else:
            log.error("%s %s (%s): %s", label, ENDS[outcome], reason, alert.subject)
            why = f"{label} {ENDS[outcome]}: {reason}"
            self._unpublished.append(rejected_message(ALERTS, one.arrival.body, why))
        self._unpublished.append(delivery_message(alert, name, outcome, reason))
