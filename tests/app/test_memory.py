"""What a consumer knows, and that whoever takes over its state knows the same."""

import json
from binascii import crc_hqx
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
from forged import JSON
from hypothesis import given, settings
from hypothesis import strategies as st

from smart_smoker.app import memory as memory_
from smart_smoker.app.consumer_report import ConsumerReport
from smart_smoker.app.memory import Memory
from smart_smoker.core.alert import Alert
from smart_smoker.core.errors import TwoProducers, UnreadableMessage
from smart_smoker.core.limits import FoodDone, SmokerHigh, SmokerLow
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import FoodStall, SmokerDrop
from smart_smoker.core.state import MISSHAPEN
from smart_smoker.core.texts import REMEMBERED, UNKNOWN
from smart_smoker.core.watch import Watch
from smart_smoker.rabbitmq.messages import alert_message
from smart_smoker.rabbitmq.states import encode

MINUTES = 60
BEGIN = datetime(2021, 5, 22, 12, 20, 15)
LIDS = [225, 225, 200, 225, 225, 225, 225, 225, 205, 204, 203, 202, 201, 200, 225]
LIMITS = (SmokerLow(205), SmokerHigh(220), FoodDone(215))


def cook(temperatures, name="brisket", probe=SMOKER) -> list[Reading]:
    return [
        Reading(probe, "12:00:00", t, f"{name}/{probe.queue}/{n}", name, n)
        for n, t in enumerate(temperatures, 1)
    ]


def memory(
    rule=None, others=(), clock="readings", probe=SMOKER, silence=5 * MINUTES, median=1
) -> Memory:
    how = {"remind_minutes": 5, "clock": clock, "median": median}
    new_watch = partial(Watch, rule or SmokerDrop(), others=others, **how)
    return Memory(probe, new_watch, silence)


def judge(made: Memory, readings, now=0.0) -> list[str]:
    """The ids of the alerts that are raised when these readings are delivered."""
    raised = []
    for reading in readings:
        try:
            raised += [alert.id for alert in made.judge(reading, now).alerts]
        except UnreadableMessage:
            continue
    return raised


def taken_over(by: Memory, made: Memory, now=0.0) -> Memory:
    """Another one that has the state of the first, as it comes out of a queue."""
    by.resume(json.loads(encode(made.state(now)).encode()), now)
    return by


temperatures = st.lists(st.integers(190, 230), min_size=1, max_size=80)
PAUSES = st.sampled_from([0, 5, 30, 30, 30, 55, 60, 65, 301, -5, -20, -30, -65, -600])
BOUNDED = FoodStall(10, 4, stall_from=200, stall_to=214)
OWN = st.sampled_from([SmokerDrop(), SmokerDrop(lid_minutes=3), FoodStall(10, 4), BOUNDED])


@settings(deadline=None)
@given(OWN, st.sampled_from([(), LIMITS]), st.sampled_from(["readings", "time"]), st.data())
def test_a_state_taken_over_anywhere_makes_the_same_alerts(rule, beside, clock, data):
    readings, moment = [], BEGIN
    for reading in cook(data.draw(temperatures)):
        moment += timedelta(seconds=data.draw(PAUSES))
        written = data.draw(st.sampled_from(["%m/%d/%y %H:%M:%S"] * 9 + ["%H:%M"]))
        readings.append(reading._replace(time=f"{moment:{written}}"))
    made = partial(memory, rule, beside, clock, median=data.draw(st.sampled_from([1, 3, 5])))
    undisturbed, first = made(), made()
    expected = judge(undisturbed, readings)
    left = data.draw(st.integers(0, len(readings)))
    judged = data.draw(st.integers(left, len(readings)))
    told = judge(first, readings[:left])
    second = taken_over(made(), first)
    # The first dies after it has judged some more than its state covers: they come again.
    lost = judge(first, readings[left:judged])
    told += judge(second, readings[left:])
    assert told == expected
    assert [id for id in told if id in set(lost)] == lost
    assert second.state(0) == undisturbed.state(0)


@settings(deadline=None)
@given(temperatures, st.data())
def test_killed_anywhere_it_raises_what_it_would_have_raised_anyway(degrees, data):
    """However often it is killed, and however much of what its state covers comes again."""
    readings, made, told, left = cook(degrees), memory(others=LIMITS), [], 0
    while left < len(readings):
        acknowledged = data.draw(st.integers(0, left))
        left = data.draw(st.integers(left + 1, len(readings)))
        told += judge(made, readings[acknowledged:left])
        made = taken_over(memory(others=LIMITS), made)
    assert told == judge(memory(others=LIMITS), readings)


