"""The outbox, with mail servers and push services that leave much to be wished.

Where only its own order is asked for, a stand-in takes the place of RabbitMQ.
"""

import asyncio
import json
import time
from contextlib import contextmanager
from dataclasses import replace
from itertools import repeat
from threading import Event

import pytest
from scripts import ALERT, LOOPBACK, PITMASTER, SENDER, Relay, history, until
from smtp_server import MailServer, break_off, hang
from stub_broker import StubBroker

from smart_smoker.app import deliveries, lanes, outbox, unacked
from smart_smoker.app.deliveries import SETTLED, pending
from smart_smoker.app.outbox import Outbox
from smart_smoker.channels import mail
from smart_smoker.channels.channel import Channel
from smart_smoker.channels.mail import MailChannel
from smart_smoker.channels.push import Gets, PushChannel
from smart_smoker.cli.settings import Mail
from smart_smoker.rabbitmq import link
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import ALERTS, HISTORY, REJECTED, alert_message, state_queue

STATE = state_queue(ALERTS)
OTHER = replace(ALERT, id="cook/01-smoker/19/cleared", subject="Cleared: Smoker Alert! 225.0 °F")


@pytest.fixture
def serve():
    """Start mail servers that end with the test."""
    servers = []

    def start(**answers) -> MailServer:
        servers.append(MailServer(answers=answers))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setattr(lanes, "LONGEST_PAUSE", 0.1)


@pytest.fixture
def url(url):
    with Broker(url, "a test"):  # With all queues.
        return url


@pytest.fixture
def stub(monkeypatch) -> StubBroker:
    """A stand-in to which all connections are."""
    stub = StubBroker()
    monkeypatch.setattr(StubBroker, "patience", 0.5)
    monkeypatch.setattr(link, "connect", lambda _, name: stub.another(name))
    return stub


def at(broker: str | StubBroker) -> Broker | StubBroker:
    """A connection to the broker at a URL, or to a stand-in."""
    return Broker(broker, "a test") if isinstance(broker, str) else broker.another("a test")


def by_mail(server: MailServer, name: str = "email") -> MailChannel:
    return MailChannel(name, Mail(LOOPBACK, server.port, "none", SENDER, "", "", ""), PITMASTER)


def publish(broker: str | StubBroker, *alerts):
    with at(broker) as connection:
        connection.publish([alert_message(alert) for alert in alerts])


@contextmanager
def sending(broker: str | StubBroker, *channels):
    """An outbox that has taken over."""
    box = Outbox([broker], "a test", channels)
    with box:
        yield box


@contextmanager
def cut_off_at_a_mail(url: str, relay: Relay, serve):
    """The server of a mail that is about to go out as its sender's broker has gone away."""

    async def greet():
        if relay.is_open and not server.heard:
            await asyncio.to_thread(relay.cut)
        return "220 Good evening"

    server = serve(GREETING=greet)
    publish(url, ALERT)
    with sending(relay.url, by_mail(server)):
        until(lambda: "RCPT" in server.heard, "a mail that is about to go out")
        yield server


def outcomes(broker: str | StubBroker, alert=ALERT) -> list[str]:
    """What the history says of the tries to send an alert, in their order."""
    events = history(broker) if isinstance(broker, str) else broker.queues[HISTORY]
    events = [event for event in events if event.headers.get("alert") == alert.id]
    return [event.headers["outcome"] for event in events]


def state(broker: str | StubBroker) -> dict:
    """The newest state of the outbox; it stays there."""
    with at(broker) as connection:
        return json.loads(connection.get_all(STATE)[-1].body)


class Mute:
    """Takes mails, and never says so."""

    def __init__(self):
        self.copies = 0

    async def __call__(self):
        self.copies += 1
        await hang()


# --- verdicts that nobody hears ------------------------------------------------------------------


