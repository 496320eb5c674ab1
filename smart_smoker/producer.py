"""The producer: takes a cook from a CSV and publishes it row by row, on a steady beat."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from queue import Empty, Queue
from typing import BinaryIO

from .broker import Broker
from .errors import InputError
from .messages import reading_message
from .readings import PROBES, Probe, Reading, Row
from .screen import CookBar, Pace
from .script import Stop

log = logging.getLogger(__name__)

TOGETHER = 500
"""Rows that are confirmed together when nothing makes them wait."""

PATIENCE = 0.2
"""Seconds between two looks at a file or a pipe that has nothing new."""


class Cook:
    """One run of the smoker: numbers its readings, queue by queue, and marks each probe's last.

    `last_rows` tells, for a file, in which row each probe has its last reading.
    """

    def __init__(self, id: str, last_rows: Mapping[Probe, int] | None = None):
        self.id = id
        self._last_rows = last_rows or {}
        self._newest: dict[Probe, Reading] = {}

    @property
    def readings(self) -> int:
        """How many there have been."""
        return sum(reading.seq for reading in self._newest.values())

    def take(self, row: Row) -> list[Reading]:
        """The readings of the next row."""
        taken = []
        for probe, temperature in zip(PROBES, row.temperatures, strict=True):
            if temperature is not None:
                before = self._newest.get(probe)
                seq = before.seq + 1 if before else 1
                last = row.number == self._last_rows.get(probe)
                id = f"{self.id}/{probe.queue}/{seq}"
                reading = Reading(probe, row.time, temperature, id, self.id, seq, last)
                self._newest[probe] = reading
                taken.append(reading)
        return taken

    def end(self) -> list[Reading]:
        """The last readings of the probes that nobody knew to be their last, now marked."""
        marked = {p: replace(r, last=True) for p, r in self._newest.items() if not r.last}
        self._newest |= marked
        return list(marked.values())


def last_rows(rows: Iterable[Row]) -> dict[Probe, int]:
    """In which row each probe has its last reading."""
    found = {}
    for row in rows:
        for probe, temperature in zip(PROBES, row.temperatures, strict=True):
            if temperature is not None:
                found[probe] = row.number
    return found


class Producer:
    """Publishes a cook's rows, one each `interval` seconds, or with 0 as many as there are.

    A None among the rows means that there is none yet. What the broker has not confirmed is kept
    and published again, under the same ids, by the next connection. `on_sent` is called with what
    it has confirmed.
    """

    def __init__(
        self,
        rows: Iterable[Row | None],
        cook: Cook,
        interval: float,
        stop: Stop,
        on_sent: Callable[[list[Row], list[Reading]], None],
    ):
        self._rows = iter(rows)
        self._cook = cook
        self._interval = interval
        self._stop = stop
        self._on_sent = on_sent
        self._due = 0.0
        self._declared = 0.0
        self._over = False
        self._next: list[Row] = []
        self._sending: list[Row] = []
        self.unconfirmed: list[Reading] = []

    def work(self, broker: Broker):
        """Publish by one connection until the cook is over or a stop is requested."""
        self._declared = time.monotonic()
        self._publish(broker)
        while (self._next or not self._over) and not self._stop.requested:
            self._turn(broker)
        self.unconfirmed += self._cook.end()
        self._publish(broker)

    def _turn(self, broker: Broker):
        """Publish the next row when it is due, or all that can go together."""
        if not self._next:
            self._read()
        now = time.monotonic()
        if not self._next:
            broker.wait(0 if self._over else PATIENCE)
        elif now < self._due:
            broker.wait(min(self._due - now, 0.5))
        else:
            # A beat that was missed (no broker, a sleeping laptop) is not made up for.
            in_time = now < self._due + self._interval
            self._due = (self._due if in_time else now) + self._interval
            self._sending, self._next = self._next, []
            for row in self._sending:
                self.unconfirmed += self._cook.take(row)
            self._publish(broker)

    def _read(self):
        while len(self._next) < (1 if self._interval else TOGETHER):
            try:
                row = next(self._rows)
            except StopIteration:
                self._over = True
                return
            if row is None:
                return
            self._next.append(row)

    def _publish(self, broker: Broker):
        if not self.unconfirmed and not self._sending:
            return
        # A stranger's script can have deleted a queue. What is published then still reaches the
        # history, so the broker confirms it and nobody would notice.
        if self._interval >= 1 or time.monotonic() - self._declared >= 1:
            broker.declare()
            self._declared = time.monotonic()
        broker.publish([reading_message(reading) for reading in self.unconfirmed])
        self._on_sent(self._sending, self.unconfirmed)
        self._sending, self.unconfirmed = [], []


class Report:
    """What a producer says: each row, on a bar how far it is, and what it all came to."""

    def __init__(self, bar: CookBar, interval: float):
        self._bar = bar
        self._interval = interval
        self._began = time.monotonic()
        self._pace = Pace()
        self._newest = ""
        self._rows = self._readings = self._skipped = 0

    def __call__(self, rows: list[Row], readings: list[Reading]):
        """Tell of rows and their readings, now that the broker has them."""
        if not rows:
            return
        now = time.monotonic()
        if unshown := self._pace.unshown(now):
            more = f" (and {unshown - 1:,} rows more in this second)" if unshown > 1 else ""
            log.info("%s%s", self._newest, more)
        for row in rows:
            for words in row.skipped:
                log.warning("%s", words)
            if self._pace.allows():
                log.info("%s", _line(row))
        self._newest = _line(rows[-1])
        self._rows += len(rows)
        self._readings += len(readings)
        self._skipped += sum(len(row.skipped) for row in rows)
        pace = self._interval or (now - self._began) / self._rows
        self._bar.show_rows(self._rows, rows[-1].time, pace)

    def summary(self) -> str:
        """All of it in a sentence."""
        return (
            f"Sent {self._readings:,} readings of {self._rows:,} rows in"
            f" {time.monotonic() - self._began:.1f} s, skipped {self._skipped:,} cells or rows"
        )


def _line(row: Row) -> str:
    """A row for people."""
    cells = zip(PROBES, row.temperatures, strict=True)
    said = ", ".join(f"{p.name} {t:.1f} °F" for p, t in cells if t is not None)
    return f"{row.time}  {said or 'no reading'}"


# --- where rows come from ------------------------------------------------------------------------


def file_lines(path: str, follow: bool = False) -> Iterator[str | None]:
    """The lines of a file; with `follow` also those still to come, and None while none has.

    Raises InputError when it cannot be read.
    """
    try:
        # Bytes, since a text file cannot tell where it is while it is read line by line.
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
            with suppress(OSError):  # It may be gone again: then it is looked for again.
                file, line = open(path, "rb"), b""  # noqa: SIM115 - read on
        else:
            yield None


def _begins_anew(file: BinaryIO, path: str) -> bool:
    """Whether the file of this name has become another one, or shorter than what was read."""
    try:
        now = os.stat(path)
    except OSError:
        return False  # Between an old file and a new one there can be none.
    return now.st_ino != os.fstat(file.fileno()).st_ino or now.st_size < file.tell()


def input_lines() -> Iterator[str | None]:
    """The lines of standard input, and None while there is none.

    They are read by a thread, since a read of a pipe cannot be interrupted to keep a connection
    alive.
    """
    lines: Queue = Queue(maxsize=10_000)

    def read():
        # A copy of the descriptor: at exit Python may not find its own stdin locked by us.
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
