"""Quorum queues: they know no exclusive readers, and drop what came back too often."""

import signal
import sys
import time
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from scripts import ALERT, Stranger, ask_admin, defined_users, history, until

from smart_smoker.app import lanes, outbox, unacked
from smart_smoker.app.outbox import Outbox
from smart_smoker.cli.signals import Stop
from smart_smoker.core.errors import DeliveryFailed, QueueTaken
from smart_smoker.lab.inbox import Inbox
from smart_smoker.rabbitmq import link
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.link import read_alone
from smart_smoker.rabbitmq.messages import Arrival, again, alert_message


@pytest.fixture
def consumers_url(broker, url):
    """The definitions for a cluster, imported; yields the URL of the consumers' user."""
    with defined_users(broker, url, cluster=True) as urls:
        yield urls["smoker-consumer"]


def set_limit(broker, url, returns: int):
    """A policy that is stronger than that of the definitions."""
    policy = {"pattern": "^0", "apply-to": "queues", "priority": 9}
    limit = {"definition": {"delivery-limit": returns}}
    ask_admin(broker, "PUT", f"/policies{urlsplit(url).path}/limit", policy | limit)


def give_back(url: str, queue: str, times: int):
    """Take what a queue holds and die, so many times."""
    for _ in range(times):
        with Stranger(url) as reader:
            got = []
            reader.channel.basic_consume(queue, lambda *arrival, got=got: got.append(arrival))
            until(lambda r=reader, g=got: r.channel.connection.process_data_events(0.1) or g, queue)


class Channel:
    """A channel that fails until it is told to accept."""

    name = label = "fake"

    def __init__(self):
        self.accepts, self.tries, self.sent = False, 0, []

    def wants(self, alert):
        return True

    def send(self, alert, hand_over):
        self.tries += 1
        if not self.accepts:
            raise DeliveryFailed("not now")
        self.sent.append(alert.id)


def test_the_definitions_for_a_cluster_make_quorum_queues_that_drop_nothing(
    broker, url, consumers_url
):
    path = urlsplit(url).path
    found = {q["name"]: q for q in ask_admin(broker, "GET", f"/queues{path}")}
    assert found.pop("05-history")["type"] == "stream"
    assert {queue["type"] for queue in found.values()} == {"quorum"}
    until(
        lambda: all(
            ask_admin(broker, "GET", f"/queues{path}/{name}").get("policy") == "smart-smoker"
            for name in found
        ),
        "a policy for all of them",
    )


def test_queues_that_somebody_made_quorum_queues_serve_a_user_with_all_rights_too(
    consumers_url, url, stranger
):
    with Broker(url, "with all rights") as broker:
        stranger.put_readings("01-smoker", "brisket", [225])
        assert read_alone(broker, "01-smoker", 10, Stop())
        assert until(lambda: broker.take(0.1), "the reading")


def test_a_quorum_queue_has_one_reader_at_a_time(consumers_url, url, stranger):
    with Broker(consumers_url, "second") as second:
        with Broker(consumers_url, "first") as first:
            assert read_alone(first, "01-smoker", 10, Stop())
            with pytest.raises(QueueTaken):
                second.consume("01-smoker", 10)
            stranger.put_readings("01-smoker", "brisket", [225])
            arrived = until(lambda: first.take(0.1), "a reading for the first")
            first.acknowledge(arrived[0].tag)
        assert read_alone(second, "01-smoker", 10, Stop())


def test_readers_that_take_nothing_of_what_waits_are_dead_and_keep_nobody_away(
    consumers_url, stranger, monkeypatch
):
    """A quorum queue counts the readers of a node that died, until it is back."""
    monkeypatch.setattr(link, "PATIENCE", 0.5)
    with Broker(consumers_url, "dead") as dead, Broker(consumers_url, "another") as another:
        dead.consume("01-smoker", prefetch=1)
        stranger.put_readings("01-smoker", "brisket", [225, 226])  # One more than it takes.
        assert read_alone(another, "01-smoker", 10, Stop())
        assert [a.headers["seq"] for a in until(lambda: another.take(0.1), "what waits")] == [2]


