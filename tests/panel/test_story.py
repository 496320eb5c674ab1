"""The story: what the panel shows of what the history tells."""

import json
from array import array
from dataclasses import replace
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from smart_smoker.app.producer import Cook, last_rows
from smart_smoker.core.alert import TOO_OLD, Alert
from smart_smoker.core.answers import Answer, heard
from smart_smoker.core.forecast import Forecast
from smart_smoker.core.probes import FOOD_A, FOOD_B, PROBES, SMOKER
from smart_smoker.core.readings import NUMBER, Reading
from smart_smoker.core.rows import NOWHERE, Row, read_rows
from smart_smoker.core.units import UNITS, celsius, in_unit
from smart_smoker.core.watch import Watch
from smart_smoker.panel import cook_story, probe_story
from smart_smoker.panel import story as module
from smart_smoker.panel.chart import chart_of
from smart_smoker.panel.cook_story import CookStory
from smart_smoker.panel.probe_story import SILENCE, Condition, Episode, duration
from smart_smoker.panel.records import AlertRecord
from smart_smoker.panel.story import Story
from smart_smoker.panel.trend import direction
from smart_smoker.panel.words import LATEST
from smart_smoker.panel.words import clock as clock_of
from smart_smoker.rabbitmq.messages import (
    ALERTS,
    HISTORY,
    Arrival,
    Message,
    alert_message,
    answer_message,
    delivery_message,
    limits_message,
    reading_message,
    remark_message,
)

SAMPLE = Path(__file__).parent.parent.parent / "smoker-temps.csv"
NOW = 1_621_686_000.0
"""When the first reading is sent: 2021-05-22 12:20 UTC."""

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def said(record: AlertRecord) -> dict[str, tuple[str, str]]:
    """The outcome and the reason of each channel."""
    return {channel: each[:2] for channel, each in record.deliveries.items()}


def seconds(*moment) -> float:
    return datetime(*moment, tzinfo=timezone.utc).timestamp()


def clock(seq: int) -> str:
    return f"{datetime.fromtimestamp(NOW + 30 * seq, timezone.utc):%m/%d/%y %H:%M:%S}"


def arrival(message: Message, sent: float = NOW) -> Arrival:
    """What a message becomes in the history."""
    return Arrival(message.queue, 1, message.body, message.id, message.type, message.headers, sent)


def reading(temperature=200.0, seq=1, probe=SMOKER, cook="brisket", time=None, **how) -> Reading:
    time = clock(seq) if time is None else time
    return Reading(probe, time, temperature, f"{cook}/{probe.queue}/{seq}", cook, seq, **how)


def readings(temperatures, probe=SMOKER, first=1, **how) -> list[Reading]:
    return [reading(t, seq, probe, **how) for seq, t in enumerate(temperatures, first)]


def story_of(taken: list[Reading], alerts: list[Alert] = ()) -> Story:
    """A story in which a reading is sent every 30 s, and then the alerts are raised."""
    story = Story()
    for one in taken:
        story.take(arrival(reading_message(one), NOW + 30 * one.seq))
    for alert in alerts:
        story.take(arrival(alert_message(alert)))
    return story


def probe_of(story: Story, probe=SMOKER):
    return story.latest.probes[probe]


def alert(state: str, cause: Reading) -> Alert:
    words = f"{state} {cause.temperature}"
    name, time = cause.probe.name, cause.time
    return Alert(f"{cause.id}/{state}", cause.cook, name, state, time, 1, 1, words, words, words)


def history_of(rows: list[Row], id: str = "brisket-20210522-122015-ab12") -> list[Arrival]:
    """What the history has of a cook whose consumers judge each reading as it comes."""
    cook, watches = Cook(id, last_rows(rows)), {p: Watch(p.rule) for p in PROBES}
    events = []
    for row in rows:
        for taken in cook.take(row):
            events.append(arrival(reading_message(taken), NOW + 30 * row.number))
            for raised in watches[taken.probe].judge(taken).alerts:
                events.append(arrival(alert_message(raised)))
                events.append(arrival(delivery_message(raised, "email", "accepted")))
    return events


def shown(story: Story) -> list:
    """All that can be seen of a story."""
    return [(c.id, c.probes, c.alerts, list(c.csv())) for c in story.cooks.values()]


@pytest.fixture(scope="module")
def sample() -> list[Arrival]:
    return history_of(list(read_rows(SAMPLE.read_text().splitlines())))


# --- readings and their moments ------------------------------------------------------------------


def test_the_sample_cook_is_told_with_all_that_happened(sample):
    story = Story()
    assert all(map(story.take, sample))
    cook = story.latest
    raised = [told.alert for told in cook.alerts if told.alert.state == "raised"]
    found = {probe: cook.probes[probe].episodes for probe in PROBES}
    assert len(raised) == sum(map(len, found.values())) > 5
    assert {e.kind for e in found[SMOKER]} == {"drop"}
    assert {e.kind for p in (FOOD_A, FOOD_B) for e in found[p]} == {"stall"}
    assert all(e.begin < e.end <= cook.end for episodes in found.values() for e in episodes)
    first = found[SMOKER][0]
    assert datetime.fromtimestamp(first.begin, timezone.utc).strftime("%m/%d/%y %H:%M:%S") == next(
        alert.time for alert in raised if alert.probe == "Smoker"
    )
    assert {probe.condition(NOW).kind for probe in cook.probes.values()} == {"ended"}
    assert cook.ended
    assert all(said(told) == {"email": ("accepted", "")} for told in cook.alerts)


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_a_panel_started_in_the_middle_shows_the_same_story(sample, data):
    whole, continued = Story(), Story()
    for event in sample:
        whole.take(event)
    middle = data.draw(st.integers(0, len(sample)))
    again = data.draw(st.integers(0, middle))
    for event in sample[:middle]:
        continued.take(event)
    # Read anew from somewhere before: what comes twice counts once.
    news = [continued.take(event) for event in sample[again:]]
    assert not any(news[: middle - again])
    assert shown(continued) == shown(whole)


def test_a_reading_that_comes_again_counts_once_and_its_mark_all_the_same():
    story = story_of(readings([200, 201]))
    assert not story.take(arrival(reading_message(reading(999, 1))))
    assert not story.take(arrival(reading_message(reading(201, 2))))
    assert story.take(arrival(reading_message(reading(201, 2, last=True))))
    assert not story.take(arrival(reading_message(reading(201, 2, last=True))))
    assert list(probe_of(story).temperatures) == [200, 201]
    assert probe_of(story).condition(NOW) == Condition("ended", "over")


def test_cooks_stand_in_the_order_in_which_they_began_whoever_speaks_last():
    story = story_of(readings([200], cook="a") + readings([200], cook="b"))
    assert story.take(arrival(reading_message(reading(200, 2, cook="a"))))
    assert (list(story.cooks), story.latest.id) == (["a", "b"], "b")
    assert Story().latest is None


