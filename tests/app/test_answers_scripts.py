"""Answers to the real consumers: taken once, known after a kill, and by their own key alone."""

import json

import pytest
from scripts import ALERT, Stranger, alerts_of, defined_users, history, until

from smart_smoker.core.answers import Answer
from smart_smoker.core.errors import BrokerRefused
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import (
    Message,
    alert_message,
    answer_message,
    reading_message,
    remark_message,
    state_queue,
)

WAITING = "Waiting for readings in "
DYING = [225.0] * 5 + [205.0 - n for n in range(95)]
QUEUE, KEY = "01-smoker", "answer.01-smoker"
SOON = ("--remind-minutes", 2, "--silence-minutes", 0)
"""A reminder each four readings."""


def answer(url: str, answer: Answer, times: int = 1):
    with Broker(url, "a test", only_looks=True) as broker:
        broker.publish([answer_message(SMOKER, "cook", answer)] * times)


def told(url: str) -> list[tuple[int, str]]:
    """The history's alerts of a drop and of a silence: the number of the reading, and the state."""
    found = alerts_of(url, "drop", "silence")
    return [(int(alert.id.split("/")[-2]), alert.state) for alert in found]


def state(url: str) -> dict:
    with Broker(url, "a test", only_looks=True) as broker:
        cooks = json.loads(broker.get_all(state_queue(QUEUE))[-1].body)["cooks"]
        return cooks.get("cook", {"episodes": {}, "number": 0})


def consumer_of(program, *options):
    consumer = program.start("consumer_smoker.py", *SOON, *options)
    consumer.said(WAITING)
    return consumer


def test_what_was_heard_is_reminded_of_no_more_also_after_a_kill(program, stranger, url):
    consumer = consumer_of(program)
    stranger.put_readings(QUEUE, "cook", DYING[:10])
    until(lambda: told(url) == [(6, "raised"), (10, "reminder")], "a reminder")
    answer(url, Answer("heard", "drop", "cook/01-smoker/6"), times=2)
    answer(url, Answer("late", "drop", "cook/01-smoker/3"))
    consumer.said("heard of the drop", times=3)
    until(lambda: state(url)["episodes"].get("drop", {}).get("heard"), "a state that knows it")
    consumer.kill()
    consumer = consumer_of(program)
    stranger.put_readings(QUEUE, "cook", [*DYING[10:30], 224], first=11)
    until(lambda: (31, "cleared") in told(url), "the end")
    assert told(url) == [(6, "raised"), (10, "reminder"), (31, "cleared")]
    assert consumer.end(2)[0] == 0
    assert stranger.waiting("06-rejected") == 0


def test_a_probe_is_quiet_for_a_while_also_after_a_kill(program, stranger, url):
    consumer = consumer_of(program)
    stranger.put_readings(QUEUE, "cook", DYING[:3])
    answer(url, Answer("quiet", minutes=30))
    consumer.said("quiet, 30 minutes")
    until(lambda: 0 < state(url).get("quiet", 0) <= 1800, "a state that knows it")
    consumer.kill()
    answer(url, Answer("quiet", minutes=30))
    consumer = consumer_of(program)
    stranger.put_readings(QUEUE, "cook", DYING[3:30], first=4)
    until(lambda: state(url)["number"] == 30, "all that was judged")
    assert told(url) == []
    assert state(url)["quiet"] < 1800
    assert state(url)["episodes"]["drop"]["told_at"] is None
    assert consumer.end(2)[0] == 0


def test_a_quiet_that_nobody_takes_until_it_is_over_is_none(stranger, url):
    with Broker(url, "a test"):
        answer(url, Answer("short", minutes=0.01))
        answer(url, Answer("heard", "drop", "cook/01-smoker/6"))
        until(lambda: stranger.waiting(QUEUE) == 1, "what the broker drops")
    ((properties, _),) = stranger.take_all(QUEUE)
    assert properties.message_id == "heard"


def test_an_answer_that_no_queue_takes_is_told_to_have_failed(stranger, url):
    with Broker(url, "a test"):
        pass
    for queue in (QUEUE, "05-history"):
        stranger.channel.queue_unbind(queue, "smart-smoker", KEY)
    with pytest.raises(BrokerRefused, match="no queue takes"):
        answer(url, Answer("quiet", minutes=30))
    stranger.channel.queue_unbind("05-history", "smart-smoker", "remark")
    with (
        Broker(url, "a test", only_looks=True) as broker,
        pytest.raises(BrokerRefused, match="no queue takes remark"),
    ):
        broker.publish([remark_message("cook", "wrapped", "x")])
    answer_by_another = answer_message(FOOD_A, "cook", Answer("quiet", minutes=30))
    with Broker(url, "a test", only_looks=True) as broker:
        broker.publish([answer_by_another])


def test_an_answer_about_a_cook_that_nobody_knows_and_rubbish_do_no_harm(program, stranger, url):
    consumer = consumer_of(program)
    answer(url, Answer("heard", "drop", "cook/01-smoker/6"))
    consumer.said("heard of the drop")
    with Broker(url, "a test", only_looks=True) as broker:
        forged = reading_message(numbered(SMOKER, "cook", 1, "12:00", 9.0))
        broker.publish([Message(KEY, forged.body, "reading", "x", forged.headers)])
        broker.publish([Message(KEY, b"{}", "answer", "x", {"cook": "cook"})])
    stranger.put_readings(QUEUE, "cook", [225.0])
    consumer.said("Smoker 225.0")
    assert consumer.end(2)[0] == 0
    aside = [properties.headers for properties, _ in stranger.take_all("06-rejected")]
    assert [headers["queue"] for headers in aside] == [QUEUE, QUEUE]
    reasons = [headers["reason"] for headers in aside]
    assert ["type 'reading' is no answer" in reasons[0], "not an answer" in reasons[1]] == [
        True
    ] * 2
    assert len(consumer.lines(" in 1 reading")) == 1


@pytest.mark.parametrize("cluster", [False, True], ids=["classic queues", "quorum queues"])
def test_the_panels_user_of_the_definitions_can_answer_and_publish_nothing_else(
    broker, url, cluster
):
    reading = reading_message(numbered(SMOKER, "cook", 1, "12:00", 225.0))
    given = answer_message(SMOKER, "cook", Answer("quiet", minutes=30))
    alert = alert_message(ALERT)
    with defined_users(broker, url, cluster) as urls, Stranger(url) as stranger:
        with Broker(urls["smoker-panel"], "panel", only_looks=True) as panel:
            panel.publish([given, remark_message("cook", "wrapped", "x")])
        straight = Message(QUEUE, reading.body, "reading", "x", {}, straight=True)
        for other in (reading, alert, straight, Message("05-history", b"x", "note")):
            with (
                Broker(urls["smoker-panel"], "panel", only_looks=True) as panel,
                pytest.raises(BrokerRefused),
            ):
                panel.publish([other])
        assert [body for _, body in stranger.take_all(QUEUE)] == [given.body]
        assert [event.queue for event in history(url)] == [KEY, "remark"]
