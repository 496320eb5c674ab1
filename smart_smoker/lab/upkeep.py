"""What keeps the project in order: linter, types and formatting, and the locks."""

from pathlib import Path

from .environment import DEVELOPMENT, PANEL, VENV_PYTHON
from .packages import insist, quietly, say

CHECKS = {
    "linter": ["ruff", "check"],
    "types": ["mypy"],
    "formatting": ["ruff", "format", "--check"],
}
"""Modules of .venv with their arguments. Run in the project's folder they read all of it."""


def check(python: Path = VENV_PYTHON) -> int:
    """Run all checks on the project in the current folder, and return the exit code.

    Each has its line; what it said is shown only where it found something.
    """
    failed = False
    for name, command in CHECKS.items():
        said = quietly([python, "-m", *command])
        say(f"{name}: {'in order' if said is None else 'not in order'}")
        if said is not None:
            say(said)
            failed = True
    return int(failed)


def lock(options: list[str]) -> None:
    """Write the locks anew from the requirements, for every system and every Python from 3.10 on.

    What is locked stays where the requirements allow it; `options` go to `uv pip compile`, as
    `--upgrade`. Raises InputError where uv fails.
    """
    uv: list[str | Path] = [VENV_PYTHON, "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    uv += ["--python-version", "3.10", "--generate-hashes", "--no-annotate"]
    uv += ["--custom-compile-command", "python3 run.py lock", *options]
    complaint = "uv could not lock the requirements."
    insist([*uv, f"{DEVELOPMENT}.txt", "-o", f"{DEVELOPMENT}.lock"], complaint)
    same = ["--constraints", f"{DEVELOPMENT}.lock"]
    insist([*uv, *same, f"{PANEL}.txt", "-o", f"{PANEL}.lock"], complaint)
