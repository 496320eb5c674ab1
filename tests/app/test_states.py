"""The state beside a queue, by real scripts on a real broker: what counts, and what does not."""

import json
import signal
from functools import partial

import pytest
from scripts import alerts_of, defined_users, until
from turns import Turns

from smart_smoker.app.consumer import Consumer
from smart_smoker.app.memory import Memory
from smart_smoker.cli.signals import Stop
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.core.watch import Watch
from smart_smoker.rabbitmq import link, states
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import HISTORY, Message, state_queue
from smart_smoker.rabbitmq.states import States

STATE = state_queue(SMOKER.queue)
WAITING = "Waiting for readings"
GOING_ON = r"Going on where the last reader ended \(cooks: 1\)"
EMPTY = "No state of an earlier reader: windows begin empty."


def lying(url: str, queue: str = STATE) -> list[dict]:
    """The states that lie in a queue, in their order; they stay there."""
    with Broker(url, "a test", only_looks=True) as broker:
        return [json.loads(arrival.body) for arrival in broker.get_all(queue)]


def known(url: str, cook: str = "brisket") -> int:
    """Up to which number of a cook's readings the newest state goes."""
    newest = lying(url)[-1:]
    return newest[0]["cooks"].get(cook, {"number": 0})["number"] if newest else 0


def watch(program, stranger, url, temperatures=(), first=1, options=(), kill=False) -> str:
    """Start a consumer, and end it when its state has these readings; its words."""
    script = program.start("consumer_smoker.py", *options)
    script.said(WAITING)
    stranger.put_readings(SMOKER.queue, "brisket", temperatures, first=first)
    until(lambda: known(url) == first + len(temperatures) - 1, "a state with them")
    if kill:
        script.kill()
    else:
        assert script.end(signal.SIGTERM)[0] == 0, script.text
    return script.text


def alerts(url: str) -> list[str]:
    return [alert.id.removeprefix("brisket/01-smoker/") for alert in alerts_of(url, "drop")]


def leave(url: str, *bodies: bytes, queue: str = STATE):
    """Put messages into a state queue by hand."""
    with Broker(url, "a test") as broker:
        broker.declare(queue)
        broker.publish([Message(queue, body, "state", straight=True) for body in bodies])


def test_a_consumers_state_is_its_deque_and_all_that_it_knows_in_json(program, stranger, url):
    assert EMPTY in watch(program, stranger, url, [225, 225, 224, 223, 222, 200])
    *_, newest = lying(url)
    assert newest["epoch"] == 1
    cook = newest["cooks"]["brisket"]
    assert [temperature for _, temperature in cook["deque"]] == [225, 225, 224, 223, 222, 200]
    assert (cook["number"], cook["episodes"]["drop"]["began"]) == (6, "brisket/01-smoker/6")


@pytest.mark.parametrize("kill", [False, True], ids=["ended", "killed"])
def test_a_consumer_goes_on_where_the_last_one_ended(program, stranger, url, kill):
    watch(program, stranger, url, [225, 225, 200], kill=kill)
    assert alerts(url) == ["3/raised"]
    text = watch(program, stranger, url, [199, 225, 225], first=4, options=("--degrees", 20))
    assert GOING_ON.replace("\\", "") in text
    assert alerts(url) == ["3/raised", "5/cleared"]


def test_a_history_that_is_deleted_costs_a_consumer_nothing(program, stranger, url):
    watch(program, stranger, url, [225, 225, 200])
    stranger.channel.queue_delete(HISTORY)
    watch(program, stranger, url, [225, 225], first=4)
    assert alerts(url) == ["4/cleared"]


def work(broker: Broker, turns: int = 3) -> list[str]:
    """Have a consumer work for so many turns; the alerts that it has raised."""
    stop = Stop()
    consumer = Consumer(
        SMOKER, Memory(SMOKER, partial(Watch, SmokerDrop()), 300), Turns(stop, turns), stop
    )
    raised, consumer._raise = (
        [],
        lambda alert, usual=consumer._raise: (
            raised.append(alert.id.removeprefix("brisket/01-smoker/")),
            usual(alert),
        ),
    )
    consumer.work(broker)
    return raised


