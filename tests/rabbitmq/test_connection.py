"""The broker module meets a real RabbitMQ, strangers' scripts at it, and connections that break."""

import itertools
import json
import socket
import struct
import threading
import time
from datetime import datetime
from urllib.parse import urlsplit

import pika
import pytest
from faults.proxy import Proxy
from scripts import (
    ALERT,
    DEADLINE,
    EVERYTHING,
    LOOPBACK,
    PASSWORD,
    Relay,
    ask_admin,
    broker_user,
    history,
    until,
)

from smart_smoker.cli.signals import Stop
from smart_smoker.core.errors import BrokerAway, BrokerBlocked, BrokerRefused, QueueTaken
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.rabbitmq import connection, link
from smart_smoker.rabbitmq import messages as wire
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.events import parse
from smart_smoker.rabbitmq.history import replay
from smart_smoker.rabbitmq.link import connect, read_alone, stay_connected
from smart_smoker.rabbitmq.messages import (
    Message,
    alert_message,
    delivery_message,
    reading_message,
    rejected_message,
)

PLAIN = ["01-smoker", "02-food-A", "03-food-B", "04-alerts", "06-rejected"]


def reading(seq: int = 1, probe=SMOKER, **others) -> Reading:
    id = f"brisket/{probe.queue}/{seq}"
    return Reading(probe, "05/22/21 12:20:15", 84.2, id, "brisket", seq, **others)


def messages(count: int) -> list[Message]:
    return [reading_message(reading(seq)) for seq in range(1, count + 1)]


def take(broker: Broker, count: int) -> list:
    """So many deliveries, waited for."""
    arrived = []
    until(lambda: arrived.extend(broker.take(0.1)) or len(arrived) >= count, f"{count} messages")
    return arrived


def unused_port() -> int:
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return found.getsockname()[1]


@pytest.fixture
def host(url):
    """The name of the virtual host."""
    return url.rpartition("/")[2]


# --- queues --------------------------------------------------------------------------------------


def test_a_script_that_declares_the_queues_plain_may_come_first_and_again(url, stranger):
    stranger.declare(*PLAIN)
    with Broker(url, "a test"):
        stranger.declare(*PLAIN)


def test_a_script_that_declares_the_queues_plain_may_come_later(url, stranger):
    with Broker(url, "a test"):
        pass
    stranger.declare(*PLAIN)


def test_the_history_is_a_stream_and_the_queues_have_no_arguments(broker, url, host):
    with Broker(url, "a test"):
        found = {queue["name"]: queue for queue in ask_admin(broker, "GET", f"/queues/{host}")}
    history = found.pop("05-history")
    assert history["arguments"] == {
        "x-queue-type": "stream",
        "x-max-age": "7D",
        "x-stream-max-segment-size-bytes": 1_000_000,
    }
    assert sorted(found) == PLAIN
    for queue in found.values():
        # RabbitMQ 4 says so even where nobody has asked for it.
        assert queue["arguments"] in ({}, {"x-queue-type": "classic"})
        assert (queue["type"], queue["durable"]) == ("classic", True)


def test_the_exchange_feeds_the_queues_by_their_names_and_by_answers_keys_and_the_history_too(
    broker, url, host
):
    with Broker(url, "a test"):
        bindings = ask_admin(broker, "GET", f"/bindings/{host}")
        exchange = ask_admin(broker, "GET", f"/exchanges/{host}/smart-smoker")
    assert (exchange["type"], exchange["durable"]) == ("topic", True)
    ours = [(b["routing_key"], b["destination"]) for b in bindings if b["source"]]
    fed = ["01-smoker", "02-food-A", "03-food-B", "04-alerts"]
    answers = [(f"answer.{q}", where) for q in fed[:3] for where in (q, "05-history")]
    answers.append(("remark", "05-history"))
    assert sorted(ours) == sorted([(q, w) for q in fed for w in (q, "05-history")] + answers)


def test_what_the_history_alone_has_taken_is_not_called_published(url, stranger):
    with connect([url], "test") as broker, broker.another("declares nothing") as other:
        stranger.channel.queue_delete("01-smoker")
        with pytest.raises(BrokerAway, match="01-smoker"):
            other.publish(messages(1))
        broker.declare()
        other.publish(messages(1))
        broker.consume("01-smoker", 10)
        assert [arrival.id for arrival in take(broker, 1)] == ["brisket/01-smoker/1"]


