"""The access: who gets through the gate to the panel, without a browser and without a panel."""

import asyncio
from base64 import b64encode
from urllib.parse import urlencode

import pytest

from smart_smoker.panel.access import (
    FREE_TRIES,
    LONGEST_PAUSE,
    Gate,
    Throttle,
)

PASSWORD = "hickory & oak, 5 %"
HERE = {"host": "localhost:8000"}


def ask(gate: Gate, path: str = "/", method: str = "GET", body: bytes = b"", **about):
    """The status of an answer, its headers and its text; `kind` websocket asks to come in."""
    kind, address = about.pop("kind", "http"), about.pop("address", "127.0.0.1")
    headers = HERE | about.pop("headers", {})
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    query = about.pop("query", "").encode("latin-1")
    scope = {"type": kind, "path": path, "headers": raw, "client": (address, 1)}
    scope["query_string"] = query
    scope |= {"method": method} if kind == "http" else {}
    said = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        said.append(message)

    asyncio.run(gate(scope, receive, send))
    if kind == "websocket":
        return said[0]["type"]
    names = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return said[0]["status"], names, said[-1]["body"].decode()


async def secrets_within(scope, receive, send):
    """The application behind the gate: it tells everybody everything."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"225.4"})


def log_in(gate: Gate, password: str, **about) -> tuple[int, dict, str]:
    body = urlencode({"password": password}).encode()
    return ask(gate, "/login", "POST", body, **about)


@pytest.fixture
def gate():
    return Gate(secrets_within, PASSWORD)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_without_a_password_this_machine_is_answered_by_its_own_names(host):
    assert ask(Gate(secrets_within, ""), headers={"host": host})[::2] == (200, "225.4")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "", "[", "192.0.2.1"])
def test_a_name_that_only_points_to_this_machine_is_turned_away(host):
    gate = Gate(secrets_within, "")
    status, _, text = ask(gate, headers={"host": host})
    assert (status, "225" in text) == (403, False)
    assert ask(gate, kind="websocket", headers={"host": host}) == "websocket.close"


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://localhost:9000", "http://localhost:8000.evil.example"],
)
def test_a_page_of_another_site_is_turned_away_with_and_without_a_password(origin):
    for gate in (Gate(secrets_within, ""), Gate(secrets_within, PASSWORD)):
        cookie = _cookie(gate)
        headers = {"origin": origin, "cookie": cookie}
        assert ask(gate, headers=headers)[0] == 403
        assert ask(gate, kind="websocket", headers=headers) == "websocket.close"
        ours = {"origin": "http://localhost:8000", "cookie": cookie}
        assert ask(gate, kind="websocket", headers=ours) == "websocket.accept"


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(text.encode()).decode()}


def test_a_program_without_cookies_gets_the_figures_and_nothing_else_by_the_password(gate):
    given = basic(f"prometheus:{PASSWORD}")
    assert ask(gate, "/metrics", headers=given)[::2] == (200, "225.4")
    assert ask(gate, "/metrics")[0] == 401
    assert ask(gate, "/metrics", "POST", headers=given)[0] == 401
    assert ask(gate, "/chart.json", headers=given)[0] == 401
    assert ask(gate, "/metrics", kind="websocket", headers=given) == "websocket.close"


@pytest.mark.parametrize("given", ["Basic", "Basic =", "Basic w6k", "Basic //8=", "Bearer x"])
def test_whoever_gives_no_password_by_a_header_gets_no_figures(gate, given):
    status, _, text = ask(gate, "/metrics", headers={"authorization": given})
    assert (status in (401, 403), "225" in text) == (True, False)


def test_whoever_guesses_at_the_figures_has_to_wait_as_at_the_login(gate):
    for _ in range(FREE_TRIES):
        assert ask(gate, "/metrics", headers=basic("x:wrong"))[0] == 403
    assert ask(gate, "/metrics", headers=basic(f"x:{PASSWORD}"))[0] == 429
    assert log_in(gate, PASSWORD)[0] == 429


def test_whether_it_is_well_asks_for_no_password_but_without_one_for_this_machine(gate):
    assert ask(gate, "/health")[0] == 200
    assert ask(Gate(secrets_within, ""), "/health", headers={"host": "evil.example"})[0] == 403


def _cookie(gate: Gate) -> str:
    return log_in(gate, PASSWORD)[1].get("set-cookie", "").partition(";")[0]


@pytest.mark.parametrize("path", ["/chart.json", "/cook.csv", "/_nicegui_ws/socket.io/", "/login/"])
def test_before_the_login_nothing_is_answered(gate, path):
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        status, _, text = ask(gate, path, method)
        assert (status, "225" in text) == (401, False)
    for socket in (path, "/", "/login"):
        assert ask(gate, socket, kind="websocket") == "websocket.close"


def test_the_page_leads_to_the_login_and_the_login_to_the_page(gate):
    status, headers, _ = ask(gate)
    assert (status, headers["location"]) == (303, "login")
    assert ask(gate, "/login")[0] == 200
    status, headers, _ = log_in(gate, PASSWORD)
    assert (status, headers["location"]) == (303, "./")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    session = {"cookie": f"other=1; {cookie.partition(';')[0]}; third"}
    assert ask(gate, "/chart.json", headers=session)[::2] == (200, "225.4")
    assert ask(gate, kind="websocket", headers=session) == "websocket.accept"


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("cook=ribs-1", "./?cook=ribs-1"),
        ("cook=a%20%26b", "./?cook=a%20%26b"),
        ("//evil.example", "./?//evil.example"),
        ("cook=http://evil.example", "./?cook=http://evil.example"),
        ("/\\evil.example", "./?/%5Cevil.example"),
    ],
)
def test_after_the_login_one_is_where_one_wanted_to_go_and_never_elsewhere(gate, query, there):
    status, headers, _ = ask(gate, query=query)
    login, _, kept = headers["location"].partition("?")
    assert (status, login, kept) == (303, "login", there.partition("?")[2])
    assert log_in(gate, "wrong", query=kept)[0] == 403
    status, headers, _ = log_in(gate, PASSWORD, query=kept)
    assert (status, headers["location"]) == (303, there)
    session = {"cookie": headers["set-cookie"].partition(";")[0]}
    assert ask(gate, "/login", headers=session, query=kept)[1]["location"] == there


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "http://evil.example/"])
def test_another_path_leads_to_no_login_and_nowhere(gate, path):
    status, headers, _ = ask(gate, path)
    assert (status, "location" in headers) == (401, False)
    status, headers, _ = ask(gate, path, "POST", urlencode({"password": PASSWORD}).encode())
    assert (status, "location" in headers) == (401, False)


@pytest.mark.parametrize("wrong", ["", "hickory", PASSWORD + "x", PASSWORD.upper(), "é" * 9000])
def test_a_wrong_password_is_said_so_and_opens_nothing(gate, wrong):
    status, headers, text = log_in(gate, wrong)
    assert (status, "set-cookie" in headers) == (403, False)
    assert "This is not the password." in text


def test_a_session_is_good_only_as_it_was_given_and_only_here(gate):
    cookie = _cookie(gate)
    name, _, value = cookie.partition("=")
    until, _, signature = value.partition(".")
    longer = f"{int(until) + 1}.{signature}"
    for other in (longer, f"{until}.", f".{signature}", "", "é", f"{until}.{signature[:-1]}x"):
        assert ask(gate, "/chart.json", headers={"cookie": f"{name}={other}"})[0] == 401
    started_again = Gate(secrets_within, PASSWORD)
    assert ask(started_again, "/chart.json", headers={"cookie": cookie})[0] == 401


def test_who_guesses_has_to_wait_even_with_the_right_password(gate):
    for _ in range(FREE_TRIES):
        assert log_in(gate, "wrong")[0] == 403
    status, headers, text = log_in(gate, PASSWORD)
    assert (status, "set-cookie" in headers) == (429, False)
    assert 0 < int(headers["retry-after"]) <= LONGEST_PAUSE
    assert "Too many wrong passwords" in text
    assert log_in(gate, PASSWORD, address="192.0.2.7")[0] == 303


def test_every_wrong_password_makes_the_pause_longer_up_to_a_minute():
    throttle, pauses = Throttle(), []
    for _ in range(12):
        throttle.wrong("192.0.2.7", 100)
        pauses.append(throttle.pause("192.0.2.7", 100))
    assert pauses == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert throttle.pause("192.0.2.7", 130) == 30
    assert throttle.pause("192.0.2.7", 160) == 0


def test_whoever_guesses_elsewhere_keeps_nobody_else_waiting():
    throttle = Throttle()
    for number in range(1000):
        throttle.wrong(f"198.51.100.{number % 250}", 100)
    assert throttle.pause("198.51.100.1", 100) > 0
    assert throttle.pause("203.0.113.1", 100) == 0


def test_the_addresses_of_one_ipv6_network_wait_together():
    throttle = Throttle()
    for number in range(10):
        throttle.wrong(f"2001:db8::{number}", 100)
    assert throttle.pause("2001:db8::ffff", 100) > 0
    assert throttle.pause("2001:db8:0:1::1", 100) == 0
    throttle.wrong("::ffff:192.0.2.1", 100)
    assert throttle.pause("::ffff:192.0.2.2", 100) == 0


def test_the_right_password_ends_the_pause():
    throttle = Throttle()
    for _ in range(5):
        throttle.wrong("192.0.2.7", 100)
    throttle.right("192.0.2.7")
    assert throttle.pause("192.0.2.7", 100) == 0


def test_no_number_of_addresses_fills_the_memory(monkeypatch):
    monkeypatch.setattr("smart_smoker.panel.access.MOST_NETWORKS", 10)
    throttle = Throttle()
    for number in range(100):
        throttle.wrong(str(number), 0)
    assert len(throttle._wrong) == 10


def test_every_answer_forbids_what_a_foreign_script_would_need(gate):
    for path in ("/", "/login", "/chart.json"):
        headers = ask(gate, path)[1]
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