@pytest.mark.parametrize(
    ("id", "label"),
    [
        ("my-brisket-20250906-110005-ab12", "my-brisket, 2025-09-06 11:00:05"),
        ("<b>-20250906-110005-ab12", "<b>, 2025-09-06 11:00:05"),
        ("20250906-110005-ab12", "20250906-110005-ab12"),
        ("brisket", "brisket"),
    ],
)
def test_a_cook_is_called_by_its_name_and_beginning(id, label):
    assert story_of([reading(cook=id)]).latest.label == label


def moments_of(*times: str) -> list[float]:
    """The moments of readings with these timestamps, from the first on."""
    moments = taken_at(*times).probes[SMOKER].moments
    return [moment - moments[0] for moment in moments]


def test_a_moment_is_what_the_timestamp_says_on_its_own_wall_clock():
    story = story_of([reading(time="2021-05-22T12:20:15+02:00")])
    assert list(probe_of(story).moments) == [seconds(2021, 5, 22, 12, 20, 15)]
    assert story.latest.begin == story.latest.end == seconds(2021, 5, 22, 12, 20, 15)


@pytest.mark.parametrize(
    ("times", "moments"),
    [
        (["1/2/21 12:00:00", "1/2/21 12:00:05", "1/2/21 12:10"], [0, 5, 600]),
        (["1/2/21 12:00", "1/2/21 12:00", "1/2/21 12:01", "1/2/21 12:01"], [0, 0, 60, 60]),
        (["one", "two", "three"], [0, 30, 60]),
        (["1/2/21 12:00", "later", "1/2/21 12:01"], [0, 30, 60]),
        # A little back is a little late, a day or more is a clock that was set.
        (["1/2/21 12:00", "1/2/21 11:59", "1/2/21 12:01"], [0, 0, 60]),
        (["1/2/21 12:00", "1/2/21 12:01", "1/2/21 11:01:30", "1/2/21 11:03"], [0, 60, 90, 180]),
        (["1/1/00 0:00", "1/2/21 12:00", "1/2/21 12:01"], [0, 30, 90]),
        (["1/2/21 12:00", "12/31/9999 23:59", "1/2/21 12:01"], [0, 30, 60]),
        # The end of summer time, and zones that change.
        (["2021-10-31T02:59:00+02:00", "2021-10-31T02:00:00+01:00"], [0, 60]),
        (["2021-10-31T12:00:00Z", "2021-10-31T14:00:30+02:00"], [0, 30]),
    ],
)
def test_the_moments_of_a_probe_go_forward_whatever_its_clock_does(times, moments):
    assert moments_of(*times) == moments


def taken_at(*times: str, first=1) -> CookStory:
    """A cook of readings with these timestamps, numbered from there on."""
    return story_of([reading(200, seq, time=t) for seq, t in enumerate(times, first)]).latest


@pytest.mark.parametrize(
    ("times", "moments"),
    [
        (["row 1", "row 2", "row 3"], [0, 30, 60]),
        (["Tuesday"] * 3, [0, 30, 60]),
        (["+0:00:00", "+0:00:05", "+23:00:00", "+26:00:00"], [0, 5, 23 * 3600, 26 * 3600]),
        (["probe in", "+0:00:30", "?", "+0:02:00"], [0, 30, 60, 120]),
    ],
)
def test_without_a_time_of_the_day_moments_are_since_the_beginning(times, moments):
    cook = taken_at(*times)
    assert list(cook.probes[SMOKER].moments) == moments
    assert cook.counted
    # Rows from before what is known count, too.
    late = taken_at("later", "later still", first=101)
    assert (late.begin, clock_of(late, late.known_since)) == (3000, "+0:50")
    assert taken_at("one", first=2**52).end < LATEST


@pytest.mark.parametrize("unread", [0, 1, 2, 3, 20, 39])
def test_times_that_cannot_be_read_among_those_that_can_do_not_change_what_is_shown(unread):
    smoker = readings([225.0] * 19 + [200.0] * 21)
    told = [alert("lid", smoker[1]), alert("raised", smoker[19])]
    whole = story_of(smoker, told).latest
    spoilt = [one._replace(time="Tuesday") if one.seq == unread + 1 else one for one in smoker]
    cook = story_of(spoilt, told).latest
    assert not whole.counted
    assert not cook.counted
    assert cook.probes[SMOKER].moments == whole.probes[SMOKER].moments
    assert cook.probes[SMOKER].episodes == whole.probes[SMOKER].episodes


def test_what_happened_before_the_first_time_that_can_be_read_moves_with_its_readings():
    smoker = readings([225.0, 200.0, 201.0, 202.0])
    food = readings([150.0], FOOD_A)
    spoilt = [one._replace(time=f"row {one.seq}") for one in smoker[:3]]
    first = [food[0], *spoilt]
    told = [alert("raised", spoilt[1]), alert("cleared", spoilt[2])]
    story = story_of([one._replace(time=f"row {one.seq}") for one in first], told)
    assert probe_of(story).episodes == [Episode("drop", 30, 60)]
    story.take(arrival(reading_message(smoker[3])))
    assert probe_of(story).episodes == [Episode("drop", NOW + 60, NOW + 90)]
    assert list(probe_of(story).moments) == [NOW + 30 * seq for seq in (1, 2, 3, 4)]
    assert list(probe_of(story, FOOD_A).moments) == [NOW + 30]
    assert [told.moment for told in story.latest.alerts] == [NOW + 60, NOW + 90]


def test_a_time_is_told_by_what_the_timestamps_say_of_it_and_no_day_is_invented():
    def ends_at(*times):
        cook = taken_at(*times)
        return clock_of(cook, cook.end), clock_of(cook, cook.end, cook.begin)

    assert ends_at("05/22/21 23:59:50", "05/23/21 00:00:20") == ("00:00", "23 May 00:00")
    assert ends_at("23:59:50", "00:00:20") == ("00:00", "00:00")
    assert ends_at("+9:00:00", "+25:20:50") == ("+25:20", "+25:20")
    assert ends_at(*["Tuesday"] * 121) == ("+1:00", "+1:00")


def test_probes_that_share_a_row_share_its_moment_and_one_that_joins_late_comes_late():
    rows = [("one", SMOKER), ("one", FOOD_A), ("two", SMOKER), ("three", SMOKER), ("three", FOOD_A)]
    seqs = {SMOKER: iter(range(1, 9)), FOOD_A: iter(range(1, 9))}
    story = story_of([reading(200, next(seqs[p]), p, time=time) for time, p in rows])
    smoker, food = probe_of(story), probe_of(story, FOOD_A)
    assert list(food.moments) == [smoker.moments[0], smoker.moments[2]]


def test_a_clock_that_was_set_was_set_for_all_probes():
    taken = readings([200] * 2, time="1/1/00 0:00") + [reading(200, 3, time="1/2/21 12:00")]
    story = story_of([*taken, reading(150, 1, FOOD_A, time="1/2/21 12:01")])
    assert probe_of(story, FOOD_A).moments[0] - probe_of(story).moments[0] == 90


