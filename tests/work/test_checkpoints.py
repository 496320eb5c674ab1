"""Checkpoints, by real scripts on a real broker: what is believed, and what is not."""

import hashlib
import signal
from dataclasses import replace

import pytest
from scripts import ALERT, EVERYTHING, broker_user, history, until

from smart_smoker.core.errors import BrokerAway
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.lab.inbox import Inbox
from smart_smoker.script.signals import Stop
from smart_smoker.wire import checkpoints
from smart_smoker.wire.checkpoints import Checkpoints
from smart_smoker.wire.connection import Broker
from smart_smoker.wire.history import mark
from smart_smoker.wire.messages import ALERTS, HISTORY, Message, alert_message
from smart_smoker.work import consumer as consumer_
from smart_smoker.work.consumer import Consumer
from smart_smoker.work.memory import Memory
from smart_smoker.work.report import ConsumerReport

LONG = "Restored from the history"
SHORT = "Restored from a checkpoint (cooks: 1) and the history since"
HOW = Memory(SMOKER, [SmokerDrop()], 60, 300).how


def watch(program, stranger, temperatures=(), first=1, options=(), said="") -> str:
    """Start a consumer, and end it when it has judged these readings and said this; its words."""
    script = program.start("consumer_smoker.py", *options)
    script.said("Waiting for readings")
    stranger.put_readings(SMOKER.queue, "brisket", temperatures, first=first)
    for temperature in temperatures[-1:]:
        script.said(f"Smoker {temperature:.1f} °F, down")
    script.said(said)
    assert script.end(signal.SIGTERM)[0] == 0, script.text
    return script.text


def alerts(url: str) -> list[str]:
    ids = [event.id for event in history(url) if event.type == "alert"]
    return [id.removeprefix("brisket/01-smoker/") for id in ids]


def test_a_consumer_goes_on_from_the_checkpoint_that_the_last_one_left(program, stranger, url):
    assert "Restored" not in watch(program, stranger, [225, 225, 200])
    assert f"{SHORT} (readings: 3)" in watch(program, stranger, [199, 225, 225], first=4)
    text = watch(program, stranger, [225], first=7, options=("--degrees", 20))
    assert "is passed over: it was left by other options or another version" in text
    assert f"{LONG}: 6 readings" in text
    assert alerts(url) == ["3/raised", "5/cleared"]


def test_a_history_that_somebody_deleted_costs_nothing_that_a_consumer_knows(
    program, stranger, url
):
    script = program.start("consumer_smoker.py")
    script.said("Waiting for readings")
    stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
    until(lambda: alerts(url), "the alert")
    stranger.channel.queue_delete(HISTORY)
    assert script.end(signal.SIGTERM)[0] == 0
    assert f"{SHORT} (readings: 0)" in watch(program, stranger, [225, 225], first=4)
    assert alerts(url) == ["4/cleared"]


def test_who_is_stopped_while_it_restores_leaves_no_checkpoint(stranger, url):
    stop = Stop()

    class Stopping(Memory):
        def recall(self, *past):
            stop.requested = True

    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        until(lambda: stranger.waiting(SMOKER.queue) == 3, "the readings")
        broker.purge(SMOKER.queue)
        memory = Stopping(SMOKER, [SmokerDrop()], 60, 300)
        Consumer(SMOKER, memory, ConsumerReport("down"), stop).work(broker)
    assert stop.requested
    assert [event.type for event in history(url)] == ["reading"] * 3


class OneTurn(ConsumerReport):
    """A report that stops its consumer after so many turns."""

    def __init__(self, stop: Stop, turns: int = 1):
        super().__init__("down")
        self._stop, self._turns = stop, turns
        self.begin = self._count

    def _count(self, now: float):
        self._turns -= 1
        self._stop.requested = self._turns <= 0


def consumer(turns: int) -> Consumer:
    stop = Stop()
    memory = Memory(SMOKER, [SmokerDrop()], 60, 300)
    return Consumer(SMOKER, memory, OneTurn(stop, turns), stop)


