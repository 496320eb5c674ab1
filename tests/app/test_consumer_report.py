"""What the scripts say: how many lines a person can follow."""

import re
from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_smoker.app import throttle
from smart_smoker.app.consumer_report import ConsumerReport
from smart_smoker.app.memory import Memory
from smart_smoker.app.throttle import LINES_PER_SECOND, Throttle
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.core.watch import Watch

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def told(what: Callable[[], None]) -> list[str]:
    """The lines that are shown meanwhile."""
    with patch.object(throttle.log, "info") as info:
        what()
    return [call.args[0] % call.args[1:] for call in info.call_args_list]


def summed_up(what: Callable[[], None]) -> int:
    """For how many readings the lines stand that are shown meanwhile."""
    more = [re.search(r"\(and ([\d,]+) more in this second\)", line) for line in told(what)]
    return sum(1 + int(found[1].replace(",", "") if found else 0) for found in more)


def second(lines: Throttle, now: float, readings: int) -> tuple[int, int]:
    """Let so many readings come at once: how many had no line before, how many have one now."""
    before = summed_up(lambda: lines.begin(now))
    return before, len(told(lambda: [lines.show(lambda: "225 °F") for _ in range(readings)]))


def test_a_person_can_follow_20_lines_a_second():
    assert LINES_PER_SECOND == 20


def test_every_reading_has_a_line_while_there_are_at_most_20_a_second():
    lines = Throttle()
    assert [second(lines, now, 20) for now in range(100, 105)] == [(0, 20)] * 5


def test_readings_beyond_20_in_a_second_are_told_once_when_it_is_over():
    lines = Throttle()
    assert second(lines, 100.0, 19) == (0, 19)
    assert second(lines, 100.5, 3) == (0, 1)
    assert second(lines, 100.9, 0)[0] == 0
    assert second(lines, 101.0, 0)[0] == 2
    assert second(lines, 101.1, 0)[0] == 0
    assert second(lines, 102.0, 0)[0] == 0


def test_while_there_are_many_the_only_line_is_the_one_of_a_second():
    lines = Throttle()
    assert second(lines, 100, 500) == (0, 20)
    assert [second(lines, now, 500) for now in (101, 102, 103)] == [(480, 0), (500, 0), (500, 0)]


def test_after_a_second_with_few_every_reading_has_a_line_again():
    lines = Throttle()
    second(lines, 100, 500)
    second(lines, 101, 500)
    second(lines, 102, 3)
    assert second(lines, 103, 20)[1] == 20


def test_before_an_end_what_had_no_line_is_told_at_once_and_not_again():
    lines = Throttle()
    second(lines, 100, 500)
    assert [summed_up(lines.end), summed_up(lines.end)] == [480, 0]
    assert second(lines, 101, 0)[0] == 0


@pytest.mark.parametrize("quiet", [2, 5, 30])
def test_after_a_quiet_time_the_first_reading_has_a_line(quiet):
    lines = Throttle()
    second(lines, 100, 500)
    assert second(lines, 100 + quiet, 1) == (480, 1)


def test_lines_name_their_cook_while_more_than_one_goes_on():
    memory = Memory(SMOKER, partial(Watch, SMOKER.rule), 0)
    shown = ConsumerReport(SMOKER.rule, whose=memory.whose)

    def say(cook: str, seq: int, last: bool = False):
        reading = numbered(SMOKER, cook, seq, "12:00", 225, last)
        shown.show(reading, memory.judge(reading, 0))

    lines = told(
        lambda: [
            say("cook-pi-20250906-110005-ab12", 1),
            say("cook-hut-20250906-110005-cd34", 1),
            say("cook-pi-20250906-110005-ab12", 2),
            say("cook-hut-20250906-110005-cd34", 2, last=True),
            say("cook-pi-20250906-110005-ab12", 3),
        ]
    )
    assert [line.partition("Smoker")[0] for line in lines] == [
        "12:00  ",
        *("12:00  cook-hut: ", "12:00  cook-pi: ", "12:00  cook-hut: "),
        "12:00  ",
    ]


MOMENTS = st.lists(st.tuples(st.sampled_from([0, 0.3, 1, 7]), st.integers(0, 60)))


@untimed
@given(MOMENTS, st.floats(0, 1e6))
def test_every_reading_is_either_shown_or_counted_and_never_more_than_20_a_second_shown(
    moments, now
):
    lines, shown, counted, by_second = Throttle(), 0, 0, {}
    for later, readings in moments:
        now += later
        before, own = second(lines, now, readings)
        shown, counted = shown + own, counted + before
        by_second[int(now)] = by_second.get(int(now), 0) + own
    counted += second(lines, now + 1, 0)[0]
    assert shown + counted == sum(readings for _, readings in moments)
    assert max(by_second.values(), default=0) <= 20