def test_a_probe_whose_readings_all_come_after_anothers_keeps_its_moments():
    taken = readings([200] * 100) + readings([150] * 100, FOOD_A)
    story = story_of(taken)
    assert probe_of(story).moments == probe_of(story, FOOD_A).moments


# --- the CSV -------------------------------------------------------------------------------------


def from_csv(lines) -> list[list[tuple]]:
    """The readings of each probe."""
    columns = [[] for _ in PROBES]
    for row in read_rows(lines):
        assert not row.skipped
        for column, temperature in zip(columns, row.temperatures, strict=True):
            if temperature is not None:
                column.append((row.time, temperature))
    return columns


def test_the_csv_of_the_sample_cook_has_its_rows(sample):
    story = Story()
    for event in sample:
        story.take(event)
    lines = SAMPLE.read_text().splitlines()
    wanted = [
        (row.time, row.temperatures)
        for row in read_rows(lines)
        if any(t is not None for t in row.temperatures)
    ]
    assert [(row.time, row.temperatures) for row in read_rows(story.latest.csv())] == wanted
    assert all(line.endswith("\n") for line in story.latest.csv())


DANGEROUS = "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1", "-x"


@pytest.mark.parametrize("time", [*DANGEROUS, '=HYPERLINK("http://evil.example", "12:00")'])
def test_no_spreadsheet_runs_a_timestamp_as_a_formula(time):
    lines = list(story_of([reading(200, 1, time=time)]).latest.csv())
    assert from_csv(lines)[0] == [(f"'{time}", 200)]
    again = story_of([reading(200, 1, time=f"'{time}")]).latest
    assert list(again.csv()) == lines


def test_a_time_since_the_beginning_comes_back_from_a_csv_as_it_was():
    assert from_csv(taken_at("+0:00:00", "+1:20:15").csv())[0][1] == ("+1:20:15", 200)


@given(st.lists(st.integers(-6000, 100_000).map(lambda number: number / 100), min_size=1))
@untimed
def test_a_csv_in_either_unit_gives_back_each_temperature_to_a_hundredth(said):
    warm = [70.5, *(t for t in said if not {t, round(celsius(t), 3)} & NOWHERE)]
    cook = story_of(readings(warm)).latest
    for unit in UNITS:
        lines = list(cook.csv(unit))
        assert lines[0] == f"Time,Smoker (°{unit}),Food A (°{unit}),Food B (°{unit})\n"
        assert [temperature for _, temperature in from_csv(lines)[0]] == warm
    assert list(cook.csv("C"))[1] == f"{clock(1)},21.389,,\n"


def test_what_is_written_down_stands_beside_its_row_on_the_chart_and_in_a_csv():
    story = story_of(readings([200.0, 201.0]))
    for id, text, new in (
        ("1", "wrapped", True),
        ("2", '=1+1, "coal"', True),
        ("1", "wrapped", False),
        ("", "without an id", False),
        ("4", "x" * 201, False),
        ("5", " \n", False),
    ):
        assert story.take(arrival(remark_message("brisket", text, id))) is new
    assert story.take(arrival(remark_message("another", "wrapped", "6"))) is False
    cook = story.latest
    assert [remark.text for remark in cook.remarks] == ["wrapped", '=1+1, "coal"']
    assert chart_of(cook, 0, 1e12)["remarks"] == [(cook.end, 'wrapped; =1+1, "coal"')]
    lines = list(cook.csv())
    assert lines[0] == "Time,Smoker (°F),Food A (°F),Food B (°F),Note\n"
    assert lines[1:] == [
        f"{clock(1)},200.0,,,\n",
        f'{clock(2)},201.0,,,"wrapped; =1+1, ""coal"""\n',
    ]
    assert [t for _, t in from_csv(lines)[0]] == [200.0, 201.0]
    story.take(arrival(remark_message("brisket", "Sunday", "7", names=True)))
    assert cook.label == "Sunday (brisket)"


def test_what_is_written_down_later_stands_beside_the_row_of_when_it_was_done():
    story = story_of(readings([200.0, 201.0, 202.0, 203.0]))
    for id, text, minutes in (("1", "now", 0), ("2", "wrapped", 1), ("3", "lit", 600)):
        assert story.take(arrival(remark_message("brisket", text, id, minutes=minutes)))
    for minutes in (-1, 1441, 1.5, "5", None):
        message = remark_message("brisket", "coal", "4")
        wrong = replace(message, headers={**message.headers, "minutes": minutes})
        assert not story.take(arrival(wrong))
    cook = story.latest
    moments = [(remark.text, cook.end - remark.moment) for remark in cook.remarks]
    assert moments == [("lit", 90), ("wrapped", 60), ("now", 0)]
    assert [line.split(",")[-1] for line in cook.csv()] == [
        "Note\n",
        "lit\n",
        "wrapped\n",
        "\n",
        "now\n",
    ]


def test_a_probe_that_came_later_moves_no_note_to_its_own_first_row():
    smoker = readings([200.0, 201.0, 202.0, 203.0])
    food = readings([60.0], FOOD_A)
    story = story_of([*smoker, food[0]._replace(time=smoker[-1].time)])
    story.take(arrival(remark_message("brisket", "wrapped", "1", minutes=1)))
    notes = [line.split(",")[-1] for line in story.latest.csv()]
    assert notes == ["Note\n", "\n", "wrapped\n", "\n", "\n"]


def test_what_is_written_down_before_the_first_time_that_can_be_read_moves_with_its_row():
    first, second = readings([225.0, 226.0])
    story = story_of([first._replace(time="row 1")])
    story.take(arrival(remark_message("brisket", "coal", "1")))
    story.take(arrival(reading_message(second)))
    cook = story.latest
    assert not cook.counted
    assert [remark.moment for remark in cook.remarks] == [cook.begin]


def test_of_what_is_written_down_the_newest_are_kept(monkeypatch):
    monkeypatch.setattr(cook_story, "MOST_REMARKS", 3)
    story = story_of(readings([200.0]))
    for number in range(9):
        story.take(arrival(remark_message("brisket", f"note {number}", str(number))))
    assert [remark.text for remark in story.latest.remarks] == ["note 6", "note 7", "note 8"]


def test_an_answer_is_noted_once_and_of_what_goes_on_alone():
    raised = replace(alert("raised", reading(200.0, 6)), began="brisket/01-smoker/6")
    story = story_of(readings([225.0] * 5 + [200.0]), [raised])
    hears = Answer("x", "drop", raised.began)
    for answer, new in (
        (replace(hears, began="brisket/01-smoker/5"), False),
        (replace(hears, kind="low"), False),
        (hears, True),
        (hears, False),
        (Answer("q", minutes=30), True),
    ):
        assert story.take(arrival(answer_message(SMOKER, "brisket", answer))) is new
    probe = probe_of(story)
    assert probe.episodes[0].heard == NOW
    assert probe.quiet_until == NOW + 1800
    assert story.take(arrival(answer_message(SMOKER, "another", hears))) is False


