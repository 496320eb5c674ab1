"""The follower looks at a real RabbitMQ, with read rights only, through outages and noise."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from urllib.parse import urlsplit

import pika
import pytest
from scripts import ALERT, Relay, ask_admin, broker_user, clock, defined_users, history, until

from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.panel import follower as follower_
from smart_smoker.panel import history_reader
from smart_smoker.panel.follower import Follower
from smart_smoker.panel.records import AlertRecord
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import alert_message, delivery_message, reading_message

RAISED = replace(ALERT, id="brisket/01-smoker/3/raised")
EMPTY = dict.fromkeys(("01-smoker", "02-food-A", "03-food-B", "04-alerts", "06-rejected"), (0, 0))
ACCEPTED = {"email": "accepted"}
FOREVER = 1e9


@pytest.fixture
def declared(url):
    """The queues are there."""
    with Broker(url, "a test"):
        pass


def temperatures(follower: Follower, cook: str = "brisket") -> list[float]:
    with follower.lock:
        found = follower.story.cooks.get(cook)
        return list(found.probes[SMOKER].temperatures) if found else []


def told(follower: Follower) -> list[AlertRecord]:
    with follower.lock:
        return follower.story.latest.alerts


def outcomes(record: AlertRecord) -> dict[str, str]:
    return {channel: each.outcome for channel, each in record.deliveries.items()}


def loaded(follower: Follower):
    until(lambda: follower.loaded and not follower.away and follower.queues, "it is loaded")


@contextmanager
def following(url: str) -> Iterator[Follower]:
    """One that has the whole story."""
    with Follower([url]) as follower:
        loaded(follower)
        yield follower


def names(broker, url: str) -> list[str]:
    """The queues that there are."""
    return [queue["name"] for queue in ask_admin(broker, "GET", f"/queues{urlsplit(url).path}")]


# --- what it shows -------------------------------------------------------------------------------


@pytest.mark.usefixtures("declared")
def test_it_shows_the_cook_so_far_and_what_happens_then(url, stranger):
    stranger.put_readings("01-smoker", "brisket", [225, 226])
    with following(url) as follower, Broker(url, "a test") as broker:
        assert temperatures(follower) == [225, 226]
        version = follower.version
        stranger.put_readings("01-smoker", "brisket", [200], first=3)
        until(lambda: temperatures(follower) == [225, 226, 200], "the new reading")
        broker.publish([alert_message(RAISED), delivery_message(RAISED, "email", "accepted")])
        until(lambda: list(map(outcomes, told(follower))) == [ACCEPTED], "its delivery")
        assert [each.alert for each in told(follower)] == [RAISED]
        assert follower.version > version
        with following(url) as late:
            assert temperatures(late) == [225, 226, 200]
            assert told(late) == told(follower)


@pytest.mark.usefixtures("declared")
def test_it_tells_what_waits_and_whether_anybody_reads(url, stranger):
    with following(url) as follower:
        assert follower.queues == EMPTY
        stranger.put_readings("01-smoker", "brisket", [225, 226])
        until(lambda: follower.queues["01-smoker"] == (2, 0), "what waits")
        with Broker(url, "a consumer") as consumer:
            consumer.consume("04-alerts", 10)
            until(lambda: follower.queues["04-alerts"] == (0, 1), "a consumer")
        until(lambda: follower.queues["04-alerts"] == (0, 0), "no consumer")


@pytest.mark.usefixtures("declared")
def test_it_takes_and_writes_nothing(url, stranger):
    stranger.put_readings("01-smoker", "brisket", [225, 226])
    stranger.put("06-rejected", "noise")
    with following(url):
        assert len(history(url)) == 2
    assert [stranger.waiting(queue) for queue in ("01-smoker", "06-rejected")] == [2, 1]
    assert len(history(url)) == 2


@pytest.mark.usefixtures("declared")
def test_it_is_loaded_at_the_end_of_the_history_even_when_events_never_pause(
    url, stranger, monkeypatch
):
    monkeypatch.setattr(history_reader, "LIVE_SECONDS", FOREVER)
    stranger.put_readings("01-smoker", "brisket", range(100, 900))
    stranger.put_readings("01-smoker", "brisket", [50] * 2000, first=801)
    with Follower([url]) as follower:
        until(lambda: follower.loaded, "it is loaded")
        assert len(temperatures(follower)) >= 800
        until(lambda: len(temperatures(follower)) == 2800, "all readings")


@pytest.mark.usefixtures("declared")
def test_what_is_heard_live_is_live_whatever_the_senders_clock_says(url, stranger, monkeypatch):
    monkeypatch.setattr(history_reader, "LIVE_SECONDS", FOREVER)

    def put(seq):
        stranger.channel.basic_publish(
            "smart-smoker",
            "01-smoker",
            f"row {seq}, 225",
            pika.BasicProperties(headers={"cook": "brisket", "seq": seq}, timestamp=1),
        )

    def state(follower):
        with follower.lock:
            return follower.story.latest.probes[SMOKER].condition(time.time()).kind

    for seq in range(3000):
        put(seq + 1)
    with following(url) as follower:
        until(lambda: len(temperatures(follower)) == 3000, "all readings")
        assert state(follower) == "gone"
        monkeypatch.setattr(history_reader, "LIVE_SECONDS", 0)
        seqs = count(3001)
        until(lambda: put(next(seqs)) or state(follower) == "steady", "a live reading", pause=1)
    monkeypatch.setattr(history_reader, "LIVE_SECONDS", FOREVER)
    with following(url) as later:
        assert state(later) == "gone"


# --- a long history ------------------------------------------------------------------------------


@pytest.fixture
def long(url) -> Broker:
    """A history of 2,800 readings, in chunks of 700 and of one."""
    with Broker(url, "a test") as broker:
        for first in (1, 701, 1401, 2101):
            broker.publish([reading_message(smoker(seq)) for seq in range(first, first + 700)])
        broker.publish([reading_message(smoker(2801))])
        yield broker


def smoker(seq: int) -> Reading:
    return Reading(SMOKER, clock(seq), 225.0, f"brisket/01-smoker/{seq}", "brisket", seq)


def seqs(follower: Follower) -> list[int]:
    with follower.lock:
        return list(follower.story.latest.probes[SMOKER].seqs)


def test_of_a_long_history_the_newest_part_is_shown_first_and_lives_until_all_is_read(
    url, long, monkeypatch
):
    go, brokers = threading.Event(), []

    class Held(history_reader.HistoryReader):
        """One whose long way waits."""

        def __init__(self, broker, last, most):
            super().__init__(broker, last, most)
            self._waits = most == follower_.MOST_WEIGHT
            brokers.append(broker)

        def read(self, seconds, lock):
            return (go.is_set() or not self._waits) and super().read(seconds, lock)

    monkeypatch.setattr(follower_, "HistoryReader", Held)
    with Follower([url], newest=500) as follower:
        loaded(follower)
        assert not follower.whole
        assert 500 < 2802 - seqs(follower)[0] <= 701  # from the event or its chunk on
        assert follower.story.latest.known_since is not None
        long.publish([reading_message(smoker(2802))])
        until(lambda: seqs(follower)[-1] == 2802, "a reading meanwhile")
        go.set()
        until(lambda: follower.whole, "all of it")
        assert seqs(follower) == list(range(1, 2803))
        assert follower.story.latest.known_since is None
        until(lambda: not brokers[1]._connection.is_open, "the end of its other connection")
        assert brokers[0]._connection.is_open
        long.publish([reading_message(smoker(2803))])
        until(lambda: seqs(follower)[-1] == 2803, "a reading after that")


def test_no_more_is_read_than_a_story_keeps(url, long, monkeypatch):
    monkeypatch.setattr(follower_, "MOST_WEIGHT", 1000)
    with Follower([url], newest=500) as follower:
        until(lambda: follower.whole, "all that it keeps")
        assert 1000 < 2802 - seqs(follower)[0] <= 1401
        assert follower.story.latest.known_since is not None


def test_a_history_that_is_short_is_read_at_once(url, long):
    with Follower([url]) as follower:
        until(lambda: follower.loaded, "it is loaded")
        assert follower.whole
        assert seqs(follower)[0] == 1


# --- with read rights only -----------------------------------------------------------------------


def test_the_panels_user_of_the_definitions_is_all_it_needs(broker, url, stranger):
    with defined_users(broker, url) as urls:
        stranger.put_readings("01-smoker", "brisket", [225, 226])
        with following(urls["smoker-panel"]) as follower:
            assert temperatures(follower) == [225, 226]
            assert follower.queues == EMPTY | {"01-smoker": (2, 0)}


@pytest.mark.usefixtures("declared")
def test_a_user_that_may_not_read_the_history_is_told_so_until_it_may(broker, url):
    rights = {"configure": "", "write": "", "read": "01-smoker"}
    with broker_user(broker, url, **rights) as as_user, Follower([as_user]) as follower:
        until(lambda: "does not permit it" in follower.away, "the refusal")
        assert not follower.loaded
        user, path = urlsplit(as_user).username, urlsplit(url).path
        ask_admin(broker, "PUT", f"/permissions{path}/{user}", rights | {"read": "05-history"})
        loaded(follower)


# --- what is missing -----------------------------------------------------------------------------


def test_it_makes_no_queue_and_waits_until_somebody_does(broker, url, caplog):
    with Follower([url]) as follower:
        until(lambda: "no queue '05-history'" in follower.away, "what is missing")
        assert (follower.loaded, follower.queues) == (False, {})
        assert names(broker, url) == []
        with Broker(url, "a test"):
            loaded(follower)
    told = [r.getMessage() for r in caplog.records if r.name == "smart_smoker.panel.follower"]
    assert sum("no queue '05-history'" in line for line in told) == 1


@pytest.mark.usefixtures("declared")
def test_a_queue_that_is_not_there_is_told_and_the_rest_goes_on(broker, url, stranger):
    with following(url) as follower:
        stranger.channel.queue_delete("06-rejected")
        until(lambda: follower.queues["06-rejected"] is None, "the missing queue")
        assert follower.queues == EMPTY | {"06-rejected": None}
        stranger.put_readings("01-smoker", "brisket", [225])
        until(lambda: temperatures(follower) == [225], "the reading")
        assert "06-rejected" not in names(broker, url)
        stranger.declare("06-rejected")
        until(lambda: follower.queues == EMPTY | {"01-smoker": (1, 0)}, "the queue again")
        assert follower.away is None


def test_a_history_that_is_no_stream_is_told_and_nothing_is_taken_from_it(url, stranger):
    stranger.declare("05-history")
    stranger.put("05-history", "12:00, 225", "12:01, 226")
    with Follower([url]) as follower:
        until(lambda: "x-stream-offset" in follower.away, "that it is no stream")
    until(lambda: stranger.waiting("05-history") == 2, "both again")


@pytest.mark.usefixtures("declared")
def test_a_history_that_is_deleted_is_told_and_what_it_held_is_kept_until_there_is_a_new_one(
    url, stranger
):
    stranger.put_readings("01-smoker", "brisket", [225])
    with following(url) as follower:
        stranger.channel.queue_delete("05-history")
        until(lambda: follower.away, "that it is away")
        assert temperatures(follower) == [225]
        with Broker(url, "a test"):
            loaded(follower)
        assert temperatures(follower) == []


# --- a broker that goes and comes ----------------------------------------------------------------


@pytest.mark.usefixtures("declared")
def test_a_broker_that_goes_is_told_what_is_known_is_kept_and_it_recovers_by_itself(url, stranger):
    with Relay(url) as relay, Follower([relay.url]) as follower:
        until(lambda: "refused" in follower.away, "that nobody answers")
        assert not follower.loaded
        relay.open()
        loaded(follower)
        stranger.put_readings("01-smoker", "brisket", [225, 226])
        until(lambda: len(temperatures(follower)) == 2, "the readings")
        before, known = time.time(), follower.story
        relay.cut()
        until(lambda: follower.away, "that it is away")
        assert before <= follower.away_since <= time.time()
        assert (follower.story, follower.queues, follower.loaded) == (known, {}, True)
        stranger.put_readings("01-smoker", "brisket", [227], first=3)
        relay.open()
        until(lambda: temperatures(follower) == [225, 226, 227], "what came meanwhile")
        loaded(follower)
        assert follower.story is not known
        assert len(known.latest.probes[SMOKER].temperatures) == 2


@pytest.mark.usefixtures("declared")
def test_a_connection_that_breaks_while_the_history_is_read_leaves_the_old_story(url, stranger):
    stranger.put_readings("01-smoker", "brisket", [225] * 3000)
    with Relay(url) as relay, Follower([relay.url]) as follower:
        relay.open()
        until(lambda: len(temperatures(follower)) == 3000, "all readings")
        relay.cut()
        until(lambda: follower.away, "that it is away")
        relay.open()
        relay.cut_after(100_000)
        until(lambda: not relay.is_open, "a cut while it reads")
        assert len(temperatures(follower)) == 3000
        relay.open()
        loaded(follower)
        assert len(temperatures(follower)) == 3000


# --- noise ---------------------------------------------------------------------------------------

HEADERS = [
    {"x": b"T" + struct.pack(">Q", 2**60)},
    {"x": b"T" + struct.pack(">Q", 1_700_000_000_000)},  # milliseconds
    {"cook": b"S" + struct.pack(">I", 2) + b"\xff\xfe", "seq": b"V"},
    {"x": b"F" + struct.pack(">I", 11) + b"\1x" + b"T" + struct.pack(">Q", 2**60)},
]


class Raw(bytes):
    """A header's value as it goes over the wire."""


