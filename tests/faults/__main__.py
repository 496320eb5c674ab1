"""Runs rounds of every scenario, each on a broker of the harness's own, and prints a table.

python -m tests.faults [--rounds 5] [--seed S] [--only NAME] [--all-rules] [--memory]
"""

import argparse
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from statistics import median

import scripts
from cluster import Cluster
from scripts import virtual_host

from smart_smoker.cli.signals import run
from smart_smoker.lab.private_broker import PrivateBroker

from . import measure
from .rounds import Count, Round
from .scenarios import SCENARIOS, Scenario

COLUMNS = {
    "rounds": "rounds",
    "faults": "faults",
    "readings": "readings",
    "readings_lost": "not in the history",
    "alerts": "alerts × channels",
    "lost": "lost",
    "wrong": "wrong",
    "twice": "told twice",
    "refused": "refused by 550",
    "again": "published again, same id",
    "mails_twice": "honest: mail twice, same Message-ID",
}


def one_round(
    scenario: Scenario, node: PrivateBroker | None, seed: str, rows: int, all_rules: bool = False
) -> Count:
    """Run a scenario over one cook; on `node` in a virtual host, without it on a broker of its
    own."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if scenario.cluster:
            node = stack.enter_context(Cluster(folder / "cluster"))
            url = node.url
        elif scenario.own_broker:
            node = stack.enter_context(PrivateBroker(folder / "broker"))
            url = node.url
        else:
            url = stack.enter_context(virtual_host(node))
        program = folder / "program"
        round = Round(scenario, node, url, program, Random(seed), rows, all_rules)
        return stack.enter_context(round).run()


def table(counts: dict[str, Count]) -> str:
    """The counts as a markdown table."""
    lines = ["| scenario | " + " | ".join(COLUMNS.values()) + " |"]
    lines.append("|---" + "|--:" * len(COLUMNS) + "|")
    for name, count in counts.items():
        cells = [f"{getattr(count, column):,}" for column in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def say(words: str):
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each scenario (5)")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="of an earlier run")
    parser.add_argument("--only", choices=[*SCENARIOS, "measure"], help="one of them")
    parser.add_argument("--all-rules", action="store_true", help="limits, targets and lids too")
    parser.add_argument("--memory", action="store_true", help="also measure 1,000,000 readings")
    options = parser.parse_args()
    scripts.DEADLINE = 120  # seconds: a machine with other work is slow
    print(f"seed: {options.seed}", flush=True)
    counts: dict[str, Count] = {}
    with tempfile.TemporaryDirectory() as folder, PrivateBroker(Path(folder) / "broker") as node:
        for key, kind in SCENARIOS.items():
            if options.only in (None, key):
                total = counts[kind.name] = Count()
                for number in range(1, options.rounds + 1):
                    began = time.monotonic()
                    seed, rules = f"{options.seed}/{key}/{number}", options.all_rules
                    try:
                        count = one_round(kind(), node, seed, kind.rows, rules)
                    except AssertionError as error:
                        count = Count(rounds=1, wrong=1, details=[str(error)])
                    total += count
                    say(
                        f"{key} {number}/{options.rounds}: {count.faults} faults,"
                        f" {count.alerts} alerts, {count.lost} lost, {count.wrong} wrong,"
                        f" {count.twice} twice, {time.monotonic() - began:.0f} s"
                    )
                    for words in count.details:
                        print(words, flush=True)
                if total.gaps:
                    say(
                        f"from a node's death until all judged again: {len(total.gaps)} times,"
                        f" median {median(total.gaps):.1f} s, most {max(total.gaps):.1f} s"
                    )
        print("\n" + table(counts) + "\n" if counts else "", flush=True)
        if options.only in (None, "measure"):
            for line in measure.figures(node, options.rounds, options.memory):
                print(line, flush=True)
    return 1 if any(count.bad for count in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(run(main))
