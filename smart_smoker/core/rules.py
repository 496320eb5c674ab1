"""The rules: when a probe's last readings are worth an alert."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .units import apart
from .window import Tail

DECIMALS = 2
"""Differences are rounded to 0.01 °F: as floats, 70.1 − 55.1 is slightly
below 15."""

STALLS = 140, 180
"""°F between which meat stalls: there water evaporates from it as fast as it is heated."""


@dataclass
class Episode:
    """One that goes on.

    `began` is the id of the reading that began it, at the moment `at`, and `since` the moment from
    which its readings count. It fell from `highest` to `lowest`, in °F. `told_at` is the moment of
    its last alert, None while it is held back. It has `eased` when its rule no longer holds and it
    is not over yet. It rang so many times, last at `rang_at`, and is `heard` when somebody has
    answered.
    """

    began: str
    at: float
    since: float
    highest: float
    lowest: float
    told_at: float | None = None
    eased: bool = False
    rang_at: float = 0
    rings: int = 0
    heard: bool = False


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
    ends = ""
    """The kind of rule that is told no more in this cook when this one was."""
    option = ""
    """What its option says of it, where it has one: the limit is told beside it."""
    holdable = False
    hold_minutes: float = 0
    """How long an episode must last before it is told, where it is `holdable`."""
    looks_back = 0
    """Seconds that show whether an episode is over, where these are more than its window."""

    def change(self, tail: Sequence[float]) -> float:
        """What the rule goes by, in °F: how far readings are apart, or how far beyond a limit.

        `tail` has the temperatures of its window, the newest last.
        """
        raise NotImplementedError

    def holds(self, change: float, tail: Tail) -> bool:
        """Whether an episode begins at such a change."""
        raise NotImplementedError

    def is_over(self, change: float, tail: Tail, episode: Episode) -> bool:
        """Whether an episode has clearly ended."""
        raise NotImplementedError

    def eases(self, change: float) -> bool:
        """Whether, after such a change, it is told at once when the rule holds once more."""
        return False

    def counts(self, highest: float, lowest: float) -> bool:
        """Whether the rule counts yet, by the highest and lowest of the cook; else none is told."""
        return True

    def level(self, tail: Sequence[float]) -> float:
        """Where a probe was, in °F, before an episode that begins now."""
        return max(tail)

    def was_nothing(self, episode: Episode, newest: float) -> bool:
        """Whether an episode that was held back needs no telling any more."""
        return False

    def told_when(self) -> str:
        """How the probe must be for an alert, for people."""
        return f"{self.verb} {apart(self.degrees)}"

    def facts(self, change: float, covers: float, lasted: float) -> str:
        """What is so, for people: the window covers and the episode has lasted so many seconds."""
        return f"{self.verb} {apart(change)} in {in_minutes(covers)}"

    def facts_in_all(self, episode: Episode, newest: float, lasted: float, over: bool) -> str:
        """What is so of an episode since it began; empty where `facts` say enough."""
        return ""

    def trend(self, tail: Sequence[float]) -> str:
        """What its last readings do, for whoever looks on."""
        return f"{self.verb} {apart(self.change(tail))}"

    def advise(self, temperature: float) -> str:
        """What to do about it at such a temperature."""
        return self.advice


def in_minutes(seconds: float) -> str:
    """A time for people: `2.5 minutes`."""
    minutes = round(seconds / 60, 1)
    return f"{minutes:g} minute" + ("" if minutes == 1 else "s")


@dataclass(frozen=True)
class SmokerDrop(Rule):
    """The fire is dying or the lid is open: the newest reading is far below the window's highest.

    15 °F in 5 readings (2.5 minutes) is what the smoker's owners ask for. The rule can hold from
    the second reading on, since 15 °F in one minute is also 15 °F in 2.5 minutes. It is over when
    half of what was lost has come back, or when the fire holds where it is, within a third of the
    degrees for 10 minutes. With `hold_minutes` it is told when it has lasted so long, unless half
    has come back by then: that was a lid.
    """

    degrees: float = 15
    window: float = 5
    hold_minutes: float = 0
    looks_back = 10 * 60
    holdable = True
    kind = "drop"
    during = "dropped"
    title = "{probe} Alert!"
    verb = "down"
    advice = "Look after the fire and the lid."
    relief = "See whether it is as hot as you want it."

    def change(self, tail):
        return round(max(tail) - tail[-1], DECIMALS)

    def holds(self, change, tail):
        return change >= self.degrees

    def is_over(self, change, tail, episode):
        lately = tail.reaching(self.looks_back)
        holds = lately.spans and round(max(lately) - min(lately), DECIMALS) <= self.degrees / 3
        return holds or self.was_nothing(episode, tail[-1])

    def eases(self, change):
        return change < self.degrees / 2

    def level(self, tail):
        highest = max(tail)
        place = tail.index(highest)
        beside = max(tail[max(0, place - 1) : place] + tail[place + 1 : place + 2])
        alone = len(tail) > 2 and highest - beside >= self.degrees
        # What is held back can show that a lone reading, which both beside it contradict, was none.
        return beside if alone and self.hold_minutes else highest

    def was_nothing(self, episode, newest):
        return 2 * (newest - episode.lowest) >= episode.highest - episode.lowest

    def facts_in_all(self, episode, newest, lasted, over):
        lost = self.change([episode.highest, newest])
        where = f"{apart(lost)} below where it was" if lost else "back where it was"
        if not over:
            return self.facts(lost, lasted, lasted)
        if self.was_nothing(episode, newest):
            return f"up {apart(round(newest - episode.lowest, DECIMALS))} again, {where}"
        return f"holding {where}"

    def trend(self, tail):
        risen = round(tail[-1] - tail[0], DECIMALS)
        return f"up {apart(risen)}" if risen > 0 else super().trend(tail)


@dataclass(frozen=True)
class FoodStall(Rule):
    """The meat has stopped warming: a whole window of readings is no more than a degree apart.

    1 °F in 20 readings (10 minutes) is what the smoker's owners ask for. The rule is over when the
    readings are apart by more than a degree beyond that. One begins only where the newest reading
    is from `least` to `most`, in °F.
    """

    degrees: float = 1
    window: float = 20
    least: float = -math.inf
    most: float = math.inf
    urgent = False
    kind = "stall"
    during = "stalled for {duration}"
    title = "{probe} Stall Alert!"
    verb = "changed"
    advice = "It has stopped warming: wait, or wrap the meat."
    elsewhere = "It has stopped warming: see whether it is done, where its probe is, and the fire."
    relief = "See whether it is as warm as you want it."

    def change(self, tail):
        return round(max(tail) - min(tail), DECIMALS)

    def holds(self, change, tail):
        return change <= self.degrees and self.least <= tail[-1] <= self.most and tail.spans

    def is_over(self, change, tail, episode):
        return change > round(self.degrees + 1, DECIMALS)

    def facts_in_all(self, episode, newest, lasted, over):
        if not over:
            return ""
        if newest > episode.lowest:
            return f"up {apart(round(newest - episode.lowest, DECIMALS))}, it warms up again"
        return f"down {apart(round(episode.highest - newest, DECIMALS))}, it cools"

    def advise(self, temperature):
        least, most = STALLS
        return super().advise(temperature) if least <= temperature <= most else self.elsewhere
