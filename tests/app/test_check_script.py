"""A file is tried before it is sent: what the producer says of it, and that it sends nothing."""

import re
import subprocess
import sys

from scripts import cook_csv

CONTROLLER = "Time,Set,Pit,Food1,Food2\n" + "".join(
    f"2024-06-12 22:{n:02}:00,225,{250 - 20 * (n > 8)},{60 + n},{'ERR' if n % 2 else 55}\n"
    for n in range(20)
)


def test_a_check_says_what_is_understood_and_what_it_would_cause_and_sends_nothing(offline):
    offline.write(".env.toml", 'units = "C"\nsmoker_low = "107C"\n').chmod(0o600)
    csv = offline.write("cook.csv", CONTROLLER + "2024-06-12 22:20:00,225,warm,80,55\n")
    code, output = offline.run("smoker_producer.py", csv, "--check")
    assert code == 0
    for words in (
        'smoker = "Pit", food A = "Food1", food B = "Food2"; not used: "Set".',
        "21 rows, from 2024-06-12 22:00:00 to 2024-06-12 22:20:00 (20 minutes).",
        "Smoker: 20 readings, 110.0 °C to 121.1 °C.",
        "Smoker Alert! 110.0 °C, down 11.1 °C in 2.5 minutes",
        "Alerts that a cook like this causes: 1.",
        "column 3 (Smoker): skipped, row 22.",
    ):
        assert words in output


RESTING = "Time,Food1\n" + "".join(
    f"{2 + n // 60:02}:{n % 60:02}:00,{t}\n"
    for n, t in enumerate(
        [*[60] * 25, *range(62, 160, 4), *[160] * 25, *range(162, 208, 2)] + [190] * 25
    )
)


def test_a_check_goes_by_the_bounds_of_a_stall_and_by_the_target(offline):
    csv = offline.write("cook.csv", RESTING)

    def stalls(**settings) -> int:
        _, output = offline.run("smoker_producer.py", csv, "--check", **settings)
        return output.count("Stall Alert!") - output.count("Cleared: ")

    assert stalls() == 3
    assert stalls(FOOD_A_DONE="203") == 2
    assert stalls(FOOD_A_STALL_FROM="60C", FOOD_A_STALL_TO="185") == 1
    code, output = offline.run("smoker_producer.py", csv, "--check", FOOD_A_STALL_FROM="nan")
    assert (code, len(output.splitlines())) == (2, 1)


UNITS = "Time,Pit\n" + "".join(
    f"2024-06-12 22:{n:02}:00,{cell}\n"
    for n, cell in enumerate(("225 °F", "226°F", "107 C", "225 F", "108 C"))
)


def test_a_unit_that_changes_within_a_file_is_told_once_by_whoever_reads_it(program, stranger):
    csv = program.write("cook.csv", UNITS)
    piped = program.start("smoker_producer.py", "-", "--interval", 0, typed=True)
    piped.type(UNITS)
    piped.end_input()
    runs = [("--check",), ("--interval", 0)]
    told = [program.run("smoker_producer.py", csv, *options) for options in runs]
    for code, output in (*told, piped.ended()):
        assert code == 0
        assert output.count("from row 4 on smoker in °C, °F before.") == 1
        assert output.count(" before.") == 1
        assert "column 2 (Smoker)" not in output


def test_the_dying_fire_of_the_sample_is_not_cleared_while_it_falls(offline):
    output = offline.run("smoker_producer.py", "--check")[1]
    ends = [line for line in output.splitlines() if "Cleared: Smoker Alert!" in line]
    assert len(ends) == 4
    assert "09/06/25 19:00:15  Cleared: Smoker Alert! 186.9 °F" in ends[-1]


