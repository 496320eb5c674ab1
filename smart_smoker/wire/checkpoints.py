"""Checkpoints: what a process knows, left in the history for whoever comes after it."""

import hashlib
import logging
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..core.errors import BrokerAway
from ..script.signals import Stop
from .connection import Broker
from .history import mark, read
from .messages import HISTORY, Arrival, Message

log = logging.getLogger(__name__)

VERSION = 2
"""Of what the lines say; those of another version are not believed."""

PART = 100_000
"""Bytes of a checkpoint in one message."""

TRIES = 3
"""How many may prove untrue before we look for no other one."""

LOOKS = (2_000, 8_000, 32_000, 128_000, 512_000, 2_000_000)
"""How many messages back we look for a checkpoint: step by step, until there is a whole one."""

SLACK = 2_000
"""Messages before a checkpoint's begin that are read too: a queue can be behind the history by what
is on its way to it."""


@dataclass(frozen=True)
class Checkpoint:
    """What another process knew of all that is in the history before the number `begin`.

    `sent` is when it was left, in seconds since 1970.
    """

    lines: list[str]
    begin: int
    sent: float


class _Parts:
    """What was found of one checkpoint: those of its parts, and the number of the last one."""

    def __init__(self, head: tuple, sent: float):
        self.head, self.last, self.whole = head, 0, False
        self._sent = sent
        self._bodies: dict[str, bytes] = {}

    def add(self, event: Arrival):
        _, begin, count, digest = self.head
        self._bodies[str(event.headers.get("part"))] = event.body
        self.last = max(self.last, event.number)
        if len(self._bodies) == count and isinstance(begin, int) and 0 <= begin <= self.last:
            self.whole = _digest(self._in_order()) == digest

    def _in_order(self) -> list[bytes]:
        return [self._bodies.get(str(n), b"") for n in range(len(self._bodies))]

    def checkpoint(self) -> Checkpoint:
        lines = b"".join(self._in_order()).decode(errors="replace").split("\n")
        return Checkpoint(lines, int(self.head[1]), self._sent)


def _cut(lines: Iterable[str]) -> list[bytes]:
    """A text of such lines, in parts. Of 100,000 cooks it is 30 MB: it is never there twice."""
    parts, rest = [], bytearray()
    for line in lines:
        rest += f"{line}\n".encode()
        while len(rest) > PART:
            parts.append(bytes(rest[:PART]))
            del rest[:PART]
    return [*parts, bytes(rest[:-1])]


def _digest(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


class Checkpoints:
    """The checkpoints of those who read a queue; by `how` they know whether they do so alike."""

    def __init__(self, queue: str, how: str):
        self._queue = queue
        self._how = f"{VERSION} {how}"
        self._told = self._refused = False
        self._found: tuple | None = None
        self._doubted: list[tuple] = []

    def leave(self, broker: Broker, lines: Iterable[str], end: int):
        """Publish what is known of all that is in the history before the number `end`.

        Not to a broker that has refused the name that we vouch with: it would cost the connection
        each time.
        """
        if self._refused:
            return
        # Without the history we would lose this connection, and all that we know.
        broker.declare(HISTORY)
        parts = _cut(lines)
        headers = {
            "queue": self._queue,
            "how": self._how,
            "begin": max(0, end - SLACK),
            "parts": len(parts),
            "digest": _digest(parts),
        }
        id = uuid.uuid4().hex
        messages = [
            Message(HISTORY, part, "checkpoint", id, headers | {"part": n}, True, vouched=True)
            for n, part in enumerate(parts)
        ]
        try:
            broker.publish(messages)
            self._doubted.clear()
        except BrokerAway as error:
            if "user_id" in str(error):
                self._refused = True
                log.warning("No checkpoints are left, and starts take longer: %s.", error)
            raise

    def replay(
        self, broker: Broker, since: str, stop: Stop, believed: bool = True
    ) -> tuple[Checkpoint | None, Iterator[Arrival]]:
        """The newest checkpoint and the history from its begin on, or None and the history `since`.

        None, too, where no checkpoint is to be `believed`, or TRIES were doubted.
        """
        end = mark(broker)
        believed = believed and len(self._doubted) < TRIES
        newest = self._newest(broker, end or 0, stop) if believed else None
        return newest, read(broker, newest.begin if newest else since, end, stop)

    def doubt(self):
        """The one that was found last was not true: it is passed over until a new one is left."""
        self._doubted.append(self._found)

    def _newest(self, broker: Broker, end: int, stop: Stop) -> Checkpoint | None:
        """The newest one before a number that can be believed, if it is not too far back."""
        found: list[_Parts] = []
        doubt = -1, ""  # the number of the newest one that is not believed, and why
        before = end
        for look in LOOKS:
            begin = max(0, end - look)
            for event in read(broker, begin, before, stop):
                if reason := self._take(event, found, broker.user):
                    doubt = max(doubt, (event.number, reason))
            whole = [parts for parts in found if parts.whole]
            if whole or not begin or stop.requested:
                break
            before = begin
        newest = max(whole, key=lambda parts: parts.last, default=None)
        torn = ((parts.last, "it is torn") for parts in found if not parts.whole)
        number, reason = max([doubt, *torn])
        if number > (newest.last if newest else -1) and not (self._told or stop.requested):
            log.info("A checkpoint for %s is passed over: %s.", self._queue, reason)
            self._told = True
        self._found = newest and newest.head
        return newest and newest.checkpoint()

    def _take(self, event: Arrival, found: list[_Parts], user: str) -> str:
        """Put a part of a checkpoint of ours to the others, or tell why it is not believed.

        What is older than a whole one is dropped.
        """
        kind = event.type, event.queue, event.headers.get("queue")
        if kind != ("checkpoint", HISTORY, self._queue):
            return ""
        if event.user != user:
            return f"it is from the user {event.user!r}"
        if event.headers.get("how") != self._how:
            return "it was left by other options or another version"
        head = event.id, *(event.headers.get(name) for name in ("begin", "parts", "digest"))
        if head in self._doubted:
            return ""
        parts = next((parts for parts in found if parts.head == head), None)
        if parts is None:
            found.append(parts := _Parts(head, event.sent))
        parts.add(event)
        if parts.whole:
            found[:] = [other for other in found if other.last >= parts.last]
        return ""
