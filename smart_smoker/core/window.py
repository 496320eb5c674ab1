"""The window: a deque of a probe's last readings, at whose end every rule looks."""

from bisect import insort
from collections import deque
from collections.abc import Iterable
from itertools import chain
from operator import itemgetter

from .state import check_numbers

LONGEST_GAP = 5 * 60
"""Seconds without a reading after which nobody knows what the probe did in between."""

MOST = 10_000
"""Readings that a window holds, however fast they come: two hours at more than one a second."""


class Tail(list[float]):
    """The temperatures in °F that a rule looks at, the newest last.

    It `covers` so many seconds, from before its first reading to its last.
    """

    __slots__ = "_window", "_reach", "covers"

    def __init__(self, window: "Window", span: float):
        super().__init__()
        self._window, self._reach = window, span - window.step
        oldest = window.moment - self._reach
        for moment, temperature in reversed(window):
            if moment < oldest:
                break
            self.append(temperature)
        self.reverse()
        self.covers = window.moment - window[-len(self)][0] + window.step

    def reaching(self, span: float) -> "Tail":
        """The tail that reaches back for so many seconds."""
        return Tail(self._window, span)

    @property
    def spans(self) -> bool:
        """Whether readings reach all the way back, with no gap that is too long."""
        longest, since = min(LONGEST_GAP, self._reach + self._window.step), self._window.moment
        oldest = since - self._reach
        for moment, _ in chain(reversed(self._window), [(self._window.left, 0)]):
            if since <= oldest or since - moment > longest:
                break
            since = moment
        return since <= oldest


class Window(deque[tuple[float, float]]):
    """The last readings of one probe, each a moment and a temperature in °F.

    They are those within `span` seconds of the newest moment, or within `looks_back` where that is
    more, by any clock; `step` is what a reading stands for by itself: 5 readings of 30 seconds span
    2.5 minutes, and so do two moments 2.5 minutes apart. `left` is the moment of the last one that
    was too old.
    """

    def __init__(self, span: float, step: float = 0, looks_back: float = 0):
        super().__init__()
        self.step, self._late, self.left = step, span - step, float("-inf")
        self._reach = max(span, looks_back) - step

    @property
    def moment(self) -> float:
        """The newest moment."""
        return self[-1][0]

    def clear(self) -> None:
        """Begin anew."""
        super().clear()
        self.left = float("-inf")

    def add(self, moment: float, temperature: float) -> None:
        """Take a reading: a late one in its place, one older than `span` as a new beginning.

        What is there already counts once.
        """
        reading = moment, temperature
        if self and moment < self.moment - self._late:
            self.clear()
        if moment < self.left:  # Another one with a shorter span thought it too old.
            self.left = float("-inf")
        if not self or moment > self.moment:
            self.append(reading)
        elif reading not in self:
            insort(self, reading, key=itemgetter(0))
        oldest = self.moment - self._reach
        while self[0][0] < oldest or len(self) > MOST:
            self.left = self.popleft()[0]

    def resume(self, readings: Iterable[tuple[float, float]], left: float | None) -> None:
        """Take over the readings of another one. Raises one of MISSHAPEN where they are none."""
        self.clear()
        self.extend((moment, temperature) for moment, temperature in readings)
        moments = [moment for moment, _ in self]
        self.left = self.left if left is None else left
        check_numbers([*moments, left or 0])
        if [self.left, *moments] != sorted([self.left, *moments]):
            raise ValueError("moments out of their order")