def test_without_streams_a_consumer_keeps_what_it_knows(stranger, url):
    with Broker(url, "a test", has_history=False) as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        assert work(broker) == ["3/raised"]
    with Broker(url, "a test", has_history=False) as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225], first=4)
        assert work(broker) == ["4/cleared"]


def test_a_state_of_a_lower_epoch_never_counts(url):
    known = []
    with Broker(url, "first") as first, Broker(url, "second") as second:
        dead, alive = States(SMOKER.queue), States(SMOKER.queue)
        assert not dead.take_over(first, print)
        for number in range(3):
            dead.leave(first, {"cooks": {"judged": number}})
        assert alive.take_over(second, known.append)
        alive.leave(second, {"cooks": {"judged": 7}})
        # It was called dead and is not: it may leave one more before it notices.
        dead.leave(first, {"cooks": {"judged": 3}})
        with Broker(url, "third") as third:
            assert States(SMOKER.queue).take_over(third, known.append)
    assert [state["cooks"] for state in known] == [{"judged": 2}, {"judged": 7}]


@pytest.mark.parametrize("deed", ["queue_purge", "queue_delete"])
def test_a_state_that_somebody_removes_is_left_again_by_the_consumer_that_runs(
    program, stranger, url, deed
):
    script = program.start("consumer_smoker.py")
    script.said(WAITING)
    standby = program.start("consumer_smoker.py")
    standby.said("standing by")
    stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
    until(lambda: known(url) == 3, "a state with them")
    getattr(stranger.channel, deed)(STATE)
    stranger.put_readings(SMOKER.queue, "brisket", [199], first=4)
    until(lambda: stranger.waiting(STATE) > 0 and known(url) == 4, "a state again")
    standby.kill()  # The one that knows has gone on without losing its connection.
    script.kill()
    watch(program, stranger, url, [225, 225], first=5)
    assert set(alerts(url)) == {"3/raised", "5/cleared"}


def test_what_a_dead_reader_of_a_quorum_queue_has_is_judged_from_the_history(
    broker, url, stranger, monkeypatch
):
    monkeypatch.setattr(link, "PATIENCE", 0.5)
    with defined_users(broker, url, cluster=True) as urls:
        ours = urls["smoker-consumer"]
        with Broker(ours, "first") as first:
            stranger.put_readings(SMOKER.queue, "brisket", [225, 225])
            assert work(first) == []
        with Broker(ours, "dead") as dead, Broker(ours, "second") as second:
            dead.consume(SMOKER.queue, prefetch=1)
            stranger.put_readings(SMOKER.queue, "brisket", [200, 199, 198], first=3)
            until(lambda: dead.take(0.1), "the reading that it takes and does not acknowledge")
            assert work(second) == ["3/raised"]
        until(lambda: stranger.waiting(SMOKER.queue) == 1, "what the dead one gave back")
        with Broker(ours, "third") as third:
            assert work(third) == []
        until(lambda: stranger.waiting(SMOKER.queue) == 0, "a repetition that is acknowledged")


def test_a_state_queue_that_is_deleted_as_a_state_is_published_has_it_all_the_same(
    stranger, url, monkeypatch
):
    ours = States(SMOKER.queue)
    with Broker(url, "a test") as broker:
        ours.take_over(broker, print)
        publish = broker.publish

        def deleted(messages):
            monkeypatch.setattr(broker, "publish", publish)
            stranger.channel.queue_delete(STATE)
            publish(messages)

        monkeypatch.setattr(broker, "publish", deleted)
        ours.leave(broker, {"cooks": {"judged": 3}})
    assert [state["cooks"] for state in lying(url)] == [{"judged": 3}]


def test_a_state_expires_by_the_brokers_clock(stranger, url):
    with Broker(url, "a test") as broker:
        work(broker)
    found = stranger.take_all(STATE)
    assert {properties.expiration for properties, _ in found} == {str(states.LASTS * 1000)}