def test_what_a_stranger_deleted_is_declared_again(url, stranger):
    with Broker(url, "a test") as broker:
        stranger.channel.queue_delete("01-smoker")
        broker.declare()
        broker.publish(messages(1))
    assert stranger.waiting("01-smoker") == 1


def test_a_broker_that_knows_no_streams_is_used_without_a_history(url, monkeypatch):
    # RabbitMQ 3.8 answers a stream's declaration as every RabbitMQ that of an unknown type.
    monkeypatch.setitem(wire.DECLARED, "05-history", {"x-queue-type": "brook"})
    with connect([url], "a test") as broker:
        assert not broker.has_history
        broker.publish(messages(1))
        assert list(replay(broker, "first")) == []


@pytest.mark.parametrize(
    ("queue", "arguments"),
    [
        ("02-food-A", {"durable": True, "arguments": {"x-max-length": 5}}),
        ("05-history", {"durable": True}),
        ("06-rejected", {"durable": False}),
    ],
)
def test_a_queue_with_other_arguments_is_named_with_how_to_mend_it(url, stranger, queue, arguments):
    stranger.channel.queue_declare(queue, **arguments)
    with pytest.raises(BrokerRefused, match=f"{queue} exists.* delete it on the admin page"):
        Broker(url, "a test")


def test_an_exchange_of_another_type_is_named_with_how_to_mend_it(url, stranger):
    stranger.channel.exchange_declare("smart-smoker", "fanout", durable=True)
    with pytest.raises(BrokerRefused, match="smart-smoker exists.* delete it on the admin page"):
        Broker(url, "a test")


def test_a_queue_can_be_emptied_and_tells_how_many_wait_and_read(url):
    with Broker(url, "a test") as broker, Broker(url, "a reader") as reader:
        broker.publish(messages(3))
        assert broker.counts("01-smoker") == (3, 0)
        broker.purge("01-smoker")
        reader.consume("01-smoker", prefetch=10)
        assert broker.counts("01-smoker") == (0, 1)


# --- logins and permissions ----------------------------------------------------------------------


def test_a_wrong_password_is_refused_and_not_shown(url):
    with pytest.raises(BrokerRefused, match="refuses the login.*RABBITMQ_URL") as refused:
        Broker(url.replace("guest:guest", f"guest:{PASSWORD}"), "a test")
    assert PASSWORD not in str(refused.value)


def test_a_virtual_host_that_is_not_there_is_refused_by_name(url):
    with pytest.raises(BrokerRefused, match="nowhere"):
        Broker(url.rpartition("/")[0] + "/nowhere", "a test")


def test_a_user_without_a_right_to_the_virtual_host_is_refused(broker, url):
    with broker_user(broker, url) as theirs, pytest.raises(BrokerRefused, match="does not"):
        Broker(theirs, "a test")


def test_a_user_who_may_not_declare_publishes_reads_and_replays_what_is_there(broker, url):
    with Broker(url, "the owner"):
        pass
    with broker_user(broker, url, **{**EVERYTHING, "configure": "^$"}) as theirs:
        with Broker(theirs, "a test") as user:
            user.publish(messages(2))
            user.consume("01-smoker", prefetch=10)
            assert [arrival.id[-1] for arrival in take(user, 2)] == ["1", "2"]
        assert len(history(theirs)) == 2


def test_a_user_who_may_not_bind_publishes_and_reads_all_the_same(broker, url):
    with Broker(url, "the owner"):
        pass
    rights = {"configure": "^$", "write": "^smart-smoker$", "read": "^0"}
    with broker_user(broker, url, **rights) as theirs, Broker(theirs, "a test") as user:
        user.publish(messages(1))
        user.consume("01-smoker", prefetch=10)
        assert len(take(user, 1)) == 1


def test_a_user_who_may_not_declare_is_told_which_queue_is_missing(broker, url):
    with (
        broker_user(broker, url, **{**EVERYTHING, "configure": "^smart-smoker$"}) as theirs,
        pytest.raises(BrokerRefused, match="01-smoker"),
    ):
        Broker(theirs, "a test")


def test_a_user_who_may_not_publish_is_refused_and_not_tried_again(broker, url):
    with (
        broker_user(broker, url, **{**EVERYTHING, "write": "^0"}) as theirs,
        Broker(theirs, "a test") as user,
        pytest.raises(BrokerRefused, match="smart-smoker"),
    ):
        user.publish(messages(1))


