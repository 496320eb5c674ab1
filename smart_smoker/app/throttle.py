"""So many lines of the screen as a person can follow."""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

LINES_PER_SECOND = 20
"""Lines in a second that a person can still follow."""


class Throttle:
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
