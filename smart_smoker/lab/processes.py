"""Processes of this machine: their command lines, their children, and a lock between them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ..core.errors import InputError

WINDOWS = sys.platform == "win32"


def command_line(pid: int) -> str:
    """What process `pid` was started with; empty when it has ended."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        return ""
    question = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    if WINDOWS:
        wanted = f"(Get-CimInstance Win32_Process -Filter ProcessId={pid}).CommandLine"
        question = ["powershell", "-NoProfile", "-Command", wanted]
    line = subprocess.run(question, capture_output=True, text=True, errors="replace").stdout
    return "" if line.startswith("(") else line.strip()


def descendants(pid: int) -> list[int]:
    """The processes that `pid` has started, and those that they have, where /proc shows them."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_bytes().rpartition(b")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


@contextlib.contextmanager
def locked(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock that the system itself gives back when this process ends.

    Raises InputError with the words `refusal` when another process holds it.
    """
    with path.open("ab") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(refusal) from None
        yield
