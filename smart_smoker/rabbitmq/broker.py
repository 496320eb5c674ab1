"""What consumers and senders need of a broker: `Broker` in connection.py is that, by pika."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from .messages import Arrival, Message


class Counts(NamedTuple):
    """How many messages wait in a queue, and how many consumers it has."""

    messages: int
    consumers: int


class AnyBroker(Protocol):
    """One open connection to a broker. Everything here raises BrokerAway when that is lost."""

    place: str
    has_history: bool
    """Whether it has streams, as RabbitMQ has from 3.9 on."""

    dead_readers: int
    """How many of the readers of the queue that we read are known to be dead."""

    def another(self, purpose: str) -> AbstractContextManager["AnyBroker"]:
        """A second connection to the same broker, to read what is there."""

    def declare(self, *only: str) -> None:
        """Make sure that exchange, queues and bindings are there, or `only` some of the queues.

        Queues of states are made only where they are named. A user who may not declare looks
        whether all is there. Raises BrokerRefused when something exists with other arguments, or
        when it may be neither made nor seen.
        """

    def make_again(self, queue: str) -> bool:
        """Make a queue again where somebody has deleted it; whether so it was."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Hand messages over and return when the broker has taken responsibility for them all.

        Queues that somebody has deleted are made again first.
        """

    def consume(
        self, queue: str, prefetch: int, since: str | int | None = None, dead: int = 0
    ) -> None:
        """Begin to read a queue, as its only reader; what was read but not acknowledged returns.

        The history is read by anyone `since` its `first` message, the `last`, an age like `3D` or
        a number. Raises QueueTaken when there is another reader, not counting so many `dead` ones,
        so does `take`: a quorum queue lets others in, so we look before, after, and each second.
        """

    def take(self, seconds: float, most: int | None = None) -> list[Arrival]:
        """What has arrived, in order, or the first so many; waits up to so many seconds for one."""

    def acknowledge(self, tag: int, and_all_before: bool = False) -> None:
        """Tell the broker that a message is done with and can be forgotten."""

    def get_all(self, queue: str) -> list[Arrival]:
        """What a queue holds, in order; it stays there until `acknowledge_got`."""

    def acknowledge_got(self) -> None:
        """Tell the broker that all that `get_all` has returned can be forgotten."""

    def wait(self, seconds: float) -> None:
        """Let so much time pass, or less when something arrives, and keep the connection alive."""

    def wake(self) -> None:
        """End the wait of the thread that has this connection; the only call for other threads."""

    def counts(self, queue: str) -> Counts:
        """What a queue holds, and who reads it. Raises BrokerAway where there is no such queue."""

    def is_empty(self, queue: str) -> bool:
        """Whether nothing waits in the queue that we read, and nothing of it waits to be taken."""