def test_an_alert_that_a_crash_has_left_in_the_history_alone_is_put_into_its_queue_again(
    stranger, url
):
    ours = consumer(turns=1)
    with Broker(url, "a test") as broker:
        broker.publish([alert_message(ALERT)])
        broker.purge(ALERTS)
        ours._unpublished = [alert_message(ALERT), alert_message(replace(ALERT, id="not there"))]
        ours.work(broker)
    assert stranger.waiting(ALERTS) == 1
    assert [event.id for event in history(url) if event.type == "alert"] == [ALERT.id]


def test_who_has_an_idle_queue_leaves_a_checkpoint_all_the_same(url, monkeypatch):
    monkeypatch.setattr(consumer_, "IDLE", 0)
    with Broker(url, "a test") as broker:
        consumer(turns=2).work(broker)
    left = {event.id for event in history(url) if event.type == "checkpoint"}
    assert len(left) == 2, "one while it ran and one at its end"


def test_an_older_checkpoint_that_is_not_believed_is_not_spoken_of(url, caplog):
    caplog.set_level("INFO")
    leave(url, *FORGED, how="others")
    ours = Checkpoints(SMOKER.queue, "how")
    with Broker(url, "a test") as broker:
        ours.leave(broker, ["a line"], mark(broker))
        assert ours.replay(broker, "first", Stop())[0].lines == ["a line"]
    assert "passed over" not in caplog.text


def test_what_the_history_has_before_the_checkpoint_is_not_read_again(program, stranger, url):
    program.edit("smart_smoker/wire/checkpoints.py", "SLACK = 2_000", "SLACK = 0")
    watch(program, stranger, [225, 225, 200])
    assert f"{SHORT} (readings: 0)" in watch(program, stranger, [199, 225, 225], first=4)
    assert alerts(url) == ["3/raised", "5/cleared"]


def leave(url: str, *lines: str, how: str = HOW, encoding: str = "utf-8", **headers):
    """Leave a checkpoint by hand."""
    body = "\n".join(lines).encode(encoding)
    usual = {"queue": SMOKER.queue, "how": f"{checkpoints.VERSION} {how}", "begin": 0}
    usual |= {"parts": 1, "part": 0, "digest": hashlib.sha256(body).hexdigest()}
    message = Message(HISTORY, body, "checkpoint", "c", usual | headers, True, vouched=True)
    with Broker(url, "a test") as broker:
        broker.publish([message])


FORGED = ("[]", 'brisket\t0\t[[9,"12:00",225,false,1],false,false,9,0,false,false,[]]')


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        ({"parts": 2}, "it is torn"),
        ({"digest": "0" * 64}, "it is torn"),
        ({"begin": -1}, "it is torn"),
        ({"begin": "1"}, "it is torn"),
        ({"part": "first"}, "it is torn"),
        ({"part": [0]}, "it is torn"),
        ({"how": "others"}, "it was left by other options or another version"),
    ],
)
def test_a_checkpoint_that_is_none_of_ours_is_passed_over(url, caplog, forged, said):
    caplog.set_level("INFO")
    leave(url, *FORGED, **forged)
    with Broker(url, "a test") as broker:
        found, events = Checkpoints(SMOKER.queue, HOW).replay(broker, "first", Stop())
        assert found is None
        assert [event.id for event in events] == ["c"]
    assert [record.message for record in caplog.records if "passed over" in record.message] == [
        f"A checkpoint for 01-smoker is passed over: {said}."
    ]


def test_a_checkpoint_of_another_user_is_passed_over_and_an_older_one_is_believed(
    program, stranger, url, broker
):
    watch(program, stranger, [225, 225, 200])
    with broker_user(broker, url, **EVERYTHING) as theirs:
        leave(theirs, *FORGED)
    text = watch(program, stranger, [199, 225, 225], first=4)
    assert "is passed over: it is from the user 'user-" in text
    assert SHORT in text
    assert alerts(url) == ["3/raised", "5/cleared"]


@pytest.mark.parametrize(
    "lines",
    [FORGED, ("é",), ("[]",)],
)
def test_a_checkpoint_that_makes_no_sense_sends_us_back_to_the_one_before_it(
    program, stranger, url, lines
):
    watch(program, stranger, [225, 225, 200])
    with Broker(url, "a test") as broker:
        end = mark(broker)
    leave(url, *lines, begin=end, encoding="latin-1")
    text = watch(program, stranger, [199, 225, 225], first=4)
    assert text.count("The history is read again without that checkpoint.") == 1
    assert SHORT in text
    assert alerts(url) == ["3/raised", "5/cleared"]


