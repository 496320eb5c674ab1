"""Tables as thermometers and their apps write them: which column is what."""

import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_smoker.core.columns import is_celsius, kind_of
from smart_smoker.core.errors import InputError
from smart_smoker.core.probes import PROBES
from smart_smoker.core.rows import Wanted, read_rows

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

AT = "2024-06-12 22:00:00"


def rows(text: str, **wanted) -> list[tuple]:
    found = read_rows(text.splitlines(), Wanted(**wanted))
    return [(row.time, row.temperatures[:3]) for row in found]


def only(text: str, **wanted) -> tuple:
    return rows(text, **wanted)[-1]


TABLES = {
    "a set point first, as controllers write": (
        f"Time,Set,Pit,Food1,Food2,Ambient\n{AT},225,250,60,55,70",
        (AT, (250, 60, 55)),
    ),
    "a date and a time": (
        "Date,Time,Pit,Meat\n2024-06-12,22:00:00,250,60",
        (AT, (250, 60, None)),
    ),
    "a date and a time without a header": (
        "2024-06-12,22:00:00,250,60",
        (AT, (250, 60, None)),
    ),
    "a row number first, as pandas writes": (
        f",Time,Pit,A,B\n0,{AT},250,60,55",
        (AT, (250, 60, 55)),
    ),
    "a row number without a header": (f"17,{AT},250,60,55", (AT, (250, 60, 55))),
    "°C in the header": (f"Time,Pit (°C),A (°C)\n{AT},107,20", (AT, (224.6, 68, None))),
    "units in the cells": (f"Time,Pit,A,B\n{AT},225°F,107 C,---", (AT, (225, 224.6, None))),
    "a unit in one cell alone": (f"{AT},225 F,20°C,", (AT, (225, 68, None))),
    "bars": (f"Time|Pit|A|B\n{AT}|225,4|60|55", (AT, (225.4, 60, 55))),
    "spaces": (f"{AT}  250.5  60  55", (AT, (250.5, 60, 55))),
    "one space": ("22:00 250 60", ("22:00", (250, 60, None))),
    "a line of JSON": (
        f'{{"time": "{AT}", "pit": 250.5, "meat": null, "food2": 55}}',
        (AT, (250.5, None, 55)),
    ),
    "lines of JSON that leave out a probe": (
        f'{{"t": 1, "time": "", "pit": 1, "ribs": 2}}\n{{"time": "{AT}", "ribs": 55}}',
        (AT, (None, 55, None)),
    ),
    "the time last": (
        f"Probe1 -°F, Probe 2 -°F, Probe 3 -°F, Time\n250,60,55,{AT}",
        (AT, (250, 60, 55)),
    ),
    "the time last without a header": (f"250,60,55,{AT}", (AT, (250, 60, 55))),
    "two columns of one name": (
        f"Time,Ribs,Ribs,Traeger\n{AT},60,55,250",
        (AT, (250, 60, 55)),
    ),
    "titles and units around a header": (
        f"Session: Sunday\nTime,Channel 1,Channel 2\n,Pit,Brisket\n,°F,°F\n{AT},250,60",
        (AT, (250, 60, None)),
    ),
    "a title with numbers": (f"Sample Period: 5000\n\nTime,Pit\n{AT},250", (AT, (250, None, None))),
    "Combustion: elapsed seconds, °C, a preamble": (
        "CSV version: 4\nCreated: 2024-06-12 22:00:00\n\nTimestamp,SessionID,T1,T2,"
        "VirtualCoreTemperature,VirtualAmbientTemperature\n3605.500,96,20,21,20,110",
        ("+1:00:05.5", (230, 68, None)),
    ),
    "a meat alone is no smoker": (f"Time,Brisket,Ribs\n{AT},60,55", (AT, (None, 60, 55))),
    "names that nobody knows count by their places": (
        f"Time,X,Y,Z\n{AT},250,60,55",
        (AT, (250, 60, 55)),
    ),
    "seconds since a beginning beside a time": (
        f"Elapsed,Time,Pit\n60,{AT},250",
        (AT, (250, None, None)),
    ),
    "a decimal comma with its unit": (f"Time;Pit\n{AT};225,4 °F", (AT, (225.4, None, None))),
    "one probe beside what MQTT says of a message": (
        f'{{"tst": "{AT}", "topic": "9", "qos": 1, "retain": 1, "payloadlen": 9, "id": 7,'
        ' "name": "9", "payload": {"pit": 250}}',
        (AT, (250, None, None)),
    ),
    "JSON within JSON": (
        f'{{"at": {{"time": "{AT}"}}, "probes": {{"pit": 250, "food": {{"1": 60}}}}, "x": {{}}}}',
        (AT, (250, 60, None)),
    ),
    "no probe in the first row of a name each": (
        f"entity_id,state,last_changed\nsensor.pit,unavailable,{AT}",
        (AT, (None, None, None)),
    ),
    "not a number, in words": (f"{AT},NaN,ERR,n.a.", (AT, (None, None, None))),
    "more words": (f"{AT},OFF,HHH,Open", (AT, (None, None, None))),
    "below zero by rounding": (f"Time,Pit,A\n{AT},225,-17.8 °C", (AT, (225, None, None))),
}


