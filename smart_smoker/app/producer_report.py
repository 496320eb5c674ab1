"""What a producer says on the screen: its rows, how far the cook is, and what it all came to."""

import logging
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from ..core.readings import Reading
from ..core.rows import Row, column_of
from ..core.units import at, in_unit
from .throttle import Throttle

if TYPE_CHECKING:
    from ..cli.terminal import CookBar

log = logging.getLogger(__name__)

MANY_SKIPPED = 5
"""Skipped cells of a column with a line each; what else is skipped in it is only counted."""


class ProducerReport:
    """What a producer says: each row, on a bar how far it is, and what it all came to."""

    def __init__(self, bar: "CookBar | None", interval: float, unit: str):
        self._bar, self._unit = bar, unit
        self._interval = interval
        self._began = time.monotonic()
        self._throttle = Throttle()
        self._rows = self._readings = 0
        self._skipped: Counter[str] = Counter()  # by their columns

    def __call__(self, rows: list[Row], readings: list[Reading]) -> None:
        """Show rows and their readings that the broker has confirmed."""
        if not rows:
            return
        now = time.monotonic()
        self._throttle.begin(now)
        for row in rows:
            for words in row.skipped:
                self._show_skipped(words)
            self._throttle.show(partial(_line, row, self._unit))
        self._rows += len(rows)
        self._readings += len(readings)
        if self._bar:
            pace = self._interval or (now - self._began) / self._rows
            self._bar.show_rows(self._rows, rows[-1].time, pace)

    def _show_skipped(self, words: str) -> None:
        """Show a cell or a row that was skipped; of many in a column only the first ones."""
        column = column_of(words)
        self._skipped[column] += 1
        if self._skipped[column] < MANY_SKIPPED:
            log.warning("%s", words)
        elif self._skipped[column] == MANY_SKIPPED:
            log.warning("%s; what else is skipped in this column is only counted", words)

    def summary(self) -> str:
        """All of it in a sentence."""
        took, skipped = time.monotonic() - self._began, self._skipped.total()
        sent = f"Sent {self._readings:,} readings of {self._rows:,} rows in {took:.1f} s"
        return f"{sent}, skipped {skipped:,} cells or rows"


def _line(row: Row, unit: str) -> str:
    """A row for people."""
    said = ", ".join(f"{probe.name} {at(degrees)}" for probe, degrees in row.filled())
    return f"{row.time}  {in_unit(said, unit) or 'no reading'}"
