"""Readings: what people's files hold, and the text on the wire."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_smoker.core.errors import InputError, UnreadableMessage
from smart_smoker.core.probes import FOOD_A, PROBES, SMOKER
from smart_smoker.core.readings import Reading, excerpt, parse_body
from smart_smoker.core.rows import NOWHERE, Row, read_rows, require_readings
from smart_smoker.rabbitmq.events import parse
from smart_smoker.rabbitmq.messages import Arrival, reading_message

HEADER = "Time (UTC),Channel1,Channel2,Channel3"
TIME = "05/22/21 12:20:15"
NOTHING = (None, None, None)
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

TIMES = (
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=100)
    .map(str.strip)
    .filter(bool)
)
TEMPERATURES = st.floats(-60, 1000).filter(lambda degrees: degrees not in NOWHERE)
READINGS = st.builds(
    Reading, st.sampled_from(PROBES), TIMES, TEMPERATURES, st.just("brisket/01-smoker/1")
)


def rows(*lines: str) -> list[Row]:
    """What becomes of a CSV of three probes, also where the program has been given a fourth."""
    return [replace(row, temperatures=row.temperatures[:3]) for row in read_rows(lines)]


def row(line: str) -> Row:
    """What becomes of one line behind a header."""
    (only,) = rows(HEADER, line)
    return only


# --- CSV -----------------------------------------------------------------------------------------


def test_columns_are_time_smoker_food_a_and_food_b():
    assert rows(f"{TIME},225.5,70,38.1\n") == [Row(1, TIME, (225.5, 70, 38.1))]


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        "time,smoker,food A,food B",
        "Time,1,2,3",
        "Zeit;Datum,Räucherofen,Fleisch 1,Fleisch 2",
        '"Time, local","Smoker (°F)","Probe ""A""","Probe B"',
        ",Smoker,Food A,Food B",
        "Sample No 7,Smoker,Food A,Food B",
        "Time",
    ],
)
def test_a_header_is_passed_over_whatever_its_names(header):
    assert rows(header, f"{TIME},84.2,,") == [Row(2, TIME, (84.2, None, None))]


@pytest.mark.parametrize("time", [TIME, "2021-05-22T12:20:15Z", "Sat May 22 12:20:15 2021", "7"])
def test_without_a_header_the_first_line_is_a_row(time):
    assert rows(f"{time},84.2,,") == [Row(1, time, (84.2, None, None))]


def test_a_first_line_that_begins_with_a_digit_is_a_row_even_without_a_temperature():
    (only,) = rows(f"{TIME},warm,none,")
    assert (only.time, only.temperatures, len(only.skipped)) == (TIME, NOTHING, 1)


def test_a_logger_that_starts_again_writes_its_header_again():
    assert len(rows(HEADER, f"{TIME},84.2,,", HEADER, f"{TIME},84.3,,")) == 2


def test_a_row_with_a_word_for_a_temperature_is_no_header():
    (_, row) = rows(f"{TIME},84.2,,", "noon,hot,,")
    assert len(row.skipped) == 1


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((f"\ufeff{HEADER}", f"{TIME},84.2,,"), id="BOM before a header"),
        pytest.param((f"\ufeff{TIME},84.2,,",), id="BOM before a row"),
        pytest.param((f"{HEADER}\r\n", f"{TIME},84.2,,\r\n"), id="CRLF"),
        pytest.param(("\n", " \n", ",,,\n", HEADER, "\r\n", f"{TIME},84.2,,", ""), id="blank"),
        pytest.param((f"{HEADER},Note,x", f"{TIME},84.2,,,lid open,1,99"), id="further columns"),
        pytest.param((HEADER, f"{TIME},84.2"), id="fewer columns"),
        pytest.param((HEADER, f"  {TIME} , 84.2\t,  , "), id="spaces"),
        pytest.param((HEADER, f'"{TIME}","84.2","",""'), id="quotes"),
        pytest.param((HEADER, f"\0\0{TIME},8\x004.2,,\0", "\0\0\0\n"), id="NULs"),
    ],
)
def test_a_file_as_people_have_it_gives_the_same_row(lines):
    (only,) = rows(*lines)
    assert (only.time, only.temperatures, only.skipped) == (TIME, (84.2, None, None), ())


@pytest.mark.parametrize(
    "cell", ["", "  ", "No temperature", "NO TEMPERATURE", "none", "None", "n/a", "N/A"]
)
def test_a_cell_can_say_that_there_is_no_temperature(cell):
    assert row(f"{TIME},{cell},70.1,") == Row(2, TIME, (None, 70.1, None))


@pytest.mark.parametrize(
    ("cell", "temperature"),
    [("84.2", 84.2), ("84", 84), ("+84.", 84), (".5", 0.5), ("-0.5", -0.5), ("8.42e1", 84.2)]
    + [("-60", -60), ("-60.0", -60), ("1000", 1000), ("1e3", 1000)],
)
def test_a_temperature_is_any_finite_number_from_60_below_zero_to_1000(cell, temperature):
    assert row(f"{TIME},,{cell},") == Row(2, TIME, (None, temperature, None))