def test_an_alert_whose_verdict_never_comes_goes_out_in_three_copies_and_is_put_aside(
    stub, serve, monkeypatch, caplog
):
    monkeypatch.setattr(mail, "VERDICT_TIMEOUT", 0.2)
    monkeypatch.setattr(lanes, "PAUSES", (0, 0.1, 0.1))
    mute = Mute()
    publish(stub, ALERT)
    publish(stub, ALERT)  # as one that died before its state was left publishes it again
    with sending(stub, by_mail(serve(DATA=mute))):
        until(lambda: outcomes(stub)[-1:] == ["abandoned"], "an alert that is given up")
        until(lambda: not stub.queues[ALERTS], "an alert that is done with")
    assert outcomes(stub) == ["unknown"] * 3 + ["abandoned"]
    assert mute.copies == 3
    assert sum("given up" in line for line in caplog.messages) == 1
    (aside,) = stub.queues[REJECTED]
    assert aside.body == ALERT.body()
    assert "3 copies" in aside.headers["reason"]
    with at(stub) as broker:
        assert pending(broker, [by_mail(serve())]) == []


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_copies_are_counted_over_the_ends_of_those_who_send(program, stranger, url, serve, how):
    program.edit("smart_smoker/app/lanes.py", "15 * 60, 3600)", "0.2, 0.2)")
    program.edit("smart_smoker/app/outbox.py", "LAST_TRY = 5", "LAST_TRY = 0")
    mute = Mute()
    program.configure_mail(serve(DATA=mute).port, sms_address_for_texts="")
    stranger.put_readings("01-smoker", "cook", [225, 200])
    for copies in (1, 2, 3):
        consumer = program.start("consumer_smoker.py")
        until(lambda n=copies: mute.copies == n, f"copy {copies}")
        consumer.kill() if how == "killed" else consumer.end(2)
    consumer = program.start("consumer_smoker.py")
    consumer.said("email .*given up.*3 copies")
    until(lambda: stranger.waiting(ALERTS) == 0, "an alert that is done with")
    assert mute.copies == 3
    ours = replace(ALERT, id="cook/01-smoker/2/raised")
    assert outcomes(url, ours) == ["unknown"] * 3 + ["abandoned"]


def test_a_copy_is_counted_before_it_goes_out(stub, serve):
    counted = []

    async def look():
        found = await asyncio.to_thread(state, stub)
        counted.append(found.get("copies"))
        return "451 Later" if len(counted) == 1 else "250 OK"

    publish(stub, ALERT)
    with sending(stub, by_mail(serve(DATA=look))):
        until(lambda: "accepted" in outcomes(stub), "an alert that is taken")
    assert counted == [{ALERT.id: {"email": 1}}] * 2  # The first was not taken, and is none.
    assert state(stub).get("copies", {}) == {}


def test_a_copy_that_waited_to_be_recorded_as_the_broker_went_away_is_tried_again_at_once(
    url, serve
):
    with Relay(url) as relay:
        relay.open()

        with cut_off_at_a_mail(url, relay, serve) as server:
            relay.open()
            until(lambda: "accepted" in outcomes(url), "an alert that is taken")
    assert len(server.messages) == 1


def test_whoever_comes_back_and_finds_its_mail_sent_by_another_sends_the_next_one_at_once(
    url, serve
):
    with Relay(url) as relay:
        relay.open()

        with cut_off_at_a_mail(url, relay, serve) as server:
            with sending(url, by_mail(serve())):
                until(lambda: "accepted" in outcomes(url), "an alert that another has sent")
            relay.open()
            publish(url, OTHER)
            until(lambda: "accepted" in outcomes(url, OTHER), "the next one")
    assert len(server.messages) == 1


def test_what_is_being_sent_is_neither_sent_again_when_it_is_put_in_anew_nor_by_another(
    url, serve, stranger, monkeypatch
):
    monkeypatch.setattr(unacked, "LONGEST", 0.1)
    renewed, mute, again = [], Mute(), outbox.again
    monkeypatch.setattr(outbox, "again", lambda *how: renewed.append(how) or again(*how))
    server = serve(DATA=mute)
    publish(url, ALERT)
    with Relay(url) as relay:
        relay.open()
        with sending(relay.url, by_mail(server)):
            until(lambda: mute.copies and len(renewed) >= 3, "an alert that is put in anew thrice")
            relay.cut()
            with sending(url, by_mail(server)):
                publish(url, OTHER)
                until(lambda: mute.copies == 2, "the next sender at work with another alert")
                begun = len(renewed)
                until(lambda: len(renewed) >= begun + 6, "both alerts put in anew thrice")
    assert mute.copies == 2
    assert state(url)["copies"] == {ALERT.id: {"email": 1}, OTHER.id: {"email": 1}}


def test_an_alert_whose_verdict_takes_long_holds_up_no_other(stub, serve, monkeypatch):
    monkeypatch.setattr(lanes, "PATIENCE", 0.2)
    first, told = Event(), []

    async def slow_once():
        if first.is_set():
            return "250 OK"
        first.set()
        while OTHER.id not in told:
            await asyncio.sleep(0.01)
        return "250 OK"

    publish(stub, ALERT, OTHER)
    with sending(stub, by_mail(serve(DATA=slow_once))):
        until(lambda: outcomes(stub, OTHER) == ["accepted"], "the other alert")
        assert outcomes(stub) == []
        told.append(OTHER.id)
        until(lambda: outcomes(stub) == ["accepted"], "the slow one")


