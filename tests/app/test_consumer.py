"""A consumer on a stand-in for RabbitMQ: what it judges, and in which order it keeps that."""

import json
from functools import partial

import pytest
from stub_broker import StubBroker
from turns import Turns

from smart_smoker.app import consumer as consumer_
from smart_smoker.app.consumer import Consumer
from smart_smoker.app.consumer_report import ConsumerReport
from smart_smoker.app.memory import Memory
from smart_smoker.cli.signals import Stop
from smart_smoker.core.errors import BrokerAway
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.core.watch import Watch
from smart_smoker.rabbitmq import states
from smart_smoker.rabbitmq.messages import (
    ALERTS,
    REJECTED,
    answer_key,
    reading_message,
    state_queue,
)
from smart_smoker.rabbitmq.states import States

STATE = state_queue(SMOKER.queue)


@pytest.fixture
def stub() -> StubBroker:
    return StubBroker()


class Working:
    """A consumer that works for some turns by each connection that it gets."""

    def __init__(self, silence=300.0, clock="readings"):
        self.stop = Stop()
        memory = Memory(SMOKER, partial(Watch, SmokerDrop(), clock=clock), silence)
        self.consumer = Consumer(SMOKER, memory, ConsumerReport(SmokerDrop()), self.stop)

    def by(self, broker: StubBroker, turns: int = 3) -> int:
        """The number of alerts so far."""
        self.stop.requested = False
        self.consumer._report = Turns(self.stop, turns)
        with broker.another("a consumer") as connection:
            self.consumer.work(connection)
        return self.consumer.alerts


def alerts(broker: StubBroker) -> list[str]:
    return [alert.id.removeprefix("brisket/01-smoker/") for alert in broker.told("alert")]


def newest_state(broker: StubBroker) -> dict:
    return json.loads(broker.queues[STATE][-1].body)


class Loses(StubBroker):
    """A broker that is lost by whoever does one of its deeds."""

    def __init__(self, first: StubBroker, deed: str):
        super().__init__(first)
        self._deed = deed

    def another(self, purpose):
        return Loses(self, self._deed)

    def publish(self, messages):
        if any(f"publish {message.type}" == self._deed for message in messages):
            raise BrokerAway("lost")
        super().publish(messages)

    def acknowledge(self, tag, and_all_before=False):
        if self._deed == "acknowledge":
            raise BrokerAway("lost")
        super().acknowledge(tag, and_all_before)


# --- in which order ------------------------------------------------------------------------------


def test_alerts_are_published_first_then_the_state_and_then_all_of_it_is_acknowledged(stub):
    stub.put_readings(SMOKER, "brisket", [225, 225, 200])
    stub.deeds.clear()
    Working().by(stub)
    assert stub.deeds == ["publish state", "publish alert", "publish state", "acknowledge 3"]
    assert stub.queues[SMOKER.queue] == []


def test_readings_whose_acknowledgement_was_lost_are_not_judged_again(stub):
    stub.put_readings(SMOKER, "brisket", [225, 225, 200])
    with pytest.raises(BrokerAway):
        Working().by(Loses(stub, "acknowledge"))
    assert len(stub.queues[SMOKER.queue]) == 3
    assert Working().by(stub) == 0
    assert alerts(stub) == ["3/raised"]
    assert stub.queues[SMOKER.queue] == []


def test_readings_that_no_state_covers_are_judged_again_and_cause_the_same_alerts(
    stub, monkeypatch
):
    stub.put_readings(SMOKER, "brisket", [225, 225, 200])
    with monkeypatch.context() as patched:
        patched.setattr(Consumer, "_leave_state", lambda *_: None)
        assert Working().by(stub) == 1
    assert Working().by(stub) == 1
    assert alerts(stub) == ["3/raised", "3/raised"]
    assert len({alert.body for alert in stub.told("alert")}) == 1