@settings(deadline=None)
@given(temperatures, st.data())
def test_what_was_sent_twice_is_judged_once(degrees, data):
    readings = cook(degrees)
    begin = data.draw(st.integers(0, len(readings) - 1))
    end = data.draw(st.integers(begin, len(readings)))
    repeated = readings[:end] + readings[begin:]
    made = memory()
    assert judge(made, repeated) == judge(memory(), readings)
    assert judge(taken_over(memory(), made), readings) == []


@settings(deadline=None)
@given(temperatures, st.sampled_from([{"time": "12:00:01"}, {"temperature": 100}]), st.data())
def test_a_number_that_comes_again_with_another_text_is_of_a_second_producer(degrees, other, data):
    """Of the last 20, also by whoever takes over; nothing becomes of it, not even an end."""
    readings, made = cook(degrees), memory()
    judge(made, readings)
    made, before = data.draw(st.sampled_from([made, taken_over(memory(), made)])), made.state(0)
    again = data.draw(st.sampled_from(readings[-REMEMBERED:]))
    assert not made.judge(again, 0).new
    with pytest.raises(TwoProducers, match="two producers send the same cook") as told:
        made.judge(again._replace(last=True, **other), 0)
    assert told.value.value == "brisket"
    assert made.state(0) == before


def test_of_a_number_that_was_left_out_nobody_knows_the_text():
    first, second, third = cook([225, 226, 227])
    made = memory()
    assert judge(made, [first, third]) == []
    assert made.state(0)["brisket"]["sums"][4:8] == UNKNOWN
    assert not made.judge(second, 0).new
    for reading in (first, third):
        with pytest.raises(TwoProducers):
            made.judge(reading._replace(temperature=100), 0)


@settings(deadline=None)
@given(temperatures, st.data())
def test_clocks_that_jump_change_no_alert(degrees, data):
    readings = cook(degrees)
    seconds = st.integers(-(10**6), 10**10)
    astray = [r._replace(time=str(data.draw(seconds))) for r in readings]
    assert judge(memory(), astray) == judge(memory(), readings)


@pytest.mark.parametrize(
    ("cook_id", "others", "called"),
    [
        ("cook-pi-20261128-120000-abcd", [], ""),
        ("brisket-20261128-120000-abcd", [], "brisket: "),
        ("brisket", [], "brisket: "),
        ("cook-pi-20261128-120000-abcd", [""], ""),
        ("cook-pi-20261128-120000-abcd", ["ribs"], "cook-pi: "),
        (
            "cook-pi-20261128-120000-abcd",
            ["cook-pi-20261127-120000-abcd"],
            "cook-pi-20261128-120000-abcd: ",
        ),
    ],
)
def test_a_text_names_its_cook_where_it_has_a_name_or_is_not_the_only_one(cook_id, others, called):
    made = memory()
    for other in others:
        made.judge(cook([225], other)[0], 0)
    raised = [
        alert for reading in cook([225, 210], cook_id) for alert in made.judge(reading, 0).alerts
    ]
    silent = made.silences(5 * MINUTES)
    assert raised[0].subject.startswith(f"{called}Smoker Alert!")
    assert f"{called}Signal Lost! Smoker" in [alert.subject[: len(called) + 19] for alert in silent]


def test_a_cook_that_has_ended_makes_nobody_ask_which_one():
    made = memory()
    made.judge(cook([225], "ribs")[0]._replace(last=True), 0)
    raised = [
        alert for reading in cook([225, 210], "cook") for alert in made.judge(reading, 0).alerts
    ]
    assert raised[0].subject.startswith("Smoker Alert!")