def test_a_mail_that_is_cut_off_before_its_verdict_waits_and_others_do_not(stub, serve):
    answers = iter([break_off])

    async def cut_once():
        for answer in answers:
            await answer()
        return "250 OK"

    server = serve(DATA=cut_once)
    publish(stub, ALERT, OTHER)
    with sending(stub, by_mail(server)):
        until(lambda: outcomes(stub, OTHER) == ["accepted"], "the other alert")
        with at(stub) as broker:
            ((waiting, _, reason),) = pending(broker, [by_mail(server)])
    assert outcomes(stub) == ["unknown"]
    assert waiting == ALERT
    assert "has not said whether it took the mail" in reason
    assert len(server.messages) == 1


def test_a_push_that_is_not_answered_in_time_goes_out_in_three_copies_at_most(
    stub, push_service, monkeypatch
):
    monkeypatch.setattr("smart_smoker.channels.push.VERDICT_TIMEOUT", 0.1)
    monkeypatch.setattr(lanes, "PAUSES", (0, 0.1, 0.1))
    push_service.pause = 0.3
    publish(stub, ALERT)
    with sending(stub, PushChannel(push_service.url + "?rto=0.1")):
        until(lambda: outcomes(stub)[-1:] == ["abandoned"], "an alert that is given up")
    assert outcomes(stub) == ["unknown"] * 3 + ["abandoned"]
    assert len(push_service.posted) == 3


def test_an_alert_may_be_tried_at_once_but_for_one_that_may_be_on_its_way():
    lane, now = lanes.Lane(None), time.monotonic()
    assert lane.trial("new", copies=0).next_try <= now
    assert lane.trial("on its way", copies=1).next_try > now


# --- what is turned down for now -----------------------------------------------------------------


def test_what_a_provider_puts_off_is_tried_seldom_and_holds_up_no_other(stub, serve, monkeypatch):
    """Of two alerts: were both put off, a limit would be met once for each."""
    seldom = {lanes.SLOWEST: 3600}
    monkeypatch.setattr(lanes, "backoff", lambda longest: repeat(seldom.get(longest, 0.01)))
    answers = iter(["550 5.4.5 Daily user sending limit exceeded"])

    async def limit():
        return next(answers, "250 OK")

    publish(stub, ALERT, OTHER)
    with sending(stub, by_mail(serve(DATA=limit))):
        until(lambda: outcomes(stub, OTHER) == ["accepted"], "the other alert")
    assert outcomes(stub) == ["failed"]


# --- what rings ----------------------------------------------------------------------------------


def test_a_ring_that_waits_for_a_slow_service_is_not_sent_when_its_episode_is_over(
    url, push_service
):
    ring = replace(ALERT, id="cook/01-smoker/17/ring", state="ring", subject="Unanswered")
    push_service.status = 503
    publish(url, ring)
    with sending(url, PushChannel(push_service.url, (Gets.ALL, Gets.URGENT))):
        until(lambda: outcomes(url, ring) == ["failed"], "a ring that waits")
        publish(url, replace(OTHER, state="cleared"))
        until(lambda: "failed" in outcomes(url, OTHER), "its end, which waits as well")
        push_service.posted.clear()
        push_service.status = 200
        until(lambda: outcomes(url, OTHER)[-1] == "accepted", "its end, which is taken")
        until(lambda: outcomes(url, ring)[-1] in SETTLED, "a ring that is done with")
    assert [posted["title"] for posted in push_service.posted] == [OTHER.subject]
    assert outcomes(url, ring)[-1] == "abandoned"


def test_an_end_that_is_put_in_anew_gives_up_no_ring_of_the_next_episode(
    stub, push_service, monkeypatch
):
    renewed, again = [], outbox.again
    monkeypatch.setattr(outbox, "again", lambda *how: renewed.append(how[0].id) or again(*how))
    end = replace(OTHER, cook=ALERT.cook, state="cleared", began="17")
    ring = replace(ALERT, id="brisket/01-smoker/40/ring", state="ring", began="30")
    push_service.status = 503
    publish(stub, end)
    with sending(stub, PushChannel(push_service.url, (Gets.ALL, Gets.URGENT))):
        until(lambda: outcomes(stub, end) == ["failed"], "an end that waits")
        publish(stub, ring)
        until(lambda: outcomes(stub, ring) == ["failed"], "a ring that waits")
        monkeypatch.setattr(
            unacked.Unacked, "must_be_renewed", property(lambda one: one.alert == end)
        )
        until(lambda: len(renewed) >= 3, "an end that is put in anew")
        assert outcomes(stub, ring) == ["failed"]
    assert set(renewed) == {end.id}