def test_who_was_called_dead_and_is_not_leaves_before_it_takes_anything(consumers_url, stranger):
    with Broker(consumers_url, "slow") as slow, Broker(consumers_url, "other") as other:
        slow.consume("01-smoker", 10)
        other.consume("01-smoker", 10, dead=1)
        stranger.put_readings("01-smoker", "brisket", [225, 226])
        slow._next_look = 0  # It has hung for more than a second.
        with pytest.raises(QueueTaken):
            slow.take(0.1)
        numbers = []
        until(
            lambda: numbers.extend(a.headers["seq"] for a in other.take(0.1)) or len(numbers) == 2,
            "both readings for the other",
        )


def test_two_who_have_called_each_other_dead_notice_it_while_nothing_comes(consumers_url):
    with Broker(consumers_url, "one") as one, Broker(consumers_url, "other") as other:
        one.consume("01-smoker", 10)
        other.consume("01-smoker", 10, dead=1)
        with pytest.raises(QueueTaken):
            until(lambda: one.take(0.1), "a look")
        until(lambda: other.take(0.1) or not other.dead_readers, "a look that finds nobody")
        one.consume("01-smoker", 10, dead=1)
        with pytest.raises(QueueTaken):
            until(lambda: other.take(0.1), "a look")
        until(lambda: one.take(0.1) or not one.dead_readers, "a look that finds nobody")
        with pytest.raises(QueueTaken):
            other.consume("01-smoker", 10)


def test_who_has_hung_itself_takes_nobody_for_dead(consumers_url):
    """It may have been called dead meanwhile, by the very one that it had called dead before."""
    with Broker(consumers_url, "one") as one, Broker(consumers_url, "other") as other:
        one.consume("01-smoker", 10)
        other.consume("01-smoker", 10, dead=1)
        assert other.take(0) == []
        one.__exit__()  # As the other hangs; so it does not see that.
        with Broker(consumers_url, "the one, back") as back:
            other._next_look -= 60
            until(lambda: other.counts("01-smoker")[1] == 1, "a reader that has gone")
            back.consume("01-smoker", 10, dead=1)
            with pytest.raises(QueueTaken):
                other.take(0)


def test_who_needs_long_to_begin_has_not_hung(consumers_url, monkeypatch):
    """Whoever takes a dead reader's place reads the history first."""
    with Broker(consumers_url, "dead") as dead, Broker(consumers_url, "other") as other:
        dead.consume("01-smoker", 10)
        other.consume("01-smoker", 10, dead=1)
        begun = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: begun + 60)
        assert other.take(0) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_a_sender_that_was_called_dead_and_is_not_gives_back_what_it_holds_and_sends_nothing(
    program, consumers_url, stranger
):
    def put(*numbers: int):
        for number in numbers:
            alert = replace(ALERT, id=f"brisket/01-smoker/{number}/raised", subject=f"{number}")
            stranger.put("04-alerts", alert.body(), type="alert", message_id=alert.id)

    program.edit("smart_smoker/rabbitmq/link.py", "PATIENCE = 30", "PATIENCE = 1")
    program.edit("smart_smoker/app/outbox.py", "PREFETCH = 5000", "PREFETCH = 1")
    with Inbox() as inbox:
        program.configure_mail(inbox.port, sms_address_for_texts="")
        slow = program.start("consumer_smoker.py", RABBITMQ_URL=consumers_url)
        slow.said("Sending alerts")
        slow.signal(signal.SIGSTOP)
        put(1, 2, 3)  # It is given the first.
        other = program.start("consumer_food_a.py", RABBITMQ_URL=consumers_url)
        until(lambda: len(inbox.messages) == 2, "the others, sent by the other")
        slow.signal(signal.SIGCONT)
        until(lambda: stranger.readers("04-alerts") == 1, "a sender that has left")
        put(4)
        until(lambda: "4" in [mail.subject for mail in inbox.messages], "a last e-mail")
        assert other.end(signal.SIGTERM)[0] == slow.end(signal.SIGTERM)[0] == 0
    assert [mail.subject for mail in inbox.messages] == ["2", "3", "1", "4"]