@pytest.mark.parametrize(
    "cell",
    ["inf", "-inf", "Infinity", "1e999", "-60.1", "1000.1", "6553.5", "-1e3"]
    + ["warm", "84.2 K", "8 4", "1_0", "0x54", "٨٤", "--84", "e5", "."],
)
def test_any_other_cell_is_skipped_with_its_row_column_and_value(cell):
    bad = rows(HEADER, f"{TIME},80,,", "", f"{TIME},80,{cell},60.5")[-1]
    assert bad.number == 4
    assert bad.temperatures == (80, None, 60.5)
    (words,) = bad.skipped
    assert "row 4" in words
    assert "column 3" in words
    assert "Food A" in words
    assert excerpt(cell) in words


def test_each_bad_cell_of_a_row_has_its_own_sentence():
    bad = row(f"{TIME},warm,hot,1e9")
    assert bad.temperatures == NOTHING
    assert [words.split(" (")[0] for words in bad.skipped] == [
        "row 2, column 2",
        "row 2, column 3",
        "row 2, column 4",
    ]


@pytest.mark.parametrize("time", ["", "  ", '""', "12:20\x07", "12:\r20", "0" * 101])
def test_a_row_without_a_timestamp_is_skipped_with_a_sentence(time):
    bad = row(f"{time},84.2,,")
    assert (bad.time, bad.temperatures) == ("", NOTHING)
    (words,) = bad.skipped
    assert "row 2" in words
    assert "column 1" in words


@pytest.mark.parametrize(
    "time",
    ["22.05.2021 12:20", "2021-05-22T12:20:15.123+02:00", "1621686015", "12h20", "二〇二一年"]
    + ["Saturday, May 22, 2021", "5/22/2021, 12:20:15\u202fPM", "22 mai 2021 à 12\xa0h", "x  y"],
)
def test_a_date_in_any_format_is_passed_on_as_it_is(time):
    assert row(f'"{time}",84.2,,') == Row(2, time, (84.2, None, None))


@pytest.mark.parametrize(
    "line", [f'{TIME},"84.2,,', f'"{TIME},84.2,,', f'{TIME},8"4.2,,', f'{TIME},,,"']
)
def test_a_stray_quote_cannot_swallow_the_lines_behind_it(line):
    behind = [f'{TIME},80.0,"70.1",', f"{TIME},81.0,,60.5"]
    assert [r.temperatures for r in rows(HEADER, line, *behind)[1:]] == [
        (80.0, 70.1, None),
        (81.0, None, 60.5),
    ]


@pytest.mark.parametrize("line", [f'{TIME},"84.2,,', f'"{TIME},84.2,,', f'{TIME},8"4.2,,'])
def test_a_reading_that_a_stray_quote_spoils_is_told_unless_it_is_taken(line):
    assert row(line).skipped or row(line).temperatures == (84.2, None, None)


def test_nothing_there_yet_is_handed_on_and_counts_as_no_line():
    lines = [None, HEADER, None, f"{TIME},84.2,,", None]
    assert list(read_rows(lines)) == [None, None, Row(2, TIME, (84.2, None, None)), None]


@untimed
@given(st.lists(st.tuples(TIMES, *[st.none() | TEMPERATURES] * 3)), st.sampled_from(["", "\ufeff"]))
def test_what_a_spreadsheet_writes_is_read_as_it_was(cook, bom):
    file = io.StringIO(newline="")
    csv.writer(file).writerows([HEADER.split(","), *cook])
    found = read_rows((bom + file.getvalue()).split("\r\n"))
    assert [(r.time, *r.temperatures, *r.skipped) for r in found] == cook


@untimed
@given(st.text(st.characters(exclude_characters="\n")))
def test_no_line_can_stop_the_reading_or_spoil_another(line):
    good = f"{TIME},84.2,70.1,60.5"
    *found, last = rows(HEADER, line, good)
    assert last == Row(3, TIME, (84.2, 70.1, 60.5))
    assert len(found) <= 1
    for strange in found:
        assert all(t is None or -60 <= t <= 1000 for t in strange.temperatures)
        assert strange.time or strange.skipped


WEB_PAGE = """<!DOCTYPE html>
<html><head><title>404, not found</title>
<style>
  body { font: 14px, 12px; background: #fff }
  p { text-shadow: 0 1px
      rgba(0, 0, 0, .2) }
</style></head>
"""


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="empty"),
        pytest.param([HEADER], id="only a header"),
        pytest.param([HEADER, f"{TIME},,,", f"{TIME},nan,,"], id="no reading"),
        pytest.param(WEB_PAGE.splitlines(), id="web page"),
    ],
)
def test_a_file_without_one_reading_is_an_input_error_that_names_it(lines):
    with pytest.raises(InputError, match="cook.csv holds not one reading") as error:
        require_readings(rows(*lines), "cook.csv")
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)