def test_what_was_not_published_is_before_a_state_says_that_it_was(stub):
    """The connection is lost as an alert is published, and somebody deletes the state meanwhile."""
    working = Working()
    stub.put_readings(SMOKER, "brisket", [225, 225, 200])
    with pytest.raises(BrokerAway):
        working.by(Loses(stub, "publish alert"))
    stub.queues[STATE].clear()
    stub.deeds.clear()
    working.by(stub)
    assert stub.deeds[:2] == ["publish alert", "publish state"]
    assert alerts(stub) == ["3/raised"]


def test_a_consumer_that_finds_its_own_state_goes_on_with_all_that_it_knows(stub, monkeypatch):
    working, leave_state = Working(), Consumer._leave_state
    stub.put_readings(SMOKER, "brisket", [225, 225, 200])
    # The connection is lost when all is told, and before a state says so.
    with monkeypatch.context() as patched:
        patched.setattr(Consumer, "_leave_state", once(leave_state))
        with pytest.raises(BrokerAway):
            working.by(stub)
    stub.put_readings(SMOKER, "brisket", [225, 225], first=4)
    working.by(stub)
    assert alerts(stub) == ["3/raised", "4/cleared"]


def once(leave_state):
    """Leaves one state, and has lost the connection by the next."""
    left = []

    def leave(consumer, broker):
        if left:
            raise BrokerAway("lost")
        left.append(leave_state(consumer, broker))

    return leave


def test_a_silence_is_left_with_the_turn_that_tells_it(stub, monkeypatch):
    monkeypatch.setattr(consumer_, "PAUSE", 3600)
    monkeypatch.setattr(consumer_, "LOOK", 0)
    monkeypatch.setattr(StubBroker, "patience", 0.02)
    stub.put_readings(SMOKER, "brisket", [225])
    stub.deeds.clear()
    Working(silence=0.01).by(stub, turns=6)
    told = stub.deeds.index("publish alert")
    assert stub.deeds[told + 1] == "publish state"
    assert stub.deeds.count("publish state") == 3  # at the start, with the silence, at the end


def test_while_the_machine_or_the_broker_sleeps_no_probe_falls_silent(stub, monkeypatch):
    """A turn that takes an hour was held up: nobody can have been heard meanwhile."""
    monkeypatch.setattr(consumer_, "LOOK", 0)
    working = Working()

    class Sleeps(Turns):
        def _count(self, now):
            super()._count(now)
            working.consumer._turned -= 3600

    monkeypatch.setitem(globals(), "Turns", Sleeps)
    stub.put_readings(SMOKER, "brisket", [225])
    working.by(stub, turns=6)
    assert any(working.consumer._memory.going_on())
    assert alerts(stub) == []


def test_states_are_left_in_time_and_take_but_a_share_of_it(stub, monkeypatch):
    ours = States(SMOKER.queue)
    ours.take_over(stub, print)
    assert ours.is_due(changed=True)
    monkeypatch.setattr(states, "SHARE", 10**6)
    ours.leave(stub, {"cooks": {}})
    assert ours.wait > 0
    assert not ours.is_due(changed=True)
    monkeypatch.setattr(states, "SHARE", 1)
    ours.leave(stub, {"cooks": {}})
    assert ours.is_due(changed=True)
    assert not ours.is_due(changed=False)
    monkeypatch.setattr(states, "RENEWED", -1)
    assert ours.is_due(changed=False)


def test_what_weighs_too_much_forgets_the_cooks_that_were_heard_longest_ago(
    stub, monkeypatch, caplog
):
    monkeypatch.setattr(states, "HEAVIEST", 1000)
    for number in range(10):
        stub.put_readings(SMOKER, f"cook-{number}", [225])
    Working().by(stub)
    assert "Too many cooks (10)" in caplog.text
    assert 0 < len(newest_state(stub)["cooks"]) < 10
    assert stub.queues[SMOKER.queue] == []


# --- what it makes of what it finds --------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        b"\xff no JSON",
        b"[]",
        b'{"epoch": 1e300, "number": 0, "cooks": {}}',
        b'{"epoch": 9, "number": 0}',
        b'{"epoch": 9, "number": 0, "cooks": {"brisket": {"number": 1}}}',
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_state_that_is_none_is_passed_over_for_the_one_beside_it(stub, forged):
    stub.put_readings(SMOKER, "brisket", [225, 225, 200])
    assert Working().by(stub) == 1
    stub.put(STATE, forged, type="state")
    stub.put_readings(SMOKER, "brisket", [199, 225, 225], first=4)
    Working().by(stub)
    assert alerts(stub) == ["3/raised", "5/cleared"]
    assert newest_state(stub)["epoch"] == 2


