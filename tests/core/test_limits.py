"""Limits of the pit, the meat that is done, and lids: rules beside a probe's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smart_smoker.core.limits import FoodDone, SmokerHigh, SmokerLow
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import FoodStall, SmokerDrop
from smart_smoker.core.watch import Watch

LIMITS = (SmokerLow(200), SmokerHigh(300))


def readings(temperatures, probe=SMOKER, seconds=30):
    return [
        Reading(probe, clock((n - 1) * seconds), t, f"brisket/{probe.queue}/{n}", "brisket", n)
        for n, t in enumerate(temperatures, 1)
    ]


def clock(seconds) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"05/22/21 {12 + minutes // 60}:{minutes % 60:02}:{second:02}"


def told(beside, temperatures, probe=SMOKER, remind=60, by="readings", seconds=30, own=None):
    """What is told, as the number of the reading with the rule and the state."""
    own = own or (SmokerDrop(1000) if probe is SMOKER else FoodStall(0.01, 5000))
    watch = Watch(own, remind, by, beside)
    found = []
    for reading in readings(temperatures, probe, seconds):
        found += watch.judge(reading).alerts
    return [alert.id.removeprefix(f"brisket/{probe.queue}/") for alert in found]


def subjects(beside, temperatures, probe=SMOKER, **how):
    watch = Watch(SmokerDrop(1000) if probe is SMOKER else FoodStall(0.01, 5000), 60, others=beside)
    taken = readings(temperatures, probe)
    return [alert.subject for reading in taken for alert in watch.judge(reading).alerts]


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temperatures", "expected"),
    [
        ([225, 199, 199, 199], []),
        ([225, 199, 199, 199, 199], ["5/low-raised"]),
        ([225, 199, 199, 200, 199, 199, 199], []),
        ([225, 199, 198, 197, 196, 195, 200], ["5/low-raised", "7/low-cleared"]),
        ([70, 100, 130, 160, 190, 199], []),
        ([70, 100, 130, 160, 200, 199, 199, 199, 199], ["9/low-raised"]),
        ([225, 301, 301, 301, 301, 300], ["5/high-raised", "6/high-cleared"]),
        ([350, 350, 350, 350, 350], []),
        (
            [225] + [100] * 4 + [350] * 4,
            ["5/low-raised", "6/low-cleared", "9/high-raised"],
        ),
    ],
)
def test_a_limit_is_told_after_four_readings_beyond_it_and_once_it_was_kept(temperatures, expected):
    assert told(LIMITS, temperatures) == expected


def test_a_limit_says_what_it_is_and_for_how_long_it_is_passed():
    assert subjects(LIMITS, [225, 199, 199, 199, 198, 200]) == [
        "Smoker Low! 198.0 °F, below 200 °F for 2 minutes",
        "Cleared: Smoker Low! 200.0 °F, no longer below 200 °F",
    ]
    assert subjects(LIMITS, [225] + [310] * 4 + [299.5]) == [
        "Smoker High! 310.0 °F, above 300 °F for 2 minutes",
        "Cleared: Smoker High! 299.5 °F, no longer above 300 °F",
    ]
    reminded = subjects(LIMITS, [225] + [190] * 124)
    assert reminded[1] == "Reminder: Smoker Low! 190.0 °F, below 200 °F for 62 minutes"


def test_meat_that_was_done_is_not_said_to_be_as_warm_when_it_is_told_again():
    assert subjects([FoodDone(180)], [170] + [181] * 2 + [175.7] * 120, FOOD_A) == [
        "Food A Done! 181.0 °F, the target is 180 °F",
        "Reminder: Food A Done! 175.7 °F, it reached 180 °F 60 minutes ago",
    ]


def test_by_the_timestamps_a_limit_is_passed_for_two_minutes_however_many_readings():
    often = told(LIMITS, [225] + [199] * 30, by="time", seconds=5)
    assert often == ["26/low-raised"]
    assert told(LIMITS, [225] + [199] * 4, by="time", seconds=60) == ["4/low-raised"]


def plain_limits(low, high, temperatures) -> list[str]:
    """What should be told of limits, by counting."""
    found = []
    for name, beyond in (("low", lambda t: t < low), ("high", lambda t: t > high)):
        kept, inside, run = False, True, 0
        for n, t in enumerate(temperatures, 1):
            kept = kept or not beyond(t)
            run = run + 1 if beyond(t) else 0
            if inside and kept and run >= 4:
                inside = False
                found.append((n, f"{n}/{name}-raised"))
            elif not inside and not beyond(t):
                inside = True
                found.append((n, f"{n}/{name}-cleared"))
    return [words for _, words in sorted(found, key=lambda each: each[0])]


@settings(deadline=None)
@given(st.lists(st.sampled_from([100, 199.9, 200, 250, 300, 300.1, 400]), max_size=60))
def test_limits_are_told_as_a_plain_count_tells_them(temperatures):
    assert told(LIMITS, temperatures, remind=0) == plain_limits(200, 300, temperatures)


def test_the_probes_own_rule_tells_the_same_with_limits_beside_it():
    temperatures = [225] * 5 + [205, 190, 180, 170, 160, 150] + [225] * 8
    alone = told((), temperatures, own=SmokerDrop())
    together = told(LIMITS, temperatures, own=SmokerDrop())
    assert alone == [each for each in together if "low" not in each]
    assert "10/low-raised" in together


# --- done ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temperatures", "expected"),
    [
        ([150, 203, 202.9, 203], []),
        ([150, 203, 203.1, 204, 205], ["3/done-raised"]),
        ([225, 225, 225], []),
        ([225, 225, 40, 203, 203], ["5/done-raised"]),
        ([150, 203, 203, 190, 70, 203, 203, 203], ["3/done-raised", "4/done-over"]),
    ],
)
def test_done_is_told_once_when_two_readings_in_a_row_reach_the_target(temperatures, expected):
    assert told([FoodDone(203)], temperatures, FOOD_A) == expected


def test_done_says_the_target_and_is_told_again_until_the_probe_is_pulled_out():
    (words,) = subjects([FoodDone(203)], [150, 203, 203.1], FOOD_A)
    assert words == "Food A Done! 203.1 °F, the target is 203 °F"
    left_in = [150] + [204] * 5 + [75] * 5
    expected = ["3/done-raised", "5/done-reminder", "7/done-over"]
    assert told([FoodDone(203)], left_in, FOOD_A, remind=1) == expected


def test_the_end_of_the_cook_ends_what_was_done():
    watch = Watch(FoodStall(0.01, 5000), 1, others=[FoodDone(203)])
    *first, last = readings([150, 203, 203, 203], FOOD_A)
    for reading in first:
        watch.judge(reading)
    assert "began" in watch.state()["episodes"]["done"]
    watch.judge(Reading(FOOD_A, last.time, 203, last.id, "brisket", last.seq, last=True))
    assert watch.state()["episodes"] == {"done": {"over": True}}


@settings(deadline=None)
@given(st.lists(st.sampled_from([70, 193, 202, 202.99, 203, 210]), max_size=40))
def test_done_is_told_as_a_plain_count_tells_it(temperatures):
    below = next((n for n, t in enumerate(temperatures) if t < 203), len(temperatures))
    pairs = range(max(below, 1), len(temperatures))
    first = next((n for n in pairs if min(temperatures[n - 1 : n + 1]) >= 203), None)
    expected = [] if first is None else [f"{first + 1}/done-raised"]
    found = told([FoodDone(203)], temperatures, FOOD_A, remind=0)
    assert [each for each in found if "over" not in each] == expected


# --- stalls that are none ------------------------------------------------------------------------

STALLED = [150.0] + [170.0] * 20


def of_food(temperatures, rule=None, target=203, **how):
    beside = [FoodDone(target)] if target else []
    return told(beside, temperatures, FOOD_A, own=rule or FoodStall(), **how)


def test_meat_that_was_done_raises_no_stall_any_more_however_it_rests_and_cools():
    rests = [*range(150, 204, 3), 203.5, *[204.0] * 40, *[185.0] * 40, *[150.0] * 40, 160]
    assert of_food(rests, target=None) == [
        *("38/raised", "60/cleared", "79/raised", "100/cleared", "119/raised", "140/cleared")
    ]
    assert of_food(rests, remind=0) == ["20/done-raised", "60/done-over"]
    assert of_food([*rests, *[203.5] * 40]) == ["20/done-raised", "60/done-over"]


def test_a_stall_that_goes_on_when_the_meat_is_done_ends_without_a_word():
    goes_on = [*STALLED, 171.5, 171.5, *[171.5] * 300]
    found = of_food(goes_on, target=171)
    assert found[:3] == ["21/raised", "23/done-raised", "23/over"]
    assert {each.partition("/")[2] for each in found[3:]} == {"done-reminder"}


def test_a_stall_that_would_begin_with_the_reading_that_makes_it_done_is_none():
    assert of_food([190.0, 190.0, *[203.0] * 40], FoodStall(20, 4), remind=0) == ["4/done-raised"]


@pytest.mark.parametrize(
    ("own", "begins"),
    [
        (FoodStall(), "20/raised"),
        (FoodStall(stall_from=140), "60/raised"),
        (FoodStall(stall_from=140, stall_to=180), "60/raised"),
        (FoodStall(stall_from=150.01), "100/raised"),
        (FoodStall(stall_to=180, stall_from=160), None),
        (FoodStall(stall_to=109), None),
    ],
)
def test_a_stall_begins_only_between_its_bounds(own, begins):
    temperatures = [120.0] * 40 + [150.0] * 40 + [200.0] * 40
    assert of_food(temperatures, own, target=None)[:1] == ([begins] if begins else [])


def test_a_stall_that_has_begun_between_its_bounds_goes_on_beyond_them():
    own = FoodStall(stall_from=140, stall_to=150)
    rises = [150.0] * 20 + [150.8, 151.6] * 60
    assert of_food(rises, own, None) == ["20/raised", "140/reminder"]


# --- lids ----------------------------------------------------------------------------------------

OPENED = [236, 237, 237, 221, 214, 188, 190, 206, 216, 217, 224, 225, 228, 228, 232]
DYING = [226, 219, 219, 209, 199, 192, 192, 184, 184, 176, 176, 170, 170, 166, 165, 160, 160, 157]


def test_a_lid_is_told_to_nobody_and_noted_from_its_beginning():
    lids = Watch(SmokerDrop(lid_minutes=3))
    (note,) = [a for reading in readings(OPENED) for a in lids.judge(reading).alerts]
    assert (note.state, note.quiet, note.urgent) == ("lid", True, False)
    assert (note.id, note.began) == ("brisket/01-smoker/9/lid", "brisket/01-smoker/4")
    assert lids.alerts == 0
    assert told((), OPENED, own=SmokerDrop()) == ["4/raised", "9/cleared"]


def test_a_fire_that_dies_is_told_when_its_drop_has_lasted_longer_than_a_lid():
    held = SmokerDrop(lid_minutes=3)
    assert told((), DYING, own=SmokerDrop())[0] == "4/raised"
    first, *_ = told((), DYING, own=held)
    assert first == "10/raised"
    watch = Watch(held)
    alerts = [a for reading in readings(DYING) for a in watch.judge(reading).alerts]
    assert alerts[0].subject == "Smoker Alert! 176.0 °F, down 50 °F in 5 minutes"


def test_a_fire_that_falls_and_stays_down_is_no_lid():
    accident = [250] * 5 + [228] * 30
    assert told((), accident, own=SmokerDrop(lid_minutes=3)) == ["12/raised", "25/cleared"]


def test_a_drop_from_a_lone_reading_that_both_beside_it_contradict_is_a_lid():
    spikes = ([250, 251] * 10 + [270.5]) * 5
    held = told((), spikes, own=SmokerDrop(lid_minutes=3))
    assert {each.split("/")[1] for each in held} == {"lid"}
    assert "raised" in {each.split("/")[1] for each in told((), spikes, own=SmokerDrop())}
    fire = [250] * 9 + [270, 270] + [228] * 30
    drop = told((), fire, own=SmokerDrop(lid_minutes=3))
    assert [each.split("/")[1] for each in drop] == ["raised", "cleared"]


def test_without_lid_minutes_nothing_is_held_back():
    assert told((), OPENED, own=SmokerDrop(lid_minutes=0)) == ["4/raised", "9/cleared"]


@settings(deadline=None)
@given(st.lists(st.integers(150, 250), max_size=80))
def test_what_is_told_with_lids_held_back_has_lasted(temperatures):
    held = told((), temperatures, own=SmokerDrop(lid_minutes=3), remind=0)
    states = [each.partition("/")[2] for each in held]
    assert all(pair != ("raised", "raised") for pair in zip(states, states[1:], strict=False))
    drops = [int(each.split("/")[0]) for each in held if each.endswith("/raised")]
    peaks = [max(temperatures[: n - 6]) for n in drops]
    assert all(peak - 15 >= min(temperatures[:n]) for peak, n in zip(peaks, drops, strict=True))
