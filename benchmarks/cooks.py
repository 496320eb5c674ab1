"""Cooks at once: one consumer with the readings of many cooks in one queue."""

from statistics import median

from smart_smoker.core.probes import SMOKER
from smart_smoker.wire.link import connect
from smart_smoker.work.consumer import PREFETCH

from .consumer import COOK, QUICK, READINGS, SCRIPTS, publish, reading
from .rounds import Group, Run
from .scripts import Script, clear

BEFORE, MORE = 6, 3
"""Readings that each cook has had, so that its window is full, and at least gets in the run."""


def measure(run: Run, who: str) -> dict[str, float]:
    cooks, readings = int(who), max(READINGS, MORE * int(who))
    if run.quick:
        cooks, readings = min(cooks, 1000), QUICK
    clear(run.url)
    publish(run.url, 0, BEFORE * cooks, cooks)
    with connect([run.url], "benchmark") as broker:
        broker.purge(SMOKER.queue)
    with Script(run.url, *SCRIPTS["ours"]) as script:
        script.wait_for("Waiting for readings")  # and leaves what it knows when it ends
    end = reading(1, COOK[0], last=True, cook="benchmark-end")
    # In the history, too, they would be held until it is known whether the queue gives them.
    publish(run.url, BEFORE * cooks, readings, cooks, [end], straight=True)
    with Script(run.url, *SCRIPTS["ours"]) as script:
        began = script.wait_for("Waiting for readings")
        seconds = script.wait_for("has ended") - began
        megabytes = script.memory()
    # What the process needs by itself is that of one cook.
    one = median(run.of("cooks", "1", "memory, MB") or [megabytes])
    found = {"kB a cook": 1000 * (megabytes - one) / cooks} if cooks > 1 else {}
    return found | {
        # As with one cook alone, what the broker has sent ahead is not counted.
        "readings/s": (readings - PREFETCH) / seconds,
        "memory, MB": megabytes,
    }


GROUP = Group(
    "cooks",
    "Cooks at once",
    {str(cooks): f"{cooks:,}" for cooks in (1, 100, 1_000, 10_000, 100_000)},
    measure,
    {"readings/s": "{:,.0f}", "memory, MB": "{:.1f}", "kB a cook": "{:,.2f}"},
    f"{READINGS:,} readings in one queue, or {MORE} for each cook, of so many cooks in turn, whose"
    " windows are full, and one consumer. The memory of a cook is what the process needs beyond"
    " that with one.",
    ratio="÷ one cook",
    base="1",
    once=("100000",),
)