def test_the_same_lines_with_another_begin_are_another_checkpoint(program, stranger, url):
    watch(program, stranger, [225, 225, 200])
    with Broker(url, "a test") as broker:
        end = mark(broker)
    leave(url, "[]", begin=0)
    leave(url, "[]", begin=end)
    text = watch(program, stranger, [199, 225, 225], first=4)
    assert text.count("The history is read again without that checkpoint.") == 1
    assert "Restored from a checkpoint (cooks: 0)" in text
    assert alerts(url) == ["3/raised", "5/cleared"]


def test_a_cook_that_was_forgotten_is_not_missed_in_what_is_read_twice(program, stranger, url):
    program.edit("smart_smoker/wire/checkpoints.py", "SLACK = 2_000", "SLACK = 2")
    program.edit("smart_smoker/work/watches.py", "FORGOTTEN = 3 * 24 * 3600", "FORGOTTEN = -1")
    watch(program, stranger, [225, 225, 225])
    assert "read again" not in watch(program, stranger)


def test_many_that_make_no_sense_send_us_back_to_all_of_the_history(program, stranger, url):
    watch(program, stranger, [225, 225, 200])
    for number in range(checkpoints.TRIES):
        leave(url, *FORGED, f"another line {number}")
    text = watch(program, stranger, [199, 225, 225], first=4)
    assert text.count("The history is read again without") == checkpoints.TRIES
    assert f"{LONG}: 3 readings" in text
    assert alerts(url) == ["3/raised", "5/cleared"]


def test_what_makes_no_sense_of_deliveries_keeps_no_alert_from_being_sent(program, stranger, url):
    leave(url, "no JSON", "7", "{}", "[[]]", "[]", queue="04-alerts", how="deliveries")
    with Inbox() as inbox:
        program.configure_mail(inbox.port, sms_address_for_texts="")
        watch(program, stranger, [225, 225, 200], said="email accepted")


def test_a_broker_that_knows_us_by_another_name_is_left_no_more_checkpoints(url, caplog):
    ours = Checkpoints("01-smoker", "how")
    with Broker(url, "a test") as broker:
        broker.user = "somebody"
        with pytest.raises(BrokerAway, match="user_id"):
            ours.leave(broker, ["a line"], 1)
    assert "No checkpoints are left" in caplog.text
    with Broker(url, "a test") as broker:
        ours.leave(broker, ["a line"], 1)
    assert history(url) == []


def test_the_newest_of_many_in_many_parts_is_found_however_far_back(url, monkeypatch):
    monkeypatch.setattr(checkpoints, "PART", 10)
    monkeypatch.setattr(checkpoints, "LOOKS", (2, 8, 1000))
    ours = Checkpoints(SMOKER.queue, "how")
    with Broker(url, "a test") as broker:
        ours.leave(broker, ["the first", "of them"], mark(broker))
        ours.leave(broker, ["a line", "and another one that is longer"], mark(broker))
        for behind in range(10):
            found, events = ours.replay(broker, "first", Stop())
            assert found.lines == ["a line", "and another one that is longer"], behind
            assert not [event for event in events if event.type == "reading"]
            Checkpoints("02-food-A", "how").leave(broker, [f"somebody else's {behind}"], 7)


def test_an_alert_that_was_delivered_before_a_checkpoint_is_not_sent_again(program, stranger, url):
    program.edit("smart_smoker/wire/checkpoints.py", "SLACK = 2_000", "SLACK = 0")
    with Inbox() as inbox:
        program.configure_mail(inbox.port, sms_address_for_texts="")
        watch(program, stranger, [225, 225, 200], said="email accepted")
        left = [e for e in history(url) if e.type == "checkpoint"]
        assert {e.headers["queue"] for e in left} == {SMOKER.queue, "04-alerts"}
        alert = next(e for e in history(url) if e.type == "alert")
        stranger.put("04-alerts", alert.body, message_id=alert.id, type="alert")
        text = watch(program, stranger, said="Sending alerts by email")
        assert "Alerts sent" not in text
        assert stranger.waiting("04-alerts") == 0
