"""The history, read again: a new process learns from it what happened before it started."""

import time
import uuid
from collections.abc import Iterator

from ..core.errors import BrokerAway
from ..script.signals import Stop
from .connection import Broker
from .messages import HISTORY, Arrival, Message

PATIENCE = 10
"""Seconds without a message after which the history is taken for broken."""


def replay(broker: Broker, since: str | int, stop: Stop | None = None) -> Iterator[Arrival]:
    """What the history holds at this moment, in order; nothing where a broker has no streams.

    `since` is where to begin, as `Broker.consume` takes it; it ends early when a stop is requested.
    Raises BrokerAway. A connection of its own reads it, while `broker` is kept alive: pika can end
    the reading of a stream only with its connection.
    """
    yield from read(broker, since, mark(broker), stop)


def mark(broker: Broker) -> int | None:
    """Put a marker at the end of the history, and return its number; None where there is none.

    What comes to the history later has a higher one. Raises BrokerAway.
    """
    if not broker.has_history:
        return None
    broker.declare(HISTORY)  # Were the history deleted, we would wait in vain for our marker.
    id = uuid.uuid4().hex
    with broker.another("end of the history") as reader:
        reader.consume(HISTORY, 1000, "last")
        broker.publish([Message(HISTORY, b"", "marker", id, straight=True)])
        return next(a.number for a in _arrivals(broker, reader, None) if a.id == id)


def read(
    broker: Broker, since: str | int, end: int | None, stop: Stop | None = None
) -> Iterator[Arrival]:
    """The history's messages before a number, in order, but for its markers.

    Nothing where `end` is None: where a broker has no streams.
    """
    if end is None:
        return
    with broker.another("history") as reader:
        reader.consume(HISTORY, 1000, since)
        for arrival in _arrivals(broker, reader, stop):
            if arrival.type != "marker" and arrival.number < end:
                yield arrival
            if arrival.number >= end:
                return


def _arrivals(broker: Broker, reader: Broker, stop: Stop | None) -> Iterator[Arrival]:
    heard = time.monotonic()
    while not (stop and stop.requested):
        broker.wait(0)
        arrived = reader.take(0.5)
        if arrived:
            heard = time.monotonic()
        elif time.monotonic() - heard > PATIENCE:
            raise BrokerAway("the history does not give what was put into it", broker.place)
        yield from arrived
        if arrived:
            reader.acknowledge(arrived[-1].tag, and_all_before=True)
