"""The server: answers requests with an application, and waits for none that stays half.

This is the only module that knows uvicorn, which by itself waits for ever.
"""

import logging
import time

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_REQUEST = 10
"""Seconds that a request, from its first byte or from the connection on, may take to arrive."""


class PatientProtocol(H11Protocol):
    """One connection of somebody who asks, closed when a request stays half."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self._since = time.monotonic()
        self._look_again()

    def data_received(self, data: bytes):
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._since = time.monotonic()  # a new request
        super().data_received(data)

    def _look_again(self):
        self.loop.call_later(LONGEST_REQUEST / 4, self._look)

    def _look(self):
        # A WebSocket has taken the connection over, or it is gone.
        if self.transport.get_protocol() is not self or self.transport.is_closing():
            return
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._since = time.monotonic()  # It has all arrived, and is being answered.
        if time.monotonic() - self._since > LONGEST_REQUEST:
            self.transport.close()
        else:
            self._look_again()


def server_of(app) -> uvicorn.Server:
    """A server for an ASGI application, that says nothing of what browsers do."""
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="wsproto",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    # That a browser asks for what is not there, or stays to the end, is nothing to report.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Server(config)
