"""A watch: when an episode is told, and in which words."""

import json
import re
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from smart_smoker.errors import UnreadableMessage
from smart_smoker.readings import FOOD_A, FOOD_B, SMOKER, Reading
from smart_smoker.rules import FoodStall, SmokerDrop
from smart_smoker.watch import Alert, Watch

TIME = "05/22/21 12:20:15"
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
    judgements = [watch.judge(reading) for reading in taken]
    return [alert for judged in judgements if judged for alert in judged.alerts]


def states(watch: Watch, temperatures) -> dict[int, str]:
    """What was told, by the number of the reading that caused it."""
    found = alerts(watch, readings(temperatures))
    return {int(alert.id.split("/")[-2]): alert.state for alert in found}


def last(reading: Reading) -> Reading:
    return replace(reading, last=True)


# --- episodes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("temperatures", "told"),
    [
        ([200, 186, 200, 186], {}),
        ([200, 185], {2: "raised"}),
        ([200, 185, 170, 150, 120, 100], {2: "raised"}),
        ([200, 195, 190, 188, 186, 184], {}),
        ([200, 195, 190, 185, 180], {4: "raised"}),
        ([200] * 4 + [185, 192.5, 185, 192.49], {5: "raised"}),
        ([200] * 4 + [185, 192.51], {5: "raised", 6: "cleared"}),
        ([200] + [185] * 5, {2: "raised", 6: "cleared"}),
        ([200, 185, 200, 185], {2: "raised", 3: "cleared", 4: "raised"}),
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
    assert watch.judge(last(newest)) is None
    assert watch.ended
    assert (watch.judged, watch.alerts) == (2, 1)


def test_what_comes_after_the_last_reading_begins_a_new_window():
    watch = Watch(SmokerDrop())
    one, two, three = readings([200, 185, 185])
    assert len(alerts(watch, [one, last(two)])) == 1
    assert watch.judge(three).readings == 1
    assert not watch.ended


def test_a_reading_that_was_judged_before_is_not_judged_again():
    watch = Watch(SmokerDrop())
    one, two, three = readings([200, 185, 185])
    assert len(alerts(watch, [one, two])) == 1
    assert [watch.judge(old) for old in (two, one, two)] == [None] * 3
    assert watch.judge(three).readings == 3
    assert (watch.judged, watch.alerts, watch.newest.seq) == (3, 1, 3)


def test_a_gap_in_the_numbers_changes_nothing():
    watch = Watch(SmokerDrop())
    assert len(alerts(watch, readings([200], first=7) + readings([185], first=9))) == 1


def test_foreign_readings_are_all_judged_however_alike():
    watch = Watch(SmokerDrop())
    taken = [Reading(SMOKER, TIME, temperature, "x") for temperature in (200, 200, 185)]
    assert [alert.state for alert in alerts(watch, taken)] == ["raised"]
    assert watch.judged == 3


def test_a_judgement_tells_the_change_and_over_how_many_readings():
    watch = Watch(SmokerDrop(window=3))
    judged = [watch.judge(reading) for reading in readings([200, 190, 195, 191.5])]
    assert [(j.change, j.readings) for j in judged] == [(0, 1), (10, 2), (5, 3), (3.5, 3)]


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


def plainly(rule, temperatures: list[int], readings_to_reminder: int) -> dict[int, str]:
    """What should be told, from whole hundredths of a degree and all the readings so far."""
    told, since = {}, None
    for number in range(1, len(temperatures) + 1):
        window = temperatures[:number][-rule.window :]
        if isinstance(rule, SmokerDrop):
            change = max(window) - window[-1]
            begins, ends = change >= 100 * rule.degrees, 2 * change < 100 * rule.degrees
        else:
            change = max(window) - min(window)
            begins = number >= rule.window and change <= 100 * rule.degrees
            ends = change > 100 * rule.degrees + 100
        if since is None and begins:
            told[number], since = "raised", number
        elif since is not None and ends:
            told[number], since = "cleared", None
        elif since is not None and readings_to_reminder and number == since + readings_to_reminder:
            told[number], since = "reminder", number
    return told


@untimed
@given(RULES, HEAVY, st.integers(0, 4))
def test_episodes_are_told_as_a_plain_count_tells_them(rule, steps, readings_to_reminder):
    watch = Watch(rule, readings_to_reminder / 2)
    temperatures = hundredths(steps)
    told = states(watch, [t / 100 for t in temperatures])
    assert told == plainly(rule, temperatures, readings_to_reminder)
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
    found = alerts(Watch(rule, 0.5), [replace(reading, time=time) for reading in taken])
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
TEXTS = ("id", "cook", "probe", "state", "time", "subject", "text", "sms")
NUMBERS = ("temperature", "change")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def with_field(name: str, value: object) -> bytes:
    return json.dumps({**asdict(ALERT), name: value}).encode()


def test_an_alerts_body_is_json_with_its_fields_by_name():
    assert json.loads(ALERT.body()) == asdict(ALERT)
    assert set(asdict(ALERT)) == {*TEXTS, *NUMBERS}


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
    assert {field.name for field in fields(alert)} == {*TEXTS, *NUMBERS}
    alert.body()
