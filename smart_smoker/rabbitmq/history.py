"""The history, read again: what happened before, for whoever asks."""

import time
import uuid
from collections.abc import Iterator

from ..cli.signals import Stop
from ..core.errors import BrokerAway
from .broker import AnyBroker
from .messages import HISTORY, Arrival, Message

PATIENCE = 10
"""Seconds without a message after which the history is taken for broken."""


def replay(broker: AnyBroker, since: str, stop: Stop | None = None) -> Iterator[Arrival]:
    """What the history holds by now, in order; nothing where a broker has no streams.

    `since` is where to begin, as `Broker.consume` takes it; it ends early when a stop is requested.
    Raises BrokerAway. A connection of its own reads it, while `broker` is kept alive: pika can end
    the reading of a stream only with its connection.
    """
    if not broker.has_history:
        return
    broker.declare(HISTORY)  # Were the history deleted, we would wait in vain for our marker.
    marker = Message(HISTORY, b"", "marker", uuid.uuid4().hex, straight=True)
    with broker.another("history") as reader:
        reader.consume(HISTORY, 1000, since)
        broker.publish([marker])
        heard = time.monotonic()
        while not (stop and stop.requested):
            broker.wait(0)
            arrived = reader.take(0.5)
            if arrived:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise BrokerAway("the history does not give what was put into it", broker.place)
            for arrival in arrived:
                if arrival.id == marker.id:
                    return
                if arrival.type != "marker":
                    yield arrival
            if arrived:
                reader.acknowledge(arrived[-1].tag, and_all_before=True)
