"""CSVs as loggers and Excel write them."""

import pytest

from smart_smoker.core.errors import InputError
from smart_smoker.core.rows import Wanted, read_rows

TIME = "05/22/21 12:20:15"
ROW = [(TIME, (225.4, 70.1, 68.5))]


def rows(*lines: str, columns=(), celsius=False) -> list[tuple]:
    found = read_rows(lines, Wanted(columns, celsius))
    return [(row.time, row.temperatures) for row in found]


@pytest.mark.parametrize(
    "lines",
    [
        [f"{TIME};225,4;70,1;68,5"],
        [f"{TIME};225.4;70.1;68.5"],
        [f"{TIME}\t225,4\t70,1\t68,5"],
        ["Zeit;Ofen;Fleisch A;Fleisch B", f"{TIME};225,4;70,1;68,5"],
        ["sep=;", "Zeit;Ofen;A;B", f"{TIME};225,4;70,1;68,5"],
        ["sep=;", f"{TIME};225,4;70,1;68,5"],
        ["Zeit\tOfen\tA\tB", f"{TIME}\t225.4\t70.1\t68.5"],
        [f'"{TIME}";"225,4";"70,1";"68,5"'],
        ["Time,Smoker,Food A,Food B", f'"{TIME}","225.4","70.1","68.5"'],
        ["Zeit;Datum,Ofen,Fleisch 1,Fleisch 2", f"{TIME},225.4,70.1,68.5"],
        ["\ufeffZeit;Ofen;A;B", "", f"{TIME};225,4;70,1;68,5;note"],
    ],
)
def test_a_separator_is_known_by_the_beginning_and_decimal_commas_by_the_separator(lines):
    assert rows(*lines) == ROW


def test_with_semicolons_a_time_can_have_a_comma():
    assert rows("12:20:15,5;225,4;70,1;68,5") == [("12:20:15,5", (225.4, 70.1, 68.5))]


@pytest.mark.parametrize(
    "lines",
    [
        [f"{TIME},225,4,70,1,68,5"],
        ["Zeit,Ofen,A,B", f"{TIME},225,4,70,1,68,5"],
        ["Zeit,Ofen", f"{TIME},225,4"],
    ],
)
def test_what_may_be_decimal_commas_among_commas_is_refused_with_what_to_do(lines):
    with pytest.raises(InputError, match="may have decimal commas: write it with semicolons"):
        rows(*lines)


def test_further_columns_with_commas_are_passed_over_as_ever():
    assert rows(f"{TIME},225,70,68,98,1") == [(TIME, (225, 70, 68))]
    assert rows(f"{TIME},225,470,68,98,1,12") == [(TIME, (225, 470, 68))]


HEADER = "battery,ribs,Time,Pit °F,brisket"
NAMED = f"98,68.5,{TIME},225.4,70.1"


def test_columns_are_chosen_by_name_whatever_their_place_and_case():
    assert rows(HEADER, NAMED, columns=["time", "PIT °F", " brisket", "ribs"]) == ROW
    assert rows(HEADER, NAMED, HEADER, NAMED, columns=["time", "pit °f", "brisket", "ribs"]) == (
        ROW * 2
    )


def test_fewer_columns_or_an_empty_name_leave_probes_without_readings():
    assert rows(HEADER, NAMED, columns=["time", "pit °F"]) == [(TIME, (225.4, None, None))]
    assert rows(HEADER, NAMED, columns=["time", "", "brisket"]) == [(TIME, (None, 70.1, None))]
    assert rows(HEADER, f"98,68.5,{TIME}", columns=["time", "pit °F"]) == [(TIME, (None,) * 3)]


@pytest.mark.parametrize(
    ("header", "columns", "words"),
    [
        (HEADER, ["time", "turkey"], "there is no column 'turkey' among"),
        ("time,pit,pit", ["time", "pit"], "more than one column 'pit' among"),
        (f"{TIME},225,70", ["time", "pit"], "--columns needs a header"),
    ],
)
def test_columns_that_cannot_be_found_are_refused_with_what_there_is(header, columns, words):
    with pytest.raises(InputError, match=words):
        rows(header, NAMED, columns=columns)


def test_celsius_becomes_fahrenheit_at_the_door():
    assert rows(f"{TIME};107,5;21,1;20", celsius=True) == [(TIME, (225.5, 69.98, 68))]


def test_what_is_out_of_range_in_celsius_is_named_as_it_was_written():
    (row,) = read_rows([f"{TIME},600,21,20"], Wanted(celsius=True))
    assert "'600' °C is outside -60 to 1,000 °F" in row.skipped[0]


@pytest.mark.parametrize("time", ["1621686015", "1621686015.5", "1621686015500"])
def test_times_since_1970_are_rows_and_stay_as_they_are(time):
    assert rows(f"{time},225.4,70.1,68.5") == [(time, (225.4, 70.1, 68.5))]
