"""The address of a broker: where it is, how it is believed, and how long it may take."""

import ssl
from urllib.parse import parse_qs, urlencode, urlsplit

HEARTBEAT = 10
"""Seconds. RabbitMQ frees the queue of a machine that has vanished after up to three of them."""

BLOCKED_SECONDS = 10
"""How long a broker may hold a publish back under a memory or disk alarm before we say so."""

HANDSHAKE_SECONDS = 10
"""How long a broker may take to let us in: one that hangs takes the connection and says nothing."""

SOCKET_SECONDS = 5
"""How long it may take to be reached at all."""

COMMIT_SECONDS = 20
"""How long it may take to confirm: RabbitMQ 4.3 never does so on a node that is cut off."""


def place(url: str) -> str:
    """Where a broker is, for people: host and port."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"


def in_time(url: str) -> str:
    """The address with the times above, as pika reads them, and without what is ours alone."""
    limits = {
        "heartbeat": HEARTBEAT,
        "blocked_connection_timeout": BLOCKED_SECONDS,
        "stack_timeout": HANDSHAKE_SECONDS,
        "socket_timeout": SOCKET_SECONDS,
    }
    return urlsplit(url)._replace(query=urlencode(limits)).geturl()


def tls_context(url: str) -> ssl.SSLContext:
    """The authorities by which a broker is believed: the system's, and its own by ?cacertfile=."""
    context = ssl.create_default_context()
    for own in parse_qs(urlsplit(url).query).get("cacertfile", ()):
        context.load_verify_locations(own)
    return context
