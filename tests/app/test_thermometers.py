"""The one-liners of docs/thermometers.md, run with their samples by the real programs."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from mqtt import PATH, mosquitto
from scripts import LOOPBACK, until

PAGE = Path(__file__).parent.parent.parent / "docs" / "thermometers.md"
SECTIONS = dict(
    re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
PROGRAMS = ("mosquitto", "mosquitto_sub", "mosquitto_pub", "jq", "sed", "bash")
SMOKER, FOOD_A, FOOD_B = "01-smoker", "02-food-A", "03-food-B"
READ = {
    "MQTT: one number": {SMOKER: 225.4},
    "MQTT: one topic for each probe": {SMOKER: 225.4, FOOD_A: 150.1, FOOD_B: 148.7},
    "MQTT: all probes in one JSON": {SMOKER: 225.5, FOOD_A: 149.0},
    "433 MHz: rtl_433": {SMOKER: 225.5, FOOD_A: 149.9},
    "ESPHome": {SMOKER: 225.4, FOOD_A: 150.1},
    "Home Assistant": {SMOKER: 225.4},
}
"""What the sample of each section comes to, in °F."""

missing = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def block(section: str, kind: str) -> str:
    return re.search(rf"^```{kind}\n(.*?)^```", SECTIONS[section], re.MULTILINE | re.DOTALL)[1]


@contextmanager
def piped(line: str, program):
    """A line of shell in the program's folder, to be ended with all its processes; what it says."""
    said = program.folder / "pipe.out"
    environment = {**os.environ, "RABBITMQ_URL": program.url}
    with said.open("w") as out:
        shell = subprocess.Popen(
            ["bash", "-c", line],
            cwd=program.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield said.read_text
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()


def test_each_section_with_a_line_is_tried():
    assert {name for name, text in SECTIONS.items() if "smoker_producer.py" in text} == set(READ)


@pytest.mark.parametrize("section", READ)
def test_a_line_of_the_page_brings_its_sample_into_the_queues(program, stranger, section):
    line = block(section, "sh").replace(".venv/bin/python", sys.executable)
    with mosquitto(program.folder) as port:
        line = line.replace("-h localhost", f"-h {LOOPBACK} -p {port}")
        if "rtl_433" in line:
            sample = program.write("sample.json", block(section, "json"))
            line = line.replace("rtl_433 -F json", f"cat {sample}")
        else:
            for told in block(section, "text").splitlines():
                topic, _, payload = told.partition(" ")
                # Kept by the broker, so that whoever subscribes later gets it as well.
                publish = ["mosquitto_pub", "-h", LOOPBACK, "-p", str(port), "-r", "-t", topic]
                subprocess.run([*publish, "-m", payload], check=True, timeout=30)
        with piped(line, program) as said:
            expected = READ[section]
            for queue in expected:
                until(lambda queue=queue: stranger.waiting(queue) > 0, f"{queue}: {said()}")
        got = {queue: stranger.take_all(queue) for queue in (SMOKER, FOOD_A, FOOD_B)}
    bodies = {queue: taken[0][1].decode() for queue, taken in got.items() if taken}
    assert {queue: float(body.rpartition(", ")[2]) for queue, body in bodies.items()} == expected
    assert all(re.match(r"2\d{3}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", body) for body in bodies.values())
