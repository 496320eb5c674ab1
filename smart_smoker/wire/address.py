"""The address of a broker: its place for people, and how its certificate is checked."""

import ssl
from urllib.parse import parse_qs, urlsplit


def place(url: str) -> str:
    """Where a broker is, for people: host and port."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"


def tls_context(url: str) -> ssl.SSLContext:
    """The authorities by which a broker is believed: the system's, and its own by ?cacertfile=."""
    context = ssl.create_default_context()
    for own in parse_qs(urlsplit(url).query).get("cacertfile", ()):
        context.load_verify_locations(own)
    return context
