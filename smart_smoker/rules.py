"""The rules: when a probe's last readings are worth an alert."""

import math
from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

DECIMALS = 2
"""Differences are rounded to 0.01 °F: 70.1 − 55.1 is 15 to a thermometer, a hair less to a
processor."""

LONGEST_GAP = 5 * 60
"""Seconds without a reading after which nobody knows what the probe did in between."""


class Window:
    """The last readings of one probe: what is within `span` seconds of the newest moment.

    A moment is in seconds of any clock. `step` is what one reading stands for by itself, in
    seconds: 5 readings of 30 seconds span 2.5 minutes, and so do two moments 2.5 minutes apart.
    `moment` is the newest one; `highest`, `lowest` and `newest` are in °F. A reading costs the same
    however many there are, but for one that comes late.
    """

    def __init__(self, span: float, step: float = 0):
        self._step = step
        self._reach = span - step
        self._longest_gap = min(LONGEST_GAP, span)
        self.clear()

    def clear(self):
        """Begin anew."""
        self._begin(-math.inf)

    def _begin(self, left: float):
        self._left = left  # the moment of the last reading that was too old
        self.moment = self._unbroken_since = left
        self._readings = deque()
        # Of each only what no later reading exceeds: the first is the highest, or the lowest.
        self._falling, self._rising = deque(), deque()

    def __len__(self) -> int:
        return len(self._readings)

    @property
    def covers(self) -> float:
        """The seconds from the oldest reading to the newest, with what a reading stands for."""
        return self.moment - self._readings[0][0] + self._step

    @property
    def spans(self) -> bool:
        """Whether the readings reach all the way back, with no gap that is too long."""
        return self.moment - self._unbroken_since >= self._reach

    def add(self, moment: float, temperature: float):
        """Take a reading: a late one in its place, one from before the window as a new beginning.

        What is there already counts once.
        """
        reading = moment, temperature
        gap = moment - self.moment
        if gap > self._longest_gap:
            self._unbroken_since = moment
        elif gap < 0:
            self._add_late(reading)
            return
        elif gap == 0 and self._has_now(reading):
            return
        readings, falling, rising = self._readings, self._falling, self._rising
        readings.append(reading)
        while falling and falling[-1][1] <= temperature:
            falling.pop()
        falling.append(reading)
        while rising and rising[-1][1] >= temperature:
            rising.pop()
        rising.append(reading)
        oldest = moment - self._reach
        while readings[0][0] < oldest:
            self._left = readings.popleft()[0]
        while falling[0][0] < oldest:
            falling.popleft()
        while rising[0][0] < oldest:
            rising.popleft()
        self.moment, self.newest = reading
        self.highest, self.lowest = falling[0][1], rising[0][1]

    def _has_now(self, reading: tuple[float, float]) -> bool:
        of_now = takewhile(lambda taken: taken[0] == self.moment, reversed(self._readings))
        return reading in of_now

    def _add_late(self, late: tuple[float, float]):
        readings = [late]
        if late[0] < self.moment - self._reach:
            self.clear()
        else:
            readings = sorted([*self._readings, late], key=lambda reading: reading[0])
            self._begin(self._left)
        for reading in readings:
            self.add(*reading)


class Rule(Protocol):
    """What a watch asks of a rule. `window` is in readings of 30 seconds, by either clock."""

    degrees: float
    window: float
    title: str
    verb: str
    advice: str
    relief: str

    def change(self, window: Window) -> float:
        """How far the readings of the window are apart, in °F."""

    def holds(self, change: float, window: Window) -> bool:
        """Whether an episode begins at such a change."""

    def is_over(self, change: float) -> bool:
        """Whether an episode has clearly ended at such a change."""


@dataclass(frozen=True)
class SmokerDrop:
    """The fire is dying or the lid is open: the newest reading is far below the window's highest.

    15 °F in 5 readings (2.5 minutes) is what the smoker's owners ask for. The rule can hold from
    the second reading on, since 15 °F in one minute is also 15 °F in 2.5 minutes. It is over when
    the drop is less than half the degrees.
    """

    degrees: float = 15
    window: float = 5
    title = "{probe} Alert!"
    verb = "down"
    advice = "It has dropped by {degrees:g} °F or more: look after the fire and the lid."
    relief = "It falls no longer: see whether it is as hot as you want it."

    def change(self, window):
        return round(window.highest - window.newest, DECIMALS)

    def holds(self, change, window):
        return change >= self.degrees

    def is_over(self, change):
        return change < self.degrees / 2


@dataclass(frozen=True)
class FoodStall:
    """The meat has stopped warming: a whole window of readings is no more than a degree apart.

    1 °F in 20 readings (10 minutes) is what the smoker's owners ask for. The rule is over when the
    readings are apart by more than a degree beyond that.
    """

    degrees: float = 1
    window: float = 20
    title = "{probe} Stall Alert!"
    verb = "changed"
    advice = "It has changed by {degrees:g} °F or less: wait, or wrap the meat."
    relief = "It changes again."

    def change(self, window):
        return round(window.highest - window.lowest, DECIMALS)

    def holds(self, change, window):
        return change <= self.degrees and window.spans

    def is_over(self, change):
        return change > round(self.degrees + 1, DECIMALS)