# --- messages ------------------------------------------------------------------------------------


def test_a_reading_is_on_the_wire_as_the_contract_says(url, stranger):
    began = int(time.time())
    with Broker(url, "a test") as broker:
        broker.publish([reading_message(r) for r in (reading(1), reading(2, last=True))])
    (first, body), (last, _) = stranger.take_all("01-smoker")
    assert body == b"05/22/21 12:20:15, 84.2"
    assert first.message_id == "brisket/01-smoker/1"
    assert (first.type, first.app_id, first.delivery_mode) == ("reading", "smart-smoker", 2)
    assert began <= first.timestamp <= time.time()
    assert first.headers == {"cook": "brisket", "seq": 1}
    assert last.headers == {"cook": "brisket", "seq": 2, "last": True}


def test_an_alert_is_on_the_wire_as_the_contract_says(url, stranger):
    with Broker(url, "a test") as broker:
        broker.publish([alert_message(ALERT)])
    ((properties, body),) = stranger.take_all("04-alerts")
    assert (properties.type, properties.message_id) == ("alert", ALERT.id)
    assert properties.delivery_mode == 2
    assert json.loads(body)["subject"] == ALERT.subject


def test_a_delivery_is_told_to_the_history_alone(url, stranger):
    with Broker(url, "a test") as broker:
        broker.publish([delivery_message(ALERT, "sms", "refused", "no such phone")])
    (told,) = history(url)
    assert (told.type, told.body, told.headers["alert"]) == ("delivery", b"no such phone", ALERT.id)
    assert (told.headers["channel"], told.headers["outcome"]) == ("sms", "refused")
    assert not any(map(stranger.waiting, PLAIN))


def test_what_is_put_aside_says_why_and_where_it_was(url, stranger):
    with Broker(url, "a test") as broker:
        broker.publish([rejected_message("02-food-A", b"\xff\x00", "not UTF-8 text")])
    ((properties, body),) = stranger.take_all("06-rejected")
    assert (body, properties.delivery_mode) == (b"\xff\x00", 2)
    assert properties.headers == {"queue": "02-food-A", "reason": "not UTF-8 text"}
    assert history(url) == []


def test_a_reading_arrives_as_it_was_sent(url):
    sent = [reading(1, FOOD_A), reading(2, FOOD_A, last=True)]
    with Broker(url, "a test") as broker:
        broker.publish(list(map(reading_message, sent)))
        broker.consume("02-food-A", prefetch=10)
        arrived = [parse(arrival) for arrival in take(broker, 2)]
    assert arrived == sent


def test_a_strangers_message_arrives_with_nothing_but_its_body(url, stranger):
    with Broker(url, "a test") as broker:
        stranger.put("01-smoker", "05/22/21 12:20:15,84.2")
        broker.consume("01-smoker", prefetch=10)
        (arrived,) = take(broker, 1)
    assert (arrived.id, arrived.type, arrived.headers, arrived.sent) == ("", "", {}, 0)
    assert parse(arrived).temperature == 84.2


# --- reading -------------------------------------------------------------------------------------


def test_a_second_reader_is_told_that_the_queue_is_taken(url):
    with Broker(url, "a test") as broker, Broker(url, "another") as another:
        broker.consume("01-smoker", prefetch=10)
        with pytest.raises(QueueTaken):
            another.consume("01-smoker", prefetch=10)
        another.publish(messages(1))
        assert len(take(broker, 1)) == 1


def test_a_reader_that_stands_by_reads_when_the_first_has_left(url, caplog):
    caplog.set_level("INFO")
    successor, reading_alone = Broker(url, "another"), []
    thread = threading.Thread(
        target=lambda: reading_alone.append(read_alone(successor, "01-smoker", 10, Stop())),
        daemon=True,
    )
    with successor:
        with Broker(url, "a test") as broker:
            broker.consume("01-smoker", prefetch=10)
            thread.start()
            until(lambda: "reading 01-smoker; standing by" in caplog.text, "standing by")
            assert not reading_alone
        thread.join(DEADLINE)
        assert reading_alone == [True]
        successor.publish(messages(1))
        assert len(take(successor, 1)) == 1


def test_a_reader_that_stands_by_can_be_stopped(url):
    with Broker(url, "a test") as broker, Broker(url, "another") as another:
        broker.consume("01-smoker", prefetch=10)
        stop = Stop()
        threading.Timer(0.1, setattr, (stop, "requested", True)).start()
        assert not read_alone(another, "01-smoker", 10, stop)