def test_a_state_can_be_read_by_people():
    made = memory(others=[SmokerLow(210)])
    degrees = [225, 224, 223, 222, 221, 205]
    judge(made, cook(degrees), now=10)
    assert made.state(now=12) == {
        "brisket": {
            "number": 6,
            "judged": 6,
            "alerts": 1,
            "highest": 225,
            "lowest": 205,
            "time": "12:00:00",
            "deque": [(30, 225), (60, 224), (90, 223), (120, 222), (150, 221), (180, 205)],
            "limits": {"low": 210},
            "sums": "".join(f"{crc_hqx(f'12:00:00, {t}'.encode(), 0):04x}" for t in degrees),
            "episodes": {
                "drop": {
                    "began": "brisket/01-smoker/6",
                    "at": 180,
                    "since": 30,
                    "highest": 224,
                    "lowest": 205,
                    "told_at": 180,
                    "eased": False,
                    "rang_at": 180,
                    "rings": 0,
                    "heard": False,
                }
            },
            "unheard": 2,
        }
    }


def test_a_target_that_is_given_when_it_is_reached_already_is_told_with_the_next_reading():
    readings = cook([150, 203, 203, 204, 204], probe=FOOD_A)
    made = memory(FoodStall(), probe=FOOD_A)
    judge(made, readings[:4])
    told = taken_over(memory(FoodStall(), [FoodDone(203)], probe=FOOD_A), made)
    assert judge(told, readings[4:]) == ["brisket/02-food-A/5/done-raised"]
    again = taken_over(memory(FoodStall(), [FoodDone(203)], probe=FOOD_A), told)
    assert judge(again, cook([0] * 5 + [205], probe=FOOD_A)[5:]) == []


def test_a_limit_counts_from_the_first_reading_that_kept_it_however_long_ago():
    made = memory()
    judge(made, cook([205, *[180] * 20]))
    low = taken_over(memory(others=[SmokerLow(200)]), made)
    assert judge(low, cook([0] * 21 + [180])[21:]) == ["brisket/01-smoker/22/low-raised"]
    cold = memory()
    judge(cold, cook([180] * 20))
    low = taken_over(memory(others=[SmokerLow(200)]), cold)
    assert judge(low, cook([0] * 20 + [180])[20:]) == []


def test_with_other_degrees_or_another_window_it_goes_on_with_what_there_is():
    readings = cook([225, 225, 205, 203, *[195, 201] * 8, 201, 202, 202, 202])
    made = memory()
    assert judge(made, readings[:4]) == ["brisket/01-smoker/3/raised"]
    longer = taken_over(memory(SmokerDrop(30, 8)), made)
    told = ["brisket/01-smoker/13/reminder", "brisket/01-smoker/22/cleared"]
    assert judge(longer, readings[4:]) == told
    shorter = taken_over(memory(SmokerDrop(15, 2)), made)
    assert judge(shorter, readings[4:]) == [told[0], "brisket/01-smoker/23/reminder"]


def test_by_another_clock_what_goes_on_is_counted_from_the_next_reading_on():
    readings = [
        r._replace(time=f"05/22/21 12:{n // 2:02}:{n % 2 * 30:02}")
        for n, r in enumerate(cook([225, 225, *[190] * 30]))
    ]
    for first, second in (("readings", "time"), ("time", "readings")):
        made = memory(others=[SmokerLow(200)], clock=first)
        assert any(id.endswith("low-raised") for id in judge(made, readings[:10]))
        again = taken_over(memory(others=[SmokerLow(200)], clock=second), made)
        told = [alert for reading in readings[10:] for alert in again.judge(reading, 0).alerts]
        low = [alert for alert in told if alert.rule == "low"]
        assert [alert.state for alert in low] == ["reminder", "reminder"]
        assert "for 5 minutes" in low[0].subject


def test_a_drop_that_was_held_back_is_told_though_the_clock_is_put_back():
    times = [f"05/22/21 12:0{n}:00" for n in range(3)]
    times += [f"04/22/21 12:0{n}:00" for n in range(9)]
    readings = [
        reading._replace(time=time)
        for reading, time in zip(cook([225, 225, *range(200, 110, -10)]), times, strict=False)
    ]
    made = memory(SmokerDrop(lid_minutes=3), clock="time")
    assert judge(made, readings) == ["brisket/01-smoker/7/raised"]


def test_a_held_drop_that_is_over_when_nothing_is_held_back_any_more_is_a_lid():
    made = memory(SmokerDrop(lid_minutes=3))
    assert judge(made, cook([250, 250, 230])) == []
    again = taken_over(memory(SmokerDrop()), made)
    assert judge(again, cook([250, 250, 230, 249, 249])[3:]) == ["brisket/01-smoker/4/lid"]