def test_numbers_stay_numbers_in_a_csv_and_a_semicolon_begins_no_cell():
    said = [("-5", -40.0), ("+5.5", -0.5), ("12:00;=1+1", 200.0)]
    taken = [reading(t, seq, time=time) for seq, (time, t) in enumerate(said, 1)]
    lines = list(story_of(taken).latest.csv())
    assert lines[1:] == ["-5,-40.0,,\n", "+5.5,-0.5,,\n", '"12:00;=1+1",200.0,,\n']


times = st.text(min_size=1, max_size=100).filter(lambda t: t.isprintable() and t.strip() == t)
temperatures = st.floats(-60, 1000).filter(lambda degrees: degrees not in NOWHERE)


@given(st.lists(st.tuples(st.sampled_from(PROBES), times | st.just("12:00"), temperatures)))
@example([(SMOKER, 'a "quoted", time', 1e-5), (FOOD_A, '"', -0.5), (FOOD_B, "<html>", 1000.0)])
@example([(SMOKER, "n/a", 1.0), (FOOD_B, "Time", 84.2), (FOOD_B, "Time", 84.2)])
@untimed
def test_a_csv_gives_back_the_readings_of_the_cook(said):
    story, wanted = Story(), [[] for _ in PROBES]
    for probe, time, temperature in said:
        column = wanted[PROBES.index(probe)]
        one = reading(temperature, len(column) + 1, probe, time=time)
        if story.take(arrival(reading_message(one))):
            escaped = time[0] in "=+-@＝＋－＠" and not NUMBER.fullmatch(time)
            column.append(("'" * escaped + time, temperature))
    assert sum(map(len, wanted)) == len(said)
    if said:
        assert from_csv(story.latest.csv()) == wanted


# --- how a probe is ------------------------------------------------------------------------------


def test_a_probe_that_never_spoke_says_so():
    food = probe_of(story_of([reading()]), FOOD_A)
    assert (food.condition(NOW), food.change(), food.age(NOW)) == (
        Condition("never", "no reading yet"),
        None,
        None,
    )
    assert food.points(0, 2e9, 100) == []


@pytest.mark.parametrize(
    ("probe", "temperatures", "change"),
    [
        (SMOKER, [200], None),
        (SMOKER, [200, 210, 225], 25),
        (SMOKER, [200, 225, 205], -20),
        (SMOKER, [100, 200, 200, 200, 200, 200], 0),
        (SMOKER, [55.1, 70.1], 15),
        (FOOD_A, [100] + [150] * 18 + [151], 51),
        (FOOD_A, [100] + [150] * 19 + [151], 1),
    ],
)
def test_the_change_is_the_largest_within_the_window_of_the_probes_rule(
    probe, temperatures, change
):
    assert probe_of(story_of(readings(temperatures, probe)), probe).change() == change


@pytest.mark.parametrize(
    ("age", "condition"),
    [
        (0, Condition("steady", "steady")),
        (SILENCE - 1, Condition("steady", "steady")),
        (SILENCE, Condition("no signal", "no signal for 5 min")),
        (TOO_OLD - 1, Condition("no signal", "no signal for 23 h 59 min")),
        (27 * 3600 + 90, Condition("gone", "no signal for 27 h 1 min")),
    ],
)
def test_a_stale_reading_is_no_signal(age, condition):
    probe = probe_of(story_of([reading()]))
    assert (probe.condition(NOW + 30 + age), probe.age(NOW + 30 + age)) == (condition, age)


@pytest.mark.parametrize("sent", [0, NOW + 3600, 2**63, float("nan"), -5])
def test_a_reading_whose_age_no_clock_tells_never_looks_live(sent):
    story = Story()
    story.take(arrival(reading_message(reading()), sent))
    assert probe_of(story).age(NOW) is None
    assert probe_of(story).condition(NOW) == Condition("gone", "no signal since an unknown time")
    story.take(arrival(alert_message(alert("lost", reading()))))
    assert probe_of(story).condition(NOW) == Condition(
        "no signal", "no signal since an unknown time"
    )


@pytest.mark.parametrize(
    ("probe", "temperatures", "words"),
    [
        (SMOKER, [70 + 2.5 * n for n in range(20)], "rising 5 °F a minute"),
        (SMOKER, [300 - 0.65 * n for n in range(20)], "falling 1.3 °F a minute"),
        (SMOKER, [225, 228, 224, 227, 225, 223, 226, 229, 225, 226, 227], "steady"),
        (SMOKER, [225 + 0.45 * n for n in range(20)], "steady"),
        (FOOD_A, [150 + 0.45 * n for n in range(20)], "rising 0.9 °F a minute"),
        (FOOD_A, [150 + 0.05 * n for n in range(20)], "steady"),
        (SMOKER, [70.0] * 20 + [70 + 6 * n for n in range(12)], "rising 12 °F a minute"),
        (SMOKER, [*range(70, 270, 10), *[270] * 11], "steady"),
        (SMOKER, [*range(260, 220, -5), 210, 212, 216, 220], "turning"),
        (SMOKER, [70, 100], "steady"),
    ],
)
def test_it_says_whether_and_how_fast_a_temperature_rises_or_falls(probe, temperatures, words):
    found = probe_of(story_of(readings(temperatures, probe)), probe)
    state = found.condition(NOW + 30 * len(temperatures))
    assert (state.kind, in_unit(state.words, "F")) == ("steady", words)


def test_how_fast_goes_by_the_timestamps_and_needs_some_time():
    times = ["12:00:00", "12:00:20", "12:00:40", "12:01:00"]
    said = [reading(200 + n, n + 1, time=f"05/22/21 {t}") for n, t in enumerate(times)]
    words = probe_of(story_of(said)).condition(NOW + 120).words
    assert in_unit(words, "F") == "rising 3 °F a minute"
    assert probe_of(story_of(said[:3])).condition(NOW + 90).words == "steady"


def test_how_fast_is_told_in_celsius_as_a_change():
    assert in_unit(direction(5, 1, 5), "C") == "rising 2.8 °C a minute"
    assert in_unit(direction(-1.3, 1, -5), "C") == "falling 0.7 °C a minute"


def test_a_reading_that_was_heard_just_now_is_live_whatever_its_senders_clock_says():
    story = Story()
    for seq, sent in enumerate((0, NOW + 3600, NOW - 24 * 3600), 1):
        story.take(arrival(reading_message(reading(200, seq)), sent), heard=NOW)
        assert probe_of(story).condition(NOW + 3) == Condition("steady", "steady")
        assert probe_of(story).age(NOW + 3) == 3