def test_of_two_readers_that_a_broker_lets_in_at_once_the_later_one_leaves(broker, url, stranger):
    stranger.channel.queue_declare("01-smoker", durable=True, arguments={"x-queue-type": "quorum"})
    for queue in ("02-food-A", "03-food-B", "04-alerts", "06-rejected"):
        stranger.declare(queue)
    stranger.channel.exchange_declare("smart-smoker", "topic", durable=True)
    arguments = {"x-queue-type": "stream"}
    stranger.channel.queue_declare("05-history", durable=True, arguments=arguments)
    stranger.channel.queue_bind("01-smoker", "smart-smoker", "01-smoker")
    rights = EVERYTHING | {"configure": ""}
    with broker_user(broker, url, **rights) as user, Broker(user, "another") as another:
        with Broker(user, "a test") as first:
            first.consume("01-smoker", prefetch=10)
            with pytest.raises(QueueTaken):
                another.consume("01-smoker", prefetch=10)
            another.publish(messages(2))
            assert [arrival.id[-1] for arrival in take(first, 2)] == ["1", "2"]
        assert read_alone(another, "01-smoker", 10, Stop())
        assert [arrival.id[-1] for arrival in take(another, 2)] == ["1", "2"]


def test_a_broker_that_hangs_and_says_nothing_is_away(monkeypatch):
    monkeypatch.setattr("smart_smoker.rabbitmq.address.HANDSHAKE_SECONDS", 0.2)
    with socket.create_server((LOOPBACK, 0)) as silent:
        url = f"amqp://guest:guest@{LOOPBACK}:{silent.getsockname()[1]}/"
        with pytest.raises(BrokerAway, match="says nothing"):
            connect([url], "a test")


def test_a_connection_that_pika_finds_lost_by_a_bare_value_error_is_lost(url):
    """So it says on Python 3.14; any other ValueError stays the bug that it is."""
    with Broker(url, "a test") as broker:
        with pytest.raises(BrokerAway), broker._pika_errors():
            raise ValueError("Timeout closed before call")
        with pytest.raises(ValueError, match="a bug"), broker._pika_errors():
            raise ValueError("a bug")


class Milliseconds(datetime):
    """A time as JavaScript counts it, which no header of a message should hold."""

    def utctimetuple(self):
        return (1970, 1, 1, 0, 0, 1_621_686_015_000)


def test_a_header_that_nobody_can_decode_ends_no_reading(url, stranger):
    headers = {"time": Milliseconds(2021, 5, 22)}
    with Broker(url, "a test") as broker:
        broker.consume("01-smoker", prefetch=10)
        properties = pika.BasicProperties(headers=headers)
        stranger.channel.basic_publish("smart-smoker", "01-smoker", b"12:20, 84.2", properties)
        (arrived,) = take(broker, 1)
        assert (arrived.body, parse(arrived).cook) == (b"12:20, 84.2", "")
        assert [event.body for event in replay(broker, "first")] == [b"12:20, 84.2"]


def test_what_pika_is_for_others_in_the_same_process_stays_as_it_is():
    with pytest.raises(BrokerAway):
        Broker(f"amqp://guest:guest@{LOOPBACK}:1/", "a test")
    assert pika.spec.props[pika.BasicProperties.INDEX] is pika.BasicProperties


def test_what_was_not_acknowledged_comes_again_and_in_order(url):
    with Broker(url, "a test") as broker:
        broker.publish(messages(5))
        broker.consume("01-smoker", prefetch=10)
        arrived = take(broker, 5)
        broker.acknowledge(arrived[1].tag, and_all_before=True)
        broker.acknowledge(arrived[3].tag)
    with Broker(url, "a successor") as broker:
        broker.consume("01-smoker", prefetch=10)
        assert [arrival.id[-1] for arrival in take(broker, 2)] == ["3", "5"]
        assert broker.counts("01-smoker")[0] == 0


def test_a_queue_can_be_read_anew_by_the_same_connection(url):
    with Broker(url, "a test") as broker:
        broker.publish(messages(2))
        for _ in range(2):
            broker.consume("01-smoker", prefetch=10)
            assert [arrival.id[-1] for arrival in take(broker, 2)] == ["1", "2"]


