"""Limits and targets: rules that stand beside a probe's own where somebody gives their degrees."""

from collections.abc import Sequence
from dataclasses import dataclass

from .rules import DECIMALS, Episode, Rule, in_minutes
from .units import limit
from .window import Tail

PULLED_OUT = 10
"""°F below its target at which food that was done is no longer in the smoker."""


@dataclass(frozen=True)
class SmokerLimit(Rule):
    """Four readings (2 minutes) are beyond a limit, in °F; over with the next one that is not."""

    window: float = 4
    side = ""
    """Where it is then: above the limit, or below it."""
    relief = "It is within its limit again."

    def holds(self, change: float, tail: Tail) -> bool:
        return change > 0 and tail.spans

    def is_over(self, change: float, tail: Tail, episode: Episode) -> bool:
        return change <= 0

    def told_when(self) -> str:
        return f"{self.side} {limit(self.degrees)} for {in_minutes(self.window * 30)}"

    def facts(self, change: float, covers: float, lasted: float) -> str:
        if change <= 0:
            return f"no longer {self.side} {limit(self.degrees)}"
        return f"{self.side} {limit(self.degrees)} for {in_minutes(lasted)}"


class SmokerLow(SmokerLimit):
    """The fire dies slowly.

    A cold smoker warms up for an hour, so the limit counts from the first reading on that is not
    below it.
    """

    kind = "low"
    side = "below"
    option = "told when it is below for 2 minutes"
    during = "low for {duration}"
    title = "{probe} Low!"
    advice = "Look after the fire: the fuel, the air, the lid."

    def change(self, tail: Sequence[float]) -> float:
        return round(self.degrees - max(tail), DECIMALS)

    def counts(self, highest: float, lowest: float) -> bool:
        return highest >= self.degrees


class SmokerHigh(SmokerLimit):
    """The fire runs away. The limit counts from the first reading on that is not above it."""

    kind = "high"
    side = "above"
    option = "told when it is above for 2 minutes"
    during = "high for {duration}"
    title = "{probe} High!"
    advice = "Close the air, and look for burning grease."

    def change(self, tail: Sequence[float]) -> float:
        return round(min(tail) - self.degrees, DECIMALS)

    def counts(self, highest: float, lowest: float) -> bool:
        return lowest <= self.degrees


@dataclass(frozen=True)
class FoodDone(Rule):
    """The meat is done: two readings in a row reach the target, in °F; told once in a cook.

    It counts from the first reading below the target on, since a probe can lie in the hot smoker
    before it is in the meat. It is over when the probe is pulled out. A forecast is told once when
    it says that the target may be reached within `warn_minutes`, 0 for never.
    """

    window: float = 20
    warn_minutes: float = 0
    kind = "done"
    option = "told once, when two readings in a row are as warm"
    choices = {"warn_minutes": "told once when, by the forecast, it may be done within so many (0)"}
    during = "done for {duration}"
    title = "{probe} Done!"
    advice = "Take it out, and let it rest."
    once = True
    ends = "stall"

    def change(self, tail: Sequence[float]) -> float:
        return round(min(tail[-2:]) - self.degrees, DECIMALS)

    def holds(self, change: float, tail: Tail) -> bool:
        return change >= 0 and len(tail) > 1

    def is_over(self, change: float, tail: Tail, episode: Episode) -> bool:
        return change < -PULLED_OUT

    def counts(self, highest: float, lowest: float) -> bool:
        return lowest < self.degrees

    def told_when(self) -> str:
        warned = f", and {self.warn_minutes:g} minutes before" if self.warn_minutes else ""
        return f"{limit(self.degrees)} warm{warned}"

    def facts(self, change: float, covers: float, lasted: float) -> str:
        return f"the target is {limit(self.degrees)}"

    def facts_in_all(self, episode: Episode, newest: float, lasted: float, over: bool) -> str:
        before = episode.at - episode.since  # The window reaches back to before it was done.
        return f"it reached {limit(self.degrees)} {in_minutes(lasted - before)} ago"
