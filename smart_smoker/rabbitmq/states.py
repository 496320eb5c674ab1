"""States: what the reader of a queue knows, left in a second queue for whoever reads next.

The newest message of `01-smoker.state` is all that there is to know: whoever takes over gets it,
publishes it anew under the next epoch, and goes on. Of two states the one with the higher epoch and
number counts. A reader that was called dead and is alive may leave one more state: its epoch is
lower, and the queue keeps two, so the better one stays.
"""

import json
import logging
import time
from collections.abc import Callable

from ..core.state import MISSHAPEN, State, check_numbers
from ..core.text import excerpt
from .broker import AnyBroker
from .messages import Arrival, Message, state_queue

log = logging.getLogger(__name__)

LASTS = 24 * 3600
"""Seconds for which a state counts, by the broker's clock, when nobody reads the queue any more."""

RENEWED = 3600
"""Seconds after which a state is left anew although nothing has changed: it would expire."""

SHARE = 10
"""Leaving states takes at most one part in so many of the time."""

HEAVIEST = 12_000_000
"""Bytes of a state: RabbitMQ 4 takes messages of up to 16 MiB (rabbitmq.com/docs/configure)."""

PASSED_OVER = "What is in %s is no state and is passed over: %s"

encode = json.JSONEncoder(ensure_ascii=False).encode


class States:
    """The states of those who read a queue.

    They are left every `pause` seconds at most, and at most `rate` bytes of them a second.
    """

    def __init__(self, queue: str, pause: float = 0, rate: float = float("inf")):
        self._queue = state_queue(queue)
        self._pause, self._rate = pause, rate
        self._epoch = self._number = 0
        self._left = self._due = 0.0

    def take_over(self, broker: AnyBroker, resume: Callable[[State], None]) -> bool:
        """Have the newest state that makes sense resumed; False where nobody else has left one.

        Ours is the next epoch from now on. What was left stays until we `leave` what we have made
        of it. `resume` raises one of MISSHAPEN where a state makes no sense, and is given the next.
        Where the newest is our own nobody was here meanwhile, and we know better.
        """
        broker.declare(self._queue)
        ours = self._epoch, self._number - 1
        self._number, self._left, self._due = 0, 0.0, 0.0
        found = filter(None, map(_read, broker.get_all(self._queue)))
        for state in sorted(found, key=_age, reverse=True):
            if _age(state) == ours:
                break
            try:
                resume(state)
            except MISSHAPEN as error:
                log.warning(PASSED_OVER, self._queue, excerpt(str(error), 100))
            else:
                self._epoch = max(self._epoch, state["epoch"]) + 1
                return True
        self._epoch += 1
        return False

    @property
    def age(self) -> float:
        """The seconds since a state was left."""
        return time.monotonic() - self._left

    def is_due(self, changed: bool) -> bool:
        """Whether it is time to leave a state that has changed, or one that would expire."""
        return time.monotonic() >= self._due if changed else self.age > RENEWED

    @property
    def wait(self) -> float:
        """The seconds until a change may be left."""
        return max(0.0, self._due - time.monotonic())

    def leave(self, broker: AnyBroker, known: State, *others: Message) -> bool:
        """Leave what is known, in one transaction with other messages.

        False, and nothing is left, where it weighs too much.
        """
        began = time.monotonic()
        body = encode({"epoch": self._epoch, "number": self._number, **known}).encode()
        if len(body) > HEAVIEST:
            return False
        state = Message(self._queue, body, "state", straight=True, expires=LASTS)
        broker.publish([*others, state])
        if broker.make_again(self._queue):
            broker.publish([state])  # Somebody had deleted the queue, and with it what was left.
        broker.acknowledge_got()
        self._number += 1
        self._left = now = time.monotonic()
        pause = max(self._pause, len(body) / self._rate)
        self._due = max(began + pause, now + (now - began) * (SHARE - 1))
        return True


def _read(arrival: Arrival) -> State | None:
    """The state of a message, None where it is none: somebody can have forged it."""
    try:
        state: State = json.loads(arrival.body)
        check_numbers(_age(state))
        return state
    except MISSHAPEN as error:
        log.warning(PASSED_OVER, arrival.queue, excerpt(str(error), 100))
        return None


def _age(state: State) -> tuple[int, int]:
    return state["epoch"], state["number"]
