"""Measures Smart Smoker, beside others doing the same job and against the work there is.

    python -m benchmarks [--rounds 5] [--only NAME] [--quick]

In each round everything is measured once, one after the other, and each round begins with the
next, so that whatever else this machine does falls on all. A ratio is the median of the rounds'
own ratios. The broker is one of its own; nothing is sent to anybody.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from smart_smoker.cli.options import number_from
from smart_smoker.cli.signals import run
from smart_smoker.lab.private_broker import PrivateBroker

from . import consumer, cooks, hour, latency, page, panel, producer, restart, window
from .rounds import NEEDED, Group, Run, is_here, spread

PAGES = {
    "performance.md": (
        producer.GROUP,
        consumer.GROUP,
        consumer.START,
        window.GROUP,
        hour.GROUP,
        panel.GROUP,
    ),
    "scale.md": (restart.GROUP, cooks.GROUP, latency.GROUP, panel.HISTORY),
}
"""What is beside others' and what it costs, and how that grows with the work."""

GROUPS = {group.name: group for groups in PAGES.values() for group in groups}


def main():
    parser = argparse.ArgumentParser(description="Measure Smart Smoker beside others.")
    add = parser.add_argument
    whole = number_from(1, kind=int)
    add("--rounds", type=whole, default=5, metavar="N", help="how often (5)")
    add("--only", choices=GROUPS, metavar="NAME", action="append", help=", ".join(GROUPS))
    add("--quick", action="store_true", help="small amounts, to see that all of it works")
    add(
        "--page",
        type=Path,
        metavar="FILE",
        help="what is written; after all of it these are docs/performance.md and docs/scale.md",
    )
    options = parser.parse_args()
    groups = [GROUPS[name] for name in options.only or GROUPS]
    for who, (_, to_install) in NEEDED.items():
        if not is_here(who):
            print(f"Left out, as {who} is not installed: {to_install}")

    loads = [load()]
    with tempfile.TemporaryDirectory() as folder, PrivateBroker(Path(folder)) as broker:
        measured = Run(broker.url, options.quick)
        for number in range(options.rounds):
            print(f"Round {number + 1} of {options.rounds}, load {load():.1f}", flush=True)
            for group in groups:
                measure(measured, group, number)
            loads.append(load())
        facts = page.facts(broker.url, options.rounds, max(loads))
    whole = {} if options.only or options.quick else PAGES
    pages = {page.DOCS / name: groups for name, groups in whole.items()}
    if options.page:
        pages = {options.page: groups}
    for path, shown in (pages or {None: groups}).items():
        written = page.written(shown, measured, facts)
        print(f"\n{written}")
        if path:
            print("Written:", *page.write(path, written, shown, measured))


def measure(measured: Run, group: Group, number: int):
    """Measure a group once, beginning with another one in each round."""
    late = group.once if number else ()
    entrants = [who for who in group.entrants if is_here(who) and who not in late]
    if not entrants or not is_here(group.name):
        return
    first = number % len(entrants)
    for who in entrants[first:] + entrants[:first]:
        found = measured.measure(group, who)
        told = [f"{name} {spread(found[name], form)}" for name, form in group.shown(found)]
        print(f"  {group.name}: {who}: {', '.join(told)}", flush=True)


def load() -> float:
    """How busy this machine is, where it says so."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


if __name__ == "__main__":
    sys.exit(run(main))
