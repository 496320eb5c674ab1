"""A watch: when an episode is told, and in which words."""

import json
import re
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta, timezone

import pytest
from forged import JSON
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from plain import plain_episodes

from smart_smoker.core.alert import Alert
from smart_smoker.core.errors import UnreadableMessage
from smart_smoker.core.probes import FOOD_A, FOOD_B, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import FoodStall, SmokerDrop
from smart_smoker.core.units import in_unit
from smart_smoker.core.watch import Judgement, Watch

TIME = "05/22/21 12:20:15"
BEGIN = datetime(2021, 5, 22, 12, 20, 15)
FLAT = [160.0] * 20
"""A food's window in which nothing happens."""

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def readings(temperatures, probe=SMOKER, cook="brisket", first=1) -> list[Reading]:
    return [
        Reading(probe, TIME, temperature, f"{cook}/{probe.queue}/{seq}", cook, seq)
        for seq, temperature in enumerate(temperatures, first)
    ]


def alerts(watch: Watch, taken: list[Reading]) -> list[Alert]:
    return [alert for reading in taken for alert in watch.judge(reading).alerts]


def told(watch: Watch, taken: list[Reading]) -> dict[int, str]:
    """What was told, by the number of the reading that caused it."""
    return {int(alert.id.split("/")[-2]): alert.state for alert in alerts(watch, taken)}


def states(watch: Watch, temperatures) -> dict[int, str]:
    return told(watch, readings(temperatures))


def at(moments, temperatures, first=1) -> list[Reading]:
    """Readings so many seconds after the cook's first."""
    taken = readings(temperatures, first=first)
    times = [f"{BEGIN + timedelta(seconds=moment):%m/%d/%y %H:%M:%S}" for moment in moments]
    return [reading._replace(time=time) for reading, time in zip(taken, times, strict=True)]


def told_by_time(rule, moments, temperatures, minutes: float = 60) -> dict[int, str]:
    """What was told by the readings' own timestamps, by the number that caused it."""
    return told(Watch(rule, minutes, "time"), at(moments, temperatures))


def last(reading: Reading) -> Reading:
    return reading._replace(last=True)


# --- episodes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temperatures", "told"),
    [
        ([200, 186, 200, 186], {}),
        ([200, 185], {2: "raised"}),
        ([200, 185, 170, 150, 120, 100], {2: "raised"}),
        ([200, 195, 190, 188, 186, 184], {}),
        ([200, 195, 190, 185, 180], {4: "raised"}),
        ([200] * 4 + [185, 192.49, 185, 192.49], {5: "raised"}),
        ([200] * 4 + [185, 192.5], {5: "raised", 6: "cleared"}),
        ([200, 185, 200, 185], {2: "raised", 3: "cleared", 4: "raised"}),
        ([200, 185] + list(range(184, 125, -1)), {2: "raised"}),
        ([200] + [185, 190] * 10, {2: "raised", 21: "cleared"}),
        ([200] + [185, 190.01] * 10, {2: "raised"}),
        ([200, 185, 180, 178, 176, 175, 174, 173, 158], {2: "raised", 9: "reminder"}),
        ([200, 185, 170, 155, 140, 125], {2: "raised"}),
    ],
)
def test_a_drop_is_told_when_it_begins_and_when_it_is_clearly_over(temperatures, told):
    assert states(Watch(SmokerDrop()), temperatures) == told


@pytest.mark.parametrize(
    ("temperatures", "told"),
    [
        (FLAT[1:], {}),
        (FLAT, {20: "raised"}),
        ([*FLAT, *FLAT], {20: "raised"}),
        ([150.0, *FLAT], {21: "raised"}),
        ([*FLAT, 162, 160, 158.0], {20: "raised", 23: "cleared"}),
        ([*FLAT, 162, 161.5, 161, 160], {20: "raised"}),
        ([*FLAT, 162.01], {20: "raised", 21: "cleared"}),
        ([*FLAT, 163.0, *[162.5] * 19], {20: "raised", 21: "cleared", 40: "raised"}),
    ],
)
def test_a_stall_is_told_when_it_begins_and_when_it_is_clearly_over(temperatures, told):
    assert states(Watch(FoodStall()), temperatures) == told


def test_a_lasting_episode_is_told_again_every_120_readings():
    told = states(Watch(FoodStall()), [160.0] * 400)
    assert told == {20: "raised", 140: "reminder", 260: "reminder", 380: "reminder"}


