"""The state beside a queue, by real scripts on a real broker: what counts, and what does not."""

import json
import signal

import pytest
from scripts import defined_users, history, until

from smart_smoker.app import consumer as consumer_
from smart_smoker.app.consumer import Consumer
from smart_smoker.app.memory import Memory
from smart_smoker.app.report import ConsumerReport
from smart_smoker.cli.signals import Stop
from smart_smoker.core.errors import BrokerAway
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.lab.inbox import Inbox
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
    ids = [event.id for event in history(url) if event.type == "alert"]
    return [id.removeprefix("brisket/01-smoker/") for id in ids]


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


class Turns(ConsumerReport):
    """A report that stops its consumer after so many turns."""

    def __init__(self, stop: Stop, turns: int):
        super().__init__(SmokerDrop())
        self._stop, self._turns = stop, turns
        self.begin = self._count

    def _count(self, now: float):
        self._turns -= 1
        self._stop.requested = self._turns <= 0


def work(broker: Broker, turns: int = 3) -> list[str]:
    """Have a consumer work for so many turns; the alerts that it has raised."""
    stop = Stop()
    consumer = Consumer(SMOKER, Memory(SMOKER, [SmokerDrop()], 300), Turns(stop, turns), stop)
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


def test_readings_whose_acknowledgement_was_lost_are_not_judged_again(stranger, url, monkeypatch):
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        monkeypatch.setattr(broker, "acknowledge", lambda *_, **__: None)
        assert work(broker) == ["3/raised"]
    with Broker(url, "a test") as broker:
        assert work(broker) == []
    until(lambda: stranger.waiting(SMOKER.queue) == 0, "an empty queue")


def test_readings_that_no_state_covers_are_judged_again_and_cause_the_same_alerts(
    stranger, url, monkeypatch
):
    monkeypatch.setattr(Consumer, "_leave_state", lambda *_: None)
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        assert work(broker) == ["3/raised"]
    monkeypatch.undo()
    with Broker(url, "a test") as broker:
        assert work(broker) == ["3/raised"]
    assert alerts(url) == ["3/raised", "3/raised"]
    assert len({event.body for event in history(url) if event.type == "alert"}) == 1


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
def test_a_state_that_is_none_is_passed_over_for_the_one_beside_it(stranger, url, forged):
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        assert work(broker) == ["3/raised"]
    leave(url, forged)
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [199, 225, 225], first=4)
        assert work(broker) == ["5/cleared"]
    assert lying(url)[-1]["epoch"] == 2


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


def test_what_was_not_published_is_before_a_state_says_that_it_was(stranger, url, monkeypatch):
    """The connection is lost as an alert is published, and somebody deletes the state meanwhile."""
    stop = Stop()
    consumer = Consumer(SMOKER, Memory(SMOKER, [SmokerDrop()], 300), Turns(stop, 2), stop)
    published, publish = [], Broker.publish

    def lost(broker, messages):
        if any(message.type == "alert" for message in messages):
            raise BrokerAway("lost")
        publish(broker, messages)

    def noted(broker, messages):
        publish(broker, messages)
        published.extend(message.type for message in messages)

    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        until(lambda: stranger.waiting(SMOKER.queue) == 3, "the readings")
        monkeypatch.setattr(Broker, "publish", lost)
        with pytest.raises(BrokerAway):
            consumer.work(broker)
    stranger.channel.queue_delete(STATE)
    monkeypatch.setattr(Broker, "publish", noted)
    stop.requested = False
    with Broker(url, "a test") as broker:
        consumer.work(broker)
    assert published[:2] == ["alert", "state"]
    assert alerts(url) == ["3/raised"]


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


def test_a_consumer_that_finds_its_own_state_goes_on_with_all_that_it_knows(
    stranger, url, monkeypatch
):
    stop = Stop()
    consumer = Consumer(SMOKER, Memory(SMOKER, [SmokerDrop()], 300), Turns(stop, 2), stop)
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        until(lambda: stranger.waiting(SMOKER.queue) == 3, "the readings")
        leave_state = Consumer._leave_state
        # The connection is lost when all is told, and before a state says so.
        monkeypatch.setattr(Consumer, "_leave_state", once(leave_state))
        with pytest.raises(BrokerAway):
            consumer.work(broker)
        monkeypatch.setattr(Consumer, "_leave_state", leave_state)
    stop.requested = False
    consumer._report = Turns(stop, 3)
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225], first=4)
        consumer.work(broker)
    assert alerts(url) == ["3/raised", "4/cleared"]


def once(leave_state):
    """Leaves one state, and has lost the connection by the next."""
    left = []

    def leave(consumer, broker):
        if left:
            raise BrokerAway("lost")
        left.append(leave_state(consumer, broker))

    return leave


class Leaves:
    """Notes, of each state that is left, whether a cook is silent in it."""

    def __init__(self, leave_state):
        self._leave, self.silent = leave_state, []

    def __get__(self, consumer, _):
        def leave(broker):
            self._leave(consumer, broker)
            cooks = consumer._memory.state(0).values()
            self.silent.append(any(cook.get("silent") for cook in cooks))

        return leave


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


def test_a_number_that_is_too_large_to_count_by_is_a_strangers(stranger, url):
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225], first=2**53)
        stranger.put_readings(SMOKER.queue, "ribs", [225])
        work(broker)
    assert lying(url)[-1]["cooks"].keys() == {"", "ribs"}
    with Broker(url, "a test") as broker:
        work(broker)
    assert lying(url)[-1]["cooks"].keys() == {"", "ribs"}


