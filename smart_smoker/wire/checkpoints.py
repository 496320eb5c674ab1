"""Checkpoints: what a process knows, left in the history for whoever comes after it."""

import hashlib
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from ..script.signals import Stop
from .connection import Broker
from .history import read
from .messages import HISTORY, Arrival, Message

log = logging.getLogger(__name__)

VERSION = 1
"""Of what the lines say; those of another version are not believed."""

PART = 100_000
"""Bytes of a checkpoint in one message."""

LOOKS = (2_000, 20_000, 200_000, 2_000_000)
"""How many messages back we look for a checkpoint, at first and at most."""

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


class Checkpoints:
    """The checkpoints of those who read a queue; by `how` they know whether they do so alike."""

    def __init__(self, queue: str, how: str):
        self._queue = queue
        self._how = f"{VERSION} {how}"
        self._told = False

    def leave(self, broker: Broker, lines: Iterable[str], end: int):
        """Publish what is known of all that is in the history before the number `end`."""
        text = "\n".join(lines).encode()
        parts = [text[first : first + PART] for first in range(0, len(text), PART)]
        headers = {
            "queue": self._queue,
            "how": self._how,
            "begin": max(0, end - SLACK),
            "parts": len(parts),
            "digest": hashlib.sha256(text).hexdigest(),
        }
        id = uuid.uuid4().hex
        broker.publish(
            [
                Message(HISTORY, part, "checkpoint", id, headers | {"part": n}, True, vouched=True)
                for n, part in enumerate(parts)
            ]
        )

    def newest(self, broker: Broker, end: int, stop: Stop | None = None) -> Checkpoint | None:
        """The newest one before a number that can be believed, if it is not too far back."""
        parts: dict[tuple, dict[int, bytes]] = {}  # of those that are not complete yet
        before = end
        for look in LOOKS:
            newest, begin = None, max(0, end - look)
            for event in read(broker, begin, before, stop):
                if event.type == "checkpoint" and event.queue == HISTORY:
                    newest = self._whole(event, parts, broker.user) or newest
            if newest or not begin or (stop and stop.requested):
                break
            before = begin
        if parts:
            self._doubt("it is torn")
        return newest

    def _whole(self, event: Arrival, parts: dict, user: str) -> Checkpoint | None:
        """The checkpoint of which this is the last part."""
        names = ("queue", "how", "begin", "parts", "digest")
        queue, how, begin, count, digest = said = [event.headers.get(name) for name in names]
        if queue != self._queue:
            return None
        if event.user != user:
            self._doubt(f"it is from the user {event.user!r}")
            return None
        if how != self._how:
            self._doubt("it was left by other options or another version")
            return None
        key = event.id, *map(str, said)
        taken = parts.setdefault(key, {})
        taken[int(event.headers.get("part", 0))] = event.body
        if len(taken) != count:
            return None
        text = b"".join(taken[n] for n in sorted(taken))
        if hashlib.sha256(text).hexdigest() != digest or not isinstance(begin, int) or begin < 0:
            self._doubt("it is torn")
            return None
        parts.clear()
        return Checkpoint(text.decode().split("\n"), begin, event.sent)

    def _doubt(self, reason: str):
        if not self._told:
            log.info("A checkpoint for %s is passed over: %s.", self._queue, reason)
        self._told = True
