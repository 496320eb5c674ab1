"""The rules: when a probe's last readings are worth an alert."""

from collections.abc import Sequence
from dataclasses import dataclass

from .window import Tail

DECIMALS = 2
"""Differences are rounded to 0.01 °F: as floats, 70.1 − 55.1 is slightly
below 15."""

PULLED_OUT = 10
"""°F below its target at which food that was done is no longer in the smoker."""


class Rule:
    """What a watch asks of a rule, whatever it looks for.

    `degrees` are °F, `window` is in readings of 30 seconds, by either clock. What is said of a rule
    here is of most of them; each says where it differs.
    """

    degrees: float
    window: float
    kind: str
    """What an episode of it is called: one word, and its option where it is not the probe's own."""
    during: str
    """How the probe is then, for people; `{duration}` is for how long."""
    title: str
    advice: str
    relief = ""
    verb = ""
    """What its change is called, where that is one between readings of the window."""
    urgent = True
    """Whether somebody must wake up for it."""
    once = False
    """Whether it is told but once in a cook, and its end not at all."""
    option = ""
    """What its option says of it, where it has one: the limit is told beside it."""
    holdable = False
    hold_minutes: float = 0
    """How long an episode must last before it is told, where it is `holdable`."""

    def change(self, tail: Sequence[float]) -> float:
        """What the rule goes by, in °F: how far readings are apart, or how far beyond a limit.

        `tail` has the temperatures of its window, the newest last.
        """
        raise NotImplementedError

    def holds(self, change: float, tail: Tail) -> bool:
        """Whether an episode begins at such a change."""
        raise NotImplementedError

    def is_over(self, change: float) -> bool:
        """Whether an episode has clearly ended at such a change."""
        raise NotImplementedError

    def counts(self, highest: float, lowest: float) -> bool:
        """Whether the rule counts yet, by the highest and lowest of the cook; else none is told."""
        return True

    def was_nothing(self, highest: float, lowest: float, newest: float) -> bool:
        """Whether an episode that was held back needs no telling any more."""
        return False

    def told_when(self) -> str:
        """How the probe must be for an alert, for people."""
        return f"{self.verb} {self.degrees:g} °F"

    def facts(self, change: float, covers: float, lasted: float) -> str:
        """What is so, for people: the window covers and the episode has lasted so many seconds."""
        return f"{self.verb} {change:g} °F in {in_minutes(covers)}"


def in_minutes(seconds: float) -> str:
    """A time for people: `2.5 minutes`."""
    minutes = round(seconds / 60, 1)
    return f"{minutes:g} minute" + ("" if minutes == 1 else "s")


@dataclass(frozen=True)
class SmokerDrop(Rule):
    """The fire is dying or the lid is open: the newest reading is far below the window's highest.

    15 °F in 5 readings (2.5 minutes) is what the smoker's owners ask for. The rule can hold from
    the second reading on, since 15 °F in one minute is also 15 °F in 2.5 minutes. It is over when
    the drop is less than half the degrees. With `hold_minutes` it is told when it has lasted so
    long, unless half of what was lost has come back by then: that was a lid.
    """

    degrees: float = 15
    window: float = 5
    hold_minutes: float = 0
    holdable = True
    kind = "drop"
    during = "dropping"
    title = "{probe} Alert!"
    verb = "down"
    advice = "It has dropped by {degrees:g} °F or more: look after the fire and the lid."
    relief = "It falls no longer: see whether it is as hot as you want it."

    def change(self, tail):
        return round(max(tail) - tail[-1], DECIMALS)

    def holds(self, change, tail):
        return change >= self.degrees

    def is_over(self, change):
        return change < self.degrees / 2

    def was_nothing(self, highest, lowest, newest):
        return 2 * (newest - lowest) >= highest - lowest


@dataclass(frozen=True)
class FoodStall(Rule):
    """The meat has stopped warming: a whole window of readings is no more than a degree apart.

    1 °F in 20 readings (10 minutes) is what the smoker's owners ask for. The rule is over when the
    readings are apart by more than a degree beyond that.
    """

    degrees: float = 1
    window: float = 20
    urgent = False
    kind = "stall"
    during = "stalled for {duration}"
    title = "{probe} Stall Alert!"
    verb = "changed"
    advice = "It has changed by {degrees:g} °F or less: wait, or wrap the meat."
    relief = "It changes again."

    def change(self, tail):
        return round(max(tail) - min(tail), DECIMALS)

    def holds(self, change, tail):
        return change <= self.degrees and tail.spans

    def is_over(self, change):
        return change > round(self.degrees + 1, DECIMALS)


@dataclass(frozen=True)
class SmokerLimit(Rule):
    """Four readings (2 minutes) are beyond a limit, in °F; over with the next one that is not."""

    degrees: float
    window: float = 4
    side = ""
    """Where it is then: above the limit, or below it."""
    relief = "It is within its limit again."

    def holds(self, change, tail):
        return change > 0 and tail.spans

    def is_over(self, change):
        return change <= 0

    def told_when(self):
        return f"{self.side} {self.degrees:g} °F for {in_minutes(self.window * 30)}"

    def facts(self, change, covers, lasted):
        if self.is_over(change):
            return f"no longer {self.side} {self.degrees:g} °F"
        return f"{self.side} {self.degrees:g} °F for {in_minutes(lasted)}"


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

    def change(self, tail):
        return round(self.degrees - max(tail), DECIMALS)

    def counts(self, highest, lowest):
        return highest >= self.degrees


class SmokerHigh(SmokerLimit):
    """The fire runs away. The limit counts from the first reading on that is not above it."""

    kind = "high"
    side = "above"
    option = "told when it is above for 2 minutes"
    during = "high for {duration}"
    title = "{probe} High!"
    advice = "Close the air, and look for burning grease."

    def change(self, tail):
        return round(min(tail) - self.degrees, DECIMALS)

    def counts(self, highest, lowest):
        return lowest <= self.degrees


@dataclass(frozen=True)
class FoodDone(Rule):
    """The meat is done: two readings in a row reach the target, in °F; told once in a cook.

    It counts from the first reading below the target on, since a probe can lie in the hot smoker
    before it is in the meat. It is over when the probe is pulled out.
    """

    degrees: float
    window: float = 20
    kind = "done"
    option = "told once, when two readings in a row are as warm"
    during = "done for {duration}"
    title = "{probe} Done!"
    advice = "Take it out, and let it rest."
    once = True

    def change(self, tail):
        return round(min(tail[-2:]) - self.degrees, DECIMALS)

    def holds(self, change, tail):
        return change >= 0 and len(tail) > 1

    def is_over(self, change):
        return change < -PULLED_OUT

    def counts(self, highest, lowest):
        return lowest < self.degrees

    def told_when(self):
        return f"{self.degrees:g} °F warm"

    def facts(self, change, covers, lasted):
        return f"the target is {self.degrees:g} °F"


RULES = {rule.kind: rule for rule in (SmokerLow, SmokerHigh, SmokerDrop, FoodDone, FoodStall)}
"""All rules by what their episodes are called; what matters most comes first."""
