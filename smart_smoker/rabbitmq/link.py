"""Staying connected: which broker, how often to try, and who may read a queue."""

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator
from logging import INFO, WARNING
from typing import TypeVar

from ..cli.commands import typed
from ..cli.signals import Stop
from ..core.errors import BrokerAway, BrokerBlocked, BrokerRefused, NoStreams, QueueTaken
from .address import place
from .broker import AnyBroker
from .connection import Broker

log = logging.getLogger(__name__)

LONGEST_PAUSE = 15
"""Seconds between two tries to reach a broker."""

NO_HISTORY = (
    "The broker at %s has no streams, as RabbitMQ has from 3.9 on: nothing is lost, but the panel,"
    " --resume and alerts.py --pending have nothing to read."
)
START = typed("(python3 run.py broker start)")
NO_BROKER = f"Is it running? {START} Trying again until it is there."

PATIENCE = 30
"""Seconds for which messages wait and nobody takes one, after which the readers of a queue count as
dead: a living one on a busy machine can pause for some seconds."""

LASTING = 8
"""Tries after which an outage is logged again; with their pauses, about a minute."""

T = TypeVar("T")


def connect(urls: Iterable[str], name: str, only_looks: bool = False) -> Broker:
    """Open a connection to the first broker that takes it; `name` is shown on its admin page.

    Raises BrokerRefused when all of them refuse it, else BrokerAway.
    """
    errors = []
    for url in urls:
        for has_history in (True, False):
            try:
                return Broker(url, name, has_history, only_looks)
            except NoStreams:
                continue
            except (BrokerAway, BrokerRefused) as error:
                errors.append((place(url), error))
                break
    if errors and all(isinstance(error, BrokerRefused) for _, error in errors):
        raise errors[0][1]
    raise BrokerAway("; ".join(f"{place}: {error}" for place, error in errors), urls)


def connect_once(urls: Iterable[str], name: str) -> Broker:
    """Open a connection for a command that does not wait. Raises BrokerAway with what to do."""
    try:
        return connect(urls, name)
    except BrokerAway as error:
        raise BrokerAway(f"no broker: {error} {START}", urls) from error


class Outage:
    """What is told of an outage: its beginning, once more when it lasts, and its end.

    A broker that was away, and refuses us when it is back, is told as well.
    """

    def __init__(self) -> None:
        self._tries = 0
        self.told: set[type] = set()
        self._told_end = False
        self.pauses = backoff(LONGEST_PAUSE)

    def tells(self, error: Exception, inside: bool) -> bool:
        """Whether to tell why a try has failed, to connect or `inside` a connection."""
        self._tries += 1
        news = type(error) not in self.told or self._tries == LASTING
        self.told.add(type(error))
        self._told_end = self._told_end and not news
        # To connect again ends no outage that came after connecting: a right, a full disk.
        self._told_end |= inside and type(error) is not BrokerAway
        return news

    def tells_end(self) -> bool:
        """Whether to tell that there is a connection: once, however often it is lost at once."""
        news = self._tries > 0 and not self._told_end
        self._told_end = True
        return news


def stay_connected(
    urls: Iterable[str], name: str, stop: Stop, work: Callable[[Broker], T], level: int = WARNING
) -> T | None:
    """Call `work` with an open connection, and again with a new one whenever it is lost.

    Returns what `work` returns, or None when a stop was requested first. An outage is told at
    `level`, but that we are refused always as a warning. Raises BrokerRefused where the start is
    refused: no connection has served us before.
    """
    outage, started = Outage(), False
    while not stop.requested:
        broker = None
        try:
            with connect(urls, name) as broker:
                since = time.monotonic()
                if outage.tells_end():
                    log.log(min(level, INFO), "The broker at %s is back.", broker.place)
                if not (broker.has_history or started):
                    log.log(level, NO_HISTORY, broker.place)
                broker.blocked = BrokerBlocked in outage.told
                return work(broker)
        except (BrokerAway, BrokerRefused) as error:
            if broker:
                # A connection that is lost at once, and carried no message, ends no outage.
                served = broker.useful or time.monotonic() - since > LONGEST_PAUSE
                started = started or served or isinstance(error, BrokerAway)
                if served and not broker.blocked:
                    outage = Outage()
                # A node that sees no other still lets us in: the others are asked first.
                urls = sorted(urls, key=lambda url: place(url) == broker.place)
            if isinstance(error, BrokerRefused) and not started:
                raise
            if outage.tells(error, inside=broker is not None):
                _tell(error, broker, name, level)
        stop.wait(next(outage.pauses))
    return None


def _tell(error: Exception, broker: Broker | None, name: str, level: int) -> None:
    if isinstance(error, BrokerRefused):
        log.warning("The %s is refused: %s. Trying on until it is let in.", name, error)
    elif broker:
        log.log(level, "The broker at %s is lost: %s", broker.place, error)
    else:
        log.log(level, "No broker: %s. %s", error, NO_BROKER)


def backoff(longest: float) -> Iterator[float]:
    """Pauses in seconds between tries: 1, 2, 4, … up to the longest, each shortened by chance.

    Chance keeps many clients of one server from coming back all at once.
    """
    pause = 1.0
    while True:
        yield pause * random.uniform(0.5, 1)
        pause = min(2 * pause, longest)


def read_alone(broker: AnyBroker, queue: str, prefetch: int, stop: Stop, level: int = INFO) -> bool:
    """Begin to read a queue as soon as nobody else does; False when a stop was requested first."""
    told, dead = False, 0
    while not stop.requested:
        try:
            broker.consume(queue, prefetch, dead=dead)
            return True
        except QueueTaken:
            if not told:
                words = "Another consumer (or our own lost connection) is reading %s; standing by."
                log.log(level, words, queue)
            told = True
        dead = _await_free(broker, queue, stop)
    return False


def _await_free(broker: AnyBroker, queue: str, stop: Stop) -> int:
    """Wait until nobody reads a queue, or until all its readers are dead; how many those are.

    A quorum queue goes on counting the readers of a node that died until the node is back. They
    are known by what waits in the queue and is not taken.
    """
    waited, since = 0, time.monotonic()
    while not stop.requested:
        broker.wait(random.uniform(0.2, 0.5))  # By chance, so that two do not meet again.
        waiting, readers = broker.counts(queue)
        if not readers:
            break
        if not waiting or waiting < waited:
            since = time.monotonic()
        if time.monotonic() - since > PATIENCE:
            return readers
        waited = waiting
    return 0
