"""Cooks at once: one consumer with the readings of many cooks in one queue."""

from smart_smoker.work.consumer import PREFETCH

from .consumer import QUICK, READINGS, SCRIPTS, fill
from .rounds import Group, Run
from .scripts import Script


def measure(run: Run, who: str) -> dict[str, float]:
    cooks, readings = int(who), QUICK if run.quick else READINGS
    fill(run.url, readings, cooks)
    with Script(run.url, *SCRIPTS["ours"]) as script:
        began = script.wait_for("Waiting for readings")
        seconds = script.wait_for("has ended") - began
        # As with one cook alone, what the broker has sent ahead is not counted.
        return {"readings/s": (readings - PREFETCH) / seconds, "memory, MB": script.memory()}


GROUP = Group(
    "cooks",
    "Cooks at once",
    {str(cooks): f"{cooks:,}" for cooks in (1, 100, 1000)},
    measure,
    {"readings/s": "{:,.0f}", "memory, MB": "{:.1f}"},
    f"{READINGS:,} readings in one queue, of so many cooks in turn, and one consumer.",
    ratio="÷ one cook",
    base="1",
)
