"""What a consumer remembers, and that it is the same again when it is learned from the history."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from smart_smoker.core.alert import TOO_OLD
from smart_smoker.core.errors import UnreadableMessage
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import FoodDone, FoodStall, SmokerDrop, SmokerHigh, SmokerLow
from smart_smoker.work.memory import Memory

NOON = 1_700_000_000
MINUTES = 60


def cook(temperatures, name="brisket", probe=SMOKER) -> list[Reading]:
    return [
        Reading(probe, "12:00:00", t, f"{name}/{probe.queue}/{n}", name, n, sent=NOON)
        for n, t in enumerate(temperatures, 1)
    ]


def memory(rule=None, past=(), silence=5 * MINUTES, clock="readings", beside=()) -> Memory:
    rule = rule or SmokerDrop()
    made = Memory(rule, remind_minutes=5, silence=silence, clock=clock, beside=beside)
    for each in past:
        made.recall(each)
    return made


def judge(made: Memory, readings, now=0.0) -> list[str]:
    """The ids of the alerts that are raised when these readings are delivered."""
    raised = []
    for reading in readings:
        try:
            judgement = made.watch_of(reading, now).judge(reading, now)
        except UnreadableMessage:
            continue
        raised += [a.id for a in (judgement.alerts if judgement else ()) if made.is_new(a)]
    return raised


LIDS = [225, 225, 200, 225, 225, 225, 225, 225, 205, 204, 203, 202, 201, 200, 225]

temperatures = st.lists(st.integers(190, 230), min_size=1, max_size=80)


@settings(deadline=None)
@given(temperatures, st.data())
def test_killed_anywhere_it_raises_what_it_would_have_raised_anyway(degrees, data):
    readings = cook(degrees)
    undisturbed = judge(memory(), readings)
    acknowledged = data.draw(st.integers(0, len(readings)))
    judged = data.draw(st.integers(acknowledged, len(readings)))
    first = judge(memory(), readings[:judged])
    again = memory(past=readings + first)
    assert first + judge(again, readings[acknowledged:]) == undisturbed


LIMITS = [SmokerLow(205), SmokerHigh(220), FoodDone(215)]


@settings(deadline=None)
@given(temperatures, st.integers(0, 3), st.data())
def test_killed_anywhere_it_raises_the_same_under_many_rules(degrees, lid, data):
    def made(past=()):
        return memory(SmokerDrop(hold_minutes=lid), past, beside=LIMITS)

    readings = cook(degrees)
    undisturbed = judge(made(), readings)
    acknowledged = data.draw(st.integers(0, len(readings)))
    judged = data.draw(st.integers(acknowledged, len(readings)))
    first = judge(made(), readings[:judged])
    again = made(past=readings + first)
    assert first + judge(again, readings[acknowledged:]) == undisturbed
    assert again.owed(readings[0]) == []


def test_a_target_that_is_given_when_it_is_reached_already_is_told_once():
    readings = cook([150, 203, 203, 204, 204], probe=FOOD_A)
    made = memory(FoodStall(), past=readings[:4], beside=[FoodDone(203)])
    assert judge(made, readings[4:]) == []
    assert [alert.id for alert in made.owed(readings[4])] == ["brisket/02-food-A/3/done-raised"]
    assert made.owed(readings[4]) == []
    told = memory(FoodStall(), past=[*readings[:4], "brisket/02-food-A/3/done-raised"])
    assert judge(told, readings[4:]) == []
    assert told.owed(readings[4]) == []


BEGIN = datetime(2021, 5, 22, 12, 20, 15)
PAUSES = st.sampled_from([0, 5, 30, 30, 30, 55, 60, 65, 301, -5, -20, -30, -65, -600])
RULES = st.sampled_from([SmokerDrop(), FoodStall(10, 4)])


@settings(deadline=None)
@given(RULES, temperatures, st.data())
def test_killed_anywhere_it_raises_the_same_also_by_timestamps_in_slight_disorder(
    rule, degrees, data
):
    readings, moment = [], BEGIN
    for reading in cook(degrees):
        moment += timedelta(seconds=data.draw(PAUSES))
        written = data.draw(st.sampled_from(["%m/%d/%y %H:%M:%S"] * 9 + ["%H:%M"]))
        readings.append(replace(reading, time=f"{moment:{written}}"))
    undisturbed = judge(memory(rule, clock="time"), readings)
    acknowledged = data.draw(st.integers(0, len(readings)))
    judged = data.draw(st.integers(acknowledged, len(readings)))
    first = judge(memory(rule, clock="time"), readings[:judged])
    again = memory(rule, past=readings + first, clock="time")
    assert first + judge(again, readings[acknowledged:]) == undisturbed


@settings(deadline=None)
@given(temperatures, st.data())
def test_what_was_sent_twice_is_judged_once(degrees, data):
    readings = cook(degrees)
    begin = data.draw(st.integers(0, len(readings) - 1))
    end = data.draw(st.integers(begin, len(readings)))
    repeated = readings[:end] + readings[begin:]
    assert judge(memory(), repeated) == judge(memory(), readings)
    past = memory(past=repeated)
    past.settle(0, NOON)
    assert judge(past, readings) == []


@settings(deadline=None)
@given(temperatures, st.data())
def test_clocks_that_jump_change_no_alert(degrees, data):
    readings = cook(degrees)
    seconds = st.integers(-(10**6), 10**10)
    astray = [replace(r, time=str(data.draw(seconds)), sent=data.draw(seconds)) for r in readings]
    assert judge(memory(), astray) == judge(memory(), readings)


def test_a_cook_that_the_queue_has_nothing_of_goes_on_where_it_was():
    readings = cook(LIDS)
    made = memory(past=readings[:10])
    made.settle(0, NOON)
    assert judge(made, readings[10:]) == judge(memory(), readings)[-1:]


def test_a_cook_whose_timestamps_name_no_moment_is_neither_restored_nor_missed_by_that_clock():
    readings = [replace(reading, time="?") for reading in cook([225, 225, 200, 200])]
    made = memory(past=readings[:2], clock="time")
    assert judge(made, readings[2:]) == []
    made.settle(0, NOON)
    assert made.silences(60 * MINUTES) == []
    other = memory(past=readings, clock="time")
    other.settle(0, NOON)
    assert other.silences(60 * MINUTES) == []


def test_two_cooks_never_share_a_window():
    one, other = cook([225, 224, 223], "one"), cook([180, 181, 182], "other")
    mixed = [reading for pair in zip(one, other, strict=True) for reading in pair]
    assert judge(memory(), mixed) == []
    assert judge(memory(past=mixed[:2]), mixed[2:]) == []


def test_the_same_csv_twice_in_a_row_is_two_cooks_with_the_same_alerts():
    made = memory()
    first, second = judge(made, cook(LIDS, "first")), judge(made, cook(LIDS, "second"))
    assert [id.replace("first", "second") for id in first] == second != []


def test_foreign_readings_are_neither_forgotten_nor_learned():
    foreign = [replace(r, cook="", seq=0, id=f"f{r.seq}") for r in cook([160] * 20, probe=FOOD_A)]
    made = memory(FoodStall())
    assert judge(made, foreign[:10]) == []
    made.forget()
    for reading in foreign[:10]:
        made.recall(reading)
    assert judge(made, foreign[10:]) == ["f20/raised"]
    assert made.silences(10 * MINUTES) == []


def test_a_reading_that_a_crash_took_from_the_queue_alone_is_told_when_it_comes_again():
    readings = cook([225, 225, 200, 199])
    made = memory(past=readings)
    assert judge(made, readings[3:]) == []
    assert [alert.id for alert in made.untold(readings[2])] == ["brisket/01-smoker/3/raised"]
    assert made.untold(readings[2]) == []
    told = memory(past=[*readings, "brisket/01-smoker/3/raised"])
    assert judge(told, readings[3:]) == []
    assert told.untold(readings[2]) == []


def test_a_silence_is_told_however_often_the_connection_is_lost():
    readings = cook([225, 225])
    made = memory()
    judge(made, readings, now=100)
    for now in range(108, 400, 8):
        made.forget()
        for reading in readings:
            made.recall(reading)
        made.settle(now, NOON)
        assert made.silences(now + 7) == [] or now + 7 >= 100 + 5 * MINUTES
        if now + 7 >= 100 + 5 * MINUTES:
            break
    assert now > 380


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
    judge(made, [*readings, replace(readings[-1], last=True)])
    assert silent(made, 60 * MINUTES) == []


def test_a_silence_is_measured_anew_from_the_time_of_a_restore():
    made = memory(past=cook([225, 225]))
    made.settle(1000, NOON)
    assert silent(made, 1000 + 5 * MINUTES - 1) == []
    assert silent(made, 1000 + 5 * MINUTES) == ["brisket/01-smoker/2/lost"]


def test_a_silence_that_somebody_has_told_is_not_told_again_but_its_end_is():
    readings = cook([225, 225, 225])
    past = [*readings[:2], "brisket/01-smoker/2/lost"]
    made = memory(past=past)
    made.settle(0, NOON)
    assert silent(made, 60 * MINUTES) == []
    assert judge(made, readings[2:]) == ["brisket/01-smoker/3/found"]
    both = memory(past=[*past, readings[2], "brisket/01-smoker/3/found"])
    assert judge(both, readings[2:]) == []


def test_a_silence_of_more_than_a_day_is_not_told_any_more():
    made = memory(past=cook([225, 225]))
    made.settle(0, NOON + TOO_OLD + 1)
    assert silent(made, 60 * MINUTES) == []


def test_without_a_time_for_silence_nobody_is_missed():
    made = memory(silence=0)
    judge(made, cook([225]))
    assert silent(made, 60 * MINUTES) == []