def test_a_late_reading_in_a_window_that_has_become_longer_leaves_a_state_that_can_be_read():
    def at(minute: float, temperature: float, number: int) -> Reading:
        time = f"05/22/21 12:{int(minute):02}:{int(minute % 1 * 60):02}"
        return Reading(SMOKER, time, temperature, f"b/01-smoker/{number}", "b", number)

    made = memory(SmokerDrop(15, 2), clock="time")
    judge(made, [at(0, 225, 1), at(5, 225, 2), at(6, 225, 3)])
    longer = taken_over(memory(SmokerDrop(15, 20), clock="time"), made)
    judge(longer, [at(2, 225, 4)])
    assert taken_over(memory(SmokerDrop(15, 20), clock="time"), longer).state(0) == longer.state(0)
    assert longer.cooks == 1


def test_two_cooks_never_share_a_window():
    one, other = cook([225, 224, 223], "one"), cook([180, 181, 182], "other")
    mixed = [reading for pair in zip(one, other, strict=True) for reading in pair]
    made = memory()
    assert judge(made, mixed[:2]) == []
    assert judge(taken_over(memory(), made), mixed[2:]) == []


def test_the_same_csv_twice_in_a_row_is_two_cooks_with_the_same_alerts():
    made = memory()
    first, second = judge(made, cook(LIDS, "first")), judge(made, cook(LIDS, "second"))
    assert [id.replace("first", "second") for id in first] == second != []


def test_foreign_readings_outlive_a_restart_too():
    foreign = [r._replace(cook="", seq=0, id=f"f{r.seq}") for r in cook([160] * 20, probe=FOOD_A)]
    made = memory(FoodStall(), probe=FOOD_A)
    assert judge(made, foreign[:10]) == []
    again = taken_over(memory(FoodStall(), probe=FOOD_A), made)
    assert judge(again, foreign[10:]) == ["f20/raised"]
    assert again.silences(10 * MINUTES) == []


# --- silence -------------------------------------------------------------------------------------


def silent(made: Memory, now: float) -> list[str]:
    return [alert.id for alert in made.silences(now)]


def test_a_probe_that_falls_silent_is_told_once_and_so_is_its_return():
    made = memory()
    readings = cook([225, 225, 225])
    judge(made, readings[:2], now=100)
    assert silent(made, 100 + 5 * MINUTES - 1) == []
    assert silent(made, 100 + 5 * MINUTES) == ["brisket/01-smoker/2/lost"]
    assert silent(made, 100 + 9 * MINUTES) == []
    assert judge(made, readings[2:], now=1000) == ["brisket/01-smoker/3/found"]
    assert silent(made, 1000 + 5 * MINUTES) == ["brisket/01-smoker/3/lost"]


def test_a_probe_pulled_out_and_put_back_can_cause_two_alerts_at_once():
    made = memory()
    judge(made, cook([225, 225]), now=0)
    made.silences(5 * MINUTES)
    assert judge(made, cook([225, 225, 180])[2:], now=400) == [
        "brisket/01-smoker/3/found",
        "brisket/01-smoker/3/raised",
    ]


def test_the_end_of_a_cook_is_no_silence():
    made = memory()
    readings = cook([225, 225])
    judge(made, [*readings, readings[-1]._replace(last=True)])
    assert silent(made, 60 * MINUTES) == []
    assert silent(taken_over(memory(), made), 60 * MINUTES) == []


def test_a_silence_goes_on_for_whoever_takes_over_and_is_told_once():
    readings = cook([225, 225, 225])
    made = memory()
    judge(made, readings[:2], now=100)
    again = memory()
    again.resume(made.state(now=300), now=10)
    assert silent(again, 10 + 99) == []
    assert silent(again, 10 + 101) == ["brisket/01-smoker/2/lost"]
    third = taken_over(memory(), again, now=200)
    assert silent(third, 3600) == []
    assert judge(third, readings[2:]) == ["brisket/01-smoker/3/found"]


def test_a_silence_is_told_however_often_the_connection_is_lost():
    made = memory()
    judge(made, cook([225, 225]), now=100)
    left = made.state(now=100)
    for now in range(108, 400, 8):
        made.resume(left, now)
        assert made.silences(now) == []
    made.resume(left, 400)
    assert silent(made, 401) == ["brisket/01-smoker/2/lost"]