def test_a_number_that_is_too_large_to_count_by_is_a_strangers(stub):
    stub.put_readings(SMOKER, "brisket", [225], first=2**53)
    stub.put_readings(SMOKER, "ribs", [225])
    for _ in range(2):
        Working().by(stub)
        assert newest_state(stub)["cooks"].keys() == {"", "ribs"}


def test_what_a_dead_reader_has_and_nothing_numbers_is_not_judged_before_it_comes_back(
    stub, monkeypatch
):
    stub.put_readings(SMOKER, "brisket", [225])
    Working().by(stub)
    monkeypatch.setattr(StubBroker, "dead_readers", 1)
    stub.publish_plainly(SMOKER.queue, "12:00, 200", cook="brisket")
    back = stub.queues.pop(SMOKER.queue)
    working = Working()
    working.by(stub)
    assert working.consumer._report.judged == 0
    stub.queues[SMOKER.queue] = back
    working.by(stub)
    assert working.consumer._report.judged == 1


def test_two_cooks_at_once_do_not_share_a_window(stub):
    for seq in range(1, 6):
        stub.put_readings(SMOKER, "cook", [225], seq)
        stub.put_readings(SMOKER, "ribs", [275 if seq < 5 else 255], seq)
    stub.put_readings(SMOKER, "cook", [224], 6)
    Working().by(stub)
    (alert,) = stub.queues[ALERTS]
    assert alert.headers == {"cook": "ribs"}
    subject = json.loads(alert.body)["subject"]
    assert subject == "ribs: Smoker Alert! 255.0 °F, down 20 °F in 2.5 minutes"


def test_a_reading_that_comes_twice_is_judged_once(stub):
    working = Working()
    stub.put_readings(SMOKER, "cook", [225, 224, 209])
    stub.put_readings(SMOKER, "cook", [225, 224, 209, 208])
    assert working.by(stub) == 1
    assert working.consumer._report.judged == 4


@pytest.mark.parametrize(("by", "aside"), [("readings", []), ("time", [b"noon, 224"])])
def test_a_timestamp_that_cannot_be_read_is_put_aside_by_the_clock_that_needs_it(stub, by, aside):
    bodies = "05/22/21 12:00:00, 225", "noon, 224", "5/22/2021 12:02, 210"
    stub.put(SMOKER.queue, *bodies)
    Working(clock=by).by(stub)
    (alert,) = stub.queues[ALERTS]
    minutes = "2 minutes" if aside else "1.5 minutes"
    assert f"210.0 °F, down 15 °F in {minutes}" in json.loads(alert.body)["subject"]
    found = stub.queues[REJECTED]
    assert [message.body for message in found] == aside
    for message in found:
        reason = "'noon' names no moment"
        assert message.headers == {"queue": "01-smoker", "reason": reason}
    assert stub.queues[SMOKER.queue] == []


def test_what_is_about_another_probe_is_put_aside_and_neither_judged_nor_heeded(stub):
    """A stranger can bind a queue to any key."""
    stub.put_readings(SMOKER, "brisket", [225])
    reading = reading_message(numbered(FOOD_A, "brisket", 1, "12:00", 150))
    quiet = b'{"minutes": 60}'
    stub.queues[SMOKER.queue] += [reading]
    answer = {"type": "answer", "id": "an answer", "cook": "brisket"}
    stub.put(answer_key(FOOD_A.queue), quiet, **answer)
    stub.queues[SMOKER.queue] += stub.queues.pop(answer_key(FOOD_A.queue))
    stub.put_readings(SMOKER, "brisket", [200], first=2)
    assert Working().by(stub) == 1
    aside = [(message.body, message.headers["queue"]) for message in stub.queues[REJECTED]]
    assert aside == [(reading.body, SMOKER.queue), (quiet, SMOKER.queue)]
