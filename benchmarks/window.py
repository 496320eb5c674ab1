"""The window: what judging one reading costs, however many the window holds."""

import subprocess
import sys
import time
from itertools import cycle, islice

from smart_smoker.core.probes import FOOD_A
from smart_smoker.core.readings import Reading
from smart_smoker.core.rows import read_rows
from smart_smoker.core.rules import FoodStall
from smart_smoker.core.watch import Watch
from smart_smoker.work.source import file_lines

from .rounds import Group, Run
from .scripts import FOLDER, SAMPLE

LENGTHS = (5, 20, 100, 1_000, 10_000, 86_400)
"""Readings in a window."""

MEASURED, TIMES = 20_000, 5
"""Readings that are timed at once, and how often; the least disturbed time counts."""


def cost(readings: int) -> float:
    """Microseconds of this process for a reading, with a window full of so many."""
    rows = [row for row in read_rows(file_lines(SAMPLE)) if row.temperatures[1] is not None]
    total = readings + TIMES * MEASURED
    taken = [
        Reading(FOOD_A, row.time, row.temperatures[1], f"benchmark/{seq}", "benchmark", seq)
        for seq, row in enumerate(islice(cycle(rows), total), 1)
    ]
    watch = Watch(FoodStall(window=readings))
    for reading in taken[:readings]:
        watch.judge(reading)
    times = []
    for first in range(readings, total, MEASURED):
        began = time.process_time()
        for reading in taken[first : first + MEASURED]:
            watch.judge(reading)
        times.append(time.process_time() - began)
    return min(times) / MEASURED * 1e6


def measure(run: Run, who: str) -> dict[str, float]:
    """The same by a process of its own: the garbage of one length is not the other's."""
    code = f"from benchmarks.window import cost; print(cost({who}))"
    command = [sys.executable, "-c", code]
    return {
        "µs": float(subprocess.run(command, cwd=FOLDER, capture_output=True, check=True).stdout)
    }


GROUP = Group(
    "window",
    "Window",
    {str(length): f"{length:,}" for length in LENGTHS},
    measure,
    {"µs": "{:,.2f}"},
    "What judging a reading takes by the readings in its full window, without a broker.",
    ratio="÷ 20 readings",
    base="20",
)
