"""Lanes: for each channel the alerts that it has still to take, and when it is tried again."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread

from ..channels.channel import Channel
from ..core.alert import RINGS, Alert
from ..core.errors import (
    BrokerAway,
    DeliveryFailed,
    DeliveryPutOff,
    DeliveryRefused,
    DeliveryUnknown,
)
from ..rabbitmq.link import backoff

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60
"""Seconds between two tries on a channel that fails; the first pause is 1 s, then it doubles."""

SLOWEST = 15 * 60
"""The same for one alert that is put off: a provider's limit is not to be hammered."""

PATIENCE = 60
"""Seconds after which a try keeps no other alert waiting: a verdict may take ten minutes."""

PAUSES = (0, 15 * 60, 3600)
"""Seconds before each copy of an alert, where nobody knows whether the one before was taken.

There is no fourth. They are no shorter than a try: it may be that of a sender before us.
"""


Result = SimpleQueue[bool] | BrokerAway | DeliveryRefused | DeliveryFailed | None
"""What a try to send tells: a copy is about to go out, and may once that is recorded and True is
put into the queue; or in the end its error, None where the alert was accepted."""


@dataclass
class Trial:
    """One alert on one channel: how often it was tried, and when it may be tried again."""

    next_try: float
    tries: int = 0
    sending: bool = False
    too_late: bool = False
    """Whether it is of no use any more when this try fails."""
    counted: SimpleQueue[bool] | None = None
    """Where the copy that goes out waits for its record (see Result); None before there is one."""
    reason: str = ""
    """Why the last try failed; the history has it whenever it changes."""
    pauses: Iterator[float] = field(default_factory=lambda: backoff(SLOWEST))


@dataclass
class Lane:
    """One channel: its alerts, whether it fails, and the pauses between its tries."""

    channel: Channel
    failing: bool = False
    next_try: float = 0
    pauses: Iterator[float] = field(default_factory=lambda: backoff(LONGEST_PAUSE))
    accepted: int = 0
    trials: dict[str, Trial] = field(default_factory=dict)

    @property
    def sending(self) -> bool:
        """Whether an alert is on its way."""
        return any(trial.sending for trial in self.trials.values())

    def trial(self, alert_id: str, copies: int) -> Trial:
        """What is known of an alert, of which so many copies went out by us or another."""
        if alert_id not in self.trials:
            self.trials[alert_id] = Trial(time.monotonic() + _pause(copies) if copies else 0)
        return self.trials[alert_id]

    def forget(self) -> None:
        """Forget the alerts that are neither on their way nor to wait."""
        now = time.monotonic()
        kept = {id: t for id, t in self.trials.items() if t.sending or t.next_try > now}
        self.trials = kept

    def start(self, alert: Alert, trial: Trial, tell: Callable[[Result], None]) -> None:
        """Send an alert, in a thread of its own, which says by `tell` what comes of it."""
        trial.tries, trial.sending = trial.tries + 1, True
        self.next_try = time.monotonic() + PATIENCE
        attempt, name = (alert, trial, tell), self.channel.name
        Thread(target=self._send, args=attempt, name=name, daemon=True).start()

    def _send(self, alert: Alert, trial: Trial, tell: Callable[[Result], None]) -> None:
        def hand_over() -> None:
            tell(counted := SimpleQueue[bool]())
            if not counted.get():
                raise BrokerAway("no broker records that it goes out", self.channel.label)

        result: Result = None
        try:
            self.channel.send(alert, hand_over)
        except (BrokerAway, DeliveryRefused, DeliveryFailed) as error:
            result = error
        except Exception as bug:
            log.exception("this is a bug in sending by %s: %r", self.channel.label, bug)
            result = (DeliveryUnknown if trial.counted else DeliveryFailed)(repr(bug))
        tell(result)

    def pause(self, trial: Trial, error: DeliveryFailed, copies: int) -> None:
        """Wait after a try that failed: the channel for a while, and the alert perhaps longer."""
        now = time.monotonic()
        self.next_try = now + next(self.pauses)
        if isinstance(error, DeliveryUnknown):
            trial.next_try = now + _pause(copies)
        elif isinstance(error, DeliveryPutOff):
            trial.next_try = now + next(trial.pauses)

    def works(self) -> None:
        """Go on at once: the channel has decided."""
        self.next_try, self.pauses, self.failing = 0, backoff(LONGEST_PAUSE), False


def rings_for(alert: Alert, end: Alert) -> bool:
    """Whether an alert rings for the episode of which the other one is the end."""
    same = (alert.cook, alert.probe, alert.kind) == (end.cook, end.probe, end.kind)
    # An end that was put in anew can come behind the next episode's rings.
    return same and alert.state in RINGS and end.began in ("", alert.began)


def _pause(copies: int) -> float:
    return PAUSES[min(copies, len(PAUSES) - 1)]
