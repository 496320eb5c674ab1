"""The follower: a thread that keeps a story up to date by looking at the broker, and only looking.

It declares nothing, publishes nothing, and takes nothing out of a queue: the history is a stream,
which any number can read.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext

from ..cli.signals import Stop
from ..core.errors import BrokerAway, BrokerRefused, SmartSmokerError
from ..core.probes import PROBES
from ..rabbitmq.broker import Counts
from ..rabbitmq.connection import Broker
from ..rabbitmq.link import backoff, connect
from ..rabbitmq.messages import ALERTS, HISTORY, REJECTED
from .history_reader import HistoryReader
from .story import MOST_WEIGHT, Story

log = logging.getLogger(__name__)

LOOKED_AT = (*(probe.queue for probe in PROBES), ALERTS, REJECTED)
"""The queues of which it is told what waits and who reads."""

NAME = "panel"
NEWEST = 10_000
"""Events of the history that are shown first, of more: a second or less to read."""

LOOK = 1
"""Seconds between two looks at the queues."""

LONGEST_PAUSE = 5
"""Seconds between two tries to reach a broker: whoever looks at the page waits for it."""


class Follower:
    """Follows the history and the queues until it is left, through any outage of the broker.

    Hold `lock` while reading `story`; another one takes its place when the history was read anew,
    so look it up each time. `queues` tells what waits in each queue and how many consumers it has,
    None for a queue that is not there or not for us to see. `away` says why the broker is away, and
    `away_since` since when, in seconds since 1970. `loaded` is whether there once was a story,
    and `whole` whether this one goes back as far as it can; else what is older is still being read.
    `version` grows with every change of any of these. `newest` events are shown first.
    """

    def __init__(self, urls: Sequence[str], newest: int = NEWEST) -> None:
        self.story = Story()
        self.lock = threading.Lock()
        self.queues: dict[str, Counts | None] = {}
        self.away: str | None = "no broker has answered yet"
        self.away_since = time.time()
        self.loaded = self.whole = False
        self.version = 0
        self._urls, self._newest = urls, newest
        self._stop = Stop()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.requested = True
        self._thread.join(1)  # It may wait long for a broker that says nothing: let it be.

    def _run(self) -> None:
        pauses = backoff(LONGEST_PAUSE)
        while not self._stop.requested:
            try:
                with connect(self._urls, NAME, only_looks=True) as broker:
                    self._follow(broker)
                return
            except SmartSmokerError as error:
                reason = str(error)
            except Exception as error:
                log.exception("the history is not followed for now, this is a bug: %r", error)
                reason = "a bug: details are in the log"
            if reason != self.away:
                log.warning("The history cannot be followed for now: %s", reason)
            with self._changing():
                if self.away is None:
                    pauses = backoff(LONGEST_PAUSE)
                    self.away_since = time.time()
                self.away, self.queues = reason, {}
            self._stop.wait(next(pauses))

    def _follow(self, broker: Broker) -> None:
        """Read the history by this connection, until a stop is requested.

        Of a long one the newest events are read first, and then go on live by a connection of their
        own, until this one is through with all that a story keeps.
        """
        last, looked = self._last(), 0.0
        readers = [HistoryReader(broker, last, MOST_WEIGHT)]
        with ExitStack() as others:
            if last > self._newest:
                other = others.enter_context(self._connect("newest events"))
                readers.insert(0, HistoryReader(other, last, self._newest))
            while not self._stop.requested:
                for reader in readers:
                    self._read(reader, wait=reader is readers[-1] or not reader.is_whole)
                    if not reader.is_whole:
                        break
                    readers[-1].last = max(readers[-1].last, reader.number)
                if readers[-1].is_whole:
                    others.close()
                    del readers[:-1]
                if readers[0].is_whole:
                    self._show(readers[0].story, len(readers) == 1, broker.place)
                if time.monotonic() - looked >= LOOK:
                    looked = time.monotonic()
                    self._look(broker)

    def _connect(self, purpose: str) -> Broker:
        return connect(self._urls, f"{NAME}, {purpose}", only_looks=True)

    def _last(self) -> int:
        """The number of the first event in the history's last chunk, -1 for an empty history."""
        with self._connect("end of the history") as broker:
            broker.consume(HISTORY, 1, "last")
            return next((event.number for event in broker.take(4)), -1)

    def _read(self, reader: HistoryReader, wait: bool) -> None:
        shown = reader.story is self.story
        if reader.read(0.5 * wait, self.lock if shown else nullcontext()) and shown:
            with self._changing():
                pass

    def _show(self, story: Story, whole: bool, place: str) -> None:
        """Have this story take the place of the one before, where it does not yet."""
        if story is self.story and self.away is None:
            return
        if self.away is not None:
            log.info("Following the history at %s.", place)
        story.hear(self.story)
        with self._changing():
            self.story, self.whole, self.loaded, self.away = story, whole, True, None

    def _look(self, broker: Broker) -> None:
        queues: dict[str, Counts | None] = {}
        for queue in LOOKED_AT:
            try:
                queues[queue] = broker.counts(queue)
            except (BrokerAway, BrokerRefused):  # If it is more, reading the history says so.
                queues[queue] = None
        if queues != self.queues:
            with self._changing():
                self.queues = queues

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self.lock:
            yield
            self.version += 1