def test_without_a_time_for_silence_nobody_is_missed():
    made = memory(silence=0)
    judge(made, cook([225]))
    assert silent(made, 60 * MINUTES) == []


def test_a_cook_whose_timestamps_name_no_moment_by_that_clock_is_told_once():
    made = memory(clock="time")
    assert judge(made, [reading._replace(time="?") for reading in cook([225, 200])]) == []
    (told,) = made.silences(5 * MINUTES)
    assert "no time that can be read, as '?', for 5 minutes, last 200.0 °F" in told.subject
    assert told.id == "brisket/01-smoker/2/lost"
    assert made.silences(60 * MINUTES) == []
    assert silent(taken_over(memory(clock="time"), made), 60 * MINUTES) == []


# --- what is forgotten ---------------------------------------------------------------------------


def test_an_ended_cook_is_forgotten_when_many_others_have_ended():
    made = memory()
    for number in range(1000):
        readings = cook([225, 225, 200], f"cook-{number}")
        judge(made, [*readings, readings[-1]._replace(last=True)])
    assert made.cooks == memory_.MOST_ENDED
    assert judge(made, cook([225, 225, 200], "cook-999")) == []


def test_those_that_ended_first_are_forgotten_first_whoever_goes_on(monkeypatch):
    monkeypatch.setattr(memory_, "MOST_ENDED", 3)
    made = memory()
    cooks = [cook([225, 225, 200], name) for name in ("brisket", "ribs", "wings", "ham")]
    judge(made, [reading for one in cooks for reading in one])
    for one in (*cooks[1:], cooks[0]):
        judge(made, [one[-1]._replace(last=True)])
    again = taken_over(memory(), made)
    assert again.cooks == 3
    judge(again, [reading._replace(last=reading.seq == 3) for reading in cook([225] * 3, "new")])
    assert judge(again, cooks[0]) == judge(again, cooks[3]) == []
    assert judge(again, cooks[2]) == ["wings/01-smoker/3/raised"]


def test_a_last_reading_that_comes_again_makes_its_cook_no_newer(monkeypatch):
    monkeypatch.setattr(memory_, "MOST_ENDED", 2)
    made = memory()
    last = [cook([225], name)[0]._replace(last=True) for name in ("brisket", "ribs", "wings")]
    judge(made, [last[0], last[1], last[0], last[2]])
    assert list(made.state(0)) == ["ribs", "wings"]


def test_a_cook_that_goes_on_after_its_end_is_remembered():
    readings = cook([150, 203, 203, 150, 203, 203], probe=FOOD_A)
    made = memory(FoodStall(), [FoodDone(203)], probe=FOOD_A)
    assert judge(made, [*readings[:3], readings[2]._replace(last=True)]) != []
    again = taken_over(memory(FoodStall(), [FoodDone(203)], probe=FOOD_A), made)
    assert judge(again, readings[3:]) == []


def test_a_cook_of_which_nothing_was_heard_for_days_is_forgotten():
    made = memory(silence=0)
    judge(made, cook([225, 225]))
    made.silences(memory_.FORGOTTEN)
    assert made.cooks == 1
    made.silences(memory_.FORGOTTEN + 1)
    assert made.cooks == 0


def test_of_too_many_cooks_those_are_forgotten_that_were_heard_longest_ago():
    made = memory()
    for number in range(20):
        judge(made, cook([225], f"cook-{number}"), now=100 - number)
    made.forget_oldest()
    assert made.state(0).keys() == {f"cook-{number}" for number in range(17)}


# --- states that are none ------------------------------------------------------------------------

NOTHING = {"number": 0, "judged": 0, "alerts": 0, "deque": [], "episodes": {}, "unheard": 0}
ONE = {"number": 1, "judged": 1, "alerts": 0, "highest": 225, "lowest": 225, "time": "12:00"}
ONE |= {"deque": [[30, 225]], "episodes": {}, "unheard": 0}
DROP = {"began": "b/01-smoker/1", "at": 30, "since": 0, "highest": 225, "lowest": 225}


