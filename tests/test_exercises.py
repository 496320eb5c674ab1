"""The exercises: each one's test fails until it is done, and its solution does it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import apply

TOP = Path(__file__).parent.parent
EXERCISES = sorted(path.name for path in TOP.glob("docs/exercises/[0-9]-*"))
OTHERS = shutil.ignore_patterns(
    ".*", "logs", "benchmarks", "images", "answer.py", "prediction.toml", "__pycache__"
)


@pytest.fixture
def clone(tmp_path):
    """A student's clone, with nothing done yet."""
    return shutil.copytree(TOP, tmp_path / "clone", ignore=OTHERS)


def passes(clone: Path, name: str) -> tuple[bool, str]:
    """Whether an exercise's test passes, and what it says."""
    options = ["-q", "-n", "0", "-p", "no:cacheprovider"]
    command = [sys.executable, "-B", "-m", "pytest", *options, f"docs/exercises/{name}"]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, timeout=90)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 0, done.stdout


def solve(clone: Path, name: str):
    """Do what the solution shows: change a file of the program, or write the one asked for."""
    folder = clone / "docs" / "exercises" / name
    (solution,) = folder.glob("solution.*")
    if solution.suffix == ".patch":
        apply(solution.read_text(encoding="utf-8"), clone)
    else:
        asked_for = {".py": "answer.py", ".toml": "prediction.toml"}[solution.suffix]
        shutil.copy(solution, folder / asked_for)


def test_there_are_six():
    assert [int(name[0]) for name in EXERCISES] == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("rabbitmq")
@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_fails_until_it_is_done_as_its_solution_shows(clone, name):
    undone, why = passes(clone, name)
    assert not undone
    assert "AssertionError" in why
    solve(clone, name)
    done, why = passes(clone, name)
    assert done, why
