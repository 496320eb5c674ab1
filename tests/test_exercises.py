"""The exercises: each one's test fails until it is done, and its solution does it."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from scripts import apply, cook_csv, until

TOP = Path(__file__).parent.parent
EXERCISES = sorted(path.name for path in TOP.glob("docs/exercises/[0-9]-*"))
OTHERS = shutil.ignore_patterns(
    ".*", "logs", "benchmarks", "images", "answer", "answer.*", "prediction.toml", "__pycache__"
)
NEEDED = {"8-another-language": ("curl", "jq")}
"""Tools of a solution that not everybody has."""


@pytest.fixture
def clone(tmp_path):
    """A student's clone, with nothing done yet."""
    return shutil.copytree(TOP, tmp_path / "clone", ignore=OTHERS)


def outcomes(clone: Path) -> dict[str, str]:
    """What became of each exercise's test, and why it failed."""
    options = ["-q", "-n", "0", "-rA", "-p", "no:cacheprovider"]
    command = [sys.executable, "-B", "-m", "pytest", *options, "docs/exercises"]
    wide = {**os.environ, "COLUMNS": "500"}  # else the reason is cut off
    done = subprocess.run(command, cwd=clone, env=wide, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = re.findall(r"^(PASSED|FAILED) docs/exercises/([^/]+)/\S+(.*)$", done.stdout, re.M)
    assert sorted(name for _, name, _ in found) == EXERCISES, done.stdout
    return {name: outcome + why for outcome, name, why in found}


def solve(clone: Path, name: str):
    """Do what the solution shows: change a file of the program, or write the one asked for."""
    folder = clone / "docs" / "exercises" / name
    (solution,) = folder.glob("solution.*")
    if solution.suffix == ".patch":
        apply(solution.read_text(encoding="utf-8"), clone)
    else:
        asked_for = {".toml": "prediction.toml"}.get(solution.suffix, f"answer{solution.suffix}")
        shutil.copy(solution, folder / asked_for)


def test_there_are_eight():
    assert [int(name[0]) for name in EXERCISES] == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.usefixtures("rabbitmq")
def test_each_fails_until_it_is_done(clone):
    for said in outcomes(clone).values():
        assert said.startswith("FAILED - AssertionError")


@pytest.mark.usefixtures("rabbitmq")
def test_each_passes_when_all_are_done_as_their_solutions_show(clone):
    missing = {
        name: [tool for tool in NEEDED.get(name, ()) if not shutil.which(tool)]
        for name in EXERCISES
    }
    solved = [name for name in EXERCISES if not missing[name]]
    for name in solved:
        solve(clone, name)
    found = outcomes(clone)
    assert {name: found[name] for name in solved} == dict.fromkeys(solved, "PASSED")
    for name in set(EXERCISES) - set(solved):
        pytest.skip(f"{name} was not tried, as its solution needs {' and '.join(missing[name])}")


# --- the rule of one's own, put to use -----------------------------------------------------------


@pytest.fixture
def own_rule(program):
    """The program with the rule of exercise 2, put beside the drop in the table of the probes."""
    (solution,) = TOP.glob("docs/exercises/2-*/solution.patch")
    apply(solution.read_text(encoding="utf-8"), program.folder)
    table = "smart_smoker/core/probes.py"
    program.edit(table, "\nfrom .rules", "\nfrom .rules import SmokerRise\nfrom .rules")
    program.edit(table, "\nSMOKER_ALSO = (", "\nSMOKER_ALSO = (SmokerRise(25, 5), ")
    return program


def test_a_rule_of_ones_own_in_two_files_is_told_wakes_people_up_and_is_shown(
    own_rule, push_service
):
    own_rule.write(".env.toml", f'urgent_notify_urls = ["{push_service.url}"]\n').chmod(0o600)
    consumer = own_rule.start("consumer_smoker.py")
    consumer.said("Waiting for readings")
    address = own_rule.start("panel.py", "--port", 0).said(r"http://\S+")
    fire = cook_csv([225] * 5 + [250, 260, 260, 260, 260, 260, 260] + [240] * 3)
    csv = own_rule.write("fire.csv", fire)
    code, said = own_rule.run("smoker_producer.py", csv, "--interval", 0, "--no-admin")
    assert (code, "Sent 15 readings" in said) == (0, True), said
    consumer.said("has ended after 15 readings")

    def pushed() -> list[str]:
        titles = [posted["title"].partition("!")[0] for posted in push_service.posted]
        return [title for title in titles if title in ("Smoker Rise", "Smoker Alert")]

    def lanes() -> list[str]:
        with urllib.request.urlopen(f"{address}chart.json") as answer:
            kinds = [episode["kind"] for episode in json.load(answer)["episodes"]]
        return [kind for kind in kinds if kind in ("rise", "drop")]

    until(lambda: pushed() == ["Smoker Rise", "Smoker Alert"], "both urgent alerts are pushed")

    until(lambda: lanes() == ["rise", "drop"], "the panel draws the rise and the drop")


def test_the_panel_gives_what_is_urgent_its_colour_and_a_kind_that_it_does_not_know_a_plain_look(
    own_rule,
):
    asked = (
        "print(*(look(kind) for kind in ('rise', 'drop', 'done', 'stall', 'no signal')), sep='|')"
    )
    own_rule.write("ask.py", f"from smart_smoker.panel.overview import look\n{asked}\n")
    assert own_rule.run("ask.py") == (0, "rise bad|drop bad|done|stall|no-signal bad\n")
