"""Ports of this machine: which are free, and who answers."""

from __future__ import annotations

import contextlib
import random
import socket

AMQP = b"AMQP\x00\x00\x09\x01", b"\x01"  # the greeting of 0-9-1, and how a method frame begins
HTTP = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200"


def answers(port: int) -> bool:
    """Whether anybody listens on this port of the loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, below those that systems give to outgoing connections."""
    candidates = (port for port in random.sample(range(20000, 30000), 500) if not answers(port))
    return [next(candidates) for _ in range(count)]


def replies(port: int, request: bytes, reply: bytes) -> bool:
    """Whether what listens on this port begins its answer to `request` with `reply`."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as server:
        server.sendall(request)
        return server.recv(len(reply)) == reply
    return False