def test_who_stands_by_does_not_take_over_while_something_is_taken(
    consumers_url, stranger, monkeypatch
):
    monkeypatch.setattr(link, "PATIENCE", 0.5)
    stop = Stop()
    with Broker(consumers_url, "first") as first, Broker(consumers_url, "second") as second:
        first.consume("01-smoker", prefetch=1)
        waits, wait = iter(range(10)), second.wait

        def meanwhile(seconds):
            """The first takes one of those that wait, and there are always some."""
            stop.requested = next(waits, None) is None
            stranger.put_readings("01-smoker", "brisket", [225])
            for arrival in until(lambda: first.take(0.1), "a reading for the first"):
                first.acknowledge(arrival.tag)
            wait(seconds)

        second.wait = meanwhile
        assert not read_alone(second, "01-smoker", 10, stop)


def test_an_alert_that_is_held_for_long_does_not_come_back_but_is_put_in_anew(
    broker, url, consumers_url, stranger, monkeypatch
):
    """Were it given back, a limit of two returns would cost it."""
    set_limit(broker, url, 2)
    monkeypatch.setattr(unacked, "LONGEST", 0.2)
    monkeypatch.setattr(lanes, "LONGEST_PAUSE", 0.1)
    sent = int(time.time()) - 1000
    message = alert_message(ALERT)
    stranger.put(
        "04-alerts", message.body, type="alert", message_id=ALERT.id, timestamp=sent, headers={}
    )
    renewed, channel = [], Channel()
    monkeypatch.setattr(outbox, "again", lambda *how: renewed.append(how[0]) or again(*how))
    with Outbox([consumers_url], "a test", [channel]):
        until(lambda: len(renewed) >= 5, "an alert that was put in anew five times")
        channel.accepts = True
        until(lambda: channel.sent, "an alert that is sent")
        until(lambda: stranger.waiting("04-alerts") == 0 and recorded(consumers_url), "its record")
    assert channel.sent == [ALERT.id]
    assert {(a.id, a.sent, a.returns) for a in renewed} == {(ALERT.id, sent, 0)}


def recorded(url: str) -> bool:
    return any(e.headers.get("outcome") == "accepted" for e in history(url))


def test_an_alert_that_came_back_often_is_put_in_anew_at_once(
    consumers_url, url, stranger, monkeypatch
):
    stranger.put("04-alerts", alert_message(ALERT).body, type="alert", message_id=ALERT.id)
    give_back(url, "04-alerts", 11)
    renewed, channel = [], Channel()
    monkeypatch.setattr(outbox, "again", lambda *how: renewed.append(how[0]) or again(*how))
    with Outbox([consumers_url], "a test", [channel]):
        until(lambda: renewed and channel.tries, "an alert that is put in anew")
    (arrival,) = renewed
    assert arrival.returns >= unacked.MANY_RETURNS
    until(lambda: stranger.waiting("04-alerts") == 1, "the alert in its queue again")


def test_readings_that_come_back_again_and_again_are_told_before_a_queue_drops_them(
    program, consumers_url, url, stranger
):
    stranger.put_readings("01-smoker", "brisket", [225, 226])
    give_back(url, "01-smoker", 11)
    consumer = program.start("consumer_smoker.py", RABBITMQ_URL=consumers_url)
    consumer.said(r"01-smoker has given out these readings 1\d times.*docs/clusters.md")
    consumer.said("226.0 °F")
    assert len(consumer.lines("has given out")) == 1


def test_what_takes_a_messages_place_is_the_same_message_without_what_the_broker_added():
    headers = {"cook": "brisket", "x-delivery-count": 7}
    arrival = Arrival("04-alerts", 3, b"body", "id", "alert", headers, 1_621_686_015)
    message = again(arrival, 60)
    assert (message.queue, message.body, message.id, message.type) == (
        "04-alerts",
        b"body",
        "id",
        "alert",
    )
    assert (message.headers, message.sent, message.straight, message.expires) == (
        {"cook": "brisket"},
        1_621_686_015,
        True,
        60,
    )


@pytest.mark.parametrize(("header", "returns"), [({}, 0), ({"x-delivery-count": 7}, 7)])
def test_a_message_says_how_often_it_came_back(header, returns):
    assert Arrival("01-smoker", 1, b"", "", "", header, 0).returns == returns


@pytest.mark.parametrize("rubbish", ["many", None, [3], 2.5])
def test_a_count_that_is_none_is_not_believed(rubbish):
    assert Arrival("01-smoker", 1, b"", "", "", {"x-delivery-count": rubbish}, 0).returns == 0