@pytest.mark.parametrize(("text", "row"), TABLES.values(), ids=TABLES)
def test_a_table_is_read_by_what_its_columns_are_called(text, row):
    assert only(text) == row


def test_a_probe_that_the_first_line_of_json_has_not_is_known_from_the_others():
    lines = [f'{{"time": "{AT}", "pit": 250}}', f'{{"time": "{AT}", "meat": 60, "pit": 251}}']
    assert [row.temperatures[:2] for row in read_rows(lines)] == [(250, None), (251, 60)]


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        (
            "Time,Set,Pit (°C)\n05/11/26 8:57,225,107",
            {},
            'smoker = "Pit (°C)"; not used: "Set"; °C; dates month first',
        ),
        ("Time,Pit\n05/11/26 8:57,225\n28/11/26 8:57,225", {}, 'smoker = "Pit"; dates day first'),
        ("05/11/26 8:57,225", {"celsius": True}, "°C; dates month first"),
        (f"{AT},225", {}, ""),
    ],
)
def test_what_is_understood_of_a_table_is_said(text, wanted, said):
    tables = []
    list(read_rows(text.splitlines(), Wanted(**wanted), tables.append))
    assert [table.said for table in tables] == [said]


def test_that_a_unit_changes_is_told_once_with_the_row():
    cells = ["225°F,20 C", "225,20", "226F,--", "107 C,20C", "226 F,68F"]
    lines, said = ["Time,Pit,A", *(f"{AT},{each}" for each in cells)], []
    list(read_rows(lines, tell=lambda table: said.append(table.said)))
    assert said[1:] == ["from row 3 on food A in °F, °C before"]
    del lines[2], said[:]
    list(read_rows(lines, tell=lambda table: said.append(table.said)))
    assert said[1:] == ["from row 4 on smoker in °C, °F before"]


def test_probes_in_different_units_are_no_change():
    said = []
    lines = ["Time,Pit,A (°C),units", f"{AT},225,20,", f"{AT},225°F,20 C,", f"{AT},,,F"]
    list(read_rows(lines, tell=lambda table: said.append(table.said)))
    assert len(said) == 1


def test_a_column_of_units_says_in_which_each_row_is():
    text = f"time,value,units\n{AT},107,C\n{AT},225.5,°F\n{AT},--,F\n{AT},226,"
    found = list(read_rows(text.splitlines()))
    assert [row.temperatures[0] for row in found] == [224.6, 225.5, None, 226]
    assert not any(row.skipped for row in found)


def test_of_a_topic_its_last_telling_part_names_the_probe():
    lines = [
        f'{{"tst": "{AT}", "topic": "pit/sensor/{name}/state", "payload": 60}}'
        for name in ("brisket", "smoker", "battery", "ribs")
    ]
    assert [place for row in read_rows(lines) for place, _ in row.filled()] == [
        *(PROBES[1], PROBES[0], PROBES[2]),
    ]


