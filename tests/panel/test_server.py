"""Requests that stay half: the panel does not hold them, and serves the others meanwhile."""

import socket
import threading
from contextlib import contextmanager

import pytest
from scripts import LOOPBACK, until

from smart_smoker.panel import server


async def answer(scope, receive, send):
    """An application that reads a request to its end."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


@contextmanager
def served():
    listening = socket.create_server((LOOPBACK, 0))
    running = server.server_of(answer)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: running.started, "a server")
    yield listening.getsockname()
    running.should_exit = True
    thread.join()


def heard(way: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    way.settimeout(20)
    text = b""
    while data := way.recv(1000):
        text += data
    return text


WHOLE = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    "half",
    [b"GET / HT", WHOLE[:-2], b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf"],
    ids=["half a line", "half a head", "half a body"],
)
@pytest.mark.parametrize("before", [b"", WHOLE], ids=["at first", "after a whole one"])
def test_a_request_that_stays_half_is_closed_and_others_are_answered(monkeypatch, half, before):
    monkeypatch.setattr(server, "LONGEST_REQUEST", 0.3)
    with served() as place, socket.create_connection(place) as slow:
        slow.sendall(before + half)
        with socket.create_connection(place) as quick:
            quick.sendall(WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
            assert b"here" in heard(quick)
        assert heard(slow).count(b"here") == bool(before)