class Bell(Channel):
    """Takes an alert when `go` is set."""

    def __init__(self, name: str, all_of_it: bool):
        self.name = self.label = name
        self.all_of_it, self.asked, self.go = all_of_it, Event(), Event()

    def wants(self, alert):
        return self.all_of_it or super().wants(alert)

    def send(self, alert, hand_over=lambda: None):
        hand_over()
        self.asked.set()
        assert self.go.wait(60)


def test_a_ring_that_is_on_its_way_as_its_episode_ends_is_recorded_once(stub):
    slow, quick = Bell("slow", True), Bell("quick", False)
    quick.go.set()
    ring = replace(ALERT, id="cook/01-smoker/17/ring", state="ring")
    end = replace(OTHER, state="cleared")
    publish(stub, ring)
    with sending(stub, slow, quick):
        assert slow.asked.wait(60)
        publish(stub, end)
        until(lambda: "accepted" in outcomes(stub, end), "its end, which the other one has taken")
        slow.go.set()
        until(lambda: "accepted" in outcomes(stub, ring), "a ring that is taken")
    assert outcomes(stub, ring) == ["accepted"]


# --- one clock -----------------------------------------------------------------------------------

DAY = 24 * 3600


@pytest.mark.parametrize("days", [-2, 2])
def test_an_alert_is_sent_whatever_the_clock_of_its_sender_says(stub, serve, days):
    sent = int(time.time()) + days * DAY
    stub.put(ALERTS, ALERT.body(), type="alert", id=ALERT.id, sent=sent)
    server = serve()
    with sending(stub, by_mail(server)):
        until(lambda: server.messages, "the mail")


CLOCK = """
import time
right = time.time
time.time = lambda: right() + 86400 * float(open({path!r}).read() or 0)
"""
"""A machine's clock that is as many days wrong as a file says."""


@pytest.mark.parametrize("days", [-2, 2])
def test_an_alert_is_sent_although_the_clock_is_set_while_it_waits(
    program, stranger, url, serve, days
):
    (clock := program.folder / "days").write_text("0")
    program.write("sitecustomize.py", CLOCK.format(path=str(clock)))
    server = serve(RCPT="451 4.7.1 Greylisted")
    program.configure_mail(server.port, sms_address_for_texts="")
    with Relay(url) as relay:
        relay.open()
        way = {"RABBITMQ_URL": relay.url, "PYTHONPATH": str(program.folder)}
        consumer = program.start("consumer_smoker.py", **way)
        stranger.put_readings("01-smoker", "cook", [225, 200])
        consumer.said("email failed .*Greylisted")
        clock.write_text(str(days))
        relay.cut()
        consumer.said("is lost")
        server.answers.clear()
        relay.open()
        consumer.said("email accepted: Smoker Alert!")


@pytest.mark.parametrize("days", [-2, 2])
def test_what_waits_is_known_whatever_the_clock_of_its_sender_says(url, days):
    with Broker(url, "a test") as broker:
        broker.publish([replace(alert_message(ALERT), sent=time.time() + days * DAY)])
        ((waiting, *_),) = pending(broker, [MailChannel("email", None, PITMASTER)])
    assert waiting == ALERT


def test_an_alert_that_nobody_fetches_is_dropped_after_a_day_and_seen_in_the_history(
    url, serve, stranger, monkeypatch
):
    publish(url, ALERT)
    ((properties, body),) = stranger.take_all(ALERTS)
    assert properties.expiration == str(DAY * 1000)
    stranger.put(ALERTS, body, type="alert", message_id=ALERT.id, expiration="1")
    until(lambda: stranger.waiting(ALERTS) == 0, "a queue that has dropped it")
    with Broker(url, "a test") as broker:
        ours = [by_mail(serve())]
        assert pending(broker, ours) == [(ALERT, "email", "")]
        monkeypatch.setattr(deliveries, "DAY", "1s")
        dropped = until(lambda: pending(broker, ours)[0][2], "an alert that was dropped")
    assert "the broker has dropped it" in dropped


