"""The producer as people start it: a process, its input, its queues, a terminal."""

import csv
import os
import re
import signal
import sys
import time
from contextlib import suppress
from itertools import takewhile

import pika
import pytest
from scripts import (
    HERE,
    PASSWORD,
    Relay,
    Stranger,
    clock,
    cook_csv,
    history,
    until,
)

from smart_smoker.app.lines import file_lines, followed_lines
from smart_smoker.app.producer import Cook, Producer, last_rows
from smart_smoker.app.source import Pipe, newest_cook
from smart_smoker.cli.options import ProducerOptions, cook_name, producer_options, usual_name
from smart_smoker.cli.signals import Stop
from smart_smoker.core.errors import InputError
from smart_smoker.core.rows import Wanted, read_rows
from smart_smoker.rabbitmq.connection import Broker

QUEUES = ["01-smoker", "02-food-A", "03-food-B"]
HEADER = "Time (UTC),Channel1,Channel2,Channel3\n"
THREE_ROWS = cook_csv([225.5, 226, 227], [None, 70, None], [None, None, 60.5])

on_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
MONITOR = r"Would you like to monitor RabbitMQ queues\? y or n "
OUTAGE = "No broker: ", " is lost: ", " is back."
CLEAR = r"Clear the queues\? y or n "


def sent(stranger: Stranger, queue: str) -> list[tuple]:
    """What a queue holds: seq, text, and whether it is marked as the last."""
    taken = stranger.take_all(queue)
    return [(p.headers["seq"], body.decode(), p.headers.get("last")) for p, body in taken]


def told(row: int) -> str:
    """How the producer's line for a row begins."""
    return rf"^\d\d:\d\d:\d\d {clock(row)}  "


# --- a file --------------------------------------------------------------------------------------


def test_the_sample_cook_arrives_complete_numbered_and_in_order(program, stranger, url):
    code, output = program.run("smoker_producer.py", "--interval", 0, "--cook", "brisket")
    with open(HERE / "smoker-temps.csv", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert code == 0
    expected = [
        (queue, f"{time}, {float(cell)}".encode())
        for time, *cells in rows
        for queue, cell in zip(QUEUES, cells, strict=True)
        if cell
    ]
    past = history(url)
    assert [(d.id.split("/")[1], d.body) for d in past] == expected
    assert f"Sent {len(expected):,} readings of {len(rows):,} rows" in output
    assert "skipped 0 cells or rows" in output
    (cook,) = {delivery.headers["cook"] for delivery in past}
    assert cook.startswith("brisket-")
    assert cook in output
    for queue in QUEUES:
        properties, bodies = zip(*stranger.take_all(queue), strict=True)
        assert list(bodies) == [body for to, body in expected if to == queue]
        numbers = list(range(1, len(bodies) + 1))
        assert [p.message_id for p in properties] == [f"{cook}/{queue}/{n}" for n in numbers]
        assert [p.headers["seq"] for p in properties] == numbers
        assert [n for p, n in zip(properties, numbers, strict=True) if "last" in p.headers] == [
            len(bodies)
        ]
    assert stranger.waiting("04-alerts") == 0


def test_every_run_is_a_cook_of_its_own_and_fresh_alone_empties_the_queues(program, stranger):
    cook = program.write("cook.csv", THREE_ROWS)
    stranger.declare("04-alerts")
    stranger.put("04-alerts", "an alert that waits")
    cooks = set()
    for options, waiting in (((), 3), ((), 6), (("--fresh",), 3)):
        code, output = program.run("smoker_producer.py", cook, "--interval", 0, *options)
        assert code == 0
        assert stranger.waiting("01-smoker") == waiting
        cooks |= set(re.findall("The cook is (\\S+),", output))
    assert len(cooks) == 3
    assert stranger.waiting("04-alerts") == 1


def test_what_is_no_temperature_is_told_counted_and_passed_over(program, stranger):
    cells = ("225.5,oops,60", "1001,No temperature,61", ",,", "227,-61,n/a")
    lines = [f"{clock(row)},{cells}\r\n" for row, cells in enumerate(cells, 1)]
    cook = program.write("cook.csv", "\ufeff" + HEADER + "".join(lines) + ",228,,\r\n")
    code, output = program.run("smoker_producer.py", cook, "--interval", 0)
    assert code == 0
    assert [line.partition("warning: ")[2] for line in output.splitlines() if "row " in line] == [
        "row 2, column 3 (Food A): 'oops' is not a temperature; cell skipped",
        "row 3, column 2 (Smoker): '1001' is outside -60 to 1,000 °F; cell skipped",
        "row 5, column 3 (Food A): '-61' is outside -60 to 1,000 °F; cell skipped",
        "row 6, column 1 (time): no timestamp; row skipped",
    ]
    assert "Sent 4 readings of 5 rows" in output
    assert "skipped 4 cells or rows" in output
    assert sent(stranger, "01-smoker") == [
        (1, f"{clock(1)}, 225.5", None),
        (2, f"{clock(4)}, 227.0", True),
    ]
    assert [seq for seq, _, _ in sent(stranger, "03-food-B")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "missing.csv cannot be read"),
        ("", "holds not one reading"),
        (HEADER, "holds not one reading"),
        ("<!DOCTYPE html>\n<html>\n<p>Sorry, not found.</p>\n</html>\n", "not one reading"),
        ("<html>\n<style>\np { color: rgba(0, 0, 0, 0.5); }\n</style>\n", "not one reading"),
    ],
    ids=["missing", "empty", "only a header", "a web page", "a web page with colours"],
)
def test_a_file_without_a_reading_is_one_line_and_nothing_is_sent(offline, text, reason):
    cook = offline.folder / "missing.csv"
    if text is not None:
        cook = offline.write("cook.csv", text)
    code, output = offline.run("smoker_producer.py", cook)
    assert code == 2
    (line,) = output.splitlines()
    assert "error: " in line
    assert reason in line


