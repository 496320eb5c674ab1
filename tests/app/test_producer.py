"""A cook: how its readings are numbered, and which is a probe's last."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_smoker.app.producer import Cook, last_rows
from smart_smoker.core.probes import FOOD_A, FOOD_B, PROBES, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rows import Row

TIME = "05/22/21 12:20:15"
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""
TEMPERATURES = st.tuples(*[st.none() | st.floats(-60, 1000)] * 3)


def rows(*temperatures) -> list[Row]:
    """Rows of a file with a header and a blank line, so that numbers do not begin with 1."""
    return [Row(number, TIME, cells) for number, cells in enumerate(temperatures, 3)]


ROWS = st.lists(TEMPERATURES).map(lambda cells: rows(*cells))


def ids(readings: list[Reading]) -> list[str]:
    return [reading.id for reading in readings]


def test_each_filled_cell_is_a_reading_and_an_empty_one_is_none():
    (row,) = rows((225.5, None, 38.1))
    assert Cook("brisket").take(row) == [
        Reading(SMOKER, TIME, 225.5, "brisket/01-smoker/1", "brisket", 1),
        Reading(FOOD_B, TIME, 38.1, "brisket/03-food-B/1", "brisket", 1),
    ]


def test_zero_degrees_is_a_temperature():
    assert len(Cook("brisket").take(*rows((0.0, 0.0, None)))) == 2


def test_readings_are_numbered_from_1_queue_by_queue():
    cook = Cook("brisket")
    taken = [cook.take(row) for row in rows((200, 70, None), (None, 71, None), (201, None, 40))]
    assert [ids(readings) for readings in taken] == [
        ["brisket/01-smoker/1", "brisket/02-food-A/1"],
        ["brisket/02-food-A/2"],
        ["brisket/01-smoker/2", "brisket/03-food-B/1"],
    ]
    assert cook.readings == 5


def test_the_last_row_of_each_probe_is_found():
    file = rows((200, 70, None), (None, 71, None), (201, None, None), (None, None, None))
    assert last_rows(file) == {FOOD_A: 4, SMOKER: 5}


def test_a_file_marks_each_probes_last_reading_as_it_is_taken():
    file = rows((200, 70, None), (None, 71, None), (201, None, None), (None, None, None))
    cook = Cook("brisket", last_rows(file))
    taken = [reading for row in file for reading in cook.take(row)]
    assert [r.id for r in taken if r.last] == ["brisket/02-food-A/2", "brisket/01-smoker/2"]
    assert cook.end() == []


def test_a_cook_that_is_stopped_repeats_each_probes_newest_reading_as_its_last():
    cook = Cook("brisket")
    for row in rows((200, 70, None), (201, None, None)):
        cook.take(row)
    assert cook.end() == [
        Reading(SMOKER, TIME, 201, "brisket/01-smoker/2", "brisket", 2, last=True),
        Reading(FOOD_A, TIME, 70, "brisket/02-food-A/1", "brisket", 1, last=True),
    ]
    assert cook.readings == 3


def test_a_cook_without_a_reading_has_no_last_one():
    cook = Cook("brisket", {SMOKER: 7})
    cook.take(*rows((None, None, None)))
    assert (cook.end(), cook.readings) == ([], 0)


def test_a_cook_ends_once():
    cook = Cook("brisket")
    cook.take(*rows((200, 70, 40)))
    assert [len(cook.end()), len(cook.end())] == [3, 0]


@pytest.mark.parametrize("known", [True, False], ids=["a file", "a pipe"])
@untimed
@given(file=ROWS, stop=st.integers(0, 20))
def test_wherever_a_cook_ends_each_probe_has_one_last_reading_its_newest(known, file, stop):
    cook = Cook("brisket", last_rows(file) if known else None)
    taken = [reading for row in file[:stop] for reading in cook.take(row)]
    every = taken + cook.end()
    for probe in PROBES:
        seqs = [reading.seq for reading in taken if reading.probe == probe]
        assert seqs == list(range(1, len(seqs) + 1))
        lasts = [reading.seq for reading in every if reading.probe == probe and reading.last]
        assert lasts == seqs[-1:]
    assert cook.readings == len(taken)


@untimed
@given(file=ROWS)
def test_a_file_that_is_sent_to_its_end_repeats_nothing(file):
    cook = Cook("brisket", last_rows(file))
    for row in file:
        cook.take(row)
    assert cook.end() == []
