"""The follower: a thread that keeps a story up to date by looking at the broker, and only looking.

It declares nothing, publishes nothing, and takes nothing out of a queue: the history is a stream,
which any number can read.
"""

import logging
import threading
import time
from collections.abc import Sequence

from ..core.errors import BrokerAway, BrokerRefused, SmartSmokerError
from ..core.probes import PROBES
from ..script.signals import Stop
from ..wire.connection import Broker
from ..wire.link import backoff, connect
from ..wire.messages import ALERTS, HISTORY, REJECTED, Arrival
from .story import Story

log = logging.getLogger(__name__)

LOOKED_AT = (*(probe.queue for probe in PROBES), ALERTS, REJECTED)
"""The queues whose state is told."""

NAME = "panel"
PREFETCH = 1000
LOOK = 1
"""Seconds between two looks at the queues."""

QUIET = 2
"""Seconds without an event after which the next one has just been sent, not stored."""

LONGEST_PAUSE = 5
"""Seconds between two tries to reach a broker: whoever looks at the page waits for it."""


class Follower:
    """Follows the history and the queues until it is left, through any outage of the broker.

    Hold `lock` while reading `story`; another one takes its place when the history was read anew,
    so look it up each time. `queues` tells what waits in each queue and how many consumers it has,
    None for a queue that is not there or not for us to see. `away` says why the broker is away, and
    `away_since` since when, in seconds since 1970. `loaded` is whether the story once was whole.
    `version` grows with every change of any of these.
    """

    def __init__(self, urls: Sequence[str]):
        self.story = Story()
        self.lock = threading.Lock()
        self.queues: dict[str, tuple[int, int] | None] = {}
        self.away: str | None = "no broker has answered yet"
        self.away_since = time.time()
        self.loaded = False
        self.version = 0
        self._urls = urls
        self._stop = Stop()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.requested = True
        self._thread.join(1)  # It may wait long for a broker that says nothing: let it be.

    def _run(self):
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
            if self.away is None:
                pauses = backoff(LONGEST_PAUSE)
                self._change(away_since=time.time())
            if reason != self.away:
                log.warning("The history cannot be followed for now: %s", reason)
            self._change(away=reason, queues={})
            self._stop.wait(next(pauses))

    def _follow(self, broker: Broker):
        """Read the history from its beginning by one connection, until a stop is requested."""
        story, stored = Story(), self._stored()
        broker.consume(HISTORY, PREFETCH, "first")
        if not self.loaded:
            self._change(story=story)
        live, heard, looked = False, time.monotonic(), 0.0
        while not self._stop.requested:
            arrived = broker.take(0.5)
            now = time.monotonic()
            if arrived:
                heard = now
                self._take(story, arrived, time.time() if live else None)
                broker.acknowledge(arrived[-1].tag, and_all_before=True)
                stored = stored if _number(arrived) < stored else -1
            live = live or now - heard > QUIET
            if stored < 0 and (self.away or not self.loaded):
                self._change(story=story, loaded=True, away=None)
                log.info("Following the history at %s.", broker.place)
            if now - looked >= LOOK:
                looked = now
                self._look(broker)

    def _stored(self) -> int:
        """The number of the first event in the history's last chunk, -1 for an empty history."""
        with connect(self._urls, f"{NAME}, end of the history", only_looks=True) as broker:
            broker.consume(HISTORY, 1, "last")
            return _number(broker.take(1)[:1])

    def _take(self, story: Story, arrived: list[Arrival], heard: float | None):
        with self.lock:
            news = [story.take(arrival, heard) for arrival in arrived]
            self.version += any(news) and story is self.story

    def _look(self, broker: Broker):
        queues = {}
        for queue in LOOKED_AT:
            try:
                queues[queue] = broker.state(queue)
            except (BrokerAway, BrokerRefused):  # If it is more, reading the history says so.
                queues[queue] = None
        if queues != self.queues:
            self._change(queues=queues)

    def _change(self, **changes):
        with self.lock:
            for name, value in changes.items():
                setattr(self, name, value)
            self.version += 1


def _number(arrived: list[Arrival]) -> int:
    """The number in the history of the newest of these events; -1 where none has one."""
    numbers = (arrival.headers.get("x-stream-offset") for arrival in arrived)
    return max((number for number in numbers if isinstance(number, int)), default=-1)