def test_a_queue_that_a_stranger_deletes_ends_the_reading(url, stranger):
    with Broker(url, "a test") as broker:
        broker.consume("01-smoker", prefetch=10)
        stranger.channel.queue_delete("01-smoker")
        with pytest.raises(BrokerAway):
            until(lambda: broker.take(0.1) and None, "an end of the reading")


def test_another_thread_can_end_a_wait(url):
    with Broker(url, "a test") as broker:
        waiting = threading.Thread(target=broker.wait, args=(10 * DEADLINE,), daemon=True)
        waiting.start()
        broker.wake()
        waiting.join(DEADLINE)
        assert not waiting.is_alive()


# --- the history ---------------------------------------------------------------------------------


def test_a_replay_gives_all_of_the_history_in_order_and_ends(url):
    with Broker(url, "a test") as broker:
        broker.publish(messages(2500))
        broker.publish([alert_message(ALERT)])
    ids = [message.id for message in messages(2500)] + [ALERT.id]
    past = history(url)
    assert [event.id for event in past] == ids
    assert [past[0].queue, past[-1].queue] == ["01-smoker", "04-alerts"]


def test_a_replay_ends_with_what_there_was_at_its_beginning(url):
    with Broker(url, "a test") as broker:
        broker.publish(messages(3))
        past = replay(broker, "first")
        beginning = [next(past)]
        broker.publish([reading_message(reading(4))])
        assert [arrival.id[-1] for arrival in [*beginning, *past]] == ["1", "2", "3"]


def test_a_replay_leaves_nothing_that_another_could_find(url):
    assert history(url) == []
    with Broker(url, "a test") as broker:
        broker.publish(messages(2))
    assert [len(history(url)), len(history(url))] == [2, 2]


def test_two_can_replay_the_history_at_once(url):
    with Broker(url, "a test") as broker, Broker(url, "another") as another:
        broker.publish(messages(10))
        one, other = replay(broker, "first"), replay(another, "first")
        pairs = [(next(one).id, next(other).id) for _ in range(10)]
        assert [a for a, b in pairs if a == b] == [message.id for message in messages(10)]
        assert (list(one), list(other)) == ([], [])


# --- connections that are not there, or break ----------------------------------------------------


def test_where_nobody_listens_the_broker_is_away():
    with pytest.raises(BrokerAway, match="refused"):
        Broker(f"amqp://guest:guest@{LOOPBACK}:{unused_port()}/", "a test")


def test_whoever_hangs_up_is_a_broker_that_is_away(url):
    with Relay(url) as relay:
        relay.shut()
        with pytest.raises(BrokerAway):
            Broker(relay.url, "a test")
        assert relay.turned_away


def test_several_brokers_are_tried_in_turn(url):
    nobody = f"amqp://guest:guest@{LOOPBACK}:{unused_port()}/"
    with connect([nobody, url], "a test") as broker:
        assert f"@{broker.place}/" in url


def test_a_number_of_64_bits_is_a_number(url, stranger):
    with Broker(url, "a test") as broker:
        headers = {"cook": "brisket", "seq": pika.compat.long(7)}
        stranger.put("01-smoker", "12:00, 225", headers=headers)
        broker.consume("01-smoker", prefetch=1)
        (arrival,) = take(broker, 1)
    assert type(arrival.headers["seq"]) is not int
    assert parse(arrival).id == "brisket/01-smoker/7"


def test_a_broker_that_refuses_does_not_keep_the_next_from_being_tried(url):
    refusing = url.replace("guest:guest", f"guest:{PASSWORD}")
    nobody = f"amqp://guest:guest@{LOOPBACK}:{unused_port()}/"
    with connect([refusing, url], "a test"):
        pass
    with pytest.raises(BrokerAway, match="refuses the login"):
        connect([refusing, nobody], "a test")
    with pytest.raises(BrokerRefused):
        connect([refusing, refusing], "a test")


@pytest.mark.parametrize(("long", "told"), [(60, 1), (0, 3)])
def test_of_connections_that_are_lost_again_at_once_only_the_first_is_told(
    url, monkeypatch, caplog, long, told
):
    monkeypatch.setattr(link, "LONGEST_PAUSE", long)
    monkeypatch.setattr(link, "backoff", lambda longest: itertools.repeat(0))
    stop, lost = Stop(), []

    def work(broker: Broker):
        lost.append(broker)
        stop.requested = len(lost) == 3
        raise BrokerAway("cut", broker.place)

    assert stay_connected([url], "a test", stop, work) is None
    assert [line.endswith("is lost: cut") for line in caplog.messages].count(True) == told


