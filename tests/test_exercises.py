"""The exercises: each one's test fails until it is done, and its solution does it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import apply

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
