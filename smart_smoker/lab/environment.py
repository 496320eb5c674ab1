"""The Python environment `.venv`: made once, with the libraries of a lock."""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from ..core.errors import InputError
from .packages import apt_install, clean_environment, insist, quietly, say

HERE = Path(__file__).resolve().parents[2]
VENV = HERE / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NOTE = VENV / "smart-smoker.json"  # which Python and which locks are in .venv
PANEL, DEVELOPMENT = "requirements-panel", "requirements-dev"
"""The locks, without their ending: what the scripts need, and that with the tests and tools."""


def in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def become(arguments: list[str]) -> int:
    """Go on as the Python of .venv, with these arguments."""
    command = [str(VENV_PYTHON), *arguments]
    if os.name == "nt":
        return subprocess.call(command, env=clean_environment())
    return os.execve(command[0], command, clean_environment())


def set_up(requirements: str) -> None:
    """Make .venv and install what `requirements`.lock names, unless the note says that it is done.

    Raises InputError where pip cannot, or where a file is another than the locked one.
    """
    files = [*HERE.glob("requirements*.txt"), *HERE.glob("requirements*.lock")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
    wanted = {"python": sys.version, requirements: digest, PANEL: digest}
    done = read_note()
    if wanted.items() <= done.items():
        return
    if done.get("python") != sys.version and not (done == {} and venv_works()):
        make_venv()
        done = {}
    say(f"Installing {requirements}.lock into .venv, a minute the first time")
    write_note({"python": "unfinished"})  # a Ctrl+C from here on means: begin again
    try:
        _install(requirements)
    except InputError:
        write_note(done)
        raise
    write_note({**done, **wanted})


def _install(requirements: str) -> None:
    """An index that is older than the lock must not keep anybody from cooking; CI is to fail then.

    A file that is another than the locked one is never installed.
    """
    pip: list[str | Path] = [VENV_PYTHON, "-m", "pip", "install", "-q"]
    said = quietly([*pip, "--require-hashes", "-r", HERE / f"{requirements}.lock"])
    lacking = re.search(r"satisfies the requirement (\S+).*from versions: (?!none)", said or "")
    if lacking and not os.environ.get("CI"):
        say(
            f"{lacking[1]}, which is locked, is not to be had here: installing what is,"
            f" by {requirements}.txt. These versions may never have been tested together."
        )
        said = quietly([*pip, "-r", HERE / f"{requirements}.txt"])
    if said is not None:
        say(said)
        raise InputError(
            f"pip could not install {requirements}.lock. Is there a network? Then try again."
        )


def read_note() -> dict[str, str]:
    with suppress(OSError, ValueError):
        done: object = json.loads(NOTE.read_text()) if VENV_PYTHON.exists() else {}
        if isinstance(done, dict):
            return {str(name): str(value) for name, value in done.items()}
    return {}


def write_note(done: dict[str, str]) -> None:
    NOTE.write_text(json.dumps(done))


def venv_works() -> bool:
    """Whether there is a .venv with pip, made by hand perhaps."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 10))"
    try:
        return quietly([VENV_PYTHON, "-c", check]) is None
    except OSError:
        return False


def make_venv() -> None:
    if in_venv():
        raise InputError("Type `deactivate` first: .venv is to be made again, and is in use.")
    if not importlib.util.find_spec("ensurepip"):
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if not apt_install(package):
            raise InputError(
                "This Python has no venv module. Run: sudo apt-get install -y " + package
            )
    say("Making the Python environment .venv")
    insist([sys.executable, "-m", "venv", "--clear", VENV], "Python could not make .venv")