@pytest.mark.parametrize(
    ("minutes", "reminders"), [(0, []), (0.5, [3, 4, 5, 6]), (0.75, [4, 6]), (1, [4, 6]), (60, [])]
)
def test_reminders_come_every_so_many_minutes_of_half_a_minute_a_reading(minutes, reminders):
    told = states(Watch(FoodStall(window=2), minutes), [160.0] * 6)
    assert told == {2: "raised", **dict.fromkeys(reminders, "reminder")}


def test_an_episode_that_ends_when_a_reminder_is_due_is_cleared():
    told = states(Watch(FoodStall(window=2), 1), [160.0, 160.0, 160.0, 165.0, 165.0])
    assert told == {2: "raised", 4: "cleared", 5: "raised"}


def test_the_reading_marked_last_is_judged_and_then_the_watch_ends_quietly():
    watch = Watch(FoodStall(window=2))
    first, second, third = readings([160.0, 160.0, 200.0])
    assert alerts(watch, [first]) == []
    assert not watch.ended
    assert [alert.state for alert in alerts(watch, [last(second)])] == ["raised"]
    assert watch.ended
    assert alerts(watch, [third]) == []


def test_a_repeated_last_reading_ends_the_watch_and_is_not_judged_again():
    watch = Watch(FoodStall(window=2), 0.5)
    *_, newest = taken = readings([160.0, 160.0])
    assert len(alerts(watch, taken)) == 1
    assert not watch.judge(last(newest)).new
    assert watch.ended
    assert (watch.judged, watch.alerts) == (2, 1)


def test_what_comes_after_the_last_reading_begins_a_new_window():
    watch = Watch(SmokerDrop())
    one, two, three = readings([200, 185, 185])
    assert len(alerts(watch, [one, last(two)])) == 1
    assert watch.judge(three).seen == [185]
    assert not watch.ended


def test_a_reading_that_was_judged_before_is_not_judged_again():
    watch = Watch(SmokerDrop())
    one, two, three = readings([200, 185, 185])
    assert len(alerts(watch, [one, two])) == 1
    assert [watch.judge(old) for old in (two, one, two)] == [Judgement()] * 3
    assert watch.judge(three).seen == [200, 185, 185]
    assert (watch.judged, watch.alerts, watch.number) == (3, 1, 3)


def test_a_gap_in_the_numbers_changes_nothing():
    watch = Watch(SmokerDrop())
    assert len(alerts(watch, readings([200], first=7) + readings([185], first=9))) == 1


def test_foreign_readings_are_all_judged_however_alike():
    watch = Watch(SmokerDrop())
    taken = [Reading(SMOKER, TIME, temperature, "x") for temperature in (200, 200, 185)]
    assert [alert.state for alert in alerts(watch, taken)] == ["raised"]
    assert watch.judged == 3


def test_a_judgement_has_the_readings_that_the_rule_has_seen():
    watch = Watch(SmokerDrop(window=3))
    judged = [watch.judge(reading) for reading in readings([200, 190, 195, 191.5])]
    assert [j.seen for j in judged] == [[200], [200, 190], [200, 190, 195], [190, 195, 191.5]]


def test_where_the_middle_of_three_readings_counts_one_alone_is_noise_also_across_a_restart():
    fire = readings([205, 225, 200, 200, 200, 150, 150])
    for cut in range(len(fire)):
        watch, again = (Watch(SmokerDrop(), 0, median=3) for _ in range(2))
        found = told(watch, fire[:cut])
        again.resume(SMOKER, fire[0].cook, watch.state())
        assert found | told(again, fire[cut:]) == {7: "raised"}, cut
    assert told(Watch(SmokerDrop(), 0), fire) == {3: "raised"}


# --- episodes, over anything a thermometer can say -----------------------------------------------

STEPS = st.lists(st.sampled_from([0, 0, 0, 10, -10, 60, -60, 100, -100, 250, 800, -800, -1500]))
HEAVY = st.lists(st.integers(-2000, 2000)) | STEPS
RULES = st.builds(SmokerDrop, st.integers(1, 15), st.integers(2, 6)) | st.builds(
    FoodStall, st.integers(1, 3), st.integers(2, 6)
)


def hundredths(steps: list[int]) -> list[int]:
    found = [20_000]
    for step in steps:
        found.append(min(max(found[-1] + step, -6_000), 100_000))
    return found