@pytest.mark.parametrize("follow", [(), ("--follow",)], ids=["a file", "a file that grows"])
def test_a_folder_is_no_file(offline, follow):
    code, output = offline.run("smoker_producer.py", offline.folder, *follow)
    assert code == 2
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("smoke house\n\udcff", "cook-smoke house"),
        ("", "cook-"),
        ("é" * 50, "cook-" + "é" * 27),
        ("pi", "cook-pi"),
    ],
)
def test_a_cook_is_named_after_its_machine_however_that_is_called(monkeypatch, host, name):
    monkeypatch.setattr("socket.gethostname", lambda: host)
    assert usual_name() == cook_name(usual_name()) == name


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--interval", "-1"),
        ("--interval", "soon"),
        ("--cook", "two\nlines"),
        ("--cook", "a" * 61),
    ],
)
def test_an_option_that_makes_no_sense_is_named(monkeypatch, capsys, option, value):
    monkeypatch.setattr("sys.argv", ["smoker_producer.py", f"{option}={value}"])
    with pytest.raises(SystemExit) as ended:
        producer_options("…", HERE / "smoker-temps.csv")
    assert ended.value.code == 2
    assert f"argument {option}: " in capsys.readouterr().err.splitlines()[-1]


def test_a_producer_asked_for_nonsense_says_so_and_sends_nothing(offline):
    code, output = offline.run("smoker_producer.py", "--cook=two\nlines")
    assert code == 2
    assert "argument --cook: " in output.splitlines()[-1]


def test_a_cook_with_a_beat_is_over_after_its_last_row(program, stranger):
    cook = program.write("cook.csv", THREE_ROWS)
    code, output = program.run("smoker_producer.py", cook, "--interval", 0.1)
    assert code == 0
    assert "The cook is over. Sent 5 readings of 3 rows" in output
    assert sent(stranger, "01-smoker") == [
        (1, f"{clock(1)}, 225.5", None),
        (2, f"{clock(2)}, 226.0", None),
        (3, f"{clock(3)}, 227.0", True),
    ]


