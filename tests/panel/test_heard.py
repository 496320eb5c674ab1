"""The link in an alert: it asks first, answers one episode, and is of no use after it."""

import re
import urllib.error
import urllib.request
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from scripts import PASSWORD, history, until

from smart_smoker.app.links import Links
from smart_smoker.core.errors import BrokerAway, InputError
from smart_smoker.core.probes import SMOKER
from smart_smoker.lab.inbox import Inbox
from smart_smoker.lab.ports import free_ports
from smart_smoker.panel import answering
from smart_smoker.panel.answering import Answering, quiet
from smart_smoker.panel.follower import Follower
from smart_smoker.panel.heard import heard_page

DYING = [225.0] * 5 + [205.0 - n for n in range(20)]


@pytest.fixture
def link(program, stranger):
    """The link of a mail about a drop that goes on, to a panel that follows."""
    with Inbox() as inbox:
        (port,) = free_ports(1)
        settings = {"PANEL_PASSWORD": PASSWORD, "PANEL_URL": f"http://127.0.0.1:{port}"}
        program.start("panel.py", "--port", port, **settings).said(r"http://\S+")
        program.configure_mail(inbox.port, sms_address_for_texts="")
        consumer = program.start("consumer_smoker.py", "--silence-minutes", 0, **settings)
        consumer.said("Waiting for readings in ")
        stranger.put_readings("01-smoker", "cook", DYING)
        consumer.said("email accepted")
        link = re.search(r"^I have heard it: (\S+)$", inbox.messages[0].text, re.M)[1]
        until(lambda: b"I have heard it" in ask(link)[1], "a panel that knows of it")
        yield link


def ask(link: str, method: str = "GET") -> tuple[int, bytes]:
    request = urllib.request.Request(link, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def answers(url: str) -> list[str]:
    return [event.id for event in history(url) if event.type == "answer"]


def test_opening_the_link_answers_nothing_and_its_button_does_once(link, stranger, url):
    for method in ("GET", "HEAD", "GET"):  # as mail programs do by themselves
        ask(link, method)
    status, page = ask(link)
    assert status == 200
    assert "Smoker Alert! 205.0 °F, down 20 °F" in page.decode()
    assert answers(url) == []
    assert b"Heard. Nobody is reminded" in ask(link, "POST")[1]
    until(lambda: b"It was heard at" in ask(link)[1], "a panel that knows of the answer")
    assert b"It was heard at" in ask(link, "POST")[1]  # by the next phone
    assert answers(url) == ["cook/01-smoker/6/drop-heard"]
    stranger.put_readings("01-smoker", "cook", [230.0], first=len(DYING) + 1)
    until(lambda: b"It is over" in ask(link)[1], "an end")
    assert b"It is over" in ask(link, "POST")[1]
    assert len(answers(url)) == 1


def test_a_link_that_is_not_signed_for_this_episode_is_none_and_needs_no_login(link, url):
    query = dict(parse_qsl(urlsplit(link).query))
    place = link.partition("?")[0]
    for wrong in (
        {"sign": query["sign"][:-1]},
        {"sign": ""},
        {"began": "cook/01-smoker/7"},
        {"kind": "low"},
        {"cook": "another"},
        {"probe": "Food A"},
        {"probe": "é"},
    ):
        for method in ("GET", "POST"):
            assert ask(f"{place}?{urlencode(query | wrong)}", method)[0] == 404
    assert ask(place)[0] == 404
    assert ask(place.replace("/heard", "/cook.csv"))[0] == 401
    assert answers(url) == []


def test_without_an_address_for_links_nothing_is_signed_and_nobody_answers_without_a_login():
    known = {"cook": "cook", "probe": "Smoker", "kind": "drop", "began": "cook/01-smoker/6"}
    for query in (known, known | {"sign": ""}):
        for pressed in (False, True):
            page = heard_page(query, pressed, "", Links("", PASSWORD), Follower([]), Answering([]))
            assert page is None


def test_while_the_broker_is_away_an_answer_is_told_to_have_failed():
    with pytest.raises(BrokerAway):
        Answering(["amqp://127.0.0.1:1/"]).answer([SMOKER], "cook", quiet(30), "192.0.2.1")


def test_nobody_gives_more_answers_than_people_do_and_others_can_still(monkeypatch):
    monkeypatch.setattr(Answering, "_publish", lambda *_: None)
    given = Answering([])
    for _ in range(answering.MOST):
        given.answer([SMOKER], "cook", quiet(30), "2001:db8::1")
    with pytest.raises(InputError, match="too many answers"):
        given.answer([SMOKER], "cook", quiet(30), "2001:db8::2")
    given.answer([SMOKER], "cook", quiet(30), "192.0.2.1")
    monkeypatch.setattr(answering, "LATELY", 0)
    given.answer([SMOKER], "cook", quiet(30), "2001:db8::1")