@pytest.mark.parametrize(
    "state",
    [
        [],
        "no state",
        {"": []},
        {"brisket": NOTHING | {"number": "1"}},
        {"brisket": NOTHING | {"unheard": float("inf")}},
        {"brisket": NOTHING | {"unheard": float("nan")}},
        {"brisket": NOTHING | {"unheard": None}},
        {"brisket": NOTHING | {"judged": 10**308}},
        {"brisket": {}},
        {"b" * 101: NOTHING},
        {"two\nlines": NOTHING},
        {"brisket": {**ONE, "deque": [[30, "hot"]]}},
        {"brisket": {**ONE, "deque": [[30, 225], [0, 225]]}},
        {"brisket": {**ONE, "deque": [30, 225]}},
        {"brisket": {**ONE, "time": ""}},
        {"brisket": {**ONE, "time": None}},
        {"brisket": {**ONE, "highest": None}},
        {"brisket": {**ONE, "episodes": {"drop": {**DROP, "began": 7}}}},
        {"brisket": {**ONE, "episodes": {"drop": {**DROP, "at": "noon"}}}},
        {"brisket": {**ONE, "episodes": {"drop": {**DROP, "lowest": 900}}}},
        {"brisket": {**ONE, "episodes": {"drop": 5}}},
        {"brisket": {**ONE, "limits": {"low": "cold"}}},
        {"brisket": {**ONE, "sums": "\ud800"}},
        {"brisket": {**ONE, "sums": [1, 2]}},
        {"brisket": {**ONE, "outlook": []}},
        {"brisket": {**ONE, "outlook": {"course": 5}}},
        {"brisket": {**ONE, "outlook": {"course": [[0, "hot"]]}}},
        {"brisket": {**ONE, "outlook": {"course": [[1e300, 200]]}}},
        {"brisket": {**ONE, "outlook": {"first": 5}}},
    ],
    ids=str,
)
def test_a_state_that_makes_no_sense_changes_nothing(state):
    made = memory()
    made.resume({"brisket": NOTHING, "ribs": {**ONE, "episodes": {"drop": DROP}}}, 0)
    before = made.state(0)
    with pytest.raises(MISSHAPEN):
        made.resume(state, 0)
    assert made.state(0) == before


def test_limits_that_a_forged_state_has_and_no_rule_are_not_left_again():
    made = memory()
    made.resume({"brisket": {**ONE, "limits": {"\ud800": 5, "low": 200}}}, 0)
    assert json.loads(encode(made.state(0)).encode())["brisket"]["limits"] == {"low": 200}


@settings(deadline=None)
@given(
    temperatures,
    st.lists(JSON | st.sampled_from([0, -1, 1e9, 10**308]), min_size=1, max_size=3),
    st.data(),
)
def test_whatever_a_forged_state_says_it_is_passed_over_or_can_be_gone_on_with(
    degrees, forged, data
):
    clock = data.draw(st.sampled_from(["readings", "time"]))

    def made():
        return memory(SmokerDrop(lid_minutes=1), LIMITS, clock)

    readings = [
        reading._replace(time=f"05/22/21 12:{n // 2:02}:{n % 2 * 30:02}")
        for n, reading in enumerate(cook([*degrees, 200, 230, 200, 200, 200, 200, 200]))
    ]
    before, after = made(), made()
    judge(before, readings[: data.draw(st.integers(1, len(degrees)))])
    state = json.loads(json.dumps(before.state(0)))
    for value in forged:
        into, key = data.draw(st.sampled_from(list(_places(state))))
        into[key] = value
    try:
        after.resume(state, 0)
    except MISSHAPEN:
        return
    told = []
    for reading in readings:
        with suppress(TwoProducers):
            told += after.judge(reading, 0).alerts
    told += after.silences(3600)
    for alert in told:
        assert Alert.parse(alert_message(alert).body) == alert
    taken_over(made(), after)


def _places(state: list | dict):
    for key in state if isinstance(state, dict) else range(len(state)):
        yield state, key
        if isinstance(state[key], list | dict):
            yield from _places(state[key])


# --- what is said --------------------------------------------------------------------------------


def test_the_last_line_of_a_cook_is_that_it_has_ended(caplog):
    caplog.set_level("INFO")
    report, watch = ConsumerReport(SmokerDrop()), Watch(SmokerDrop())
    report.begin(1)
    for reading in cook([225] * 30):
        report.show(reading, watch.judge(reading))
    report.show_end(reading, watch)
    report.begin(2)
    assert caplog.messages[-2].endswith("(and 9 more in this second)")
    assert "has ended" in caplog.messages[-1]
