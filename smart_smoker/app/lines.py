"""The lines of a file or a pipe, whole ones only, also while somebody still writes to it."""

import codecs
import logging
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import repeat
from queue import Queue
from typing import BinaryIO

from ..cli.signals import Stop
from ..core.errors import InputError

log = logging.getLogger(__name__)

KNOWN_BY = 200
"""Bytes before our position in a file that grows: while they are the same, it is the same file."""


def file_lines(path: str) -> list[str]:
    """The lines of a file. Raises InputError when it cannot be read."""
    with _opened(path) as file:
        return _Decoder().of(file.read(), ended=True)


def followed_lines(path: str, stop: Stop) -> Iterator[str | None]:
    """The lines of a file and those still to come, and None while none has; to the end of `stop`.

    Of a pipe that has a name, too. Raises InputError when it cannot be read.
    """
    with suppress(OSError):  # It is told when the file is opened.
        if stat.S_ISFIFO(os.stat(path).st_mode):
            return _piped(repeat(path), stop)
    return _followed(_opened(path), path, stop)


def input_lines(stop: Stop) -> Iterator[str | None]:
    """The lines of standard input, and None while there is none; to the end of `stop`."""
    # A copy of the descriptor: Python closes its own stdin at exit, and would abort if a thread
    # were reading it then.
    return _piped(map(os.dup, [0]), stop)


def _opened(path: str) -> BinaryIO:
    try:
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", path) from error


class _Decoder:
    """Makes lines of bytes as they come: UTF-8, or UTF-16 where they begin with its mark (BOM).

    `rest` is a line whose end has not come yet.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""

    def of(self, chunk: bytes, ended: bool = False) -> list[str]:
        """The lines that these bytes complete; where nothing more comes, the rest is one too."""
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        text = self.rest + self._decoder.decode(chunk, ended)
        *lines, self.rest = text.split("\n")
        if ended and self.rest:
            lines.append(self.rest)
        return [f"{line}\n" for line in lines]


def _followed(file: BinaryIO, path: str, stop: Stop) -> Iterator[str | None]:
    lines, before, newest = _Decoder(), b"", ""
    while not stop.requested:
        change = _change(file, path, before)
        if change:
            log.warning("%s begins anew, and so do we.", path)
            if change == "another file":
                # What was written to the old one since we last looked, ended or not.
                yield from lines.of(file.read(), ended=True)
            lines, before, newest = _Decoder(), b"", ""
            with suppress(InputError):  # If it is gone once more, the next look finds it.
                file = _opened(path)
        chunk = file.read()
        before = (before + chunk)[-KNOWN_BY:]
        for newest in lines.of(chunk):
            yield newest
        yield None
    # A line that nobody has ended is a row if it has all of its cells; else it may be half of one.
    if lines.rest and lines.rest.count(",") == newest.count(","):
        yield lines.rest


def _change(file: BinaryIO, path: str, before: bytes) -> str:
    """Why a file that was read up to these bytes begins anew; empty where it does not."""
    try:
        now = os.stat(path)
    except OSError:
        return ""  # A logger may delete it before it writes a new one.
    if now.st_ino != os.fstat(file.fileno()).st_ino:
        return "another file"
    # One that was cut can have grown beyond our position: then other bytes stand before it.
    file.seek(-len(before), os.SEEK_CUR)
    return "" if file.read(len(before)) == before else "cut"


def _piped(sources: Iterable[str | int], stop: Stop) -> Iterator[str | None]:
    """The lines of pipes, given by name or descriptor: each is opened when the last one has ended.

    They are read by a thread, since a read of a pipe cannot be interrupted to keep a connection
    alive or to end.
    """
    chunks: Queue[bytes] = Queue(maxsize=100)

    def read() -> None:
        with suppress(OSError):
            for source in sources:
                with open(source, "rb", buffering=0) as pipe:
                    while chunk := pipe.read(65_536):
                        chunks.put(chunk)
        chunks.put(b"")

    threading.Thread(target=read, daemon=True).start()
    lines = _Decoder()
    while not stop.requested:
        if chunks.empty():
            yield None
            continue
        chunk = chunks.get()
        yield from lines.of(chunk, ended=not chunk)
        if not chunk:
            return