def test_alerts_are_listed_by_their_times_and_those_that_say_it_is_over_are_counted_apart(offline):
    lines = offline.run("smoker_producer.py", "--check")[1].splitlines()
    told = [line.partition("  ")[2] for line in lines if "! " in line]
    assert len({line.partition("!")[0] for line in told}) > 3
    times = [line.strip().partition("  ")[0] for line in told]
    assert times == sorted(times)
    over = sum("Cleared: " in line for line in told)
    counts = f"{len(told) - over}, and {over} that say that it is over."
    assert lines[-1].endswith(f"Alerts that a cook like this causes: {counts}")


def test_what_would_have_to_be_guessed_ends_with_2_and_one_line(offline):
    csv = offline.write("cook.csv", "Time,Pit,Grill,Food\n12:00,225,70,68\n")
    code, output = offline.run("smoker_producer.py", csv, "--check")
    assert code == 2
    assert 'which column is the smoker is not clear: "Pit", "Grill". Say it by --columns' in output
    assert len(output.splitlines()) == 1


def test_at_a_terminal_it_is_asked_which_columns_are_meant_until_the_answer_will_do(offline):
    csv = offline.write("cook.csv", "Time,Pit,Grill,Food\n12:00,225,70,68\n")
    producer = offline.start("smoker_producer.py", csv, "--check", terminal=True)
    producer.said("not clear: .*Pit.*Grill")
    producer.said("1 'Time', 2 'Pit', 3 'Grill', 4 'Food'")
    for answer, said in (
        ("2", "2 is not the time's name and 1 to 3 more"),
        ("1,7", "no column '7'"),
    ):
        producer.type(f"{answer}\n")
        producer.said(said)
    producer.type("time,3,4\n")
    code, output = producer.ended()
    assert code == 0
    assert "Not to be asked again: --columns time,3,4" in output
    assert 'smoker = "Grill", food A = "Food"; not used: "Pit".' in output


def test_who_answers_nothing_about_the_columns_is_told_what_to_do(offline):
    csv = offline.write("cook.csv", "Time,Pit,Grill,Food\n12:00,225,70,68\n")
    producer = offline.start("smoker_producer.py", csv, "--check", terminal=True)
    producer.said("as 1,2,3: ")
    producer.type("\x04")
    code, output = producer.ended()
    assert code == 2
    assert "error: which column is the smoker is not clear" in output.splitlines()[-1]


def test_one_reading_far_from_its_neighbours_is_no_drop_where_lids_are_let_pass(offline):
    jumps = "Time,Pit\n" + minutes(DAY + ",{value}", *([250] * 9 + [270]) * 2, 250)
    csv = offline.write("cook.csv", jumps)
    for setting, count in (("", "2, and 1 that says"), ("smoker_lid_minutes = 3\n", "0.")):
        offline.write(".env.toml", setting).chmod(0o600)
        _, output = offline.run("smoker_producer.py", csv, "--check")
        assert f"Alerts that a cook like this causes: {count}" in output


def test_the_newest_row_first_is_turned_round_and_a_device_that_says_320_has_no_probe(
    program, stranger
):
    lines = cook_csv([225, 224, 223], [320, 320, 320], [55, 56, 57]).splitlines()
    csv = program.write("cook.csv", "\n".join([lines[0], *reversed(lines[1:])]))
    options = ("--interval", 0, "--no-admin", "--absent", "320")
    code, output = program.run("smoker_producer.py", csv, *options)
    assert code == 0
    assert "The newest row stands first" in output
    said = [body.decode().rpartition(", ")[2] for _, body in stranger.take_all("01-smoker")]
    assert said == ["225.0", "224.0", "223.0"]
    assert stranger.waiting("02-food-A") == 0


def minutes(line: str, *values) -> str:
    """A line a minute, with the minute and the next of the values; the last one stays."""
    return "\n".join(
        line.format(at=f"22:{n:02}:00", n=n, value=values[min(n, len(values) - 1)])
        for n in range(30)
    )


FALL = [250] * 20 + [230]
FALLS = "Smoker Alert! 230.0 °F, down 20 °F in 2.5 minutes"
NONE = "Alerts that a cook like this causes: 0."
ONE = "Alerts that a cook like this causes: 1."
DAY = "2024-06-12 {at}"

