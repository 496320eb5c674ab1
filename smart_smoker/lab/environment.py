"""The Python environment `.venv`: made once, with the libraries that are asked for."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from ..core.errors import InputError
from .packages import SILENT, apt_install, clean_environment, may_apt, quietly, say

HERE = Path(__file__).resolve().parents[2]
VENV = HERE / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NOTE = VENV / "smart-smoker.json"  # which Python and which requirements are in .venv


def in_venv():
    return Path(sys.prefix).resolve() == VENV.resolve()


def become(arguments):
    """Go on as the Python of .venv, with these arguments."""
    command = [str(VENV_PYTHON)] + [str(argument) for argument in arguments]
    if os.name == "nt":
        return subprocess.call(command, env=clean_environment())
    return os.execve(command[0], command, clean_environment())


def set_up(requirements):
    """Make .venv and install `requirements` into it, unless the note says that it is done."""
    wanted = {"python": sys.version}
    for name in {"requirements.txt", "requirements-panel.txt", requirements}:
        wanted[name] = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
    done = read_note()
    if all(done.get(name) == value for name, value in wanted.items()):
        return
    if done.get("python") != sys.version and not (done == {} and venv_works()):
        make_venv()
        done = {}
    say(f"Installing {requirements} into .venv, a minute the first time")
    write_note({"python": "unfinished"})  # a Ctrl+C from here on means: begin again
    try:
        quietly(
            [VENV_PYTHON, "-m", "pip", "install", "-q", "-r", HERE / requirements],
            f"pip could not install {requirements}. Is there a network? Then try again.",
        )
    except InputError:
        write_note(done)
        raise
    write_note(dict(done, **wanted))


def read_note():
    try:
        return json.loads(NOTE.read_text()) if VENV_PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}


def write_note(done):
    NOTE.write_text(json.dumps(done))


def venv_works():
    """Whether there is a .venv with pip, made by hand perhaps."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 10))"
    try:
        ask = [str(VENV_PYTHON), "-c", check]
        return not subprocess.call(ask, env=clean_environment(), **SILENT)
    except OSError:
        return False


def make_venv():
    if in_venv():
        raise InputError("Type `deactivate` first: .venv is to be made again, and is in use.")
    if not importlib.util.find_spec("ensurepip"):
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if not may_apt():
            raise InputError(
                "This Python has no venv module. Run: sudo apt-get install -y " + package
            )
        apt_install(package)
    say("Making the Python environment .venv")
    quietly([sys.executable, "-m", "venv", "--clear", VENV], "Python could not make .venv")