def test_a_row_for_each_probe_is_of_the_probe_that_it_names():
    text = "entity_id,state,last_changed\n" + "\n".join(
        f"sensor.{name}_temperature,{degrees},{AT}"
        for name, degrees in [("pit", 250), ("brisket", 60), ("ribs", 55), ("battery", 98)]
    )
    assert [temperatures for _, temperatures in rows(text)] == [
        (250, None, None),
        (None, 60, None),
        (None, None, 55),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"Time,Pit,Grill,Food\n{AT},1,2,3", 'which column is the smoker is not clear: "Pit", "G'),
        (f"Time,X,Y,Meat\n{AT},1,2,3", 'which column is the smoker is not clear: "X", "Y"'),
        ("time,pit\n12:00,225,4,70,1", "may have decimal commas"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        rows(text)


def test_without_a_header_a_first_column_that_never_changes_is_asked_about():
    text = "\n".join(f"{1718229600 + 60 * n},225,{225 + n},60" for n in range(20))
    with pytest.raises(InputError, match=r"never changes \(225\): is it a set point"):
        rows(text)
    assert only(text, columns=["1", "3", "4"])[1] == (244, 60, None)


def test_columns_can_be_counted_and_be_named_by_any_line_of_a_header():
    text = f"Time,Ribs,Ribs\n,Upper meat,Lower meat\n{AT},60,55"
    assert only(text, columns=["time", "", "2", "ribs lower meat"])[1] == (None, 60, 55)
    with pytest.raises(InputError, match="more than one column 'ribs' among .*give its number"):
        only(text, columns=["time", "", "ribs"])
    with pytest.raises(InputError, match="no column '9'"):
        only(text, columns=["time", "9"])


NOW = "27-11-2026 08:57", "28/11/2026 08:57", "27.11.2026 08:57"


@pytest.mark.parametrize(
    ("times", "read"),
    [
        (["05/11/2026 08:57", "28/11/2026 08:57"], ["2026-11-05 08:57:00", "2026-11-28 08:57:00"]),
        (["05-11-2026 08:57", "11-27-2026 08:57"], ["05-11-2026 08:57", "11-27-2026 08:57"]),
        (["05.11.2026 08:57"], ["05.11.2026 08:57"]),
        (["05/11/26 8:57 PM"], ["05/11/26 8:57 PM"]),
    ],
)
def test_a_day_above_twelve_anywhere_says_how_dates_are_written(times, read):
    text = "Time,Pit\n" + "\n".join(f"{time},225" for time in times)
    assert [time for time, _ in rows(text)] == read


def test_a_setting_says_how_dates_are_written_where_nothing_else_does():
    assert only("Time,Pit\n05/11/26 8:57,225", day_first=True)[0] == "2026-11-05 08:57:00"


def test_numbers_that_mean_no_probe_are_none_and_told_once():
    text = f"Time,Pit,A\n{AT},225,0\n{AT},225,0\n{AT},225,41\n{AT},225,0\n{AT},999.9,0"
    found = list(read_rows(text.splitlines()))
    assert [row.temperatures[:2] for row in found] == [
        (225, None),
        (225, None),
        (225, 41),
        (225, None),
        (None, None),
    ]
    assert [len(row.skipped) for row in found] == [1, 0, 0, 0, 1]
    assert "'0' and nothing near it: no probe is plugged in" in found[0].skipped[0]


def test_a_freezer_can_be_at_zero():
    assert only(f"Time,Pit,A\n{AT},225,5\n{AT},225,0")[1] == (225, 0, None)


def test_a_devices_own_numbers_for_nothing_can_be_given():
    absent = frozenset((320.0, 6553.5))
    assert only(f"{AT},320,6553.5,320.1", absent=absent, celsius=True)[1] == (None, None, 608.18)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            ("Time (UTC)", "time"),
            ("Zeit;Datum", "time"),
            ("Date", "date"),
            ("last_changed", "time"),
        ),
        *(("Pit Temp", "smoker"), ("grillTemp", "smoker"), ("Pit Set Temp", "nothing")),
        *(
            ("Food1", "food"),
            ("Channel1", "numbered"),
            ("T8", "numbered"),
            ("sensor_2", "numbered"),
        ),
        *(("MeatTarget", "nothing"), ("Ambient", "ambient"), ("x", ""), ("", "")),
        *(("VirtualAmbientTemperature", "smoker"), ("SequenceNumber", "nothing")),
    ],
)
def test_a_name_says_what_a_column_is(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "celsius"),
    [
        *(("Pit (°C)", True), ("Pit °F", False), ("temperature_1_C", True), ("tempc2", True)),
        *(("Probe1 -°F", False), ("Celsius", True), ("Pit [C]", True), ("Food C", True)),
        *(("Pit", None), ("Cabinet", None), ("Fleisch", None), ("chicken", None)),
    ],
)
def test_a_name_says_its_unit(name, celsius):
    assert is_celsius(name) == celsius


NAMES = {
    "time": ["Time", "timestamp", "Date/Time", "Zeit"],
    "smoker": ["Pit", "Smoker Temp", "Grill", "BBQ"],
    "food a": ["Food 1", "Brisket", "Meat1"],
    "food b": ["Food 2", "Ribs", "Meat2"],
    "nothing": ["Set", "Battery", "Fan %", "Pit Target", "Ambient"],
}
CELLS = {"time": AT, "smoker": "225.5", "food a": "60.5", "food b": "55.5", "nothing": "98"}


@untimed
@given(st.permutations(list(NAMES)), st.data())
def test_in_whatever_order_and_by_whatever_names_the_readings_are_the_same(order, data):
    names = {kind: data.draw(st.sampled_from(known)) for kind, known in NAMES.items()}
    foods = [kind for kind in order if kind.startswith("food")]
    cells = CELLS | dict(zip(foods, ("60.5", "55.5"), strict=True))
    sign = data.draw(st.sampled_from(",;\t|"))
    text = "\n".join(sign.join(line[kind] for kind in order) for line in (names, cells))
    assert only(text) == (AT, (225.5, 60.5, 55.5))


SIGNS = ",;\t|\"'{}[]:°CF\n\r \x00é½-+.0123456789eETimePtNa"


@pytest.mark.parametrize("seed", range(4))
def test_rubbish_ends_in_rows_or_in_a_line_and_never_in_a_number_that_no_cell_has(seed):
    chance = random.Random(seed)
    for _ in range(250):
        text = list(chance.choice([text for text, _ in TABLES.values()]) + "\n12:01,225,60,55\n")
        for _ in range(chance.randrange(1, 12)):
            place = chance.randrange(len(text))
            text[place] = chance.choice([text[place] * 2, "", chance.choice(SIGNS)]) or ""
            text = list("".join(text)) or ["x"]
        text = "".join(text)
        found = []
        with suppress(InputError):
            found = list(read_rows(text.split("\n")))
        for row in found:
            for temperature in filter(None, row.temperatures):
                assert -60 <= temperature <= 1000
                assert str(int(temperature))[:1] in text or "C" in text.upper()
