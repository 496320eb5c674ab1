"""Lists what was put aside in `06-rejected`, and leaves it there."""

import time

from .broker import REJECTED, Broker
from .readings import excerpt
from .screen import show


def show_rejected(broker: Broker) -> int:
    """Show each message that nobody could use, with its reason; returns how many there are."""
    count = broker.state(REJECTED)[0]
    broker.consume(REJECTED, prefetch=0)
    seen = 0
    while seen < count:
        for delivery in broker.take(1)[: count - seen]:
            seen += 1
            sent = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(delivery.sent))
            place = delivery.headers.get("queue", "?")
            reason = delivery.headers.get("reason", "no reason given")
            show(f"{sent}  {place}  {reason}: {excerpt(delivery.body)}")
    show(f"Messages in {REJECTED}: {count}. They stay there until you purge it on the admin page.")
    return count
