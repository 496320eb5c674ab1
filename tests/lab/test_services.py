"""The units of systemd: what they say, what systemd says of them, and what the scripts do there."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import run
from smart_smoker.core.errors import InputError
from smart_smoker.core.probes import PROBES
from smart_smoker.lab.services import PIPE, SOCKET, TARGET, units

TOP = Path(run.__file__).parent
PAGE = (TOP / "docs" / "overnight.md").read_text(encoding="utf-8")
SCRIPTS = [*(probe.script for probe in PROBES), "panel.py", "smoker_producer.py"]
ANALYZE = shutil.which("systemd-analyze")


def service_of(script: str) -> tuple[str, str]:
    """The name and the text of the unit that runs a script."""
    (found,) = [item for item in units(Path("/opt/it")).items() if f"/{script}" in item[1]]
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_restarted_always_after_the_broker_as_a_user_without_rights(script):
    name, text = service_of(script)
    assert f"ExecStart=/opt/it/.venv/bin/python /opt/it/{script}" in text
    lines = text.splitlines()
    assert {"Restart=always", "StartLimitIntervalSec=0", "StandardOutput=journal"} <= set(lines)
    assert {"User=smart-smoker", "NoNewPrivileges=yes", "CapabilityBoundingSet="} <= set(lines)
    assert re.search(r"^After=.*rabbitmq-server\.service", text, re.MULTILINE)
    assert name in units(Path("/opt/it"))[TARGET]
    assert f"PartOf={TARGET}" in lines


def test_the_producer_reads_the_pipe_that_systemd_holds():
    assert f"ListenFIFO={PIPE}" in units(Path("/opt/it"))[SOCKET]
    assert "RemoveOnStop=yes" in units(Path("/opt/it"))[SOCKET]  # else it cannot start again
    assert "smoker_producer.py - --resume $OPTIONS" in service_of("smoker_producer.py")[1]
    assert f"Sockets={SOCKET}\nStandardInput=socket" in service_of("smoker_producer.py")[1]


@pytest.fixture
def verified(tmp_path):
    """What `systemd-analyze verify` has to say of our units, some of them with other texts."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)

    def verify(**others: str) -> list[str]:
        for name, text in {**units(tmp_path), **others}.items():
            (tmp_path / name).write_text(text)
        command = [ANALYZE, "verify", "--man=no", *tmp_path.glob("smart-smoker*")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        # Of this machine's other units, too, there may be something to say.
        return [line for line in done.stderr.splitlines() if "smart-smoker" in line]

    return verify


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_has_nothing_to_say_of_the_units_and_of_the_pages_thermometer(verified):
    (unit,) = re.findall(r"^```ini\n(\[Unit\].*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    thermometer = re.sub("^ExecStart=.*$", f"ExecStart={sys.executable}", unit, flags=re.MULTILINE)
    assert verified(**{"smart-smoker-thermometer.service": thermometer}) == []
    broken = {name: text + "Restart=perhaps\n" for name, text in [service_of("panel.py")]}
    assert verified(**broken)


def services(*arguments) -> tuple[int, str]:
    command = [sys.executable, TOP / "run.py", "services", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def test_run_prints_the_units_or_writes_them_into_a_folder(tmp_path):
    code, said = services()
    assert code == 0
    for name, text in units(TOP).items():
        assert f"# /etc/systemd/system/{name}\n{text}" in said
    assert services(tmp_path)[0] == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == units(TOP)
    code, said = services(tmp_path / "nowhere")
    assert (code, said.count("\n")) == (2, 1)
    assert "cannot be written" in said


def test_a_path_that_systemd_would_misread_is_refused():
    with pytest.raises(InputError, match="move it"):
        units(Path("/home/pit master/100%"))


HELD = """
import os, sys
os.dup2(os.open("{pipe}", os.O_RDWR), 0)
os.execv(sys.executable, [sys.executable, "{script}", "-"])
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_rows_wait_in_a_held_pipe_while_the_producer_is_dead_and_its_writers_come_and_go(program):
    pipe, script = program.folder / "rows", program.folder / "smoker_producer.py"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDWR)
    program.write("held.py", HELD.format(pipe=pipe, script=script))
    producer = program.start("held.py")
    for row in ("12:00,225.1,70,69", "12:01,225.2,70,69"):
        pipe.write_text(f"{row}\n")
        producer.said(f"Smoker {row[6:11]}")
    assert len(producer.lines("The cook is")) == 1
    producer.end(signal.SIGKILL)
    pipe.write_text("12:02,225.3,70,69\n")
    program.start("held.py").said("Smoker 225.3")
    os.close(held)


SAYS = """
from util_logger import setup_logger
log, _ = setup_logger(__file__)
log.info("On.")
log.critical("Smoker Alert!")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("a bug")
"""


def said_to_journal(program, stream: str) -> str:
    """What a script says to a file, told that the journal's stream is this one."""
    path = program.folder / "journal"
    with path.open("w") as journal:
        place = os.fstat(journal.fileno())
        stream = stream.format(place.st_dev, place.st_ino)
        environment = {**os.environ, "JOURNAL_STREAM": stream, "PYTHONUTF8": "1"}
        command = [sys.executable, program.write("says.py", SAYS)]
        subprocess.run(command, stdout=journal, env=environment, check=True, timeout=30)
    return path.read_text(encoding="utf-8")


def test_the_journal_gets_priorities_and_tracebacks_and_no_file_is_written_beside_it(program):
    lines = said_to_journal(program, "{}:{}").splitlines()
    assert lines[:4] == [
        "<6>On.",
        "<2>!!! Smoker Alert!",
        "<3>error: a bug",
        "<3>Traceback (most recent call last):",
    ]
    assert lines[-1].startswith("<3>ZeroDivisionError")
    assert program.logs() == []


def test_what_only_inherits_the_journals_name_has_its_screen_and_its_file(program):
    said = said_to_journal(program, "{}1:{}")
    assert re.match(r"\d\d:\d\d:\d\d On\.\n", said)
    (log,) = program.logs()
    assert "Traceback" in log.read_text(encoding="utf-8")
    log.unlink()  # No test is to leave a traceback in a program's log.