FILES = {
    "a set point first": (
        "Time,Set,Pit,Food1,Food2,Ambient\n"
        + minutes(DAY + ",225,{value},1{n:02},1{n:02},70", *FALL),
        ['smoker = "Pit", food A = "Food1", food B = "Food2"', '"Set", "Ambient"', FALLS],
    ),
    "a date and a time": (
        f"Date,Time,Pit,Meat\n{minutes('2024-06-12,{at},{value},1{n:02}', *FALL)}",
        ['smoker = "Pit", food A = "Meat"', "from 2024-06-12 22:00:00", FALLS],
    ),
    "a row number first": (
        f",Time,Pit,A,B\n{minutes('{n},' + DAY + ',{value},1{n:02},1{n:02}', *FALL)}",
        ['smoker = "Pit", food A = "A", food B = "B".', FALLS],
    ),
    "degrees Celsius by the header": (
        f"Time,Pit (°C),A (°C)\n{minutes(DAY + ',{value},{n}', *[121.1] * 20, 110)}",
        ["°C.", "Smoker: 30 readings, 230.0 °F to 250.0 °F.", ONE],
    ),
    "units in the cells": (
        f"Time,Pit,A\n{minutes(DAY + ',{value},{n} C', *['250°F'] * 20, '110 C')}",
        ["Food A: 29 readings, 33.8 °F to 84.2 °F.", FALLS],
    ),
    "decimal commas beside comma columns": (
        "time,pit\n12:00,225,4,70,1\n",
        ["may have decimal commas: write it with semicolons"],
    ),
    "the day first": (
        f"Time,Pit\n{minutes('28/11/2026 {at},{value}', *FALL)}",
        ["dates day first", "from 2026-11-28 22:00:00 to 2026-11-28 22:29:00 (29 minutes)", FALLS],
    ),
    "dates that can be read in two ways": (
        f"Time,Pit\n{minutes('05/11/2026 {at},{value}', *FALL)}",
        ["dates month first", FALLS],
    ),
    "dates with points": (
        f"Time,Pit\n{minutes('27.11.2026 {at},{value}', *FALL)}",
        ["(29 minutes)", FALLS],
    ),
    "words for nothing": (
        "Time;Pit;A;B\n" + minutes(DAY + ";250,5;{value};HHH", "NaN", "ERR", "OFF", "n.a.", "Open"),
        ["Smoker: 30 readings, 250.5 °F", "Food A: no reading.", "Food B: no reading.", NONE],
    ),
    "numbers for nothing": (
        f"Time,Pit,A,B\n{minutes(DAY + ',250,999.9,-40', 0)}",
        ["Food A: no reading.", "column 3 (Food A): skipped, row 2.", "column 4 (Food B)", NONE],
    ),
    "a row for each probe": (
        "time,probe,temp\n" + minutes(DAY + ",Pit,{value}\n" + DAY + ",Meat,1{n:02}", *FALL),
        ["Smoker: 30 readings", "Food A: 30 readings, 100.0 °F to 129.0 °F.", FALLS],
    ),
    "bars between the columns": (
        f"Time|Pit|A\n{minutes(DAY + '|{value}|1{n:02}', *FALL)}",
        [FALLS],
    ),
    "lines of JSON": (
        minutes('{{"time": "' + DAY + '", "pit": {value}, "meat": 1{n:02}}}', *FALL),
        ['smoker = "pit", food A = "meat"', FALLS],
    ),
    "a device's own number for nothing": (
        minutes(
            '{{"time": "' + DAY + '", "temperature_1_C": {value}, "temperature_2_C": {n}}}',
            *[110.0] * 9,
            320.0,
        ),
        ["Smoker: 9 readings, 230.0 °F to 230.0 °F.", NONE],
        *("--absent", "320"),
    ),
    "a set point before the pit, without a header": (
        minutes("17182{n:02}000,225,{value},1{n:02},1{n:02}", *FALL),
        ["the first temperature never changes (225): is it a set point?", '--columns "1,3,4,5"'],
    ),
    "the same with the columns' numbers": (
        minutes("17182{n:02}000,225,{value},1{n:02},1{n:02}", *FALL),
        [ONE, "Smoker: 30 readings, 230.0 °F to 250.0 °F."],
        *("--columns", "1,3,4,5"),
    ),
    "a preamble, and seconds since the beginning": (
        "CSV version: 4\nSession: Sunday\n\nTimestamp,SessionID,VirtualCoreTemperature,"
        "VirtualAmbientTemperature\n" + minutes("{n}5.5,96,{n},{value}", *[121.1] * 20, 110),
        ['smoker = "VirtualAmbientTemperature"', "from +0:00:05.5 to +0:04:55.5", "°C.", ONE],
    ),
    "the time last": (
        f"Probe1 -°F,Probe 2 -°F,Time\n{minutes('{value},60,' + DAY, *FALL)}",
        ['smoker = "Probe1 -°F", food A = "Probe 2 -°F".', FALLS],
    ),
    "two columns of one name": (
        f"Time,Ribs,Ribs,Traeger\n{minutes(DAY + ',1{n:02},1{n:02},{value}', *FALL)}",
        ['smoker = "Traeger", food A = "Ribs", food B = "Ribs".', FALLS],
    ),
    "two columns of one name, by that name": (
        f"Time,Ribs,Ribs,Traeger\n{minutes(DAY + ',1{n:02},1{n:02},{value}', *FALL)}",
        ['more than one column \'ribs\' among "Time", "Ribs", "Ribs", "Traeger": give its number'],
        *("--columns", "time,traeger,ribs"),
    ),
    "the newest row first": (
        "Time,Pit\n" + "\n".join(minutes(DAY + ",{value}", *FALL).splitlines()[::-1]),
        ["The newest row stands first", "from 2024-06-12 22:00:00", FALLS],
    ),
    "names of months": (
        "Time,Pit\n" + minutes('"Jun 12, 2024 {at}",{value}', *FALL),
        ["(29 minutes)", FALLS],
    ),
    "times that nobody can read": (
        f"Time,Pit\n{minutes('Tuesday {n},{value}', *FALL)}",
        ["times that cannot be read: a row counts 30 seconds", ONE],
    ),
    "nothing in every other cell, and below zero by rounding": (
        f"Time,Pit,A\n{minutes(DAY + ',250,{value}', *['NaN', '-17.8 °C'] * 15)}",
        ["Food A: no reading.", "column 3 (Food A): skipped, row 3.", NONE],
    ),
}
"""What loggers write, options, and some words of what the producer says of it."""


CHECKS = """
import sys
import smoker_producer
for line in sys.stdin:
    sys.argv = ["smoker_producer.py", *line.rstrip("\\n").split("\\t"), "--check"]
    print("==", smoker_producer.run(smoker_producer.main))
"""
"""The script's own main, once for each line of options: a process each costs more than it shows."""


def test_a_file_as_a_logger_writes_it_is_understood_or_refused_in_a_line(offline):
    lines = []
    for number, (text, _, *options) in enumerate(FILES.values()):
        csv = offline.write(f"{number}.csv", text)
        lines.append("\t".join([str(csv), *options]))
    command = [sys.executable, "-c", CHECKS]
    how = {"cwd": offline.folder, "input": "\n".join(lines), "capture_output": True}
    done = subprocess.run(command, text=True, encoding="utf-8", **how)
    assert "Traceback" not in done.stdout + done.stderr
    said = re.split(r"^== (\d)\n", done.stdout, flags=re.M)
    assert len(said) == 2 * len(FILES) + 1
    for name, output, code in zip(FILES, said[::2], said[1::2], strict=False):
        assert [name] + [each for each in FILES[name][1] if each not in output] == [name]
        assert (code == "0") == (len(output.splitlines()) > 2), name
