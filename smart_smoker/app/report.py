"""What the scripts say on the screen while they work: readings, how far a cook is, its end."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from ..cli.screen import CookBar
from ..core.readings import Reading
from ..core.rows import Row, column_of
from ..core.rules import Rule
from ..core.units import at, in_unit
from ..core.watch import Judgement, Watch

log = logging.getLogger(__name__)

LINES_PER_SECOND = 20
"""Lines in a second that a person can still follow."""

MANY_SKIPPED = 5
"""Skipped cells of a column with a line each; what else is skipped in it is only counted."""


class Lines:
    """A line for each reading or row while few come in a second, else one with how many more."""

    def __init__(self) -> None:
        self._second = 0
        self._allowed = LINES_PER_SECOND
        self._came = self._unshown = 0  # in this second
        self._newest: Callable[[], str] = str

    def begin(self, now: float) -> None:
        """Begin a turn at this time in seconds: sum up the second that is over."""
        second = int(now)
        if second != self._second:
            self.end()
            many = self._came > LINES_PER_SECOND and second == self._second + 1
            self._second, self._came, self._allowed = second, 0, 0 if many else LINES_PER_SECOND

    def show(self, line: Callable[[], str]) -> None:
        """Show what this says, which is asked only when it is shown."""
        self._came += 1
        if self._came <= self._allowed:
            log.info("%s", line())
        else:
            self._unshown += 1
            self._newest = line

    def end(self) -> None:
        """Sum up what had no line: nothing more comes for now."""
        if self._unshown:
            others = self._unshown - 1
            more = f" (and {others:,} more in this second)" if others else ""
            log.info("%s%s", self._newest(), more)
            self._unshown = 0


class ConsumerReport:
    """What a consumer says: each reading and how it was judged, and the end of a cook.

    `whose` is what a cook is called, where a reading of it must say so; else empty.
    """

    def __init__(self, rule: Rule, unit: str = "F", whose: Callable[[str], str] = lambda cook: ""):
        self._rule, self._unit, self._whose = rule, unit, whose
        self._lines = Lines()
        self.begin = self._lines.begin
        self.judged = 0

    def show(self, reading: Reading, judgement: Judgement) -> None:
        """Show a reading that was judged."""
        self.judged += 1
        self._lines.show(partial(self._line, reading, judgement))

    def _line(self, reading: Reading, judgement: Judgement) -> str:
        seen = judgement.seen
        words = f"{reading.probe.name} {at(reading.temperature)}, {self._rule.trend(seen)}"
        words += f" in {len(seen)} reading{'s' * (len(seen) != 1)}"
        if judgement.forecast:
            words += f"; {judgement.forecast}"
        whose = f"{name}: " if (name := self._whose(reading.cook)) else ""
        return f"{reading.time}  {whose}{in_unit(words, self._unit)}"

    def show_end(self, reading: Reading, watch: Watch) -> None:
        """Show that a probe's cook has ended."""
        self._lines.end()
        words = "%s: the cook %s has ended after %d readings and %d alerts."
        log.info(words, reading.probe.name, reading.cook, watch.judged, watch.alerts)


class ProducerReport:
    """What a producer says: each row, on a bar how far it is, and what it all came to."""

    def __init__(self, bar: CookBar, interval: float, unit: str):
        self._bar, self._unit = bar, unit
        self._interval = interval
        self._began = time.monotonic()
        self._lines = Lines()
        self._rows = self._readings = 0
        self._skipped: Counter[str] = Counter()  # by their columns

    def __call__(self, rows: list[Row], readings: list[Reading]) -> None:
        """Show rows and their readings that the broker has confirmed."""
        if not rows:
            return
        now = time.monotonic()
        self._lines.begin(now)
        for row in rows:
            for words in row.skipped:
                self._show_skipped(words)
            self._lines.show(partial(_line, row, self._unit))
        self._rows += len(rows)
        self._readings += len(readings)
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