def test_a_stall_is_told_with_its_length_until_it_is_cleared():
    food = readings([150.0] * 200, FOOD_A)
    story = story_of(food, [alert("raised", food[19])])
    now = NOW + 30 * 200
    assert probe_of(story, FOOD_A).condition(now) == Condition("stall", "stalled for 1 h 40 min")
    assert probe_of(story, FOOD_A).condition(now + SILENCE).kind == "no signal"
    story.take(arrival(alert_message(alert("cleared", food[199]))))
    assert probe_of(story, FOOD_A).condition(now).kind == "steady"
    assert probe_of(story, FOOD_A).episodes == [Episode("stall", NOW + 600, NOW + 6000)]


def test_a_drop_is_told_while_it_lasts():
    smoker = readings([225, 200, 200])
    story = story_of(smoker, [alert("raised", smoker[1])])
    assert probe_of(story).condition(NOW + 90) == Condition("drop", "dropped")


def test_what_a_consumer_calls_lost_has_no_signal_until_it_speaks_again():
    smoker = readings([225, 225, 225])
    story = story_of(smoker[:2], [alert("lost", smoker[1])])
    assert probe_of(story).condition(NOW + 65).kind == "no signal"
    assert probe_of(story).episodes == [Episode("silence", NOW + 60)]
    story.take(arrival(reading_message(smoker[2]), NOW + 90))
    assert probe_of(story).condition(NOW + 95).kind == "steady"
    story.take(arrival(alert_message(alert("found", smoker[2]))))
    assert probe_of(story).episodes == [Episode("silence", NOW + 60, NOW + 90)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.9, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (4320, "1 h 12 min"),
        (47 * 3600, "47 h 0 min"),
        (51 * 3600, "2 d 3 h"),
    ],
)
def test_a_time_that_has_passed_is_told_in_words(seconds, words):
    assert duration(seconds) == words


# --- episodes ------------------------------------------------------------------------------------


def episodes_of(*told: tuple[str, int], count=10, ended=True, after=0) -> list[tuple]:
    """What alerts make of a cook, by the numbers of the readings of beginning and end."""
    smoker = readings([225] * count)
    if ended:
        smoker[-1] = smoker[-1]._replace(last=True)
    numbered = {one.seq: one for one in smoker}
    story = story_of(smoker, [alert(state, numbered[seq]) for state, seq in told])
    for one in readings([225] * after, first=count + 1):
        story.take(arrival(reading_message(one)))

    def number(moment):
        return None if moment is None else (moment - NOW) / 30

    return [(e.kind, number(e.begin), number(e.end)) for e in probe_of(story).episodes]


def test_an_episode_goes_on_until_it_is_cleared_or_the_cook_is_over():
    assert episodes_of(("raised", 3), ended=False) == [("drop", 3, None)]
    assert episodes_of(("raised", 3), ("cleared", 5), ended=False) == [("drop", 3, 5)]
    assert episodes_of(("raised", 3), ended=True) == [("drop", 3, 10)]


def test_the_end_of_a_cook_ends_its_episodes():
    smoker = readings([225, 200, 225, 200])
    told = ("raised", 1), ("cleared", 2), ("raised", 3), ("lost", 3)
    story = story_of(smoker, [alert(state, smoker[number]) for state, number in told])
    assert [e.end for e in probe_of(story).episodes] == [NOW + 90, None, None]
    story.take(arrival(reading_message(smoker[3]._replace(last=True))))
    assert [e.end for e in probe_of(story).episodes] == [NOW + 90, NOW + 120, NOW + 120]


def test_alerts_that_come_after_the_end_from_a_late_consumer_make_the_same_episodes():
    told = ("raised", 2), ("reminder", 3), ("cleared", 5), ("raised", 7), ("reminder", 8)
    assert episodes_of(*told) == [("drop", 2, 5), ("drop", 7, 10)]


def test_a_cook_goes_on_until_its_last_reading_or_for_a_day_without_one():
    going_on, ended = readings([200, 201]), [reading(200, 1, last=True)]
    heard = NOW + 30 * len(going_on)
    assert story_of(going_on).latest.goes_on(heard)
    assert not story_of(ended).latest.goes_on(heard)
    assert story_of(going_on).latest.goes_on(heard + TOO_OLD - 1)
    assert not story_of(going_on).latest.goes_on(heard + TOO_OLD)


def test_an_episode_of_a_cook_that_goes_on_after_its_end_ended_there():
    smoker = readings([225, 200, 225, 225])
    smoker[1] = smoker[1]._replace(last=True)
    story = story_of(smoker[:2], [alert("raised", smoker[1])])
    for one in smoker[2:]:
        story.take(arrival(reading_message(one), NOW + 90))
    assert probe_of(story).episodes == [Episode("drop", NOW + 60, NOW + 60)]
    assert probe_of(story).condition(NOW + 95).kind == "steady"
    story.take(arrival(alert_message(alert("raised", smoker[3]))))
    assert probe_of(story).condition(NOW + 95).kind == "drop"


def test_a_reminder_begins_what_the_history_no_longer_has_the_beginning_of():
    assert episodes_of(("reminder", 4), ("cleared", 6)) == [("drop", 4, 6)]
    assert episodes_of(("cleared", 6)) == []


@pytest.mark.parametrize("first", ["", "earlier"], ids=["an earlier version's", "never told over"])
def test_an_episode_is_answered_as_its_newest_alert_says_that_it_began(first):
    smoker = readings([225, 200, 200])
    began = replace(alert("raised", smoker[1]), began=first)
    again = replace(alert("reminder", smoker[2]), began="later")
    story = story_of(smoker, [began])
    story.take(arrival(answer_message(SMOKER, "brisket", Answer("x", "drop", "earlier"))))
    story.take(arrival(alert_message(again)))
    (episode,) = probe_of(story).episodes
    assert story.latest.episode_of(again) is episode
    assert episode.heard is None
    assert story.latest.episode_of(began) is None
    story.take(arrival(answer_message(SMOKER, "brisket", heard(again)), NOW + 90))
    assert episode.heard == NOW + 90


def test_what_was_heard_and_is_told_again_as_news_can_be_heard_again():
    smoker = readings([225, 200, 180])
    raised, news = (
        replace(alert(state, smoker[n]), began="x") for state, n in (("raised", 1), ("reminder", 2))
    )
    answer = arrival(answer_message(SMOKER, "brisket", heard(raised)), NOW + 60)
    story = story_of(smoker, [raised])
    (episode,) = probe_of(story).episodes
    assert story.take(answer)
    assert episode.heard
    story.take(arrival(alert_message(news)))
    assert episode.heard is None
    assert story.take(answer)
    assert episode.heard


def test_a_silence_that_is_told_late_ends_where_the_probe_spoke_again():
    assert episodes_of(("lost", 4)) == [("silence", 4, 5)]
    assert episodes_of(("lost", 10), ended=False) == [("silence", 10, None)]
    assert episodes_of(("lost", 10), ended=False, after=2) == [("silence", 10, 11)]


