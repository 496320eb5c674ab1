"""A push service on loopback, as Apprise's json:// knows it."""

import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from scripts import LOOPBACK


class PushService(HTTPServer):
    """Keeps what is posted to it, and answers with `status` after a `pause` in seconds.

    Where `status` is None it hangs up instead.
    """

    status: int | None = 200
    pause = 0.0

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Posted)
        self.posted: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.url = f"json://{LOOPBACK}:{self.server_port}/"


class _Posted(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        time.sleep(self.server.pause)
        if self.server.status:
            self.send_response(self.server.status)
            self.end_headers()

    def log_message(self, format: str, *words: object) -> None:
        pass
