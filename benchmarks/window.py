"""The window: what judging one reading costs, by how many the window holds."""

import time
from itertools import cycle, islice

from smart_smoker.app.lines import file_lines
from smart_smoker.cli.options import LONGEST_WINDOW
from smart_smoker.core.probes import FOOD_A
from smart_smoker.core.readings import Reading
from smart_smoker.core.rows import read_rows
from smart_smoker.core.rules import FoodStall
from smart_smoker.core.watch import Watch

from .rounds import Group, Run
from .scripts import SAMPLE

MEASURED, TIMES = 20_000, 5
"""Readings that are timed at once, and how often; the least disturbed time counts."""


def measure(run: Run, who: str) -> dict[str, float]:
    """Microseconds of this process for a reading, with a full window of so many."""
    rows = [row for row in read_rows(file_lines(SAMPLE)) if row.temperatures[1] is not None]
    taken = [
        Reading(FOOD_A, row.time, row.temperatures[1], f"benchmark/{seq}", "benchmark", seq)
        for seq, row in enumerate(islice(cycle(rows), TIMES * MEASURED), 1)
    ]
    watch, times = Watch(FoodStall(window=int(who))), []
    for first in range(0, len(taken), MEASURED):
        began = time.process_time()
        for reading in taken[first : first + MEASURED]:
            watch.judge(reading)
        times.append(time.process_time() - began)
    return {"µs": min(times) / MEASURED * 1e6}


GROUP = Group(
    "window",
    "Window",
    {str(length): f"{length} readings" for length in (5, 20, 100, LONGEST_WINDOW)},
    measure,
    {"µs": "{:,.1f}"},
    f"What judging a reading takes by how many the window holds, without a broker; {LONGEST_WINDOW}"
    " are the most there can be.",
    ratio="÷ 20 readings",
    base="20",
)
