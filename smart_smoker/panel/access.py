"""Who may see the panel: what stands before it, for every request and every WebSocket.

An ASGI application around another. Nothing of the inner one is reached by a page of another site,
by a name that only pretends to be this machine, or, where a password is set, before the login.
"""

import hmac
import math
import secrets
import time
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..cli.settings import is_loopback
from .crowd import network_of

COOKIE = "smart-smoker-panel"
SESSION_DAYS = 30
LONGEST_FORM = 4096
"""Bytes of a login; what is longer is something else."""

FREE_TRIES, LONGEST_PAUSE = 3, 60
"""Wrong passwords after which a network has to wait, and the most seconds for which it has to."""

MOST_NETWORKS = 10_000

HEADERS = {
    # NiceGUI writes its scripts into the page and evaluates what the server sends.
    "content-security-policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
"""What goes out with every answer: a script that got into the page could reach nobody."""

METRICS = "/metrics"
"""What a program asks for that knows no cookies: the password itself lets it in (RFC 7617)."""

OPEN = ("/heard", "/health", "/manifest.webmanifest", "/icon.svg")
"""Addresses that need no login: a link's query is signed, and the others tell no secret."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Smart Smoker: {title}</title>
{head}
</head>
<body>
<main class="login">
<h1>Smart Smoker</h1>
{content}
</main>
</body>
</html>
"""
"""A page that NiceGUI does not make, in the look of those that it makes."""

LOGIN = """<form method="post">
<label for="password">Password of the panel</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 required autofocus{described}>
{error}
<button>Log in</button>
</form>"""
ERROR = '<p id="error" class="error" role="alert">{}</p>'

App = ASGIApp

Handler = Callable[[Request, Exception], Response]
"""What answers a request that has failed."""


class Throttle:
    """How long a network has to wait after wrong passwords: longer each time.

    Each for itself, an IPv4 address or the /64 of an IPv6 one: if all waited together, anybody
    could keep the owner out. `now` is in seconds of any clock that only goes forward.
    """

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}  # how often, and until when to wait

    def pause(self, address: str, now: float) -> float:
        """Seconds until this address may try again, 0 for at once."""
        _, until = self._wrong.get(network_of(address), (0, 0.0))
        return max(0.0, until - now)

    def wrong(self, address: str, now: float) -> None:
        """Note a wrong password."""
        network = network_of(address)
        times = self._wrong.pop(network, (0, 0.0))[0] + 1
        pause = (
            0.0 if times < FREE_TRIES else min(2.0 ** min(times - FREE_TRIES, 10), LONGEST_PAUSE)
        )
        self._wrong[network] = times, now + pause
        if len(self._wrong) > MOST_NETWORKS:
            del self._wrong[next(iter(self._wrong))]

    def right(self, address: str) -> None:
        """Note the right password."""
        self._wrong.pop(network_of(address), None)


class Gate:
    """The application, with a login before it where `password` is not empty.

    Without a password only this machine is answered, by a name of its own: a page elsewhere could
    give its own name the loopback's address. `head` is HTML for the head of the login page.
    """

    def __init__(self, app: App, password: str, head: str = "") -> None:
        self._app, self._password, self._head = app, password, head
        self._secret = secrets.token_bytes(32)
        self._throttle = Throttle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = await self._answer(HTTPConnection(scope), receive)
        if answer is None:
            await self._app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            answer.headers["cache-control"] = "no-store"
            await answer(scope, receive, send_with_headers)

    async def _answer(self, asked: HTTPConnection, receive: Receive) -> Response | None:
        """What the gate itself answers; None for who may come in."""
        host, origin = asked.headers.get("host", ""), asked.headers.get("origin")
        if not self._password and not is_loopback(host_of(host)):
            return PlainTextResponse("This panel answers its own machine only, as localhost.", 403)
        if origin is not None and origin.partition("://")[2] != host:
            return PlainTextResponse("This panel does not answer the pages of other sites.", 403)
        wanted = asked.scope["path"], asked.scope.get("method")  # A WebSocket has no method.
        if wanted[0] in OPEN:
            return None
        if not self._password or self._is_session(asked.cookies.get(COOKIE, "")):
            return _to("./", asked) if wanted == ("/login", "GET") else None
        if wanted in (("/login", "GET"), ("/login", "HEAD")):
            return self._page(200)
        if wanted == (METRICS, "GET") and (given := _basic_password(asked)) is not None:
            return self._refuse(asked, given)
        if wanted == ("/login", "POST"):
            return self._log_in(asked, await _form(receive))
        if wanted[0] == "/":
            return _to("login", asked)
        return PlainTextResponse("Log in first.", 401)

    def _log_in(self, asked: HTTPConnection, given: str) -> Response:
        if refused := self._refuse(asked, given):
            return refused
        answer = _to("./", asked)
        seconds = SESSION_DAYS * 24 * 3600
        until = str(int(time.time()) + seconds)
        session = f"{until}.{self._signature(until)}"
        answer.set_cookie(COOKIE, session, max_age=seconds, httponly=True, samesite="lax")
        return answer

    def _refuse(self, asked: HTTPConnection, given: str) -> Response | None:
        """What is answered to a wrong password, or too many; None for the right one."""
        address, now = asked.client.host if asked.client else "", time.monotonic()
        if pause := math.ceil(self._throttle.pause(address, now)):
            answer = self._page(429, f"Too many wrong passwords: try again in {pause} s.")
            answer.headers["retry-after"] = str(pause)
            return answer
        if hmac.compare_digest(given.encode(), self._password.encode()):
            self._throttle.right(address)
            return None
        self._throttle.wrong(address, now)
        return self._page(403, "This is not the password.")

    def _page(self, status: int, error: str = "") -> Response:
        described = ' aria-describedby="error" aria-invalid="true"' if error else ""
        error = ERROR.format(error) if error else ""
        content = LOGIN.format(described=described, error=error)
        return HTMLResponse(PAGE.format(head=self._head, title="log in", content=content), status)

    def _is_session(self, session: str) -> bool:
        until, _, signature = session.partition(".")
        signed = hmac.compare_digest(signature.encode(), self._signature(until).encode())
        return signed and int(until) > time.time()

    def _signature(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), "sha256").hexdigest()


def _to(place: str, asked: HTTPConnection) -> Response:
    """Redirect to the page or to the login, and keep the query, as `?cook=…`.

    Nothing but that comes from outside, so it never leads to another site.
    """
    query = asked.scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse(f"{place}?{query}" if query else place, 303)


def host_of(host: str) -> str:
    """A Host header without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_here(asked: HTTPConnection) -> bool:
    """Whether somebody on this machine asks, and nobody whose request was handed on."""
    address, host = asked.client.host if asked.client else "", asked.headers.get("host", "")
    handed_on = "x-forwarded-for" in asked.headers or "forwarded" in asked.headers
    return is_loopback(address) and is_loopback(host_of(host)) and not handed_on


def _basic_password(asked: HTTPConnection) -> str | None:
    """The password of an Authorization header, whatever the user's name; None without one."""
    scheme, _, coded = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(coded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


async def _form(receive: Receive) -> str:
    """The password of a form that is being received; empty for what is none."""
    body = b""
    while len(body) <= LONGEST_FORM:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if len(body) > LONGEST_FORM:
        return ""
    return parse_qs(body.decode("latin-1")).get("password", [""])[0]
