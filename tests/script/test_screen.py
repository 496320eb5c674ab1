"""The screen: how many lines a person can follow."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_smoker.script.screen import LINES_PER_SECOND, Pace

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def second(pace: Pace, now: float, readings: int) -> tuple[int, int]:
    """Let so many readings come at once: how many had no line before, how many have one now."""
    return pace.unshown(now), sum(pace.allows() for _ in range(readings))


def test_a_person_can_follow_20_lines_a_second():
    assert LINES_PER_SECOND == 20


def test_every_reading_has_a_line_while_there_are_at_most_20_a_second():
    pace = Pace()
    assert [second(pace, now, 20) for now in range(100, 105)] == [(0, 20)] * 5


def test_readings_beyond_20_in_a_second_are_told_once_when_it_is_over():
    pace = Pace()
    assert second(pace, 100.0, 19) == (0, 19)
    assert second(pace, 100.5, 3) == (0, 1)
    assert pace.unshown(100.9) == 0
    assert pace.unshown(101.0) == 2
    assert pace.unshown(101.1) == 0
    assert pace.unshown(102.0) == 0


def test_while_there_are_many_the_only_line_is_the_one_of_a_second():
    pace = Pace()
    assert second(pace, 100, 500) == (0, 20)
    assert [second(pace, now, 500) for now in (101, 102, 103)] == [(480, 0), (500, 0), (500, 0)]


def test_after_a_second_with_few_every_reading_has_a_line_again():
    pace = Pace()
    second(pace, 100, 500)
    second(pace, 101, 500)
    second(pace, 102, 3)
    assert second(pace, 103, 20)[1] == 20


def test_before_an_end_what_had_no_line_is_told_at_once_and_not_again():
    pace = Pace()
    second(pace, 100, 500)
    assert (pace.rest(), pace.rest(), pace.unshown(101)) == (480, 0, 0)


@pytest.mark.parametrize("quiet", [2, 5, 30])
def test_after_a_quiet_time_the_first_reading_has_a_line(quiet):
    pace = Pace()
    second(pace, 100, 500)
    assert second(pace, 100 + quiet, 1) == (480, 1)


MOMENTS = st.lists(st.tuples(st.sampled_from([0, 0.3, 1, 7]), st.integers(0, 60)))


@untimed
@given(MOMENTS, st.floats(0, 1e6))
def test_every_reading_is_either_shown_or_counted_and_never_more_than_20_a_second_shown(
    moments, now
):
    pace, shown, counted, by_second = Pace(), 0, 0, {}
    for later, readings in moments:
        now += later
        unshown, lines = second(pace, now, readings)
        shown, counted = shown + lines, counted + unshown
        by_second[int(now)] = by_second.get(int(now), 0) + lines
    counted += pace.unshown(now + 1)
    assert shown + counted == sum(readings for _, readings in moments)
    assert max(by_second.values(), default=0) <= 20
