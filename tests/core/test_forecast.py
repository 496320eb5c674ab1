"""The forecast of when food is done: a range that holds what comes, or why there is none."""

from datetime import datetime

import pytest

from benchmarks.forecast import NARROW, moments, simulated
from smart_smoker.core.forecast import LOOKS_BACK, STEP, Course, forecast

MINUTE = 60
NOW = datetime(2026, 11, 28, 17, 42, 10)


def line(first: float, per_hour: float, minutes: float = 40, step: float = 30):
    """Readings of meat that goes on by so many °F an hour."""
    seconds = range(0, int(minutes * MINUTE) + 1, int(step))
    return [(second, round(first + per_hour * second / 3600, 1)) for second in seconds]


def test_above_the_stall_the_time_by_a_straight_line_is_within_the_range():
    found = forecast(line(180, 15), 203)
    by_the_line = (203 - 190) / 15 * 3600
    assert 0 < found.early < by_the_line < found.late
    assert (found.late - found.early) / 2 < 30 * MINUTE


def test_food_that_cools_has_no_range():
    assert forecast(line(195, -6), 203).late == 0
    assert forecast(line(195, -6), 203).why == "it falls"


def test_food_that_was_taken_out_a_minute_ago_has_no_range():
    assert forecast([*line(180, 15), (41 * MINUTE, 175)], 203).why == "it falls"


def test_in_the_stall_it_says_for_how_long_it_has_stalled():
    assert forecast(line(158, 0.6), 203).why == "stalled for 40 minutes or more"
    risen = [(second - 7200, 120) for second in (0, 60)]
    assert forecast([*risen, *line(158, 0.6, minutes=50)], 203).why == "stalled for 50 minutes"
    assert forecast([*risen, *line(158, 0.6)], 203).late == 0


def test_food_that_rises_below_the_stall_can_still_stall():
    assert forecast(line(150, 12), 203).why == "meat can stall below ⟨180⟩"
    assert forecast(line(110, 30), 203).why == "meat can stall below ⟨180⟩"


def test_food_that_stands_still_shortly_before_its_target_is_not_foretold():
    assert forecast(line(190, 0), 203).why == "stalled for 40 minutes or more"
    assert forecast(line(188, 1.5, minutes=30), 210).why == "stalled for 30 minutes or more"


def test_a_roast_with_a_target_below_the_stall_has_a_range_on_its_way():
    found = forecast(line(90, 24), 130)
    by_the_line = (130 - 106) / 24 * 3600
    assert by_the_line < found.early < found.late < 2.5 * by_the_line
    assert forecast(line(42, 24), 130).why == "its middle is still cold"


def test_what_has_reached_its_target_is_not_foretold():
    found = forecast(line(200, 9), 203)
    assert not found.late
    assert found.words(NOW) == ""


def test_it_takes_twenty_minutes_of_readings():
    assert forecast(line(190, 15, minutes=19), 203).why == "that takes 20 minutes of readings"
    assert forecast([(0, 190)], 203).why == "that takes 20 minutes of readings"
    assert forecast(line(190, 15, minutes=20), 203).late


def test_a_probe_that_is_out_for_two_minutes_does_not_turn_the_line():
    whole = line(180, 15)
    out = [(s, 80 if 18 <= s / MINUTE <= 20 else t) for s, t in whole]
    assert forecast(out, 203)[:2] == pytest.approx(forecast(whole, 203)[:2], rel=0.15)


@pytest.mark.parametrize("seed", range(1, 8, 2))
def test_no_range_begins_in_the_past_and_a_higher_target_is_never_reached_earlier(seed):
    course, above = Course(), 0
    for moment, temperature in simulated(seed):
        course.add(moment, temperature)
        ranges = [forecast(course, target) for target in range(150, 215, 5)]
        given = [found for found in ranges if found.late]
        assert all(0 <= found.early < found.late for found in given)
        assert [found.early for found in given] == sorted(found.early for found in given)
        assert [found.late for found in given] == sorted(found.late for found in given)
        above += bool(given)
    assert above > 20


def test_in_eight_of_ten_simulated_cooks_that_chose_no_number_what_came_was_in_the_range():
    found = [moment for seed in range(1, 60, 2) for moment in moments(simulated(seed), 203)]
    given = [moment for moment in found if moment.late]
    above = [moment for moment in found if moment.temperature >= NARROW]
    ranges = [moment for moment in above if moment.late]
    assert sum(moment.within for moment in given) >= 0.8 * len(given) > 100
    assert len(ranges) > 0.9 * len(above)
    assert sorted(moment.half for moment in ranges)[len(ranges) // 2] <= 30


@pytest.mark.parametrize("step", [1, 5, 30, 100, 600])
def test_a_course_is_short_however_fast_readings_come_and_foretells_the_same(step):
    readings, course = line(170, 15, minutes=120, step=step), Course()
    for reading in readings:
        course.add(*reading)
        assert len(course) <= LOOKS_BACK / STEP + 3
        assert course[-1] == reading
    assert forecast(course, 215)[:2] == pytest.approx(forecast(readings, 215)[:2], rel=0.02)


def test_a_reading_that_comes_late_is_left_out_and_a_clock_put_back_begins_anew():
    course = Course()
    for reading in line(180, 15):
        course.add(*reading)
    whole = list(course)
    course.add(20 * MINUTE, 50)
    assert list(course) == whole
    course.add(-3600, 181)
    assert list(course) == [(-3600, 181)]


def test_a_course_is_known_again_from_what_it_has_left():
    course, next_one = Course(), Course()
    for reading in line(180, 15):
        course.add(*reading)
    next_one.resume([list(reading) for reading in course])
    assert next_one == course
    with pytest.raises((TypeError, ValueError)):
        Course().resume([["soon", 180]])


def test_words_round_the_range_outwards_to_five_minutes():
    found = forecast(line(180, 15), 203)
    assert (round(found.early / MINUTE), round(found.late / MINUTE)) == (34, 87)
    assert found.words(NOW) == "done between 18:15 and 19:10"
    assert found._replace(early=60).words(NOW) == "done by 19:10"
    assert found.words(NOW.replace(hour=23)) == "done between 00:15 and 01:10"


def test_readings_that_came_all_at_once_have_no_rate():
    at_once = [(0, 181), *[(25 * MINUTE, 181 + n / 100) for n in range(60)]]
    assert forecast(at_once, 203).late == 0


def test_the_end_of_all_time_is_no_error():
    assert forecast(line(180, 15), 203).words(datetime.max).startswith("done ")


def test_words_say_why_it_is_not_known():
    words = "when it is done is not known yet: it falls"
    assert forecast(line(195, -6), 203).words(NOW) == words