@untimed
@given(RULES, HEAVY, st.integers(0, 4))
def test_episodes_are_told_as_a_plain_count_tells_them(rule, steps, readings_to_reminder):
    watch = Watch(rule, readings_to_reminder / 2)
    temperatures = hundredths(steps)
    told = states(watch, [t / 100 for t in temperatures])
    arrivals = [(30 * number, t) for number, t in enumerate(temperatures, 1)]
    assert told == plain_episodes(rule, arrivals, 30 * readings_to_reminder, step=30)
    assert watch.alerts == len(told)
    assert re.fullmatch("(raised(reminder)*cleared)*(raised(reminder)*)?", "".join(told.values()))


@untimed
@given(RULES, HEAVY, st.data())
def test_readings_that_come_twice_are_told_once(rule, steps, data):
    once = readings([t / 100 for t in hundredths(steps)])
    twice = []
    for reading in once:
        twice += [reading, data.draw(st.sampled_from(once[: reading.seq]))]
    assert alerts(Watch(rule, 1), twice) == alerts(Watch(rule, 1), once)


@untimed
@given(RULES, HEAVY, HEAVY)
def test_two_cooks_behind_each_other_are_told_like_each_alone(rule, first, second):
    one = readings([t / 100 for t in hundredths(first)])
    two = readings([t / 100 for t in hundredths(second)], first=len(one) + 1)
    one[-1] = last(one[-1])
    together, alone = Watch(rule, 1), Watch(rule, 1)
    assert alerts(together, one + two) == alerts(alone, one) + alerts(Watch(rule, 1), two)


# --- by the timestamps ---------------------------------------------------------------------------

PAUSES = st.sampled_from([0, 5, 5, 30, 30, 55, 60, 65, 150, 299, 301, 700])
BACK = st.sampled_from([-5, -30, -60, -120, -200, -3600])


@untimed
@given(RULES, HEAVY, st.integers(0, 4), st.data())
def test_by_the_timestamps_too_episodes_are_told_as_a_plain_count_tells_them(
    rule, steps, half_minutes, data
):
    temperatures, moments = hundredths(steps), [0]
    for _ in temperatures[1:]:
        moments.append(moments[-1] + data.draw(PAUSES | PAUSES | PAUSES | BACK))
    told = told_by_time(rule, moments, [t / 100 for t in temperatures], half_minutes / 2)
    arrivals = list(zip(moments, temperatures, strict=True))
    assert told == plain_episodes(rule, arrivals, 30 * half_minutes)
    assert re.fullmatch("(raised(reminder)*cleared)*(raised(reminder)*)?", "".join(told.values()))


def longer_by_a_reading(rule):
    class Longer(type(rule)):
        looks_back = type(rule).looks_back + 30

    return Longer(rule.degrees, rule.window + 1)


@untimed
@given(RULES, HEAVY, st.integers(0, 4))
def test_on_readings_every_30_seconds_both_clocks_agree_for_a_window_of_one_reading_more(
    rule, steps, half_minutes
):
    temperatures = [t / 100 for t in hundredths(steps)]
    moments = [30 * number for number in range(len(temperatures))]
    one_more = longer_by_a_reading(rule)
    told = states(Watch(one_more, half_minutes / 2), temperatures)
    assert told_by_time(rule, moments, temperatures, half_minutes / 2) == told


