"""The rules: when a probe's last readings are worth an alert.

A window is the last readings of one probe, in °F, the newest last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

DECIMALS = 2
"""Differences are rounded to 0.01 °F: 70.1 − 55.1 is 15 to a thermometer, a hair less to a
processor."""


class Rule(Protocol):
    """What a watch asks of a rule."""

    degrees: float
    window: int
    title: str
    verb: str
    advice: str

    def change(self, window: Sequence[float]) -> float:
        """How far the readings of the window are apart, in °F."""

    def holds(self, window: Sequence[float]) -> bool:
        """Whether an episode begins."""

    def is_over(self, window: Sequence[float]) -> bool:
        """Whether an episode has clearly ended."""


@dataclass(frozen=True)
class SmokerDrop:
    """The fire is dying or the lid is open: the newest reading is far below the window's highest.

    15 °F in 5 readings (2.5 minutes) is what the smoker's owners ask for. The rule can hold from
    the second reading on, since 15 °F in one minute is also 15 °F in 2.5 minutes. It is over when
    the drop is less than half the degrees.
    """

    degrees: float = 15
    window: int = 5
    title = "{probe} Alert!"
    verb = "down"
    advice = "It has dropped by {degrees:g} °F or more: look after the fire and the lid."

    def change(self, window):
        return round(max(window) - window[-1], DECIMALS)

    def holds(self, window):
        return self.change(window) >= self.degrees

    def is_over(self, window):
        return self.change(window) < self.degrees / 2


@dataclass(frozen=True)
class FoodStall:
    """The meat has stopped warming: a whole window of readings is no more than a degree apart.

    1 °F in 20 readings (10 minutes) is what the smoker's owners ask for. The rule is over when the
    readings are apart by more than a degree beyond that.
    """

    degrees: float = 1
    window: int = 20
    title = "{probe} Stall Alert!"
    verb = "changed"
    advice = "It has changed by {degrees:g} °F or less: wait, or wrap the meat."

    def change(self, window):
        return round(max(window) - min(window), DECIMALS)

    def holds(self, window):
        return len(window) == self.window and self.change(window) <= self.degrees

    def is_over(self, window):
        return self.change(window) > round(self.degrees + 1, DECIMALS)