def test_that_a_broker_takes_no_messages_is_told_again_when_it_took_some_in_between(
    url, monkeypatch, caplog
):
    monkeypatch.setattr(link, "backoff", lambda longest: itertools.repeat(0))
    stop, tries = Stop(), []

    def work(broker: Broker):
        tries.append(broker)
        stop.requested = len(tries) == 4
        if len(tries) == 3:
            broker.publish(messages(1))
        raise BrokerBlocked("it takes no messages")

    stay_connected([url], "a test", stop, work)
    told = [line.rpartition(" ")[0] for line in caplog.messages if "messages" in line]
    assert [" is lost: it takes no" in line for line in told] == [True, False, True]


def test_when_no_broker_of_several_answers_each_is_named():
    ports = [unused_port(), unused_port()]
    urls = [f"amqp://guest:guest@{LOOPBACK}:{port}/" for port in ports]
    with pytest.raises(BrokerAway) as away:
        connect(urls, "a test")
    assert all(f"{LOOPBACK}:{port}" in str(away.value) for port in ports)
    assert "guest" not in str(away.value)


def test_of_a_batch_that_a_cut_interrupts_nothing_is_there_until_it_is_sent_again(url, stranger):
    def cut_in_the_middle():
        yield from messages(500)
        relay.cut()
        yield from messages(500)

    with Relay(url) as relay:
        relay.open()
        with Broker(relay.url, "a test") as broker:
            broker.publish(messages(1))
            with pytest.raises(BrokerAway):
                broker.publish(cut_in_the_middle())
            with pytest.raises(BrokerAway):
                broker.publish(messages(1))
        assert stranger.waiting("01-smoker") == 1
        assert len(history(url)) == 1
        relay.open()
        with Broker(relay.url, "a test") as broker:
            broker.publish(messages(500))
    assert stranger.waiting("01-smoker") == 501


def test_a_commit_that_nobody_confirms_has_an_end_and_so_has_a_goodbye(url, monkeypatch):
    monkeypatch.setattr(connection, "COMMIT_SECONDS", 0.2)
    with Proxy(urlsplit(url).port) as network:
        broker = Broker(network.url(url), "test", only_looks=True)  # It declares nothing first.
        network.stall(list(network._ways))
        with pytest.raises(BrokerAway, match=r"no answer within 0\.2 s"):
            broker.publish([Message(SMOKER.queue, b"12:00, 225", "reading")])
        network.go_on()
        silent = Broker(network.url(url), "test")
        network.stall(list(network._ways))
        silent.__exit__()


def test_a_cut_connection_is_noticed_whatever_it_was_used_for(url):
    uses = [
        lambda broker: broker.take(10),
        lambda broker: broker.wait(10),
        lambda broker: broker.counts("01-smoker"),
        lambda broker: broker.declare(),
        lambda broker: broker.purge("01-smoker"),
        lambda broker: broker.consume("01-smoker", prefetch=10),
        lambda broker: until(lambda: broker.acknowledge(1), "a complaint"),
    ]
    with Relay(url) as relay:
        for use in uses:
            relay.open()
            with Broker(relay.url, "a test") as broker:
                broker.publish(messages(1))
                broker.consume("01-smoker", prefetch=10)
                take(broker, 1)
                relay.cut()
                with pytest.raises(BrokerAway):
                    use(broker)


def test_a_broker_that_closes_the_connection_in_good_order_is_away_too(broker, url, host):
    with Broker(url, "a test") as ours:
        ours.consume("01-smoker", prefetch=10)
        ask_admin(broker, "DELETE", f"/vhosts/{host}")
        with pytest.raises(BrokerAway):
            until(lambda: ours.take(0.1) and None, "an end of the reading")
    ask_admin(broker, "PUT", f"/vhosts/{host}", {})


def test_a_connection_tells_its_name_and_wants_a_heartbeat_every_ten_seconds(url):
    with Relay(url) as relay:
        relay.open()
        with Broker(relay.url, "consumer of 01-smoker"):
            assert b"connection_nameS\0\0\0\x15consumer of 01-smoker" in relay.sent
            tune_ok = relay.sent.partition(b"\0\x0a\0\x1f")[2]
    _, _, heartbeat = struct.unpack_from(">HIH", tune_ok)
    assert heartbeat == 10