def test_the_second_row_waits_for_its_time(stranger, url):
    class AfterTurns:
        """A stop that is requested when the producer has looked for it so many times."""

        left = 3

        @property
        def requested(self):
            self.left -= 1
            return self.left < 0

    rows, sent_rows = list(read_rows(THREE_ROWS.splitlines())), []
    cook = Cook("brisket", last_rows(rows))
    interval = 3600
    producer = Producer(rows, cook, interval, AfterTurns(), lambda rows, _: sent_rows.extend(rows))
    with Broker(url, "a test") as broker:
        producer.work(broker)
    assert [row.number for row in sent_rows] == [rows[0].number]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl+C", "SIGTERM"])
def test_a_stop_repeats_the_last_readings_with_a_mark_and_says_one_line(program, stranger, number):
    cook = program.write("cook.csv", THREE_ROWS.replace("225.5,,", "225.5,70.5,"))
    script = program.start("smoker_producer.py", cook)
    script.said(told(1) + "Smoker 225.5 °F, Food A 70.5 °F$")
    before = len(script.text.splitlines())
    code, output = script.end(number)
    assert code == 0
    (line,) = output.splitlines()[before:]
    assert "Stopped. Sent 2 readings of 1 rows" in line
    # Until the stop it had waited, with one row sent and no mark.
    first, repeated = stranger.take_all("01-smoker")
    assert first[1] == repeated[1] == f"{clock(1)}, 225.5".encode()
    assert first[0].message_id == repeated[0].message_id
    assert ("last" in first[0].headers, repeated[0].headers["last"]) == (False, True)
    assert [last for _, _, last in sent(stranger, "02-food-A")] == [None, True]
    assert stranger.waiting("03-food-B") == 0


# --- standard input, and a file that grows -------------------------------------------------------


def test_a_thermometer_can_be_piped_in_however_slowly(program, stranger):
    script = program.start("smoker_producer.py", "-", typed=True)
    script.type(HEADER + f"{clock(1)},225.5,,\n{clock(2)},22")
    script.said(told(1))
    until(lambda: stranger.waiting("01-smoker") == 1, "a first reading")
    script.type(f"6,,\n{clock(3)},227,70,")
    script.said(told(2) + "Smoker 226.0 °F$")
    script.end_input()
    code, output = script.ended()
    assert code == 0
    assert "The cook is over. Sent 4 readings of 3 rows" in output
    assert sent(stranger, "02-food-A") == [
        (1, f"{clock(3)}, 70.0", None),
        (1, f"{clock(3)}, 70.0", True),
    ]
    ids = [p.message_id for p, _ in stranger.take_all("01-smoker")]
    assert [id.rpartition("/")[2] for id in ids] == ["1", "2", "3", "3"]


def test_an_input_without_a_reading_is_one_line_and_nothing_is_sent(program, stranger):
    code, output = program.run("smoker_producer.py", "-")
    assert code == 2
    assert output.splitlines()[-1].endswith("held not one reading: is it the right input?")
    assert [stranger.waiting(queue) for queue in QUEUES] == [0, 0, 0]


def test_a_stop_while_the_input_says_nothing_is_polite(program, stranger):
    script = program.start("smoker_producer.py", "-", typed=True)
    script.type(f"{clock(1)},225.5,,\n")
    script.said(told(1))
    code, output = script.end(signal.SIGINT)
    assert code == 0
    assert "Stopped. " in output.splitlines()[-1]
    assert [last for _, _, last in sent(stranger, "01-smoker")] == [None, True]


def follow(program, text: str):
    """A file that begins with such a text, its path and the producer that follows it."""
    path = program.write("growing.csv", text)
    return path, program.start("smoker_producer.py", path, "--follow")


def append(path, text: bytes):
    with open(path, "ab") as file:
        file.write(text)