@pytest.mark.parametrize(("expires", "most"), [(50, 50), (0, DAY)])
def test_an_alert_that_is_put_in_anew_lasts_as_long_as_is_left_of_its_day(
    stub, serve, monkeypatch, expires, most
):
    monkeypatch.setattr(unacked, "LONGEST", 1.1)
    renewed, again = [], outbox.again
    monkeypatch.setattr(outbox, "again", lambda *how: renewed.append(how) or again(*how))
    stub.put(ALERTS, ALERT.body(), type="alert", id=ALERT.id, expires=expires)
    with sending(stub, by_mail(serve(RCPT="451 Later"))):
        until(lambda: len(renewed) >= 2, "an alert that is put in anew twice")
    (alert,) = stub.queues[ALERTS]
    assert 0 < alert.expires < most - 1


def test_an_alert_that_nobody_takes_for_a_day_is_given_up_and_leaves_its_traces(
    stub, serve, monkeypatch, caplog
):
    stub.put(ALERTS, ALERT.body(), type="alert", id=ALERT.id)
    with sending(stub, by_mail(serve(RCPT="451 4.7.1 Greylisted"))):
        until(lambda: outcomes(stub) == ["failed"], "a first try")
        monkeypatch.setattr(unacked, "TOO_OLD", 0)
        until(lambda: outcomes(stub)[-1:] == ["abandoned"], "an alert that is given up")
        until(lambda: not stub.queues[ALERTS], "an alert that is done with")
    assert outcomes(stub) == ["failed", "abandoned"]
    (aside,) = stub.queues[REJECTED]
    assert aside.body == ALERT.body()
    assert "in time" in aside.headers["reason"]
    assert "Greylisted" in aside.headers["reason"]
    assert any("given up" in line and ALERT.subject in line for line in caplog.messages)


def test_an_alert_that_a_stranger_published_plainly_is_sent(stub, serve):
    server = serve()
    stub.put(ALERTS, ALERT.body())
    with sending(stub, by_mail(server)):
        until(lambda: server.messages, "the mail")


# --- what is known of earlier deliveries ---------------------------------------------------------


def test_an_outcome_is_left_with_its_record_before_the_alert_is_acknowledged(stub, serve):
    publish(stub, ALERT)
    stub.deeds.clear()
    with sending(stub, by_mail(serve())):
        until(lambda: stub.deeds[-1:] == ["acknowledge 1"], "an alert that is done with")
    taken_over, counted, *outcome = [deed for deed in stub.deeds if deed != "publish rejected"]
    assert taken_over == counted == "publish state"
    assert outcome == ["publish delivery", "publish state", "acknowledge 1"]


def test_an_alert_that_comes_again_is_not_sent_again(stub, serve):
    server = serve()
    for _ in range(2):
        publish(stub, ALERT)
        with sending(stub, by_mail(server)):
            until(lambda: not stub.queues[ALERTS] and "acknowledge" in stub.deeds[-1], "an end")
        assert state(stub)["sent"] == [ALERT.id]
        stub.queues[HISTORY].clear()
        stub.deeds.append("the next sender")
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "known",
    [
        b"no JSON",
        b'{"epoch": 1, "number": 0}',
        b'{"epoch": 1, "number": 0, "waiting": [], "sent": 7}',
        b'{"epoch": 1, "number": 0, "sent": [], "waiting": {"brisket/01-smoker/17/raised": 5}}',
        b'{"epoch": 1, "number": 0, "sent": ["\\ud800"], "waiting": {}}',
    ],
)
def test_what_makes_no_sense_of_deliveries_keeps_no_alert_from_being_sent(stub, serve, known):
    stub.put(STATE, known, type="state")
    publish(stub, ALERT)
    server = serve()
    with sending(stub, by_mail(server)):
        until(lambda: outcomes(stub) == ["accepted"], "an alert that is taken")
    assert len(server.messages) == 1


def test_of_two_channels_the_one_that_has_taken_an_alert_does_not_get_it_again(stub, serve):
    known = {"epoch": 1, "number": 0, "sent": [], "waiting": {ALERT.id: ["email"]}}
    stub.put(STATE, json.dumps(known), type="state")
    publish(stub, ALERT)
    first, second = serve(), serve()
    with sending(stub, by_mail(first), by_mail(second, "sms")):
        until(lambda: outcomes(stub) == ["accepted"], "the other channel")
        until(lambda: "acknowledge" in stub.deeds[-1], "an alert that is done with")
    assert [len(server.messages) for server in (first, second)] == [0, 1]
    assert state(stub)["sent"] == [ALERT.id]