def test_a_moment_before_all_dates_and_one_after_them_have_a_time_to_show():
    first = reading(time="0001-01-01T00:00-12:00")
    early = reading(probe=FOOD_A, time="0001-01-01T00:00+12:00")
    cook = story_of([first, early]).latest
    assert cook.begin < cook.end
    for moment in (cook.begin, 1e300):
        for now in (None, cook.begin, cook.end, 1e300):
            assert ":" in clock_of(cook, moment, now)


# --- alerts and deliveries -----------------------------------------------------------------------


def delivered(told: Alert, channel: str, outcome: str, reason: str = "") -> Arrival:
    return arrival(delivery_message(told, channel, outcome, reason))


def test_an_alert_is_told_once_with_its_moment_and_what_each_channel_did_with_it():
    smoker = readings([225, 200])
    raised = alert("raised", smoker[1])
    story = story_of(smoker, [raised, raised])
    (told,) = story.latest.alerts
    assert (told.alert, told.sent, told.moment) == (raised, NOW, NOW + 60)
    assert story.take(delivered(raised, "email", "failed", "no answer"))
    assert not story.take(delivered(raised, "email", "failed", "no answer"))
    assert story.take(delivered(raised, "sms", "refused", "no such number"))
    assert said(told) == {
        "email": ("failed", "no answer"),
        "sms": ("refused", "no such number"),
    }
    assert story.take(delivered(raised, "email", "unknown", "no verdict"))
    assert told.failing
    assert story.take(delivered(raised, "email", "abandoned", "3 copies"))
    assert not told.failing
    assert story.take(delivered(raised, "email", "accepted"))
    assert said(told)["email"] == ("accepted", "")


def test_what_a_channel_does_not_take_is_counted_for_a_day():
    smoker = readings([225, 200, 225])
    raised, cleared = alert("raised", smoker[1]), alert("cleared", smoker[2])
    story = story_of(smoker, [raised, cleared])
    assert story.failing(NOW) == 0
    story.take(delivered(raised, "email", "accepted"))
    story.take(delivered(raised, "sms", "failed"))
    assert story.failing(NOW) == 1
    story.take(delivered(cleared, "email", "failed"))
    assert story.failing(NOW) == 2
    story.take(delivered(raised, "sms", "refused"))
    assert story.failing(NOW) == 1
    assert story.failing(NOW + 24 * 3600) == 0


# --- the line of the chart -----------------------------------------------------------------------

DAYS = NOW - 9e6, NOW + 9e6


def test_few_readings_are_all_on_the_line_and_a_gap_is_a_gap():
    smoker = readings([200, 201, 202]) + readings([210, 211], first=15)
    smoker = [one._replace(time=clock(one.seq)) for one in smoker]
    story = story_of(smoker)
    assert probe_of(story).points(*DAYS, 100) == [
        (NOW + 30, 200),
        (NOW + 60, 201),
        (NOW + 90, 202),
        (NOW + 270, None),
        (NOW + 450, 210),
        (NOW + 480, 211),
    ]


def test_readings_that_are_usually_far_apart_have_no_gaps_between_them():
    hourly = [reading(200, seq, time=clock(120 * seq)) for seq in range(1, 10)]
    hourly.append(reading(200, 10, time=clock(120 * 16)))
    points = probe_of(story_of(hourly)).points(*DAYS, 100)
    assert [temperature for _, temperature in points].index(None) == 9
    assert len(points) == 11


def test_a_part_of_the_line_reaches_to_the_readings_beyond_it():
    probe = probe_of(story_of(readings(range(100, 200))))
    points = probe.points(NOW + 30 * 10 + 1, NOW + 30 * 13 - 1, 100)
    assert points == [(NOW + 30 * seq, 99 + seq) for seq in (10, 11, 12, 13)]
    assert [t for _, t in probe.points(NOW + 9e5, NOW + 9e6, 100)] == [199]


@given(
    st.lists(
        st.tuples(st.sampled_from([5, 30, 30, 31, 400, 3600]), st.integers(-60, 1000)),
        min_size=1,
        max_size=400,
    ),
    st.integers(8, 150),
)
@untimed
def test_a_thinned_line_keeps_both_ends_the_extremes_and_every_wide_gap(steps, most):
    probe = probe_of(story_of([reading()]))
    moment, probe.moments, probe.temperatures = NOW, array("d"), array("d")
    for step, temperature in steps:
        moment += step
        probe.moments.append(moment)
        probe.temperatures.append(temperature)
    points = probe.points(*DAYS, most)
    line = [point for point in points if point[1] is not None]
    real = list(zip(probe.moments, probe.temperatures, strict=True))
    assert len(points) <= most
    assert [moment for moment, _ in points] == sorted(moment for moment, _ in points)
    assert (line[0], line[-1]) == (real[0], real[-1])
    assert set(line) <= set(real)
    for extreme in (min, max):
        assert extreme(t for _, t in line) == extreme(probe.temperatures)
    longest = max(5 * median([step for step, _ in steps[1:]] or [0]), SILENCE)
    gaps = [here for (before, _), (here, _) in pairwise(real) if here - before > longest]
    for (before, _), (here, _) in pairwise(line):
        wanted = any(before < gap <= here for gap in gaps)
        assert any(t is None for m, t in points if before < m < here) == wanted


# --- what is not ours ----------------------------------------------------------------------------

GOOD = reading_message(reading(200, 2))
TOLD = alert_message(alert("reminder", reading(200, 1)))
DELIVERY = delivery_message(alert("raised", reading(200, 1)), "email", "accepted")


def other(message: Message, headers=None, **changes) -> Arrival:
    changes["headers"] = message.headers if headers is None else message.headers | headers
    return arrival(replace(message, **changes))


def other_alert(**changes) -> Arrival:
    return other(TOLD, body=json.dumps(json.loads(TOLD.body) | changes).encode())


@pytest.mark.parametrize(
    "event",
    [
        other(GOOD, body=b"\xff\xfe"),
        other(GOOD, body=b""),
        other(GOOD, body=b"12:00, nan"),
        other(GOOD, body=b"12:00, 1e999"),
        other(GOOD, type=b"\xff"),
        other(GOOD, type="alert"),
        other(GOOD, queue="05-history"),
        other(GOOD, queue="07-others"),
        other(GOOD, queue=b"\xff"),
        other(GOOD, {"cook": None}),
        other(GOOD, {"cook": b"\xff"}),
        other(GOOD, {"cook": ["brisket"]}),
        other(GOOD, {"cook": {"a": 1}}),
        other(GOOD, {"cook": "x" * 101}),
        other(GOOD, {"cook": "two\nlines"}),
        other(GOOD, {"cook": ""}),
        *(other(GOOD, {"seq": seq}) for seq in (None, True, "2", 2.5, -1, 0, 2**70, [2])),
        arrival(replace(GOOD, headers={})),
        *(other(TOLD, body=body) for body in (b"\xff", b"{}", b"[]", b"null", b"[" * 9000)),
        other(TOLD, queue=HISTORY),
        other_alert(cook="unheard of"),
        other_alert(cook=None),
        other_alert(probe="Food C"),
        other_alert(probe=["Smoker"]),
        other_alert(state="exploded"),
        other_alert(temperature="hot"),
        other_alert(temperature=float("nan")),
        other_alert(more=1),
        other_alert(text="\udcff"),
        other_alert(text="x" * 20_000),
        other(DELIVERY, {"cook": None}),
        other(DELIVERY, {"cook": "unheard of"}),
        other(DELIVERY, {"alert": ["x"]}),
        other(DELIVERY, {"alert": "unheard of"}),
        other(DELIVERY, {"channel": 7}),
        other(DELIVERY, {"channel": "x" * 1000}),
        other(DELIVERY, {"outcome": "eaten"}),
        other(DELIVERY, {"outcome": {}}),
        other(DELIVERY, queue=ALERTS),
        other(DELIVERY, type="marker"),
    ],
    ids=lambda event: str((event.queue, event.type, event.headers, event.body[:20]))[:120],
)
def test_what_is_not_ours_is_passed_over(event):
    story = story_of([reading()], [alert("raised", reading())])
    before = shown(story)
    assert story.take(event) is False
    assert shown(story) == before


