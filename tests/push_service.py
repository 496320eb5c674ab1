"""A push service on loopback, as Apprise's json:// knows it."""

import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from scripts import LOOPBACK


class PushService(HTTPServer):
    """Keeps what is posted to it, and answers with `status` after a `pause` in seconds.

    Where `status` is None it hangs up instead.
    """

    def __init__(self):
        super().__init__((LOOPBACK, 0), _Posted)
        self.status, self.pause = 200, 0.0
        self.posted: list[dict] = []
        self.paths: list[str] = []
        self.url = f"json://{LOOPBACK}:{self.server_port}/"


class _Posted(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.paths.append(self.path)
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        time.sleep(self.server.pause)
        if self.server.status:
            self.send_response(self.server.status)
            self.end_headers()

    def log_message(self, *words):
        pass