def test_a_silence_is_left_with_the_turn_that_tells_it(stranger, url, monkeypatch):
    monkeypatch.setattr(consumer_, "PAUSE", 3600)
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225])
        stop = Stop()
        memory = Memory(SMOKER, [SmokerDrop()], silence=0.01)
        monkeypatch.setattr(Consumer, "_leave_state", noting := Leaves(Consumer._leave_state))
        Consumer(SMOKER, memory, Turns(stop, 6), stop).work(broker)
    assert True in noting.silent[:-1], "it was left before the end"


def test_while_the_machine_or_the_broker_sleeps_no_probe_falls_silent(stranger, url, monkeypatch):
    """A turn that takes an hour was held up: nobody can have been heard meanwhile."""
    monkeypatch.setattr(consumer_, "LOOK", 0)
    stop = Stop()
    report = Turns(stop, 6)
    consumer = Consumer(SMOKER, Memory(SMOKER, [SmokerDrop()], silence=300), report, stop)

    def sleep(now, usual=report.begin):
        usual(now)
        consumer._turned -= 3600

    report.begin = sleep
    with Broker(url, "a test") as broker:
        stranger.put_readings(SMOKER.queue, "brisket", [225])
        consumer.work(broker)
    assert consumer._memory.going_on
    assert alerts(url) == []


def test_states_are_left_in_time_and_take_but_a_share_of_it(url, monkeypatch):
    ours = States(SMOKER.queue)
    with Broker(url, "a test") as broker:
        ours.take_over(broker, print)
        assert ours.is_due(changed=True)
        monkeypatch.setattr(states, "SHARE", 10**6)
        ours.leave(broker, {"cooks": {}})
        assert ours.wait > 0
        assert not ours.is_due(changed=True)
        monkeypatch.setattr(states, "SHARE", 1)
        ours.leave(broker, {"cooks": {}})
        assert ours.is_due(changed=True)
        assert not ours.is_due(changed=False)
        monkeypatch.setattr(states, "RENEWED", -1)
        assert ours.is_due(changed=False)


def test_what_weighs_too_much_forgets_the_cooks_that_were_heard_longest_ago(
    stranger, url, monkeypatch, caplog
):
    monkeypatch.setattr(states, "HEAVIEST", 1000)
    with Broker(url, "a test") as broker:
        for number in range(10):
            stranger.put_readings(SMOKER.queue, f"cook-{number}", [225])
        work(broker)
    assert "Too many cooks (10)" in caplog.text
    assert 0 < len(lying(url)[-1]["cooks"]) < 10
    until(lambda: stranger.waiting(SMOKER.queue) == 0, "an empty queue")


def test_a_state_expires_by_the_brokers_clock(stranger, url):
    with Broker(url, "a test") as broker:
        work(broker)
    found = stranger.take_all(STATE)
    assert {properties.expiration for properties, _ in found} == {str(states.LASTS * 1000)}


# --- of those who send ---------------------------------------------------------------------------


def send(program, inbox, stranger, temperatures=(), first=1, said="email accepted") -> str:
    """Start a consumer that sends, and end it when it has said this; its words."""
    program.configure_mail(inbox.port, sms_address_for_texts="")
    script = program.start("consumer_smoker.py")
    script.said(WAITING)
    stranger.put_readings(SMOKER.queue, "brisket", temperatures, first=first)
    script.said(said)
    assert script.end(signal.SIGTERM)[0] == 0, script.text
    return script.text


def test_an_alert_that_comes_again_is_not_sent_again(program, stranger, url):
    with Inbox() as inbox:
        send(program, inbox, stranger, [225, 225, 200])
        assert lying(url, "04-alerts.state")[-1]["sent"] == ["brisket/01-smoker/3/raised"]
        alert = next(event for event in history(url) if event.type == "alert")
        stranger.channel.queue_delete(HISTORY)
        stranger.put("04-alerts", alert.body, message_id=alert.id, type="alert")
        text = send(program, inbox, stranger, said="Sending alerts by email")
        assert "accepted" not in text
        until(lambda: stranger.waiting("04-alerts") == 0, "an alert that is done with")
        assert len(inbox.messages) == 1


@pytest.mark.parametrize(
    "known",
    [
        b"no JSON",
        b'{"epoch": 1, "number": 0}',
        b'{"epoch": 1, "number": 0, "waiting": [], "sent": 7}',
        b'{"epoch": 1, "number": 0, "sent": [], "waiting": {"brisket/01-smoker/3/raised": 5}}',
        b'{"epoch": 1, "number": 0, "sent": ["\\ud800"], "waiting": {}}',
    ],
)
def test_what_makes_no_sense_of_deliveries_keeps_no_alert_from_being_sent(
    program, stranger, url, known
):
    leave(url, known, queue="04-alerts.state")
    with Inbox() as inbox:
        send(program, inbox, stranger, [225, 225, 200])
        assert len(inbox.messages) == 1


def test_of_two_channels_the_one_that_has_taken_an_alert_does_not_get_it_again(
    program, stranger, url
):
    with Inbox() as inbox:
        program.configure_mail(inbox.port)
        state = {"epoch": 1, "number": 0, "sent": []}
        state["waiting"] = {"brisket/01-smoker/3/raised": ["email"]}
        leave(url, json.dumps(state).encode(), queue="04-alerts.state")
        script = program.start("consumer_smoker.py")
        script.said(WAITING)
        stranger.put_readings(SMOKER.queue, "brisket", [225, 225, 200])
        script.said("sms accepted")
        until(lambda: stranger.waiting("04-alerts") == 0, "an alert that is done with")
        assert script.end(signal.SIGTERM)[0] == 0
        assert [mail.subject for mail in inbox.messages] == [None]
        assert lying(url, "04-alerts.state")[-1]["sent"] == ["brisket/01-smoker/3/raised"]