def test_an_alert_that_a_stranger_published_plainly_is_shown_as_it_is_sent():
    story = story_of([reading()])
    assert story.take(other(TOLD, type="", id=""))
    assert [told.alert.id for told in story.latest.alerts] == [TOLD.id]


@pytest.mark.parametrize("message", [GOOD, TOLD, DELIVERY], ids=lambda message: message.type)
def test_what_is_passed_over_above_differs_in_one_thing_from_what_is_taken(message):
    story = story_of([reading()], [alert("raised", reading())])
    assert story.take(arrival(message)) is True


@pytest.mark.parametrize(
    "id", ["", "x", "////", "brisket/01-smoker/٢/raised", f"brisket/01-smoker/{9**99}/raised"]
)
def test_an_alert_with_an_id_of_its_own_belongs_to_the_newest_reading(id):
    story = story_of(readings([200] * 5))
    assert story.take(other_alert(id=id))
    assert story.latest.alerts[0].moment == NOW + 150


def test_a_reason_that_is_no_text_is_shown_as_far_as_it_is():
    story = story_of([reading()], [alert("raised", reading())])
    assert story.take(other(DELIVERY, body=b"\xff no" + b"o" * 20_000))
    reason = story.latest.alerts[0].deliveries["email"].reason
    assert reason.startswith("\ufffd noo")
    assert len(reason) < 20_000


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
words = st.sampled_from(
    ["brisket", "cook", "seq", "last", "alert", "channel", "outcome", "reading", "delivery"]
)


@given(
    st.builds(
        Arrival,
        queue=st.sampled_from([*(p.queue for p in PROBES), ALERTS, HISTORY]) | st.binary(),
        tag=st.integers(),
        body=st.binary() | st.builds(lambda v: json.dumps(v, default=str).encode(), anything),
        id=st.text(),
        type=words | st.binary(),
        headers=st.dictionaries(words | st.binary(), anything | words),
        sent=st.integers(0, 2**64) | st.floats(),
    )
)
@untimed
def test_nothing_in_the_history_makes_a_story_stumble(event):
    story = story_of([reading()], [alert("raised", reading())])
    story.take(event)
    for cook in story.cooks.values():
        list(cook.csv())
        for probe in cook.probes.values():
            probe.condition(NOW), probe.points(*DAYS, 100)


# --- bounds --------------------------------------------------------------------------------------


def test_of_very_many_cooks_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_COOKS", 3)
    story = story_of([reading(cook=str(number)) for number in range(10)])
    assert list(story.cooks) == ["7", "8", "9"]


def test_of_very_many_readings_the_oldest_cook_that_is_over_is_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_WEIGHT", 12)
    goes_on, over = readings([200] * 4, cook="on"), readings([200] * 4, cook="over")
    over[-1] = over[-1]._replace(last=True)
    story = story_of(goes_on + over + readings([200] * 5, cook="new"))
    assert list(story.cooks) == ["on", "new"]


def test_where_all_go_on_the_longest_forgets_its_older_half_and_what_it_is_in_the_midst_of_stays(
    monkeypatch,
):
    monkeypatch.setattr(module, "MOST_WEIGHT", 62)
    smoker = readings([200 + n for n in range(40)], cook="long")
    food = readings([150.0], FOOD_A, cook="long", time=clock(40))
    story = story_of(smoker + food, [alert("raised", smoker[9])])
    for one in readings([200] * 20, cook="short"):
        assert story.take(arrival(reading_message(one)))
    assert list(story.cooks) == ["long", "short"]
    cook = story.cooks["long"]
    kept = cook.probes[SMOKER]
    assert list(kept.temperatures) == list(range(220, 240))
    assert kept.condition(NOW + 1200).kind == "drop"
    assert (cook.known_since, story.cooks["short"].known_since) == (kept.moments[0], None)
    episode = chart_of(cook, 0, 1e12)["episodes"][0]
    assert episode["begin"] == cook.begin == kept.moments[0]
    assert list(cook.csv())[1] == f"{clock(21)},220.0,,\n"
    more = readings([300], cook="long", first=41)[0]
    assert story.take(arrival(reading_message(more)))
    assert kept.moments[-1] - kept.moments[-2] == 30
    assert list(cook.csv())[-1] == f"{clock(41)},300.0,,\n"
    assert kept.forget(10**6) == 20
    assert list(kept.temperatures) == [300]  # A probe's newest reading stays.


def test_one_cook_alone_forgets_too_and_is_itself_never_forgotten(monkeypatch):
    monkeypatch.setattr(module, "MOST_WEIGHT", 100)
    story = story_of(readings([200] * 1000))
    assert 50 <= len(probe_of(story).temperatures) <= 100
    raised = alert("raised", reading(seq=1000))
    story.take(arrival(alert_message(raised)))
    for number in range(500):
        story.take(delivered(raised, "push", "failed", f"{number}"))
    assert list(story.cooks) == ["brisket"]


def test_a_probe_is_not_called_steady_before_an_episode_must_have_been_told_once_more():
    story = story_of(readings([200] * 120, first=500))
    state = probe_of(story).condition(NOW + 30 * 620)
    assert state == Condition("unclear", "no alert in 59 min")
    late = reading(seq=620)
    story.take(arrival(reading_message(late), NOW + 30 * 620))
    assert probe_of(story).condition(NOW + 30 * 620).kind == "steady"
    story.take(arrival(alert_message(alert("reminder", late))))
    assert probe_of(story).condition(NOW + 30 * 620).kind == "drop"


def test_another_story_is_believed_about_when_the_same_reading_was_heard():
    early, late = story_of(readings([200] * 2)), story_of(readings([200] * 2))
    late.take(arrival(reading_message(reading(seq=3))), heard=NOW + 500)
    early.hear(late)
    assert probe_of(early).heard == NOW + 60
    early.take(arrival(reading_message(reading(seq=3))))
    early.hear(late)
    assert probe_of(early).heard == NOW + 500


