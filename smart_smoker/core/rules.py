"""The rules: when a probe's last readings are worth an alert."""

from dataclasses import dataclass
from typing import Protocol

from .window import Window

DECIMALS = 2
"""Differences are rounded to 0.01 °F: as floats, 70.1 − 55.1 is slightly
below 15."""


class Rule(Protocol):
    """What a watch asks of a rule. `window` is in readings of 30 seconds, by either clock."""

    degrees: float
    window: float
    kind: str
    """What an episode of it is called: one word."""
    during: str
    """How the probe is then, for people; `{duration}` is for how long."""
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
    kind = "drop"
    during = "dropping"
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
    kind = "stall"
    during = "stalled for {duration}"
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
