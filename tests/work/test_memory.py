"""What a consumer remembers, and that it is the same again when it is learned from the history."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from forged import JSON
from hypothesis import given, settings
from hypothesis import strategies as st

from smart_smoker.core.alert import TOO_OLD, Alert
from smart_smoker.core.errors import Doubtful, UnreadableMessage
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import FoodDone, FoodStall, SmokerDrop, SmokerHigh, SmokerLow
from smart_smoker.core.watch import Watch
from smart_smoker.wire.messages import alert_message
from smart_smoker.work import watches
from smart_smoker.work.memory import Memory
from smart_smoker.work.report import ConsumerReport

NOON = 1_700_000_000
MINUTES = 60


def cook(temperatures, name="brisket", probe=SMOKER) -> list[Reading]:
    return [
        Reading(probe, "12:00:00", t, f"{name}/{probe.queue}/{n}", name, n, sent=NOON)
        for n, t in enumerate(temperatures, 1)
    ]


def memory(
    rule=None, past=(), silence=5 * MINUTES, clock="readings", beside=(), probe=SMOKER
) -> Memory:
    rules = [rule or SmokerDrop(), *beside]
    made = Memory(probe, rules, remind_minutes=5, silence=silence, clock=clock)
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
    assert again.owed(again.watch_of(readings[0], 0)) == []


def test_a_target_that_is_given_when_it_is_reached_already_is_told_once():
    readings = cook([150, 203, 203, 204, 204], probe=FOOD_A)
    how = {"beside": [FoodDone(203)], "probe": FOOD_A}
    made = memory(FoodStall(), past=readings[:4], **how)
    watch = made.watch_of(readings[4], 0)
    assert [alert.id for alert in made.owed(watch)] == ["brisket/02-food-A/3/done-raised"]
    assert made.owed(watch) == []
    told = memory(FoodStall(), past=[*readings[:4], "brisket/02-food-A/3/done-raised"], **how)
    assert told.owed(told.watch_of(readings[4], 0)) == []


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
    made.begin()
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
        made.begin()
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


# --- checkpoints ---------------------------------------------------------------------------------


def checkpoint(made: Memory, now: float = 0) -> list[str]:
    """What another one can begin with, once the queue is empty."""
    made.settle(now, NOON)
    return list(made.lines(now))


def state(made: Memory) -> list[str]:
    """All that is known, but for when it was heard."""
    return sorted(re.sub(r"\t\d+\t", "", line) for line in checkpoint(made)[1:])


@settings(deadline=None)
@given(temperatures, st.integers(0, 3), st.sampled_from(["readings", "time"]), st.data())
def test_a_checkpoint_and_what_came_after_it_make_the_same_watch_as_all_of_the_history(
    degrees, lid, clock, data
):
    def made():
        return memory(SmokerDrop(hold_minutes=lid), beside=LIMITS, clock=clock)

    readings, moment = [], BEGIN
    for reading in cook(degrees):
        moment += timedelta(seconds=data.draw(PAUSES))
        readings.append(replace(reading, time=f"{moment:%m/%d/%y %H:%M:%S}"))
    undisturbed = judge(made(), readings)
    kept = data.draw(st.integers(0, len(readings)))
    acknowledged = data.draw(st.integers(kept, len(readings)))
    judged = data.draw(st.integers(acknowledged, len(readings)))
    before = made()
    first = judge(before, readings[:kept])
    lines = checkpoint(before)
    first += judge(before, readings[kept:judged])
    begun = data.draw(st.integers(0, kept))
    ways = made(), made()
    ways[0].begin()
    ways[1].begin(lines)
    for each in (*readings, *first):
        ways[0].recall(each)
    for each in (*readings[begun:], *(id for id in first if _number(id) > begun)):
        ways[1].recall(each)
    told = [first + judge(way, readings[acknowledged:]) for way in ways]
    assert told == [undisturbed, undisturbed]
    assert state(ways[0]) == state(ways[1])


def _number(alert_id: str) -> int:
    return int(alert_id.split("/")[2])


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(190, 230), st.integers(0, 30), PAUSES),
        max_size=120,
    ),
    st.integers(1, 3),
    st.integers(0, 2),
    st.sampled_from(["readings", "time"]),
)
def test_watches_at_rest_judge_like_those_that_are_kept_ready(said, awake, lid, clock):
    def made():
        return memory(SmokerDrop(hold_minutes=lid), beside=LIMITS, clock=clock)

    readings, count, moment = [], Counter(), BEGIN
    for number, degrees, end, pause in said:
        count[number] += 1
        moment += timedelta(seconds=pause)
        time = f"{moment:%m/%d/%y %H:%M:%S}"
        seq = count[number]
        id = f"cook-{number}/01-smoker/{seq}"
        readings.append(Reading(SMOKER, time, degrees, id, f"cook-{number}", seq, not end, NOON))
    ready, resting = made(), made()
    told = judge(ready, readings), sorted(silent(ready, 3600)), state(ready)
    with pytest.MonkeyPatch.context() as few:
        few.setattr(watches, "AWAKE", awake)
        assert judge(resting, readings) == told[0]
        assert (sorted(silent(resting, 3600)), state(resting)) == told[1:]


def test_a_reading_that_is_missing_behind_a_checkpoint_is_noticed():
    readings = cook(LIDS)
    before = memory()
    judge(before, readings[:5])
    lines = checkpoint(before)
    delivered, recalled = memory(), memory()
    for made in (delivered, recalled):
        made.begin(lines)
    assert judge(delivered, readings[3:6]) == []
    with pytest.raises(Doubtful, match="after 6 of brisket comes 8"):
        judge(delivered, readings[7:8])
    recalled.recall(readings[6])
    with pytest.raises(Doubtful, match="after 5 of brisket comes 7"):
        recalled.settle(0, NOON)
    unknown = memory()
    unknown.begin(["[]"])
    with pytest.raises(Doubtful, match="after 0 of brisket comes 2"):
        judge(unknown, readings[1:])


def test_once_all_is_settled_a_missing_reading_says_nothing_of_the_checkpoint():
    made, again = memory(), memory()
    judge(made, cook(LIDS)[:3])
    again.begin(checkpoint(made))
    again.settle(0, NOON)
    assert judge(again, cook(LIDS, "a stranger's")[6:]) != []


def test_without_a_checkpoint_a_reading_that_is_missing_is_nobodys_fault():
    told = ["brisket/01-smoker/9/raised", "brisket/01-smoker/13/cleared"]
    assert judge(memory(), cook(LIDS)[4:]) == told


NOTHING = "[null,false,false,0,0,false,false,[[[],null,false,false,null,null,null]]]"
ONE = """[[1,"12:00",225,false,0],false,false,1,0,false,false,
[[[false,null,30,30,225],null,true,false,null,null,null]]]"""
"""The states of a watch that has judged nothing, and of one that has judged one reading."""


@pytest.mark.parametrize(
    "lines",
    [
        ["no JSON"],
        ['{"id": 7}'],
        ['["no alert"]'],
        ['[{"id": 7}]'],
        ["[" * 100_000],
        ["[]", "no line"],
        ["[]", f"brisket\tmany\t{NOTHING}"],
        ["[]", f"brisket\tnan\t{NOTHING}"],
        ["[]", f"brisket\t-inf\t{NOTHING}"],
        ["[]", "brisket\t0\tno JSON"],
        ["[]", "brisket\t0\t" + "[" * 90_000],
        ["[]", "brisket\t0\t" + NOTHING.replace("null,", "[5, 1, 1, 1, 1],", 1)],
        ["[]", "brisket\t0\t" + NOTHING.replace("0,0", "0")],
        ["[]", "brisket\t0\t" + NOTHING.replace("0,0", "1" + "0" * 308 + ",0")],
        ["[]", "brisket\t0\t" + NOTHING.replace("[],", "[false,null,null,30,225],")],
        ["[]", f"brisket\t0\t{ONE}".replace("[false,null,", "[false,1e9,")],
        ["[]", f"brisket\t0\t{NOTHING}", f"brisket\t0\t{NOTHING}"],
        ["[]", f"\t0\t{NOTHING}"],
        ["[]", f"{'b' * 101}\t0\t{NOTHING}"],
    ],
)
def test_a_checkpoint_that_makes_no_sense_is_doubtful(lines):
    memory().begin(["[]", f"brisket\t0\t{NOTHING}", f"ribs\t0\t{ONE}"])
    with pytest.raises(Doubtful):
        memory().begin(lines)


@settings(deadline=None)
@given(
    temperatures,
    st.lists(JSON | st.sampled_from([0, -1, 1e9, 10**308]), min_size=1, max_size=3),
    st.data(),
)
def test_whatever_a_forged_checkpoint_says_it_is_doubtful_or_can_be_gone_on_with(
    degrees, forged, data
):
    clock = data.draw(st.sampled_from(["readings", "time"]))

    def made():
        return memory(SmokerDrop(hold_minutes=1), beside=LIMITS, clock=clock)

    readings = [
        replace(reading, time=f"05/22/21 12:{n // 2:02}:{n % 2 * 30:02}")
        for n, reading in enumerate(cook([*degrees, 200, 230, 200, 200, 200, 200, 200]))
    ]
    before = made()
    judge(before, readings[: data.draw(st.integers(1, len(degrees)))])
    alerts, line = checkpoint(before)
    said = [*line.split("\t")[:2], json.loads(line.split("\t")[2])]
    for value in forged:
        into, key = data.draw(st.sampled_from(list(_places(said))))
        into[key] = value
    name, age, state = said
    after = made()
    with pytest.MonkeyPatch.context() as few:
        few.setattr(watches, "AWAKE", 1)
        try:
            after.begin([alerts, f"{name}\t{age}\t{json.dumps(state)}"])
            told = []
            for reading in readings:
                judgement = after.watch_of(reading, 0).judge(reading, 0)
                told += [*after.owed(after.watch_of(reading, 0))]
                told += judgement.alerts if judgement else after.untold(reading)
                after.watch_of(replace(reading, cook="", seq=0), 0)
        except Doubtful:
            return
        told += after.silences(3600)
        checkpoint(after)
    for alert in told:
        assert Alert.parse(alert_message(alert).body) == alert


def _places(state: list | dict):
    for key in state if isinstance(state, dict) else range(len(state)):
        yield state, key
        if isinstance(state[key], list | dict):
            yield from _places(state[key])


def test_an_alert_that_is_still_untold_is_in_the_checkpoint():
    readings = cook([225, 225, 200, 199])
    made = memory(past=readings)
    lines = checkpoint(made)
    again = memory()
    again.begin(lines)
    assert judge(again, readings[3:]) == []
    assert [alert.id for alert in again.untold(readings[2])] == ["brisket/01-smoker/3/raised"]


def test_a_silence_goes_on_behind_a_checkpoint_and_is_told_once():
    readings = cook([225, 225, 225])
    made = memory()
    judge(made, readings[:2], now=100)
    lines = checkpoint(made, now=300)
    again = memory()
    again.begin(lines, now=10)
    assert silent(again, 10 + 99) == []
    assert silent(again, 10 + 101) == ["brisket/01-smoker/2/lost"]
    told = memory()
    told.begin(lines, now=10)
    told.recall("brisket/01-smoker/2/lost")
    told.settle(10, NOON)
    assert judge(told, readings[2:]) == ["brisket/01-smoker/3/found"]
    third = memory()
    third.begin(checkpoint(again, now=200), now=0)
    assert silent(third, 3600) == []
    assert judge(third, readings[2:]) == ["brisket/01-smoker/3/found"]


@pytest.mark.parametrize("lines", [["no JSON"], ["[]", "no line"]])
def test_a_doubtful_checkpoint_changes_nothing_of_when_a_cook_was_heard(lines):
    made = memory()
    judge(made, cook([225]), now=50)
    older = checkpoint(made)
    judge(made, cook([225, 225])[1:], now=100)
    good = checkpoint(made)
    with pytest.raises(Doubtful):
        made.begin([lines[0], *older[1:], *lines[1:]], now=300)
    made.begin(good, now=300)
    assert silent(made, 100 + 5 * MINUTES) == ["brisket/01-smoker/2/lost"]


def test_what_was_silent_for_a_day_before_a_checkpoint_is_read_stays_so_untold():
    made = memory()
    judge(made, cook([225, 225]))
    again = memory()
    again.begin(checkpoint(made), age=TOO_OLD + 1)
    assert silent(again, 3600) == []


def test_a_cook_whose_readings_have_no_time_of_sending_is_missed_as_any_other():
    made = memory(past=[replace(reading, sent=0) for reading in cook([225, 225])])
    made.settle(0, NOON)
    assert silent(made, 3600) == ["brisket/01-smoker/2/lost"]


def test_of_cooks_with_clocks_of_another_day_none_is_forgotten_and_none_is_missed():
    cooks = [cook(LIDS[:3], f"cook-{n}") for n in range(2 * watches.MOST_ENDED)]
    made = memory(past=[reading for one in cooks for reading in one])
    lines = checkpoint(made)
    made.settle(0, NOON + TOO_OLD + 1)
    made = memory(past=[reading for one in cooks for reading in one])
    made.settle(0, NOON + TOO_OLD + 1)
    assert made.cooks == len(cooks)
    assert len(list(made.lines(0))) == len(lines)
    assert judge(made, cooks[0][2:]) == []  # It wakes its watch, and is no news.
    assert silent(made, 3600) == []
    assert judge(made, cook([*LIDS[:3], 225, 225], "cook-0")[3:]) == ["cook-0/01-smoker/4/cleared"]


def test_the_last_line_of_a_cook_is_that_it_has_ended(caplog):
    caplog.set_level("INFO")
    report, watch = ConsumerReport("down"), Watch(SmokerDrop())
    report.begin(1)
    for reading in cook([225] * 30):
        report.show(reading, watch.judge(reading))
    report.show_end(reading, watch)
    report.begin(2)
    assert caplog.messages[-2].endswith("(and 9 more in this second)")
    assert "has ended" in caplog.messages[-1]


def test_an_ended_cook_is_forgotten_when_many_others_have_ended():
    made = memory()
    for number in range(1000):
        readings = cook([225, 225, 200], f"cook-{number}")
        judge(made, [*readings, replace(readings[-1], last=True)])
        made.settle(0, NOON)
    assert made.cooks == watches.MOST_ENDED
    assert judge(made, cook([225, 225, 200], "cook-999")) == []


def test_those_that_ended_first_are_forgotten_first_whoever_goes_on(monkeypatch):
    monkeypatch.setattr(watches, "MOST_ENDED", 3)
    made = memory()
    cooks = [cook([225, 225, 200], name) for name in ("brisket", "ribs", "wings", "ham")]
    judge(made, [reading for one in cooks for reading in one])
    for one in (*cooks[1:], cooks[0]):
        judge(made, [replace(one[-1], last=True)])
        made.settle(0, NOON)
    again = memory()
    again.begin(checkpoint(made))
    again.settle(0, NOON)
    assert again.cooks == 3
    judge(again, [replace(reading, last=reading.seq == 3) for reading in cook([225] * 3, "new")])
    again.settle(0, NOON)
    assert judge(again, cooks[0]) == judge(again, cooks[3]) == []
    assert judge(again, cooks[2]) == ["wings/01-smoker/3/raised"]


def test_a_cook_that_goes_on_after_its_end_is_remembered():
    readings = cook([150, 203, 203, 150, 203, 203], probe=FOOD_A)
    made = memory(FoodStall(), beside=[FoodDone(203)], probe=FOOD_A)
    assert judge(made, [*readings[:3], replace(readings[2], last=True)]) != []
    made.settle(0, NOON)
    assert judge(made, readings[3:]) == []


def test_a_cook_of_which_nothing_was_heard_for_days_is_forgotten():
    made = memory(silence=0)
    judge(made, cook([225, 225]))
    list(made.lines(0))
    made.silences(watches.FORGOTTEN)
    assert made.cooks == 1
    made.silences(watches.FORGOTTEN + 1)
    assert made.cooks == 0


def test_the_past_that_cannot_be_in_the_queue_is_judged_as_it_comes():
    readings = cook(LIDS)
    made, all_held = memory(), memory(past=readings)
    made.begin(held=3)
    for reading in readings:
        made.recall(reading)
    assert state(made) == state(all_held)