def test_what_is_long_weighs_more_than_many_readings(monkeypatch):
    monkeypatch.setattr(module, "MOST_WEIGHT", 50)
    ended = reading(seq=20, cook="a")._replace(last=True)
    story = story_of(readings([200] * 19, cook="a") + [ended] + readings([200] * 20, cook="b"))
    assert story.take(other_alert(cook="b", text="x" * 2000))
    assert list(story.cooks) == ["b"]


def test_no_number_of_alerts_fills_the_memory(monkeypatch):
    for bound in ("MOST_ALERTS", "MOST_CHANNELS"):
        monkeypatch.setattr(cook_story, bound, 3)
    monkeypatch.setattr(probe_story, "MOST_EPISODES", 3)
    smoker = readings([200] * 20)
    states = ("raised", "cleared", "lost") * 5
    told = [alert(state, one) for state, one in zip(states, smoker, strict=False)]
    story = story_of(smoker, told)
    assert [each.alert for each in story.latest.alerts] == told[-3:]
    assert len(probe_of(story).episodes) == 3
    for number in range(10):
        story.take(delivered(told[-1], f"push {number}", "accepted"))
    assert list(story.latest.alerts[-1].deliveries) == ["push 7", "push 8", "push 9"]


# --- limits, targets and lids ---------------------------------------------------------------------


def test_limits_of_a_cook_are_known_from_the_history_and_targets_are_counted_down():
    story = story_of(readings([150, 160], FOOD_A))
    assert probe_of(story, FOOD_A).to_go() is None
    assert story.take(arrival(limits_message(FOOD_A, "brisket", {"done": 203})))
    assert probe_of(story, FOOD_A).to_go() == 43
    assert not story.take(arrival(limits_message(FOOD_A, "brisket", {"done": 203})))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"low": "x"}', b'{"low": 1e999}', b"{" * 9999])
def test_limits_that_are_none_are_passed_over(body):
    story = story_of(readings([150]))
    message = replace(limits_message(SMOKER, "brisket", {}), body=body)
    assert not story.take(arrival(message))
    assert probe_of(story).limits == {}


def test_what_matters_most_of_all_that_goes_on_is_shown():
    taken = readings([225] * 9)
    low, drop = replace(alert("raised", taken[4]), rule="low"), alert("raised", taken[6])
    story = story_of(taken, [replace(low, id=f"{taken[4].id}/low-raised"), drop])
    assert probe_of(story).condition(NOW + 270).kind == "low"
    over = replace(alert("cleared", taken[8]), rule="low", id=f"{taken[8].id}/low-cleared")
    story.take(arrival(alert_message(over)))
    assert probe_of(story).condition(NOW + 270).kind == "drop"
    assert [e.kind for e in probe_of(story).episodes] == ["low", "drop"]


def test_a_lid_is_an_episode_from_its_opening_and_no_drop():
    taken = readings([237, 221, 188, 216, 225])
    lid = replace(alert("lid", taken[4]), began=taken[1].id)
    story = story_of(taken, [lid])
    begin, end = probe_of(story).moments[1], probe_of(story).moments[4]
    assert probe_of(story).episodes == [Episode("lid", begin, end)]
    assert probe_of(story).condition(NOW + 160).kind == "steady"


def test_food_that_was_done_is_so_until_its_probe_is_pulled_out():
    taken = readings([150, 203, 203, 70], FOOD_A)
    done = replace(alert("raised", taken[2]), rule="done", id=f"{taken[2].id}/done-raised")
    story = story_of(taken, [done])
    assert probe_of(story, FOOD_A).condition(NOW + 130) == Condition("done", "done for 30 s")
    out = replace(alert("over", taken[3]), rule="done", id=f"{taken[3].id}/done-over")
    story.take(arrival(alert_message(out)))
    assert probe_of(story, FOOD_A).condition(NOW + 130).kind == "steady"


def test_a_target_that_was_reached_is_not_counted_down_again():
    taken = readings([150, 203, 203, 199.7], FOOD_A)
    done = replace(alert("raised", taken[2]), rule="done", id=f"{taken[2].id}/done-raised")
    story = story_of(taken[:3], [done])
    story.take(arrival(limits_message(FOOD_A, "brisket", {"done": 203})))
    story.take(arrival(reading_message(taken[3])))
    assert probe_of(story, FOOD_A).to_go() == 0
    out = replace(alert("over", taken[3]), rule="done", id=f"{taken[3].id}/done-over")
    story.take(arrival(alert_message(out)))
    assert probe_of(story, FOOD_A).to_go() == 0


def test_food_with_a_target_is_foretold_from_its_readings_until_it_was_done():
    taken = readings([180 + n / 8 for n in range(100)], FOOD_A)
    story = story_of(taken)
    assert probe_of(story, FOOD_A).forecast() == Forecast()
    story.take(arrival(limits_message(FOOD_A, "brisket", {"done": 203})))
    found = probe_of(story, FOOD_A).forecast()
    assert 0 < found.early < (203 - 192.4) / 15 * 3600 < found.late
    done = replace(alert("raised", taken[-1]), rule="done", id=f"{taken[-1].id}/done-raised")
    story.take(arrival(alert_message(done)))
    assert probe_of(story, FOOD_A).forecast() == Forecast()


def test_a_stall_is_followed_back_for_hours_and_a_reading_a_second_costs_no_more(monkeypatch):
    stalled = readings([120, 140, *[158.2, 158.4] * 200], FOOD_A)
    story = story_of(stalled)
    story.take(arrival(limits_message(FOOD_A, "brisket", {"done": 203})))
    assert probe_of(story, FOOD_A).forecast().why == "stalled for 199 minutes"
    looked_at = []
    known = probe_story.forecast
    monkeypatch.setattr(
        probe_story, "forecast", lambda r, target: looked_at.append(r) or known(r, target)
    )
    probe_of(story, FOOD_A).moments[:] = array("d", (n / 20 for n in range(402)))
    probe_of(story, FOOD_A).forecast()
    assert len(looked_at[0]) <= probe_story.MOST_SAMPLES
    assert looked_at[0][-1] == (401 / 20, 158.4)


def test_an_alert_that_food_is_done_soon_is_listed_and_is_no_episode():
    taken = readings([190, 191], FOOD_A)
    told = replace(alert("soon", taken[1]), rule="done", id=f"{taken[1].id}/done-soon")
    story = story_of(taken, [told])
    assert probe_of(story, FOOD_A).episodes == []
    assert probe_of(story, FOOD_A).condition(NOW + 70).kind == "steady"
    assert [line.alert for line in story.cooks["brisket"].alerts] == [told]


def test_a_forged_alert_of_no_rule_is_passed_over():
    story = story_of(readings([225, 200]))
    forged = replace(alert("raised", reading(200.0, 2)), rule="comet")
    assert not story.take(arrival(alert_message(forged)))
