"""Where rows come from: a file, a file that grows, or standard input."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Queue
from typing import BinaryIO

from ..core.errors import InputError

log = logging.getLogger(__name__)

PATIENCE = 0.2
"""Seconds between two looks at a file or a pipe that has nothing new."""


def file_lines(path: str, follow: bool = False) -> Iterator[str | None]:
    """The lines of a file; with `follow` also those still to come, and None while none has.

    Raises InputError when it cannot be read.
    """
    try:
        # Bytes, since tell() does not work on a text file that is read line by line.
        file = open(path, "rb")  # noqa: SIM115 - read by the caller
        return map(_text, _followed(file, path) if follow else file)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", path) from error


def _text(line: bytes | None) -> str | None:
    return line if line is None else line.decode(errors="replace").replace("\r\n", "\n")


def _followed(file: BinaryIO, path: str) -> Iterator[bytes | None]:
    line = b""
    while True:
        line += file.readline()
        if line.endswith(b"\n"):
            yield line
            line = b""
        elif _begins_anew(file, path):
            log.warning("%s begins anew, and so do we.", path)
            with suppress(OSError):  # If it is gone once more, the next look finds it.
                file, line = open(path, "rb"), b""  # noqa: SIM115 - read on
        else:
            yield None


def _begins_anew(file: BinaryIO, path: str) -> bool:
    """Whether the file of this name has become another one, or shorter than what was read."""
    try:
        now = os.stat(path)
    except OSError:
        return False  # A file is gone for a moment while a new one takes its place.
    return now.st_ino != os.fstat(file.fileno()).st_ino or now.st_size < file.tell()


def input_lines() -> Iterator[str | None]:
    """The lines of standard input, and None while there is none.

    They are read by a thread, since a read of a pipe cannot be interrupted to keep a connection
    alive.
    """
    lines: Queue = Queue(maxsize=10_000)

    def read():
        # A copy of the descriptor: Python closes its own stdin at exit, and would abort if this
        # thread were reading it then.
        with suppress(OSError), open(os.dup(0), encoding="utf-8", errors="replace") as file:
            for line in file:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get_nowait()
        except Empty:
            yield None
            continue
        if line is None:
            return
        yield line