OFFSETS = st.integers(-56, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@untimed
@given(RULES, HEAVY, st.data())
def test_the_zones_in_which_times_are_written_change_no_alert(rule, steps, data):
    taken = readings([t / 100 for t in hundredths(steps)])
    begin = BEGIN.replace(tzinfo=timezone.utc)
    moments = [begin + timedelta(seconds=30 * reading.seq) for reading in taken]
    alike = [r._replace(time=m.isoformat()) for r, m in zip(taken, moments, strict=True)]
    mixed = [
        r._replace(time=m.astimezone(data.draw(OFFSETS)).isoformat())
        for r, m in zip(taken, moments, strict=True)
    ]

    def ids(times):
        return [alert.id for alert in alerts(Watch(rule, 1, "time"), times)]

    assert ids(mixed) == ids(alike)


def night_of_october(offset_before: str, offset_after: str) -> list[Reading]:
    """A stall of forty minutes over the end of daylight-saving time, a reading each 30 seconds."""
    before = [
        f"2021-10-31T02:{s // 60:02}:{s % 60:02}{offset_before}" for s in range(2400, 3600, 30)
    ]
    after = [f"2021-10-31T02:{s // 60:02}:{s % 60:02}{offset_after}" for s in range(0, 1200, 30)]
    taken = readings([160.0] * 80, FOOD_A)
    return [r._replace(time=time) for r, time in zip(taken, before + after, strict=True)]


def test_the_end_of_daylight_saving_time_does_no_harm_to_zoned_times():
    watch = Watch(FoodStall(), 10, "time")
    by_zone = night_of_october("+02:00", "+01:00")
    assert told(watch, by_zone) == {21: "raised", 41: "reminder", 61: "reminder"}


def test_without_a_zone_the_hour_that_comes_twice_begins_the_window_and_the_reminders_anew():
    watch = Watch(FoodStall(), 10, "time")
    taken = night_of_october("", "")
    assert told(watch, taken[:40]) == {21: "raised"}
    assert watch.judge(taken[40]).seen == [160.0]
    assert told(watch, taken[41:]) == {61: "reminder"}


def test_by_the_timestamps_a_stall_needs_ten_minutes_of_readings_without_a_gap_over_five():
    minute = range(0, 601, 60)
    assert told_by_time(FoodStall(), minute, [160.0] * 11) == {11: "raised"}
    assert told_by_time(FoodStall(), range(0, 300, 5), [160.0] * 60) == {}
    assert told_by_time(FoodStall(), [0, 300, 600], [160.0] * 3) == {3: "raised"}
    assert told_by_time(FoodStall(), [0, 301, 600, 901], [160.0] * 4) == {}


def test_by_the_timestamps_a_drop_is_seen_over_two_and_a_half_minutes_however_many_readings():
    assert told_by_time(SmokerDrop(), [0, 150], [225, 210]) == {2: "raised"}
    assert told_by_time(SmokerDrop(), [0, 151], [225, 210]) == {}
    slow = [225 - number / 2 for number in range(31)]
    assert told_by_time(SmokerDrop(), range(0, 155, 5), slow) == {31: "raised"}


def test_a_fraction_of_a_second_is_counted_exactly():
    tenths = [r._replace(time=r.time + ".1") for r in at(range(0, 601, 30), [160.0] * 21)]
    assert told(Watch(FoodStall(), 60, "time"), tenths) == {21: "raised"}


def test_a_window_of_seconds_that_are_no_whole_readings_is_exact():
    assert told_by_time(FoodStall(window=62 / 30), [0, 31, 62], [160.0] * 3) == {3: "raised"}
    assert told_by_time(FoodStall(window=62 / 30), [0, 31, 61], [160.0] * 3) == {}


def test_a_reading_that_comes_late_is_put_in_its_place_and_the_newest_is_told():
    assert told_by_time(SmokerDrop(), [0, 60, 30], [210, 212, 225]) == {}
    (alert,) = alerts(Watch(SmokerDrop(), 60, "time"), at([0, 60, 30], [210, 209, 225]))
    assert (alert.id, alert.temperature) == ("brisket/01-smoker/3/raised", 209)
    assert alert.time == "05/22/21 12:21:15"
    assert "209.0 °F, down 16 °F in 1 minute" in alert.subject


def test_a_reading_of_the_same_time_and_temperature_counts_once():
    watch = Watch(SmokerDrop(), 60, "time")
    judged = [len(watch.judge(r).seen) for r in at([0, 30, 30, 0, 30], [225, 224, 224, 225, 223])]
    assert judged == [1, 2, 2, 2, 3]


def test_a_time_of_the_day_alone_goes_on_through_midnight():
    times = ["23:58:30", "23:59:00", "23:59:30", "00:00:00", "00:00:30"]
    taken = [
        reading._replace(time=time)
        for reading, time in zip(readings([225, 225, 220, 215, 210]), times, strict=True)
    ]
    (told,) = alerts(Watch(SmokerDrop(), 60, "time"), taken)
    assert told.subject == "Smoker Alert! 210.0 °F, down 15 °F in 2 minutes"


def test_a_clock_that_is_put_back_begins_the_window_anew_and_keeps_the_episode():
    moments = [*range(0, 660, 30), *range(-86_400, -86_400 + 900, 30)]
    told = told_by_time(FoodStall(), moments, [160.0] * 51 + [163], 10)
    assert told == {21: "raised", 43: "reminder", 52: "cleared"}


def test_reminders_are_due_by_the_same_moments_as_windows():
    assert told_by_time(FoodStall(), range(0, 3600, 60), [160.0] * 60, 20) == {
        11: "raised",
        31: "reminder",
        51: "reminder",
    }


@pytest.mark.parametrize(
    ("moments", "words"),
    [
        ([0, 5], "down 16 °F in 0.1 minutes (its last 2 readings)"),
        ([0, 60], "down 16 °F in 1 minute (its last 2 readings)"),
        ([0, 145], "down 16 °F in 2.4 minutes (its last 2 readings)"),
        ([0, 150], "down 16 °F in 2.5 minutes (its last 2 readings)"),
    ],
)
def test_by_the_timestamps_a_text_names_the_minutes_that_the_window_covers(moments, words):
    (alert,) = alerts(Watch(SmokerDrop(), 60, "time"), at(moments, [225, 209]))
    assert words in alert.text


@pytest.mark.parametrize("time", ["noon", "row 7", "31.31.2021 12:20", "05/22/21"])
def test_a_timestamp_that_names_no_moment_is_unreadable_by_that_clock_only_and_changes_nothing(
    time,
):
    watch = Watch(SmokerDrop(), 60, "time")
    taken = at([0, 30, 60], [225, 210, 224])
    alerts(watch, taken[:1])
    bad = taken[1]._replace(time=time)
    with pytest.raises(UnreadableMessage, match="names no moment") as error:
        watch.judge(bad, heard=9)
    assert error.value.value == bad.body()
    assert (watch.judged, watch.latest, watch.heard) == (1, taken[0], 0)
    assert watch.judge(taken[2]).seen == [225, 224]
    assert len(alerts(Watch(SmokerDrop()), [taken[0], bad])) == 1


def test_an_unreadable_last_reading_ends_the_watch_all_the_same():
    watch = Watch(SmokerDrop(), 60, "time")
    (first,) = at([0], [225])
    watch.judge(first)
    with pytest.raises(UnreadableMessage):
        watch.judge(first._replace(seq=2, time="?", last=True))
    assert watch.ended
    assert watch.silence(10**6, 300) is None


# --- the words -----------------------------------------------------------------------------------

TITLES = [
    (SMOKER, SmokerDrop(), [200, 185, 185, 200], "Smoker Alert! "),
    (FOOD_A, FoodStall(window=3), [160, 160, 160, 160, 170], "Food A Stall Alert! "),
    (FOOD_B, FoodStall(window=3), [160, 160, 160, 160, 170], "Food B Stall Alert! "),
]


@pytest.mark.parametrize(("probe", "rule", "temperatures", "title"), TITLES)
def test_a_subject_says_which_probe_and_whether_it_begins_lasts_or_is_over(
    probe, rule, temperatures, title
):
    found = alerts(Watch(rule, 0.5), readings(temperatures, probe))
    assert [alert.state for alert in found] == ["raised", "reminder", "cleared"]
    for alert, prefix in zip(found, ["", "Reminder: ", "Cleared: "], strict=True):
        assert alert.subject.startswith(prefix + title)
        assert alert.sms.startswith(prefix + title)
        assert alert.probe == probe.name


def raised(probe, rule, temperatures, cook="brisket") -> Alert:
    return alerts(Watch(rule), readings(temperatures, probe, cook))[0]


@pytest.mark.parametrize(
    ("alert", "facts"),
    [
        (raised(SMOKER, SmokerDrop(), [225.25, 210.2]), ["210.2", "15.05", "2 readings", "1 min"]),
        (
            raised(SMOKER, SmokerDrop(), [225, 224, 223, 222, 210]),
            ["210.0", "15", "5 readings", "2.5 min"],
        ),
        (
            raised(FOOD_A, FoodStall(), [160.4, *FLAT[1:]]),
            ["160.0", "0.4", "20 readings", "10 min"],
        ),
    ],
    ids=["drop in a minute", "drop", "stall"],
)
def test_a_text_names_temperature_change_window_timestamp_and_cook(alert, facts):
    for fact in [*facts, TIME, "brisket", "°F"]:
        assert fact in alert.text
    assert alert.time == TIME
    assert alert.cook == "brisket"
    assert alert.subject.isprintable()


def subjects(watch: Watch, temperatures, probe=SMOKER) -> list[str]:
    return [alert.subject for alert in alerts(watch, readings(temperatures, probe))]


def test_a_drop_is_never_over_because_it_falls_more_slowly_and_says_where_it_is():
    falls = [250, 232, *range(230, 210, -1), *range(210, 150, -6), *range(150, 140, -1)]
    assert subjects(Watch(SmokerDrop(), 10), [*falls, 180, 196]) == [
        "Smoker Alert! 232.0 °F, down 18 °F in 1 minute",
        "Reminder: Smoker Alert! 211.0 °F, down 39 °F in 11 minutes",
        "Reminder: Smoker Alert! 192.0 °F, down 19 °F in 2.5 minutes, down 58 °F in 13 minutes",
        "Cleared: Smoker Alert! 196.0 °F, up 55 °F again, 54 °F below where it was",
    ]


def test_a_drop_whose_fire_holds_says_how_far_below():
    assert subjects(Watch(SmokerDrop()), [249.2, *[229.5, 231] * 10])[1:] == [
        "Cleared: Smoker Alert! 231.0 °F, holding 18.2 °F below where it was"
    ]
    assert subjects(Watch(SmokerDrop()), [200, 185, 201])[1:] == [
        "Cleared: Smoker Alert! 201.0 °F, up 16 °F again, back where it was"
    ]


@pytest.mark.parametrize(
    ("temperature", "advice"),
    [(88, "the fire"), (139.9, "the fire"), (140, "wrap"), (180, "wrap"), (180.1, "is done")],
)
def test_only_where_meat_can_stall_is_it_to_be_wrapped(temperature, advice):
    alert = raised(FOOD_A, FoodStall(), [temperature] * 20)
    assert advice in alert.text
    assert ("wrap" in alert.text) == (advice == "wrap")


@pytest.mark.parametrize(
    ("after", "words"), [(162.5, "up 2.5 °F, it warms up again"), (157.5, "down 2.5 °F, it cools")]
)
def test_the_end_of_a_stall_says_which_way_it_goes(after, words):
    *_, cleared = alerts(Watch(FoodStall()), readings([*FLAT, after], FOOD_A))
    assert cleared.subject == f"Cleared: Food A Stall Alert! {after} °F, {words}"


def test_whoever_looks_on_sees_a_fire_that_rises_and_one_that_falls():
    def trend(rule, temperatures):
        return in_unit(rule.trend(temperatures), "F")

    assert trend(SmokerDrop(), [78, 90, 120]) == "up 42 °F"
    assert trend(SmokerDrop(), [78, 120, 90]) == "up 12 °F"
    assert trend(SmokerDrop(), [90, 120, 78]) == "down 42 °F"
    assert trend(SmokerDrop(), [90]) == "down 0 °F"
    assert trend(FoodStall(), [150, 152]) == "changed 2 °F"


def test_a_text_that_names_its_cook_begins_with_it_and_is_as_short():
    alert = raised(SMOKER, SmokerDrop(), [225, 210]).named("gruß" * 15)
    assert alert.subject.startswith("gruß")
    assert alert.sms.startswith("gru?")
    assert len(alert.sms) <= 160
    assert alert.id == raised(SMOKER, SmokerDrop(), [225, 210]).id


def test_a_foreign_readings_text_names_no_cook():
    assert "Cook" not in raised(SMOKER, SmokerDrop(), [200, 185], cook="").text


def test_a_text_message_says_the_same_in_plain_letters():
    alert = raised(SMOKER, SmokerDrop(), [225.2, 210.2])
    assert "210.2 F" in alert.sms
    assert TIME in alert.sms
    assert "?" not in alert.sms


@untimed
@given(st.sampled_from(TITLES), st.text(), st.text(), st.floats(-60, 1000))
@example(TITLES[1], "é" * 100, "5/22/2021, 12:20:15\u202fPM " * 5, -59.99)
def test_a_text_message_is_plain_ascii_and_at_most_160_characters(which, cook, time, temperature):
    probe, rule, temperatures, title = which
    low = min(temperature, 950)
    taken = readings([low + t - min(temperatures) for t in temperatures], probe, cook)
    found = alerts(Watch(rule, 0.5), [reading._replace(time=time) for reading in taken])
    assert len(found) >= 2
    for alert in found:
        assert alert.sms.isascii()
        assert len(alert.sms) <= 160
        assert title in alert.sms


@pytest.mark.parametrize(("probe", "rule", "temperatures", "title"), TITLES)
def test_an_alerts_id_is_that_of_its_reading_and_state(probe, rule, temperatures, title):
    taken = readings(temperatures, probe)
    found = alerts(Watch(rule, 0.5), taken)
    by_id = {reading.id: reading for reading in taken}
    for alert in found:
        reading, _, state = alert.id.rpartition("/")
        assert state == alert.state
        assert by_id[reading].temperature == alert.temperature
    assert len({alert.id for alert in found}) == len(found)
    assert alerts(Watch(rule, 0.5), taken) == found


# --- the JSON on the wire ------------------------------------------------------------------------

ALERT = raised(FOOD_A, FoodStall(), FLAT)
TEXTS = ("id", "cook", "probe", "state", "time", "subject", "text", "sms", "said", "began")
NUMBERS = ("temperature", "change")


def with_field(name: str, value: object) -> bytes:
    return json.dumps({**asdict(ALERT), name: value}).encode()


def test_an_alerts_body_is_json_with_its_fields_by_name():
    assert json.loads(ALERT.body()).keys() == {*TEXTS, *NUMBERS}
    assert json.loads(ALERT.body()).items() <= asdict(ALERT).items()
    lid = replace(ALERT, rule="low", began="brisket/01-smoker/1")
    assert json.loads(lid.body()) == asdict(lid)


WRITTEN = dict.fromkeys(TEXTS, st.text()) | dict.fromkeys(NUMBERS, st.floats(-60, 1060))


@untimed
@given(st.builds(Alert, **WRITTEN))
def test_an_alert_is_read_as_it_was_written(alert):
    assert Alert.parse(alert.body()) == alert


def test_the_alerts_of_a_watch_are_read_as_they_were_written():
    found = alerts(Watch(FoodStall(window=2), 0.5), readings([1 / 3, 1 / 3, 1 / 3, 9], FOOD_A))
    assert len(found) == 3
    assert [Alert.parse(alert.body()) for alert in found] == found


@pytest.mark.parametrize(
    "body",
    [b"", b"Food A stalls", b"\xff", b"null", b"5", b'"alert"', b"[]", b"{}", b'{"id": "x"}']
    + [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000]
    + [with_field("self", 1), with_field("degrees", 15), ALERT.body()[:-1], ALERT.body() * 2],
    ids=lambda body: str(body[:20]),
)
def test_what_is_no_alert_is_unreadable(body):
    with pytest.raises(UnreadableMessage, match="not an alert") as error:
        Alert.parse(body)
    assert error.value.value == body


@pytest.mark.parametrize(
    ("name", "values"),
    [(name, (None, 5, 2**70, ["x"], {"x": 1})) for name in TEXTS]
    + [(name, (None, "hot", "84.2", [84.2])) for name in NUMBERS],
)
def test_an_alert_with_a_field_of_another_kind_is_unreadable(name, values):
    for value in values:
        with pytest.raises(UnreadableMessage, match="not an alert"):
            Alert.parse(with_field(name, value))


@pytest.mark.parametrize("name", TEXTS)
def test_an_alert_with_half_a_letter_which_nobody_could_pass_on_is_unreadable(name):
    with pytest.raises(UnreadableMessage, match="not an alert"):
        Alert.parse(with_field(name, "\ud800"))


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "text"])
def test_an_alert_that_is_longer_than_any_of_ours_is_unreadable(name):
    assert Alert.parse(with_field(name, "x" * 1000))
    with pytest.raises(UnreadableMessage, match=f"{name} is longer than 1,000"):
        Alert.parse(with_field(name, "x" * 1001))
    with pytest.raises(UnreadableMessage, match="longer than 10,000 bytes") as error:
        Alert.parse(with_field("text", "x" * 1_000_000))
    assert len(str(error.value)) < 200


BODIES = (
    st.binary()
    | JSON.map(json.dumps).map(str.encode)
    | st.builds(with_field, st.sampled_from(TEXTS + NUMBERS), JSON)
)


@untimed
@given(BODIES)
def test_whatever_a_body_holds_it_is_an_alert_that_can_be_passed_on_or_unreadable(body):
    try:
        alert = Alert.parse(body)
    except UnreadableMessage:
        return
    assert all(isinstance(getattr(alert, name), str) for name in TEXTS)
    assert {field.name for field in fields(alert)} == {*TEXTS, *NUMBERS, "rule", "began"}
    alert.body()
