"""The server: answers requests with an application, and is held up by nobody.

This is the only module that knows uvicorn, which by itself waits for ever, and for everybody.
"""

import asyncio
import logging
import socket
import time
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from .access import App
from .crowd import network_of, who_gives_way

if TYPE_CHECKING:
    from uvicorn.server import Protocols

LONGEST_REQUEST = 10
"""Seconds that a request, from its first byte or from the connection on, may take to arrive."""

LONGEST_ANSWER = 15
"""Seconds in which somebody must have read some of what is sent to him."""

SENT_AHEAD = 128 * 1024
"""Bytes that the system keeps of what nobody has read yet: else it would be megabytes for each."""

BACKLOG = 20
"""How many connections are taken at once, before there is a look at how many there are."""


class _Bounded(asyncio.Protocol):
    """One connection, which has to make room for others and to read what is sent to it.

    The attributes without a value are those of the two protocols that it stands before.
    """

    gone = False
    client: tuple[str, int] | None
    config: uvicorn.Config
    connections: "set[Protocols]"
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.heard = self._read = time.monotonic()
        self._unread = 0
        buffered = socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AHEAD
        transport.get_extra_info("socket").setsockopt(*buffered)
        self._make_room()
        self._look_again()

    def data_received(self, data: bytes) -> None:
        self.heard = time.monotonic()
        super().data_received(data)

    def resume_writing(self) -> None:
        self._read = time.monotonic()
        super().resume_writing()

    @property
    def network(self) -> str:
        # Of a connection that was reset before we saw it nobody knows where it came from.
        return network_of(self.client[0]) if self.client else ""

    def leave(self) -> None:
        """Break it off at once: whatever is not read yet is not waited for."""
        self.gone = True
        self.transport.abort()

    def _make_room(self) -> None:
        """Where there are too many, break off what has been silent longest of who has most.

        An open page goes after all that is not one.
        """
        there = [each for each in self._all() if not each.gone]
        proxy = str(self.config.forwarded_allow_ips)  # one address, as server_of has set it
        network = who_gives_way((each.network for each in there), proxy)
        others = (each for each in there if each.network == network and each is not self)
        if network is not None:
            min(others, key=lambda o: (isinstance(o, WSProtocol), o.heard), default=self).leave()

    def _all(self) -> "list[_Bounded]":
        return [each for each in self.connections if isinstance(each, _Bounded)]

    def _look_again(self) -> None:
        self.loop.call_later(min(LONGEST_REQUEST, LONGEST_ANSWER) / 4, self._look)

    def _look(self) -> None:
        if self not in self._all():  # It is gone, or a WebSocket has taken it over.
            return
        unread, now = self.transport.get_write_buffer_size(), time.monotonic()
        if not unread or unread < self._unread:
            self._read = now
        self._unread = unread
        if now - self._read > LONGEST_ANSWER:
            self.leave()
        else:
            self._look_again()


class PatientProtocol(_Bounded, H11Protocol):
    """One connection of somebody who asks, closed when a request stays half."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._since = time.monotonic()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._since = time.monotonic()  # a new request
        super().data_received(data)

    def _look(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._since = time.monotonic()  # It has all arrived, and is being answered.
        if self in self._all() and time.monotonic() - self._since > LONGEST_REQUEST:
            self.transport.close()
        super()._look()


class PatientSocket(_Bounded, WSProtocol):
    """The WebSocket of an open page."""


def server_of(app: App, proxy: str = "") -> uvicorn.Server:
    """A server for an ASGI application, that says nothing of what browsers do.

    The `proxy` at this address, if any, is believed where a request comes from.
    """
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws=PatientSocket,
        log_config=None,
        access_log=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,
    )
    # That a browser asks for what is not there, or stays to the end, is nothing to report.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Server(config)
