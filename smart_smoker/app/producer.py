"""The producer: publishes a cook row by row, one each so many seconds."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..cli.signals import Stop
from ..core.probes import Probe
from ..core.readings import Reading, numbered
from ..core.rows import Row
from ..rabbitmq.connection import Broker
from ..rabbitmq.messages import reading_message

PATIENCE = 0.2
"""Seconds until the next look for a row where there was none."""

TOGETHER = 500
"""Rows that are confirmed together when nothing makes them wait."""


@dataclass
class Cook:
    """One run of the smoker: numbers its readings, queue by queue, and marks each probe's last.

    `last_rows` tells, for a file, in which row each probe has its last reading; without them it is
    live. `known` is up to which number each probe's readings were published before, and will be
    taken again; `newest` has the readings after which a cook goes on.
    """

    id: str
    last_rows: Mapping[Probe, int] | None = None
    known: Mapping[Probe, int] = field(default_factory=dict)
    newest: dict[Probe, Reading] = field(default_factory=dict)

    @property
    def readings(self) -> int:
        """How many there have been."""
        return sum(reading.seq for reading in self.newest.values())

    def take(self, row: Row) -> list[Reading]:
        """The readings of the next row, but for those that are known."""
        taken = []
        for probe, temperature in row.filled():
            before = self.newest.get(probe)
            seq = before.seq + 1 if before else 1
            last = self.last_rows is not None and row.number == self.last_rows.get(probe)
            reading = numbered(probe, self.id, seq, row.time, temperature, last)
            self.newest[probe] = reading
            if seq > self.known.get(probe, 0):
                taken.append(reading)
        return taken

    def end(self) -> list[Reading]:
        """The last readings of the probes that nobody knew to be their last, now marked."""
        marked = {p: r._replace(last=True) for p, r in self.newest.items() if not r.last}
        self.newest |= marked
        return list(marked.values())


def last_rows(rows: Iterable[Row]) -> dict[Probe, int]:
    """In which row each probe has its last reading."""
    return {probe: row.number for row in rows for probe, _ in row.filled()}


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
        self._over = False
        self._next: list[Row] = []
        self._sending: list[Row] = []
        self.unconfirmed: list[Reading] = []

    def work(self, broker: Broker) -> None:
        """Publish by one connection until the cook is over or a stop is requested."""
        self._publish(broker)
        while (self._next or not self._over) and not self._stop.requested:
            self._turn(broker)
        if self._stop.requested and self._cook.last_rows is None:
            self._read()  # What its source gives up at a stop, as a last line without an end.
            self._take_all()
        self.unconfirmed += self._cook.end()
        self._publish(broker)

    def _turn(self, broker: Broker) -> None:
        """Publish the next row when it is due, or all that can go together."""
        if not self._next:
            self._read()
        now = time.monotonic()
        if not self._next:
            broker.wait(0 if self._over else PATIENCE)
        elif now < self._due:
            broker.wait(min(self._due - now, 0.5))
        else:
            # After an outage or a laptop's sleep rows go on at their interval, not in a rush.
            in_time = now < self._due + self._interval
            self._due = (self._due if in_time else now) + self._interval
            self._take_all()
            self._publish(broker)

    def _take_all(self) -> None:
        self._sending, self._next = self._next, []
        for row in self._sending:
            self.unconfirmed += self._cook.take(row)

    def _read(self) -> None:
        while len(self._next) < (1 if self._interval else TOGETHER):
            try:
                row = next(self._rows)
            except StopIteration:
                self._over = True
                return
            if row is None:
                return
            self._next.append(row)

    def _publish(self, broker: Broker) -> None:
        if not self.unconfirmed and not self._sending:
            return
        broker.publish([reading_message(reading) for reading in self.unconfirmed])
        self._on_sent(self._sending, self.unconfirmed)
        self._sending, self.unconfirmed = [], []