def test_one_reading_is_enough_for_a_file():
    require_readings(rows(HEADER, f"{TIME},nan,,", f"{TIME},,,60.5"), "cook.csv")


@pytest.mark.parametrize("value", ["x" * 99, b"x" * 99, "\0" * 99, "é\n" * 99], ids=ascii)
def test_an_excerpt_is_at_most_40_plain_characters_and_says_that_there_is_more(value):
    shown = excerpt(value)
    assert shown.endswith("…")
    assert len(shown) == 41
    assert shown[:-1].isascii()
    assert shown.isprintable()


# --- the text on the wire ------------------------------------------------------------------------


def test_a_body_is_timestamp_comma_space_temperature():
    assert Reading(SMOKER, TIME, 84.2, "").body() == b"05/22/21 12:20:15, 84.2"


@untimed
@given(READINGS)
def test_a_body_is_read_as_it_was_written(reading):
    assert parse_body(reading.body()) == (reading.time, reading.temperature)


@pytest.mark.parametrize(
    ("body", "time"),
    [
        (b"05/22/21 12:20:15,84.2", TIME),
        (b"  05/22/21 12:20:15  ,  84.2 \r\n", TIME),
        ("22. März, 12:20,84.2".encode(), "22. März, 12:20"),
    ],
)
def test_a_strangers_body_is_read_too(body, time):
    assert parse_body(body) == (time, 84.2)


NOISE = b"x" * 1_000_000


@pytest.mark.parametrize(
    "body",
    [b"", b"84.2", b"05/22/21 12:20:15 84.2", b"\xff\xfe05/22/21, 84.2", b", 84.2", b"05/22/21,"]
    + [b"05/22/21, " + cell for cell in (b"nan", b"inf", b"6553.5", b"-60.1", b"warm", b"1_0")]
    + [b"05/22/21\r\nBcc: all@example.com, 84.2", b"\0, 84.2", NOISE, b"1," + NOISE, NOISE + b",1"],
    ids=excerpt,
)
def test_a_body_that_is_no_reading_is_unreadable_for_a_reason_in_a_line(body):
    with pytest.raises(UnreadableMessage) as error:
        parse_body(body)
    assert error.value.value == body
    assert 0 < len(str(error.value)) < 150
    assert str(error.value).isprintable()


PAIRS = st.tuples(st.text(), st.text() | st.floats()).map("{0[0]},{0[1]}".format)


@untimed
@given(st.binary() | (st.text() | PAIRS).map(str.encode))
def test_whatever_a_body_holds_it_is_a_reading_or_unreadable(body):
    try:
        time, temperature = parse_body(body)
    except UnreadableMessage:
        return
    assert time
    assert -60 <= temperature <= 1000


# --- the message around it -----------------------------------------------------------------------


def arrival(
    body=b"05/22/21 12:20:15, 84.2", id="", type="", headers=(), queue=SMOKER.queue
) -> Arrival:
    return Arrival(queue, 1, body, id, type, dict(headers), sent=1621686015)


def test_a_message_has_the_cook_and_the_number_of_its_reading():
    reading = Reading(FOOD_A, TIME, 84.2, "brisket/02-food-A/7", "brisket", 7)
    message = reading_message(reading)
    assert (message.queue, message.id, message.type) == (
        "02-food-A",
        "brisket/02-food-A/7",
        "reading",
    )
    assert message.headers == {"cook": "brisket", "seq": 7}
    assert reading_message(reading._replace(last=True)).headers["last"] is True


@untimed
@given(READINGS, st.integers(1, 2**40), st.booleans())
def test_a_reading_comes_out_of_its_message_as_it_went_in(reading, seq, last):
    id = f"brisket/{reading.probe.queue}/{seq}"
    reading = reading._replace(id=id, cook="brisket", seq=seq, last=last)
    sent = reading_message(reading)
    arrived = arrival(sent.body, sent.id, sent.type, sent.headers, sent.queue)
    assert parse(arrived) == reading


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cook": "brisket"},
        {"seq": 1},
        {"cook": "", "seq": 1},
        {"cook": 5, "seq": 1},
        {"cook": "a\r\nBcc: b", "seq": 1},
        {"cook": "é" * 51, "seq": 1},
        {"cook": "brisket", "seq": 0},
        {"cook": "brisket", "seq": "1"},
        {"cook": "brisket", "seq": None, "last": True},
    ],
    ids=str,
)
def test_a_foreign_reading_is_of_no_cook_and_unlike_any_other(headers):
    first, second = (parse(arrival(headers=headers)) for _ in range(2))
    assert (first.time, first.temperature) == (TIME, 84.2)
    assert (first.cook, first.seq, first.last) == ("", 0, False)
    assert first.id != second.id


def test_a_message_of_another_type_is_no_reading():
    with pytest.raises(UnreadableMessage, match="alert"):
        parse(arrival(type="alert"))
