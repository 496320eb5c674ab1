"""Lists what was put aside in `06-rejected`, and leaves it there."""

import time
from pathlib import Path

from ..cli.screen import show
from ..cli.settings import load
from ..core.text import excerpt
from ..rabbitmq.connection import Broker
from ..rabbitmq.link import connect_once
from ..rabbitmq.messages import REJECTED


def show_rejected(folder: Path, url: str | None = None) -> int:
    """Show each message that nobody could use, with its reason.

    The broker is that of the settings in `folder`, unless a URL names another.
    """
    urls = [url] if url else load(folder).rabbitmq_urls
    with connect_once(urls, "rejected") as broker:
        _show(broker)
    return 0


def _show(broker: Broker) -> None:
    count = broker.counts(REJECTED).messages
    broker.consume(REJECTED, prefetch=0)
    seen = 0
    while seen < count and (arrived := broker.take(1)):
        for arrival in arrived[: count - seen]:
            seen += 1
            try:
                sent = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(arrival.sent))
            except (OSError, OverflowError, ValueError):
                sent = "some time"
            place = arrival.headers.get("queue", "?")
            reason = arrival.headers.get("reason", "no reason given")
            show(f"{sent}  {place}  {reason}: {excerpt(arrival.body)}")
    show(f"Messages in {REJECTED}: {count}. They stay until you purge it on the admin page.")