@pytest.mark.usefixtures("declared")
def test_no_header_stops_it(url, stranger, monkeypatch):
    encode = pika.data.encode_value

    def encode_raw(pieces, value):
        if isinstance(value, Raw):
            pieces.append(value)
            return len(value)
        return encode(pieces, value)

    monkeypatch.setattr("pika.data.encode_value", encode_raw)
    stranger.put_readings("01-smoker", "brisket", [225])
    for headers in HEADERS:
        raw = {name: Raw(value) for name, value in headers.items()}
        for key in ("01-smoker", "04-alerts"):
            properties = pika.BasicProperties(headers=raw, type="alert", timestamp=2**40)
            stranger.channel.basic_publish("smart-smoker", key, b"\xff", properties)
    deep = Raw()
    for _ in range(5000):
        deep = Raw(b"F" + struct.pack(">I", 2 + len(deep)) + b"\1x" + deep if deep else b"V")
    properties = pika.BasicProperties(headers={"x": deep})
    stranger.channel.basic_publish("smart-smoker", "01-smoker", b"12:00, 1", properties)
    stranger.put("05-history", b"\xff", b"", b"{}", type=b"\xff\xfe", message_id=b"\xff")
    stranger.put_readings("01-smoker", "brisket", [226], first=2)
    with following(url) as follower:
        until(lambda: temperatures(follower) == [225, 226], "both readings")
        assert list(follower.story.cooks) == ["brisket"]


def test_it_ends_at_once_also_while_it_waits_for_a_broker():
    with Follower(["amqp://guest:guest@127.0.0.1:1/"]) as follower:
        until(lambda: "refused" in follower.away, "that nobody answers")
    assert not follower._thread.is_alive()


def test_it_ends_at_once_also_while_a_broker_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with Follower([f"amqp://guest:guest@127.0.0.1:{port}/"]) as follower:
            connection, _ = silent.accept()
        with connection:
            assert follower._thread.is_alive(), "its end is not waited for"
