"""What a night writes to the disk: `python -m benchmarks.night [--interval 30] [--minutes 10]`.

A broker of its own, the consumers, the panel and a cook of all probes for some minutes; or many
cooks, whose rows come one by one and evenly, by one connection. What the processes have written is
Linux's count of them. What the disk got, with the file system's own share, is the count of the
whole file system, whoever writes to it: give it one to itself.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from smart_smoker.cli.options import number_from
from smart_smoker.cli.signals import run
from smart_smoker.core.probes import PROBES, SMOKER, Probe
from smart_smoker.core.readings import numbered
from smart_smoker.lab.private_broker import PrivateBroker
from smart_smoker.lab.processes import descendants
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.link import connect
from smart_smoker.rabbitmq.messages import Message, reading_message

from .scripts import Script

NIGHT = 12 * 60
"""Minutes."""


def main():
    parser = argparse.ArgumentParser(description="Measure what a night writes to the disk.")
    add = parser.add_argument
    about = "seconds between two rows, 0 for no cook (30)"
    add("--interval", type=number_from(0), default=30, metavar="SECONDS", help=about)
    add("--smokers", type=number_from(1, kind=int), default=1, metavar="N", help="how many (1)")
    about = "how long it is measured (10)"
    add("--minutes", type=number_from(0.1), default=10, metavar="N", help=about)
    about = "where the broker keeps its data (a temporary folder)"
    add("--folder", type=Path, metavar="FOLDER", help=about)
    options = parser.parse_args()
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = (options.folder or temporary) / "broker"
        broker = stack.enter_context(PrivateBroker(folder))

        def started(*command: str) -> Script:
            return stack.enter_context(Script(broker.url, *command))

        scripts = [started(probe.script) for probe in PROBES]
        for script in scripts:
            script.wait_for("Waiting for readings")
        scripts.append(started("panel.py", "--port", "0"))
        scripts[-1].wait_for("http://")
        many = options.interval and options.smokers > 1
        if many:
            sender = stack.enter_context(connect([broker.url], "night"))
            rows = turns(options.smokers)
        elif options.interval:
            csv = temporary / "night.csv"
            seconds = options.minutes * 60 + 300  # longer than it is measured
            csv.write_text(cook(int(seconds / options.interval) + 2))
            interval = ("--interval", f"{options.interval:g}")
            scripts.append(started("smoker_producer.py", str(csv), "--no-admin", *interval))
            scripts[-1].wait_for("Smoker ")

        def written() -> tuple[int, int, int]:
            of_broker = sum(map(written_by, [broker.pid, *descendants(broker.pid)]))
            return of_broker, sum(written_by(s.pid) for s in scripts), written_to(folder)

        def watch(seconds: float):
            if many:
                send(sender, rows, options.interval / options.smokers, seconds)
            else:
                time.sleep(seconds)  # Nothing is waited for: this is the time measured.

        watch(60)  # What a start writes is no part of it.
        before = written()
        watch(options.minutes * 60)
        names = ("RabbitMQ", "our log files", "the file system of RabbitMQ's folder")
        for name, first, last in zip(names, before, written(), strict=True):
            megabytes = (last - first) / 1e6
            night = megabytes * NIGHT / options.minutes
            print(f"{name}: {megabytes:.2f} MB, {night:.1f} MB in a night of 12 hours", flush=True)


def temperature(probe: Probe, row: int) -> float:
    """None of its readings is worth an alert."""
    return 225 + row % 3 if probe is SMOKER else 70 + row % 30 * 2


def cook(rows: int) -> str:
    """A CSV in which every probe has a reading in every row."""
    lines = [
        ",".join([f"row {row}", *(f"{temperature(probe, row)}" for probe in PROBES)])
        for row in range(rows)
    ]
    return "\n".join(["time,smoker,foods", *lines, ""])


def turns(smokers: int) -> Iterator[list[Message]]:
    """Rows of all probes of so many cooks in turn."""
    for number in count():
        row, smoker = divmod(number, smokers)
        cook, seq = f"smoker-{smoker}", row + 1
        yield [
            reading_message(numbered(probe, cook, seq, f"row {row}", temperature(probe, row)))
            for probe in PROBES
        ]


def send(broker: Broker, rows: Iterator[list[Message]], pause: float, seconds: float):
    """Publish a row each `pause`, for so many seconds."""
    began = time.monotonic()
    for number in range(1, int(seconds / pause) + 1):
        broker.publish(next(rows))
        broker.wait(max(0, began + number * pause - time.monotonic()))


def written_by(pid: int) -> int:
    """Bytes that a process has had written to a disk so far."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def written_to(folder: Path) -> int:
    """Bytes that the disk of a folder was given so far, by anybody; 0 where it is no disk."""
    device = os.stat(folder).st_dev
    path = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")
    return int(path.read_text().split()[6]) * 512 if path.exists() else 0


if __name__ == "__main__":
    sys.exit(run(main))
