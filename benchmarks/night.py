"""What a night writes to the disk: `python -m benchmarks.night [--interval 30] [--minutes 10]`.

A broker of its own, the consumers, the panel and a cook of all probes for some minutes. What the
processes have written is Linux's count of them. What the disk got, with the file system's own
share, is the count of the whole file system, whoever writes to it: give it one to itself.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from smart_smoker.core.probes import PROBES
from smart_smoker.lab.private_broker import PrivateBroker
from smart_smoker.lab.processes import descendants
from smart_smoker.script.options import number_from
from smart_smoker.script.signals import run

from .scripts import Script

NIGHT = 12 * 60
"""Minutes."""


def main():
    parser = argparse.ArgumentParser(description="Measure what a night writes to the disk.")
    add = parser.add_argument
    about = "seconds between two rows, 0 for no cook (30)"
    add("--interval", type=number_from(0), default=30, metavar="SECONDS", help=about)
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
        if options.interval:
            csv = temporary / "night.csv"
            seconds = options.minutes * 60 + 300  # longer than it is measured
            csv.write_text(cook(int(seconds / options.interval) + 2))
            interval = ("--interval", f"{options.interval:g}")
            scripts.append(started("smoker_producer.py", str(csv), "--no-admin", *interval))
            scripts[-1].wait_for("Smoker ")

        def written() -> tuple[int, int, int]:
            of_broker = sum(map(written_by, [broker.pid, *descendants(broker.pid)]))
            return of_broker, sum(written_by(s.pid) for s in scripts), written_to(folder)

        time.sleep(60)  # What a start writes is no part of it.
        before = written()
        time.sleep(options.minutes * 60)  # Nothing is waited for: this is the time measured.
        names = ("RabbitMQ", "our log files", "the file system of RabbitMQ's folder")
        for name, first, last in zip(names, before, written(), strict=True):
            megabytes = (last - first) / 1e6
            night = megabytes * NIGHT / options.minutes
            print(f"{name}: {megabytes:.2f} MB, {night:.1f} MB in a night of 12 hours", flush=True)


def cook(rows: int) -> str:
    """A CSV in which every probe has a reading in every row, and none is worth an alert."""
    lines = [
        ",".join([f"row {row}", f"{225 + row % 3}", *[f"{70 + row % 30 * 2}"] * (len(PROBES) - 1)])
        for row in range(rows)
    ]
    return "\n".join(["time,smoker,foods", *lines, ""])


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
