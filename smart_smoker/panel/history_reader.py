"""The reader of the history: its events from one on, taken into a story by one connection."""

import time
from contextlib import AbstractContextManager

from ..rabbitmq.connection import Broker
from ..rabbitmq.messages import HISTORY
from .story import Story

PREFETCH = 1000

LIVE_SECONDS, LIVE_EVENTS = 2, 1000
"""Seconds, and events: where fewer came in so long, the next one has come when it was sent."""


class HistoryReader:
    """The newest events of the history, at most so many, and all that come after them.

    `number` is that of the newest event in its story, and `last` the one that it must come to; -1
    is none.
    """

    def __init__(self, broker: Broker, last: int, most: int) -> None:
        self.story = Story()
        self.number, self.last = -1, last
        self._broker = broker
        self._live, self._since, self._count = False, time.monotonic(), 0
        broker.consume(HISTORY, PREFETCH, last - most if last > most else "first")

    @property
    def is_whole(self) -> bool:
        """Whether its story has come to the last event."""
        return self.number >= self.last

    def read(self, seconds: float, lock: AbstractContextManager[object]) -> bool:
        """Take what has come, holding the lock; waits for it up to so long.

        Tells whether something is new.
        """
        arrived = self._broker.take(seconds)
        news = False
        if arrived:
            heard = time.time() if self._live else None
            with lock:
                for arrival in arrived:
                    news |= self.story.take(arrival, heard)
            self._broker.acknowledge(arrived[-1].tag, and_all_before=True)
            self.number = max(self.number, arrived[-1].number)
            self._count += len(arrived)
        now = time.monotonic()
        if now - self._since >= LIVE_SECONDS:
            self._live = self._live or (self.is_whole and self._count < LIVE_EVENTS)
            self._since, self._count = now, 0
        return news
