"""What becomes of a script when nobody reads what it says any more."""

import os
import signal
import subprocess
import sys

import pytest
from scripts import HERE, cook_csv, until

from smart_smoker.lab.inbox import Inbox

UNREAD = """
import os, sys
read, write = os.pipe()
os.close(read)
os.dup2(write, 1)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def unread(program, name: str, *options):
    program.write("unread.py", UNREAD)
    return program.start("unread.py", program.folder / name, *options)


def log_of(program, name: str) -> str:
    path = program.folder / "logs" / f"{name}.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_a_consumer_whose_output_nobody_reads_goes_on_judging_and_sending(program, stranger):
    with Inbox() as inbox:
        program.configure_mail(inbox.port, sms_address_for_texts="")
        consumer = unread(program, "consumer_smoker.py")
        until(lambda: "Waiting for" in log_of(program, "consumer_smoker"), "a first line")
        stranger.put_readings("01-smoker", "cook", [225, 210, 225])
        until(lambda: len(inbox.messages) == 2, "both mails")
        assert consumer.end(signal.SIGTERM) == (0, "")
    assert inbox.messages[-1].subject.startswith("Cleared: Smoker Alert!")
    assert "Stopped: judged 3 readings" in log_of(program, "consumer_smoker")


@pytest.mark.usefixtures("stranger")
def test_a_producer_whose_output_nobody_reads_sends_its_cook_to_the_end(program):
    csv = program.write("cook.csv", cook_csv([225] * 9, [150] * 9, [150] * 9))
    producer = unread(program, "smoker_producer.py", csv, "--interval", 0, "--no-admin")
    assert producer.ended() == (0, "")
    assert "Sent 27 readings of 9 rows" in log_of(program, "smoker_producer")


@pytest.mark.parametrize("command", ["services", "broker"])
def test_a_command_whose_output_nobody_reads_ends_without_a_traceback(offline, command):
    action = ["status"] if command == "broker" else [offline.folder / "units"]
    (offline.folder / "units").mkdir()
    code, output = unread(offline, "run.py", command, *action).ended()
    assert (code, output) == (1 if command == "broker" else 0, "")
    assert command == "broker" or len(list((offline.folder / "units").iterdir())) > 5


UNBUFFERED = """
import os
from smart_smoker.cli.output import outlive_readers
outlive_readers()
print("at once")
os._exit(0)
"""


def test_what_python_is_told_not_to_buffer_goes_out_at_once():
    command = [sys.executable, "-u", "-c", UNBUFFERED]
    assert subprocess.run(command, cwd=HERE, capture_output=True, text=True).stdout == "at once\n"


HANG_UP = """
import os, pty, sys
child, terminal = pty.fork()
if not child:
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
said = b""
while b" rows" not in said:
    said += os.read(terminal, 65536)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals like these here")
@pytest.mark.usefixtures("stranger")
def test_a_producer_whose_terminal_is_closed_ends_as_if_it_had_been_stopped(program):
    program.write("hang_up.py", HANG_UP)
    csv = program.write("cook.csv", cook_csv([225] * 99, [150] * 99, [150] * 99))
    options = (csv, "--interval", 0.05, "--no-admin")
    script = program.start("hang_up.py", program.folder / "smoker_producer.py", *options)
    assert script.ended() == (0, "")
    assert "Stopped. Sent" in log_of(program, "smoker_producer")


ROTATED = """
import os
from util_logger import setup_logger
log, name = setup_logger(__file__)
log.info("first")
os.rename(name, name + ".old")
log.info("second")
os.remove(name)
log.info("third")
"""


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved here")
def test_a_log_file_that_is_moved_away_is_begun_anew(program):
    program.write("rotated.py", ROTATED)
    assert program.run("rotated.py")[0] == 0
    assert "third" in log_of(program, "rotated")
    assert "first" in (program.folder / "logs" / "rotated.log.old").read_text(encoding="utf-8")
