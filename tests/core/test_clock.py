"""The clock: which moment a timestamp names."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_smoker.core.clock import for_people, parse_moment

UTC = timezone.utc
EAST = timezone(timedelta(hours=2))
WEST = timezone(-timedelta(hours=3, minutes=30))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("05/22/21 12:20:15", datetime(2021, 5, 22, 12, 20, 15)),
        (" 5/2/21 1:02 ", datetime(2021, 5, 2, 1, 2)),
        ("5/22/2021 12:20", datetime(2021, 5, 22, 12, 20)),
        ("5/22/2021 12:20 AM", datetime(2021, 5, 22, 0, 20)),
        ("5/22/2021 12:20 PM", datetime(2021, 5, 22, 12, 20)),
        ("5/22/2021, 1:20:15\u202fp.m.", datetime(2021, 5, 22, 13, 20, 15)),
        ("05/22/21 11:59:59am", datetime(2021, 5, 22, 11, 59, 59)),
        ("2021-05-22 12:20", datetime(2021, 5, 22, 12, 20)),
        ("2021-05-22T12:20:15", datetime(2021, 5, 22, 12, 20, 15)),
        ("2021-05-22T12:20:15.5", datetime(2021, 5, 22, 12, 20, 15, 500_000)),
        ("2021-05-22T12:20:15Z+0000", datetime(2021, 5, 22, 12, 20, 15, tzinfo=timezone.utc)),
        ("2021-05-22t12:20:15,123456789z", datetime(2021, 5, 22, 12, 20, 15, 123_456, UTC)),
        ("2021-05-22 12:20:15 UTC", datetime(2021, 5, 22, 12, 20, 15, tzinfo=UTC)),
        ("2021-05-22T12:20:15+02:00", datetime(2021, 5, 22, 12, 20, 15, tzinfo=EAST)),
        ("2021-05-22T12:20:15+02", datetime(2021, 5, 22, 12, 20, 15, tzinfo=EAST)),
        ("22/05/21 12:20:15", datetime(2021, 5, 22, 12, 20, 15)),
        ("22.05.2021 12:20", datetime(2021, 5, 22, 12, 20)),
        ("5.6.2021 12:20", datetime(2021, 6, 5, 12, 20)),
        ("2021/05/22 12:20", datetime(2021, 5, 22, 12, 20)),
        ("May 22, 2021 12:20 PM", datetime(2021, 5, 22, 12, 20)),
        ("Sat, 22 May 2021 12:20", datetime(2021, 5, 22, 12, 20)),
        ("12:20:15", datetime(1970, 1, 1, 12, 20, 15)),
        ("+25:20:15.5", datetime(1970, 1, 2, 1, 20, 15, 500_000)),
        ("2021-05-22T12:20-0330", datetime(2021, 5, 22, 12, 20, tzinfo=WEST)),
    ],
)
def test_a_timestamp_names_its_moment_with_the_zone_that_it_states(text, moment):
    found = parse_moment(text)
    assert (found, found.tzinfo) == (moment, moment.tzinfo)


@pytest.mark.parametrize(
    "text",
    [
        *("", "05/22/21", "row 7", "16216860150", "05/22/21 12:20:15, 84", "noon"),
        *("22/13/21 12:20:15", "06/31/21 12:20:15", "05/22/21 25:20", "05/22/21 12:60"),
        *("05/22/21 13:20 PM", "05/22/21 0:20 AM", "05/22/021 12:20", "2021-05-22 12:20+24:00"),
        *("0000-05-22 12:20", "٠٥/٢٢/٢١ ١٢:٢٠:١٥", "2021-05-22T12:20:15ZZ", "05/22/21\n12:20:15 x"),
    ],
)
def test_any_other_text_names_none(text):
    assert parse_moment(text) is None


@given(st.datetimes(timezones=st.sampled_from([None, UTC, EAST, WEST])), st.sampled_from("T "))
def test_what_iso_writes_is_read_again(moment, between):
    assert parse_moment(moment.isoformat(between)) == moment


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_what_a_thermometer_writes_is_read_again(moment):
    moment = moment.replace(microsecond=0)
    assert parse_moment(moment.strftime("%m/%d/%y %H:%M:%S")) == moment
    assert parse_moment(moment.strftime("%m/%d/%Y %I:%M:%S %p")) == moment


@given(st.text())
def test_no_text_is_too_strange(text):
    assert parse_moment(text) is None or isinstance(parse_moment(text), datetime)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1621686015", (12, 20, 15, 0)),
        ("1621686015.5", (12, 20, 15, 500_000)),
        ("1621686015500", (12, 20, 15, 500_000)),
    ],
)
def test_seconds_and_milliseconds_since_1970_are_moments(text, moment):
    hour, minute, second, micro = moment
    expected = datetime(2021, 5, 22, hour, minute, second, micro, timezone.utc)
    assert parse_moment(text) == expected
    assert for_people(text) == "2021-05-22 12:20:15 UTC"


def test_other_timestamps_are_for_people_as_they_are():
    assert for_people("05/22/21 12:20:15") == "05/22/21 12:20:15"
    assert for_people("7") == "7"
