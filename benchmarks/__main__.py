"""Measures Smart Smoker on a broker of its own, and prints a table of what it found.

    python -m benchmarks [--rounds 5] [--alerts 40] [--only scripts|panel]

In each round all is measured once, ours and the plain script in turn, so that whatever else this
machine does falls on both. A ratio is the median of the rounds' own ratios.
"""

import argparse
import math
import os
import platform
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from statistics import median

import pika

from smart_smoker.private_broker import PrivateBroker
from smart_smoker.script import number_from, run

from . import consumer, latency, panel, producer

FIGURES = (
    # what, how, its format, the goal
    ("producer, readings/s", producer.rate, "{:,.0f}", "ratio at least 0.5"),
    ("consumer, readings/s", consumer.rate, "{:,.0f}", "ratio at least 3"),
    ("start until it waits, s", consumer.start, "{:.2f}", "ours at most 1"),
    ("memory then, MB", consumer.memory, "{:.1f}", "ours below 60"),
)
MEMORY = partial(consumer.memory, readings=100_000)
ONCE = (("after 100,000 readings, MB", MEMORY, "{:.1f}", "ours below 60"),)
"""What takes long and varies little."""

PANEL = {
    "reading to the page, s": "below 1",
    "alert to the page, s": "below 2",
    "8,640 readings open in, s": "below 2",
    "60,480 readings open in, s": "below 5",
    "with ten browsers, MB": "below 200",
}
PANEL_PARTS = 20
"""Readings, and alerts, that are timed on their way to a page in each round."""

LINE = "{:30}  {:>24}  {:>24}  {:>20}  {}"
Samples = dict[tuple[str, str], list[float]]


def main():
    parser = argparse.ArgumentParser(description="Measure Smart Smoker beside plain scripts.")
    whole = number_from(1, kind=int)
    parser.add_argument("--rounds", type=whole, default=5, metavar="N", help="how often (5)")
    parser.add_argument("--alerts", type=whole, default=40, metavar="N", help="a round (40)")
    parser.add_argument("--only", choices=["scripts", "panel"], help="one of the two tables")
    options = parser.parse_args()
    samples: Samples = defaultdict(list)
    delays: list[float] = []
    pages: dict[str, list[float]] = defaultdict(list)
    print("Starting RabbitMQ.", flush=True)
    with tempfile.TemporaryDirectory() as folder, PrivateBroker(Path(folder)) as broker:
        for number in range(options.rounds):
            print(f"Round {number + 1} of {options.rounds}, {load()}", flush=True)
            if options.only != "scripts":
                measure_panel(broker.url, pages)
            if options.only == "panel":
                continue
            for what, measure, form, _ in FIGURES if number else FIGURES + ONCE:
                for who in ("ours", "plain") if number % 2 == 0 else ("plain", "ours"):
                    samples[what, who].append(measure(broker.url, who))
                    print(f"  {what}: {form.format(samples[what, who][-1])} {who}", flush=True)
            delays += latency.latencies(broker.url, options.alerts)
            print(f"  alert to SMTP, ms: {median(delays):.1f} so far", flush=True)
    versions = f"Python {platform.python_version()}, pika {pika.__version__}"
    print(f"\n{platform.system()}, {os.cpu_count()} cores, {versions}, {load()}\n")
    if samples:
        show_table(samples, sorted(delays))
    for what, goal in PANEL.items() if pages else ():
        print(LINE.format(what, spread(pages[what], "{:.2f}"), "-", "-", goal))


def measure_panel(url: str, pages: dict[str, list[float]]):
    """Measure each figure of the panel once, and the way to its page some times."""
    found = dict(zip(PANEL, panel.latencies(url, PANEL_PARTS), strict=False))
    rest = (panel.opening(url, panel.DAY), panel.opening(url, panel.WEEK), panel.memory(url))
    found |= {what: [value] for what, value in zip(list(PANEL)[2:], rest, strict=True)}
    for what, values in found.items():
        pages[what] += values
        print(f"  {what}: {median(values):.2f}", flush=True)


def show_table(samples: Samples, delays: list[float]):
    """Medians, and in brackets the range of the rounds. A ratio is ours to plain."""
    print(LINE.format("", "ours", "plain script", "ratio", "goal"))
    for what, _, form, goal in FIGURES + ONCE:
        ours, plain = samples[what, "ours"], samples[what, "plain"]
        ratios = [a / b for a, b in zip(ours, plain, strict=True)]
        cells = (spread(ours, form), spread(plain, form), spread(ratios, "{:.2f}"))
        print(LINE.format(what, *cells, goal))
    for percent, goal in ((50, "-"), (99, "ours below 100"), (100, "-")):
        # The smallest that so many percent of the alerts did not exceed.
        delay = delays[math.ceil(len(delays) * percent / 100) - 1]
        what = f"alert to SMTP, ms, p{percent} of {len(delays)}"
        print(LINE.format(what, f"{delay:.1f}", "-", "-", goal))


def spread(values: list[float], form: str) -> str:
    """A median with its range."""
    least, middle, most = map(form.format, (min(values), median(values), max(values)))
    return f"{middle} ({least}–{most})" if len(values) > 1 else middle


def load() -> str:
    """How busy this machine is, where it says so."""
    return f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


if __name__ == "__main__":
    sys.exit(run(main))
