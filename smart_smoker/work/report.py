"""What a producer says on the screen: each row, how far it is, and what it all came to."""

import logging
import time

from ..core.probes import PROBES
from ..core.readings import Reading
from ..core.rows import Row
from ..script.screen import CookBar, Pace

log = logging.getLogger(__name__)


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
