"""Who asks badly: the panel does not hold such requests and answers, and serves the others."""

import socket
import struct
import threading
from contextlib import ExitStack, contextmanager

import pytest
from scripts import LOOPBACK, until

from smart_smoker.panel import crowd, server
from smart_smoker.panel.crowd import MOST, MOST_OF_ONE, who_gives_way

LONG = 8_000_000
"""Bytes of an answer that no system keeps for somebody who does not read it."""


async def answer(scope, receive, send):
    """An application that reads a request to its end, and talks to a WebSocket without one."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while True:
            await send({"type": "websocket.send", "text": "x" * 10_000})
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    said = {"/long": b"x" * LONG, "/who": scope["client"][0].encode()}.get(scope["path"], b"here")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": said})


@contextmanager
def served(proxy: str = ""):
    """A server, and whom it answers just now."""
    listening = socket.create_server((LOOPBACK, 0))
    running = server.server_of(answer, proxy)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: running.started, "a server")
    yield listening.getsockname(), running.server_state.connections
    running.should_exit = True
    thread.join()


def heard(way: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    way.settimeout(60)
    text = b""
    while data := way.recv(1000):
        text += data
    return text


def test_whoever_is_gone_before_anybody_looked_holds_up_nobody():
    with served() as (address, connections):
        for _ in range(5):
            gone = socket.create_connection(address)
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            gone.close()  # a reset, and no end in good order
        with socket.create_connection(address) as way:
            way.sendall(LAST)
            assert b"here" in heard(way)
        until(lambda: not connections, "no connection")


WHOLE = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
LAST = WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "half",
    [b"GET / HT", WHOLE[:-2], b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf"],
    ids=["half a line", "half a head", "half a body"],
)
@pytest.mark.parametrize("before", [b"", WHOLE], ids=["at first", "after a whole one"])
def test_a_request_that_stays_half_is_closed_and_others_are_answered(monkeypatch, half, before):
    monkeypatch.setattr(server, "LONGEST_REQUEST", 0.3)
    with served() as (place, _), socket.create_connection(place) as slow:
        slow.sendall(before + half)
        with socket.create_connection(place) as quick:
            quick.sendall(LAST)
            assert b"here" in heard(quick)
        assert heard(slow).count(b"here") == bool(before)


UPGRADE = (
    b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.mark.parametrize(
    "asked",
    [WHOLE.replace(b"/", b"/long", 1), LAST.replace(b"/", b"/long", 1), WHOLE * 2000, UPGRADE],
    ids=["an answer", "the last answer", "many answers", "a WebSocket"],
)
def test_what_nobody_reads_is_not_kept_for_long(monkeypatch, asked):
    monkeypatch.setattr(server, "LONGEST_ANSWER", 0.3)
    with served() as (place, there), socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.connect(place)
        until(lambda: there, "a connection")
        deaf.sendall(asked)
        until(lambda: not there, "the end of a connection")


def test_whoever_reads_slowly_gets_all_of_it(monkeypatch):
    monkeypatch.setattr(server, "LONGEST_ANSWER", 0.3)
    with served() as (place, _), socket.create_connection(place) as slow:
        slow.sendall(LAST.replace(b"/", b"/long", 1))
        slow.settimeout(60)
        read = 0
        while data := slow.recv(100_000):
            read += len(data)
            threading.Event().wait(0.01)
        assert read > LONG


# --- many who ask at once ------------------------------------------------------------------------


def test_of_too_many_connections_the_one_that_was_silent_longest_makes_room(monkeypatch):
    monkeypatch.setattr(crowd, "MOST", 3)
    with served() as (place, there), ExitStack() as ways:
        first, second, third = (
            ways.enter_context(socket.create_connection(place)) for _ in range(3)
        )
        until(lambda: len(there) == 3, "three connections")
        first.sendall(WHOLE)
        assert b"200" in first.recv(1000)
        with socket.create_connection(place) as another:
            another.sendall(LAST)
            assert b"here" in heard(another)
        assert heard(second) == b""
        for other in (first, third):
            other.sendall(LAST)
            assert b"here" in heard(other)


def test_whoever_has_most_gives_way_and_nobody_may_have_all():
    many = [f"192.0.2.{n}" for n in range(MOST - MOST_OF_ONE)]
    one = ["198.51.100.7"] * MOST_OF_ONE
    assert who_gives_way([*many, *one], "") is None
    assert who_gives_way(["198.51.100.7", *one], "") == "198.51.100.7"
    assert who_gives_way([*many, *one, "203.0.113.1"], "") == "198.51.100.7"
    network = [f"2001:db8::{n}" for n in range(MOST_OF_ONE + 1)]
    assert who_gives_way(network, "") == "2001:db8::/64"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.0.2.80"])
def test_behind_this_machines_addresses_and_a_proxy_there_can_be_many(address):
    assert who_gives_way([address] * MOST, "192.0.2.80") is None
    assert who_gives_way([*[address] * MOST, "203.0.113.1"], "192.0.2.80") == address


@pytest.mark.parametrize(
    ("proxy", "said"),
    [("", b"127.0.0.1"), ("192.0.2.80", b"127.0.0.1"), (LOOPBACK, b"203.0.113.7")],
)
def test_where_a_request_comes_from_is_believed_of_the_proxy_alone_that_is_named(proxy, said):
    asked = LAST.replace(b"/", b"/who", 1).replace(b"host", b"x-forwarded-for: 203.0.113.7\r\nhost")
    with served(proxy) as (place, _), socket.create_connection(place) as way:
        way.sendall(asked)
        assert heard(way).endswith(b"\r\n" + said + b"\r\n0\r\n\r\n")
