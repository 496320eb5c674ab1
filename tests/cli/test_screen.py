"""The screen, the log file and the journal: what comes from outside stays text within its line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FORGED = "Signal Lost!\x1b[2J\x1b[31m\r\n2026-01-01 00:00:00,000 INFO x: all is well\x9b1A\u202e"
SAYS = """
import sys
from util_logger import setup_logger
log, _ = setup_logger(sys.argv[1])
log.critical("%s", sys.argv[2])
try:
    raise ValueError(sys.argv[2])
except ValueError:
    log.exception("a bug")
"""


@pytest.mark.parametrize("journal", [False, True], ids=["a screen and a file", "the journal"])
def test_what_is_forged_stays_text_within_its_line_and_a_traceback_keeps_its_lines(
    tmp_path, journal
):
    with (tmp_path / "screen").open("w") as screen:
        place = os.fstat(screen.fileno())
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        environment["JOURNAL_STREAM"] = f"{place.st_dev}:{place.st_ino}" if journal else ""
        command = [sys.executable, "-c", SAYS, tmp_path / "says.py", FORGED]
        subprocess.run(command, stdout=screen, env=environment, check=True, timeout=30)
    files = [tmp_path / "screen", *tmp_path.glob("logs/*")]
    assert len(files) == 1 + (not journal)
    for file in files:
        text = file.read_bytes().decode()
        assert text.replace("\n", "").isprintable()
        (forged,) = (line for line in text.splitlines() if "!!!" in line or "CRITICAL" in line)
        assert re.search(r"Signal Lost! \[2J \[31m +2026-01-01.* all is well 1A ?$", forged)
    told = files[-1].read_text("utf-8").splitlines()
    assert [line for line in told if line.endswith("Traceback (most recent call last):")]
    assert len(told) > 4


SHOWS = """
import io, sys
from rich.console import Console
from smart_smoker.cli import screen, terminal
terminal._console = Console(file=io.StringIO(), force_terminal=True, width=80, soft_wrap=True)
sys.stdout.isatty = lambda: True
screen.show(sys.argv[1])
with screen.cook_bar(2) as bar:
    bar.show_rows(1, sys.argv[1], 30)
sys.stdout.write(terminal._console.file.getvalue())
"""


def test_a_terminal_shows_markup_and_controls_as_text_in_lines_and_in_the_bar():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", SHOWS, "12:00 [/red]\x1b[2J\nforged"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    shown = re.sub(r"\x1b\[[0-9;?]*[hlmK]", "", done.stdout)
    assert shown.splitlines()[0] == "12:00 [/red] [2J forged"
    assert "\x1b[2J" not in shown
    assert shown.count("12:00 [/red] [2J forged") >= 2


def test_a_terminal_that_says_it_has_no_columns_ends_nobody():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    shows = SHOWS.replace("width=80", "width=0")
    subprocess.run([sys.executable, "-c", shows, "12:00"], env=environment, check=True, timeout=30)


WRAPS = """
import sys
from smart_smoker.cli.screen import cook_bar, show
for line in sys.argv[1:]:
    show(line)
with cook_bar(2000) as bar:
    bar and bar.show_rows(1, "09/06/25 11:00:05", 30)
"""
ALERT = "Cleared: Smoker Alert! 216.2 °F, up 28.3 °F again, 20.7 °F below where it was (11:33:10)"
PATH = "/srv/" + "smoker/" * 12 + "temps.csv"


def shown_at_80_columns(*lines: str) -> list[str]:
    """What a terminal of 80 columns gets, without what colours it and moves its cursor."""
    import fcntl
    import pty
    import struct
    import termios

    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    command = [sys.executable, "-c", WRAPS, *lines]
    ends = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    process = subprocess.Popen(command, env=environment, **ends)
    os.close(terminal)
    said = b""
    try:
        while data := os.read(screen, 65536):
            said += data
    except OSError:  # so the end is told
        pass
    os.close(screen)
    assert process.wait(30) == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said.decode()).replace("\r", "\n").split("\n")


on_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@on_a_terminal
def test_a_line_is_broken_between_words_and_a_path_is_left_whole():
    lines = shown_at_80_columns(ALERT, f"The cook is at {PATH}, and goes on.")
    first, rest, begin, path, end, *_ = (line.strip() for line in lines if line)
    assert f"{first} {rest}" == ALERT
    assert (begin, path, end) == ("The cook is at", f"{PATH},", "and goes on.")


@on_a_terminal
def test_the_bar_leaves_room_for_what_a_terminal_writes_behind_it_at_ctrl_c():
    bars = [line for line in shown_at_80_columns() if " of 2,000 rows" in line]
    assert bars
    assert max(map(len, bars)) + len("^C") < 80


def test_what_is_no_terminal_gets_every_line_whole():
    command = [sys.executable, "-c", WRAPS, ALERT]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "80"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines() == [ALERT]
