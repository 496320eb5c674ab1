"""The routes: what the panel answers at which address, and the server that does so."""

import logging
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from ..app.links import Links
from ..cli.settings import Settings
from ..cli.signals import SIGNALS
from ..core.errors import InputError
from ..core.units import UNITS
from .access import METRICS, PAGE, Gate, is_here
from .answering import Answering
from .elements import mount
from .follower import Follower
from .health import findings_of, troubles
from .heard import heard_page
from .metrics import CONTENT_TYPE, Metrics
from .server import server_of
from .shared import Shared
from .view import View

log = logging.getLogger(__name__)

NOT_STORED = {"cache-control": "no-store"}

FILES = Path(__file__).parent
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="#2b211b"/><path fill="#f0a04b"'
    ' d="M16 4c1 6 7 8 7 15a7 7 0 0 1-14 0c0-4 2-5 3-9 2 1 3 3 3 5 1-3 2-6 1-11z"/></svg>'
)

MANIFEST = {
    "name": "Smart Smoker",
    "short_name": "Smoker",
    "start_url": "/",
    "display": "standalone",
    "background_color": "#2b211b",
    "theme_color": "#2b211b",
    "icons": [{"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
}
"""What a phone asks for that keeps the panel on its home screen (w3.org/TR/appmanifest)."""

MISSING = '<p>There is nothing at this address.</p>\n<p><a href="/">To the cook</a></p>'


def serve(follower: Follower, settings: Settings, host: str, port: int) -> None:
    """Show what the follower hears at this address until a signal ends it; port 0: a free one.

    Raises InputError when the address cannot be had.
    """
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    head = _head()
    app = FastAPI(openapi_url=None)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    answering = Answering(settings.rabbitmq_urls)
    shared = Shared(follower, answering, settings.admin_url)
    metrics = Metrics(follower)
    links = Links(settings.panel_url, settings.panel_password)

    @app.exception_handler(Exception)
    def tell(request: Request, error: Exception) -> Response:
        log.error("this is a bug, details are in the log: %r", error, exc_info=error)
        return Response("This is a bug of the panel.", 500)

    @app.get("/chart.json")
    def chart(cook: str = "", begin: float = 0, end: float = 1e12, span: float = 0) -> Response:
        return JSONResponse(shared.chart(cook, begin, end, span))

    @app.get("/cook.csv")
    def csv(cook: str = "", unit: str = "") -> Response:
        name, text = shared.csv(cook, unit if unit in UNITS else settings.units)
        if not name:
            return Response("There is no such cook.\n", 404, media_type="text/plain")
        as_file = {"content-disposition": f'attachment; filename="{name}.csv"'}
        return Response(text, headers=as_file, media_type="text/csv; charset=utf-8")

    @app.get(METRICS)
    def figures() -> Response:
        return Response(metrics.page(), media_type=CONTENT_TYPE)

    @app.get("/health")
    def health(request: Request) -> Response:
        now = time.time()
        with follower.lock:
            wrong = troubles(follower, findings_of(follower, now))
        words = " ".join(wrong) or "well" if is_here(request) else "down" if wrong else "up"
        return PlainTextResponse(f"{words}\n", 503 if wrong else 200, NOT_STORED)

    @app.get("/manifest.webmanifest")
    def manifest() -> Response:
        return JSONResponse(MANIFEST, media_type="application/manifest+json")

    @app.get("/icon.svg")
    def icon() -> Response:
        return Response(ICON, media_type="image/svg+xml")

    @app.get("/heard")
    @app.post("/heard")
    def heard(request: Request) -> Response:
        address = request.client.host if request.client else ""
        query, pressed = dict(request.query_params), request.method == "POST"
        content = heard_page(query, pressed, address, links, follower, answering)
        if not content:
            return missing(request, LookupError())
        page = PAGE.format(head=head, title="an alert", content=content)
        return HTMLResponse(page, headers=NOT_STORED)

    def missing(request: Request, error: Exception) -> Response:
        return HTMLResponse(PAGE.format(head=head, title="not found", content=MISSING), 404)

    def build(cook: str, unit: str) -> View:
        return View(shared, cook, unit if unit in UNITS else settings.units)

    mount(head, settings.panel_proxy, build, missing)(app)
    server = server_of(Gate(app, settings.panel_password, head), settings.panel_proxy)
    logging.getLogger("nicegui").setLevel(logging.ERROR)
    for number in set(SIGNALS) - {signal.SIGINT, signal.SIGTERM}:
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGTERM))
    log.info("The panel: %s (Ctrl+C ends it)", _address(host, port))
    with follower:
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"the panel cannot have port {port} of {host}: {reason}", port) from None


def _address(host: str, port: int) -> str:
    name = _own_address() if host in ("0.0.0.0", "::") else host
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _own_address() -> str:
    """How others in the network reach this machine."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(("192.0.2.1", 9))  # Nothing is sent: it only chooses the way out.
        return str(way.getsockname()[0])
    return socket.gethostname()


def _head() -> str:
    """What the head of every page has: icon, looks and script."""
    names = ("page.css", "bars.js", "chart.js", "cooks.js", "page.js")
    css, *scripts = ((FILES / name).read_text(encoding="utf-8") for name in names)
    icon = f'<link rel="icon" href="data:image/svg+xml,{quote(ICON)}">'
    icon += '<link rel="manifest" href="/manifest.webmanifest">'
    return f"{icon}\n<style>{css}</style>\n<script>{''.join(scripts)}</script>"
