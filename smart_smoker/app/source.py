"""Where the rows of a cook come from, and how it goes on when its producer is started again."""

import codecs
import logging
import os
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from queue import Queue
from shlex import quote
from typing import BinaryIO

from ..cli.options import ProducerOptions, column_names
from ..cli.questions import ask_for, on_terminal
from ..cli.signals import Stop
from ..core.errors import InputError, UnclearColumns
from ..core.probes import Probe
from ..core.readings import SECONDS_PER_READING
from ..core.rows import Row, Table, Wanted, oldest_first, read_rows, require_readings
from ..core.text import excerpt
from .producer import Cook, last_rows
from .resume import newest_cook

log = logging.getLogger(__name__)

FOLLOWED, PIPED = "3D", "1D"
"""How far back a cook is looked for, by the broker's clock: a machine's own can have been set."""

ALREADY_SENT = "Going on after %d readings that were sent before."

KNOWN_BY = 200
"""Bytes before our position in a file that grows: while they are the same, it is the same file."""


class Source:
    """Where the rows of a cook come from.

    `name` is for people. Among the `rows` None stands where there is none yet; between two are
    `interval` seconds, unless others are asked for. Of a live source nobody knows how many they
    are, the `count`, nor the `last_rows` of the probes.
    """

    name: str
    rows: Iterable[Row | None]
    interval = 0
    count: int | None = None
    last_rows: Mapping[Probe, int] | None = None

    def begun(self, urls: Iterable[str]) -> Cook | None:
        """The cook that goes on with these rows; where one is looked for in vain, that is said."""
        return None


class WholeFile(Source):
    """A file that nobody writes to any more: a cook that is over, replayed."""

    interval = SECONDS_PER_READING

    def __init__(self, options: ProducerOptions):
        self.name, self.rows = options.csv, (rows := file_rows(options.csv, options.wanted))
        self.count, self.last_rows = len(rows), last_rows(rows)


class FollowedFile(Source):
    """A file that a logger appends to."""

    def __init__(self, options: ProducerOptions, stop: Stop):
        self.name, self._options, self._stop = options.csv, options, stop
        self._wanted = ask_columns(options.csv, options.wanted)
        self.rows = read_rows(followed_lines(self.name, stop), self._wanted, tell)

    def begun(self, urls: Iterable[str]) -> Cook | None:
        """The cook that was begun with the rows of the file: what was sent is not sent again."""
        if self._options.fresh or not os.path.isfile(self.name):
            return None
        # Line by line, as they are followed: all of a file at once can be understood otherwise.
        rows = [row for row in read_rows(iter(file_lines(self.name)), self._wanted) if row]
        if not rows:
            return None
        begun = newest_cook(self._options.cook, FOLLOWED, urls, self._stop)
        again = Cook(begun[0].cook if begun else "")
        of_rows = {reading.id: reading.body() for row in rows for reading in again.take(row)}
        if not begun or any(of_rows.get(reading.id) != reading.body() for reading in begun):
            words = "The rows that %s has already, %d of them, are a new cook."
            log.info(words, self.name, len(rows))
            return None
        log.info(ALREADY_SENT, len(begun))
        return Cook(again.id, known={reading.probe: reading.seq for reading in begun})


class Pipe(Source):
    """Standard input, from whatever reads the thermometers: what came once does not come again."""

    name = "standard input"

    def __init__(self, options: ProducerOptions, stop: Stop):
        self._options, self._stop = options, stop
        self.rows = read_rows(input_lines(stop), options.wanted, tell)

    def begun(self, urls: Iterable[str]) -> Cook | None:
        """The newest cook of the last day, if it is wanted and no producer has ended it."""
        if not self._options.resume:
            return None
        begun = newest_cook(self._options.cook, PIPED, urls, self._stop)
        newest = {reading.probe: reading for reading in begun}
        if not begun or any(reading.last for reading in newest.values()):
            log.info("No cook %r goes on: this is a new one.", self._options.cook)
            return None
        log.info(ALREADY_SENT, len(begun))
        return Cook(begun[0].cook, newest=newest)


def source_of(options: ProducerOptions, stop: Stop) -> Source:
    """The source that is asked for. Raises InputError where it cannot be read, or not like that."""
    piped = options.csv == "-"
    if options.resume and not piped:
        raise InputError("--resume: goes with - alone; --follow goes on by itself", "--resume")
    if not (piped or options.follow):
        return WholeFile(options)
    if options.check:
        raise InputError("--check: goes with a whole file", "--check")
    return Pipe(options, stop) if piped else FollowedFile(options, stop)


def file_lines(path: str) -> list[str]:
    """The lines of a file. Raises InputError when it cannot be read."""
    with _opened(path) as file:
        return _Lines().of(file.read(), ended=True)


def file_rows(path: str, wanted: Wanted) -> list[Row]:
    """The rows of a file, the oldest first; what was understood of it is told.

    Raises InputError when it cannot be read, or holds no reading.
    """
    told: list[str] = []
    wanted = ask_columns(path, wanted)
    every = read_rows(file_lines(path), wanted, lambda table: told.append(table.said))
    found = [row for row in every if row]
    require_readings(found, path)
    for said in filter(None, told):
        log.info("%s.", said)
    rows = oldest_first(found)
    if rows is not found:
        log.info("The newest row stands first: they go out from the last one on.")
    return rows


def ask_columns(path: str, wanted: Wanted) -> Wanted:
    """What is wanted of a file, with the columns that somebody at the terminal says are meant.

    Nobody is asked where that is clear, nor where nobody is there: whoever reads it is told.
    """
    if not (on_terminal() and os.path.isfile(path)):
        return wanted
    lines = file_lines(path)

    def chosen(answer: str) -> Wanted:
        choice = replace(wanted, columns=column_names(answer))
        next(read_rows(lines, choice), None)
        log.info("Not to be asked again: --columns %s", quote(answer))
        return choice

    try:
        next(read_rows(lines, wanted), None)
    except UnclearColumns as error:
        log.warning("%s.", error)
        log.info("%s", ", ".join(f"{n} {excerpt(said)}" for n, said in enumerate(error.value, 1)))
        return ask_for("The time, the smoker and the foods, as 1,2,3: ", chosen) or wanted
    return wanted


def tell(table: Table) -> None:
    """Say in a line what was understood of a table."""
    if table.said:
        log.info("%s.", table.said)


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


class _Lines:
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
    lines, before, newest = _Lines(), b"", ""
    while not stop.requested:
        change = _change(file, path, before)
        if change:
            log.warning("%s begins anew, and so do we.", path)
            if change == "another file":
                # What was written to the old one since we last looked, ended or not.
                yield from lines.of(file.read(), ended=True)
            lines, before, newest = _Lines(), b"", ""
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
    lines = _Lines()
    while not stop.requested:
        if chunks.empty():
            yield None
            continue
        chunk = chunks.get()
        yield from lines.of(chunk, ended=not chunk)
        if not chunk:
            return
