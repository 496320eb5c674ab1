"""Where rows come from: a file, a file that grows, or standard input."""

import codecs
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, Queue
from typing import BinaryIO

from ..core.errors import InputError
from ..script.signals import Stop

log = logging.getLogger(__name__)

PATIENCE = 0.2
"""Seconds between two looks at a file or a pipe that has nothing new."""


def file_lines(path: str) -> Iterator[str]:
    """The lines of a file. Raises InputError when it cannot be read."""
    return _decoded(iter(_lines(_opened(path))))


def followed_lines(path: str, stop: Stop) -> Iterator[str | None]:
    """The lines of a file and those still to come, and None while none has; to the end of `stop`.

    Of a pipe that has a name, too. Raises InputError when it cannot be read.
    """
    try:
        piped = stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        piped = False
    if piped:
        return _decoded(_threaded(lambda: open(path, "rb"), stop, again=True))
    return _decoded(_followed(_opened(path), path, stop))


def input_lines(stop: Stop) -> Iterator[str | None]:
    """The lines of standard input, and None while there is none; to the end of `stop`."""
    # A copy of the descriptor: Python closes its own stdin at exit, and would abort if a thread
    # were reading it then.
    return _decoded(_threaded(lambda: open(os.dup(0), "rb"), stop))


def _opened(path: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", path) from error


def _decoded(chunks: Iterator[bytes | None]) -> Iterator[str | None]:
    """The lines of bytes that are UTF-8, or UTF-16 where they begin with its mark."""
    decoder, text = codecs.getincrementaldecoder("utf-8")("replace"), ""
    for chunk in chunks:
        if chunk is None:
            yield None
            continue
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            decoder = codecs.getincrementaldecoder("utf-16")("replace")
        *lines, text = (text + decoder.decode(chunk)).split("\n")
        yield from (f"{line.removesuffix(chr(13))}\n" for line in lines)
    if text := text + decoder.decode(b"", final=True):
        yield text


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file or a pipe, the last one perhaps without its end."""
    first = file.readline()
    little = first.startswith(codecs.BOM_UTF16_LE)
    line = first
    while line:
        # The end of a line is two bytes there, of which the first looks like all of it.
        yield line + file.read(1) if little and line.endswith(b"\n") else line
        line = file.readline()


def _followed(file: BinaryIO, path: str, stop: Stop) -> Iterator[bytes | None]:
    before = line = b""
    little = False
    while not stop.requested:
        change = _change(file, path, before + line)
        if change:
            log.warning("%s begins anew, and so do we.", path)
        if change == "another file":
            # What was written to the old one since we last looked, with or without a line's end.
            yield line + file.read() + b"\n"
        if change:
            before = line = b""
            with suppress(OSError):  # If it is gone once more, the next look finds it.
                file = open(path, "rb")  # noqa: SIM115 - read on
        while not stop.requested:
            little = little or (file.tell() == 0 and file.peek(2)[:2] == codecs.BOM_UTF16_LE)
            line += file.readline()
            if not line.endswith(b"\n"):
                break
            line += file.read(1) if little else b""
            yield line
            before, line = line, b""
        yield None
    # A line that nobody has ended is a row if it has all of its cells; else it may be half of one.
    if line and line.count(b",") == before.count(b","):
        yield line


def _change(file: BinaryIO, path: str, last: bytes) -> str:
    """What became of a file of which we read `last` last: nothing, or how it begins anew."""
    try:
        now = os.stat(path)
    except OSError:
        return ""  # A file is gone for a moment while a new one takes its place.
    if now.st_ino != os.fstat(file.fileno()).st_ino:
        return "another file"
    # One that was cut can have grown beyond where we are: then other bytes stand before us.
    here = file.tell()
    file.seek(0, os.SEEK_END)  # The way back is by the disk, and not by what was read ahead.
    file.seek(here - len(last))
    return "" if file.read(len(last)) == last else "cut"


def _threaded(
    opened: Callable[[], BinaryIO], stop: Stop, again: bool = False
) -> Iterator[bytes | None]:
    """The lines of a pipe, opened once, or again when its writer has gone.

    They are read by a thread, since a read of a pipe cannot be interrupted to keep a connection
    alive or to end.
    """
    lines: Queue = Queue(maxsize=10_000)

    def read():
        with suppress(OSError):
            while True:
                with opened() as file:
                    for line in _lines(file):
                        lines.put(line)
                if not again:
                    break
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while not stop.requested:
        try:
            line = lines.get_nowait()
        except Empty:
            yield None
            continue
        if line is None:
            return
        yield line