def test_a_file_that_grows_is_read_line_by_line_and_never_by_halves(program, stranger):
    path, script = follow(program, HEADER + f"{clock(1)},225.5,,\n{clock(2)},22")
    script.said(told(1))
    append(path, b"6")
    append(path, f",,\r\n{clock(3)},227,70,\r".encode())
    script.said(told(2) + "Smoker 226.0 °F$")
    append(path, f"\n{clock(4)},228,,\r\n".encode())
    script.said(told(4))
    code, output = script.end(signal.SIGINT)
    assert code == 0
    assert "Sent 5 readings of 4 rows" in output
    assert "warning" not in output
    assert sent(stranger, "01-smoker") == [
        (1, f"{clock(1)}, 225.5", None),
        (2, f"{clock(2)}, 226.0", None),
        (3, f"{clock(3)}, 227.0", None),
        (4, f"{clock(4)}, 228.0", None),
        (4, f"{clock(4)}, 228.0", True),
    ]


def test_half_a_sign_at_the_end_of_a_file_that_grows_is_waited_for(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_bytes(b"one\n")
    lines = followed_lines(path, Stop())
    assert [next(lines), next(lines)] == ["one\n", None]
    append(path, b"20 \xc2")
    assert [next(lines), next(lines)] == [None, None]
    append(path, b"\xb0C\r")
    assert [next(lines), next(lines)] == [None, None]
    append(path, b"\nthree\n")
    assert [next(lines).rstrip(), next(lines), next(lines)] == ["20 °C", "three\n", None]


def test_a_file_that_disappears_while_it_is_followed_is_no_bug(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_bytes(b"one\n")
    lines = followed_lines(path, Stop())
    assert next(lines) == "one\n"
    path.unlink()
    with suppress(InputError):
        assert next(lines) is None


def test_a_file_that_begins_anew_is_read_from_its_beginning(program, stranger):
    path, script = follow(program, THREE_ROWS)
    script.said(told(3))
    program.write("growing.csv", HEADER + f"{clock(9)},230,,\n")
    script.said("growing.csv begins anew")
    script.said(told(9) + "Smoker 230.0 °F$")
    code, output = script.end(signal.SIGTERM)
    assert code == 0
    assert len(script.lines("warning")) == 1
    assert [seq for seq, _, _ in sent(stranger, "01-smoker")] == [1, 2, 3, 4, 4]


def test_a_file_that_is_replaced_is_read_from_its_beginning(program, stranger):
    path, script = follow(program, THREE_ROWS)
    script.said(told(3))
    program.write("new.csv", HEADER + f"{clock(9)},230,,\n").replace(path)
    script.said(told(9) + "Smoker 230.0 °F$")
    assert script.end(signal.SIGTERM)[0] == 0
    assert len(script.lines(clock(1))) == 1
    assert [seq for seq, _, _ in sent(stranger, "01-smoker")] == [1, 2, 3, 4, 4]


def followed(path) -> tuple:
    """What a file that is followed gives up to its end, by calling the first; and how to stop."""
    stop = Stop()
    lines = followed_lines(path, stop)
    return lambda: list(takewhile(lambda line: line is not None, lines)), stop


def test_a_file_that_is_cut_and_has_grown_beyond_its_length_is_read_from_its_beginning(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_bytes(b"".join(b"%d,225,,\n" % n for n in range(10)))
    take, _ = followed(path)
    assert len(take()) == 10
    path.write_bytes(b"".join(b"%d,226,,\n" % n for n in range(40)))
    assert take() == [f"{n},226,,\n" for n in range(40)]


def test_what_is_written_before_a_file_is_renamed_is_read_also_without_a_lines_end(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_bytes(b"1,225,,\n")
    take, _ = followed(path)
    assert take() == ["1,225,,\n"]
    append(path, b"2,225,,\n3,225,,")
    path.rename(tmp_path / "growing.csv.1")
    path.write_bytes(b"4,225,,\n")
    assert take() == ["2,225,,\n", "3,225,,\n", "4,225,,\n"]


@pytest.mark.parametrize(("rest", "sent"), [(b"2,225,,", ["2,225,,"]), (b"2,22", []), (b"", [])])
def test_at_the_end_a_last_line_without_its_end_is_sent_if_it_is_whole(tmp_path, rest, sent):
    path = tmp_path / "growing.csv"
    path.write_bytes(b"1,225,,\n" + rest)
    take, stop = followed(path)
    assert take() == ["1,225,,\n"]
    stop.requested = True
    assert take() == sent


EXCEL = f"Zeit;Räucherofen;A;B\r\n{clock(1)};225,5;;\r\n{clock(2)};226;;\r\n"
CODINGS = {
    coding: f"{mark}{EXCEL}".encode(coding)
    for coding, mark in (("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff"), ("utf-8-sig", ""))
}


@pytest.mark.parametrize("coding", CODINGS)
def test_whatever_excel_writes_has_the_same_rows_in_a_file_and_in_one_that_grows(tmp_path, coding):
    path = tmp_path / "excel.csv"
    path.write_bytes(CODINGS[coding])
    for lines in (file_lines(path), followed(path)[0]()):
        assert [row.temperatures[0] for row in read_rows(lines)] == [225.5, 226]


@pytest.mark.parametrize("how", ["a file", "followed", "a pipe"])
def test_what_excel_writes_is_read(program, stranger, how):
    path = program.folder / "excel.csv"
    path.write_bytes(CODINGS["utf-16-le"])
    if how == "followed":
        script = program.start("smoker_producer.py", path, "--follow")
    elif how == "a file":
        script = program.start("smoker_producer.py", path, "--interval", 0)
    else:
        script = program.start("smoker_producer.py", "-", typed=True)
        os.write(script._keyboard, path.read_bytes())
    script.said(told(2) + "Smoker 226.0 °F$")
    if how == "followed":
        script.end(signal.SIGTERM)
    if how == "a pipe":
        script.end_input()
    assert script.ended()[0] == 0
    assert [body for seq, body, last in sent(stranger, "01-smoker") if not last][:1] == [
        f"{clock(1)}, 225.5"
    ]


def test_columns_by_name_and_celsius_are_options_of_the_producer(program, stranger):
    path = program.write("cook.csv", f"pit;when;ribs\n107,5;{clock(1)};20\n")
    options = ("--columns", "when,pit,,ribs", "--celsius", "--interval", 0)
    assert program.run("smoker_producer.py", path, *options)[0] == 0
    assert [body for _, body, _ in sent(stranger, "01-smoker")] == [f"{clock(1)}, 225.5"]
    assert [body for _, body, _ in sent(stranger, "03-food-B")] == [f"{clock(1)}, 68.0"]


def test_a_csv_that_can_be_read_in_two_ways_is_one_line_and_exit_code_2(offline):
    path = offline.write("cook.csv", f"{clock(1)},225,4,70,1,68,5\n")
    code, output = offline.run("smoker_producer.py", path)
    assert code == 2
    assert len(output.splitlines()) == 1
    assert "may have decimal commas" in output


def test_the_last_row_of_a_file_that_is_followed_needs_no_end(program, stranger):
    path, script = follow(program, HEADER + f"{clock(1)},225,,\n{clock(2)},226,,")
    script.said(told(1))
    assert script.end(signal.SIGTERM)[0] == 0
    assert [(seq, last) for seq, _, last in sent(stranger, "01-smoker")] == [
        (1, None),
        (2, None),
        (2, True),
    ]


@on_a_terminal
def test_a_pipe_with_a_name_is_followed_from_writer_to_writer_and_lets_the_script_end(
    program, stranger
):
    pipe = program.folder / "pipe"
    os.mkfifo(pipe)
    script = program.start("smoker_producer.py", pipe, "--follow")
    script.said("The cook is")
    for row in (1, 2):
        with open(pipe, "w") as writer:
            writer.write(f"{clock(row)},225,,\n")
        script.said(told(row))
    with open(pipe, "w"):
        assert script.end(signal.SIGTERM)[0] == 0
    assert [seq for seq, _, _ in sent(stranger, "01-smoker")] == [1, 2, 2]


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_a_producer_that_follows_a_file_again_goes_on_with_its_cook(program, stranger, how):
    path, script = follow(program, THREE_ROWS)
    script.said(told(3))
    until(lambda: stranger.waiting("01-smoker") >= 3, "three readings")
    script.kill() if how == "killed" else script.end(signal.SIGTERM)
    append(path, f"{clock(4)},228,,\n".encode())
    again = program.start("smoker_producer.py", path, "--follow")
    again.said(r"Going on after \d+ readings that were sent before\.")
    again.said(told(4))
    assert again.end(signal.SIGTERM)[0] == 0
    ids = {script.said(r"The cook is \S+,"), again.said(r"The cook is \S+,")}
    assert len(ids) == 1
    new = [(seq, last) for seq, _, last in sent(stranger, "01-smoker")]
    assert new == [(1, None), (2, None), (3, None)] + [(3, True)] * (how == "ended") + [
        (4, None),
        (4, True),
    ]


def test_a_file_that_is_another_one_is_a_new_cook_and_that_is_said(program, stranger):
    path, script = follow(program, THREE_ROWS)
    script.said(told(3))
    until(lambda: stranger.waiting("01-smoker") >= 3, "three readings")
    script.kill()
    path.write_text(HEADER + f"{clock(7)},230,,\n")
    again = program.start("smoker_producer.py", path, "--follow")
    again.said("The rows that .* has already, 1 of them, are a new cook")
    again.said(told(7))
    assert again.end(signal.SIGTERM)[0] == 0
    assert script.said(r"The cook is \S+,") != again.said(r"The cook is \S+,")


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_rows_that_are_piped_in_go_on_with_a_cook_that_nobody_has_ended(program, stranger, how):
    first = program.start("smoker_producer.py", "-", "--resume", typed=True)
    first.said(f"No cook '{usual_name()}' goes on: this is a new one.")
    first.type(HEADER + f"{clock(1)},225,150,\n{clock(2)},226,,\n")
    first.said(told(2))
    until(lambda: stranger.waiting("01-smoker") == 2, "two readings")
    first.kill() if how == "killed" else first.end(signal.SIGTERM)
    again = program.start("smoker_producer.py", "-", "--resume", typed=True)
    again.said("Going on after 3 readings" if how == "killed" else "No cook .* goes on")
    again.type(f"{clock(3)},227,,151\n")
    again.said(told(3))
    assert again.end(signal.SIGTERM)[0] == 0
    same = first.said(r"The cook is \S+,") == again.said(r"The cook is \S+,")
    new = [(seq, last) for seq, _, last in sent(stranger, "01-smoker")]
    foods = [(seq, last) for seq, _, last in sent(stranger, "02-food-A")]
    if how == "killed":
        assert same
        assert new == [(1, None), (2, None), (3, None), (3, True)]
        assert foods == [(1, None), (1, True)]
    else:
        assert not same
        assert new == [(1, None), (2, None), (2, True), (1, None), (1, True)]


def sent_long_ago(stranger, cook: str, seconds: float, **more):
    """A reading of a machine whose clock was as many seconds behind as it was sent."""
    properties = pika.BasicProperties(
        type="reading", timestamp=int(time.time() - seconds), headers={"cook": cook, **more}
    )
    stranger.channel.basic_publish("smart-smoker", "01-smoker", "12:00, 227", properties)


def test_a_strangers_reading_that_names_our_cook_and_no_number_is_none_of_it(url, stranger):
    cook = "patio-20250906-110005-ab12"
    with Broker(url, "a test"):
        stranger.put_readings("01-smoker", cook, [225, 226])
        sent_long_ago(stranger, cook, 0)
        until(lambda: len(history(url)) == 3, "three readings")
        assert [r.seq for r in newest_cook("patio", "1D", [url], Stop())] == [1, 2]


def test_no_clock_of_a_machine_decides_which_cook_goes_on(url, stranger):
    """The first was begun by a clock that was ahead, the second by one that was days behind."""
    with Broker(url, "a test"):
        sent_long_ago(stranger, "patio-20990906-110005-ab12", -1e9, seq=1)
        sent_long_ago(stranger, "patio-20250906-110005-cd34", 2e5, seq=1)
        sent_long_ago(stranger, "patio-20990906-110005-ab12", -1e9, seq=2)
        until(lambda: len(history(url)) == 3, "three readings")
    options = ProducerOptions(cook="patio", resume=True, wanted=Wanted())
    cook = Pipe(options, Stop()).begun([url])
    assert (cook.id, cook.readings) == ("patio-20250906-110005-cd34", 1)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("smoker-temps.csv", "--resume"), "--resume: goes with - alone"),
        (("smoker-temps.csv", "--follow", "--resume"), "--resume: goes with - alone"),
        (("smoker-temps.csv", "--follow", "--check"), "--check: goes with a whole file"),
        (("-", "--check"), "--check: goes with a whole file"),
    ],
    ids=["whole", "followed", "check followed", "check piped"],
)
def test_an_option_that_does_not_go_with_a_source_is_one_line_and_exit_code_2(
    offline, options, reason
):
    code, said = offline.run("smoker_producer.py", *options)
    assert (code, said.count("\n"), reason in said) == (2, 1, True)


# --- the broker ----------------------------------------------------------------------------------


def test_a_broker_that_comes_late_and_breaks_off_costs_no_reading(program, stranger, url):
    with Relay(url) as relay:
        script = program.start("smoker_producer.py", "--interval", 0, RABBITMQ_URL=relay.url)
        script.said(r"No broker: .*refused.*\(python3 run.py broker start\)")
        relay.shut()
        until(lambda: relay.turned_away, "another try")
        relay.cut_after(500_000)
        relay.open()
        script.said("The broker at .* is back")
        until(lambda: not relay.is_open, "the cut")
        script.said("The broker at .* is lost: ")
        before = {queue: stranger.waiting(queue) for queue in QUEUES}
        relay.open()
        code, output = script.ended()
    assert code == 0
    assert any(before.values())
    assert [len(script.lines(words)) for words in OUTAGE] == [1, 1, 2]
    with open(HERE / "smoker-temps.csv", encoding="utf-8") as file:
        cells = [row[1:] for row in list(csv.reader(file))[1:]]
    for column, queue in enumerate(QUEUES):
        numbers = [seq for seq, _, _ in sent(stranger, queue)]
        assert before[queue] < len(numbers)
        # What was confirmed on a way that broke is sent again, with its number.
        assert list(dict.fromkeys(numbers)) == [
            *range(1, 1 + sum(bool(cell[column]) for cell in cells))
        ]


def test_a_stop_while_there_is_no_broker_is_polite(program, url):
    with Relay(url) as relay:
        script = program.start("smoker_producer.py", RABBITMQ_URL=relay.url)
        script.said("No broker: ")
        code, output = script.end(signal.SIGINT)
    assert code == 0
    assert "Stopped. Sent 0 readings" in output.splitlines()[-1]


def test_a_queue_that_a_stranger_deletes_is_there_again_for_the_next_rows(program, stranger):
    script = program.start("smoker_producer.py", "-", typed=True)
    script.type(f"{clock(1)},225,,\n")
    script.said(told(1))
    stranger.channel.queue_delete("01-smoker")

    def arrived_after_another_row():
        script.type(f"{clock(2)},226,,\n")
        return stranger.waiting("01-smoker") > 0

    until(arrived_after_another_row, "readings in the new queue", pause=0.1)
    assert script.end(signal.SIGTERM)[0] == 0


def test_a_refused_login_ends_with_3_and_one_line_without_the_password(program, url):
    refused = url.replace("guest:guest", f"guest:{PASSWORD}")
    code, output = program.run("smoker_producer.py", RABBITMQ_URL=refused)
    assert code == 3
    assert len(output.splitlines()) == 3  # the columns' line, the cook's, and this:
    assert "refuses the login: check user and password in RABBITMQ_URL" in output


def test_a_queue_with_other_arguments_ends_with_3_and_how_to_mend_it(program, stranger):
    stranger.channel.queue_declare("03-food-B", durable=True, arguments={"x-max-length": 9})
    code, output = program.run("smoker_producer.py")
    assert code == 3
    assert "03-food-B exists at the broker with other arguments" in output.splitlines()[-1]


# --- a terminal ----------------------------------------------------------------------------------


@on_a_terminal
def test_on_a_terminal_it_asks_for_the_admin_page_and_shows_how_far_the_cook_is(program, stranger):
    cook = program.write("cook.csv", THREE_ROWS)
    browser = program.write("browser", '#!/bin/sh\necho "$1" > "$HOME/opened"\n')
    browser.chmod(0o755)
    page = "http://127.0.0.1:9/#/queues"
    script = program.start(
        "smoker_producer.py",
        cook,
        "--interval",
        0,
        terminal=True,
        BROWSER=str(browser),
        RABBITMQ_ADMIN_URL=page,
    )
    script.said(MONITOR)
    script.type("perhaps\n")
    script.said(MONITOR, times=2)
    script.type("Y\n")
    code, output = script.ended()
    assert code == 0
    assert (program.folder / "opened").read_text() == f"{page}\n"
    assert "Clear the queues" not in output
    assert "3 of 3 rows" in output
    assert [seq for seq, _, _ in sent(stranger, "01-smoker")] == [1, 2, 3]


@on_a_terminal
@pytest.mark.parametrize(("answer", "left"), [("y\n", 3), ("n\n", 5), ("\x04", 5)])
def test_on_a_terminal_it_asks_whether_to_clear_queues_that_hold_readings(
    program, stranger, answer, left
):
    cook = program.write("cook.csv", THREE_ROWS)
    stranger.declare("01-smoker")
    stranger.put("01-smoker", "05/22/21 12:00:00, 200", "05/22/21 12:00:30, 200")
    options = (cook, "--interval", 0, "--no-admin")
    script = program.start("smoker_producer.py", *options, terminal=True)
    script.said(CLEAR)
    script.type(answer)
    code, output = script.ended()
    assert code == 0
    assert "earlier cook" in output
    assert "monitor" not in output
    assert stranger.waiting("01-smoker") == left


@on_a_terminal
@pytest.mark.parametrize("question", [MONITOR, CLEAR], ids=["monitor", "clear"])
def test_ctrl_c_at_a_question_is_polite(program, stranger, question):
    stranger.declare("01-smoker")
    stranger.put("01-smoker", "05/22/21 12:00:00, 200")
    script = program.start("smoker_producer.py", terminal=True)
    script.said(MONITOR)
    if question is CLEAR:
        script.type("n\n")
        script.said(CLEAR)
    code, output = script.press_ctrl_c()
    assert code == 0
    assert output.splitlines()[-1].endswith("Stopped.")
    assert stranger.waiting("01-smoker") == 1


INTERRUPTED = """
import os, signal
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # where the tests run in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.kill(os.getpid(), signal.SIGINT)
while True:
    pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends a process here")
@pytest.mark.parametrize(
    "name", ["smoker_producer.py", "consumer_smoker.py", "alerts.py", "panel.py"]
)
def test_ctrl_c_while_a_script_imports_its_modules_is_polite(offline, name):
    offline.write("util_logger.py", INTERRUPTED)
    assert offline.run(name) == (-signal.SIGINT, "")


@on_a_terminal
def test_ctrl_c_on_a_terminal_stops_a_cook(program, stranger):
    options = ("--no-admin", "--cook", "brisket")
    script = program.start("smoker_producer.py", *options, terminal=True)
    script.said("[1-9] of 2,[0-9]+ rows, [0-9:]+ left")
    code, output = script.press_ctrl_c()
    assert code == 0
    assert output.splitlines()[-1].partition(" ")[2].startswith("Stopped. Sent ")
