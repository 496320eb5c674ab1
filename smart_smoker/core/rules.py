"""The rules: when a probe's last readings are worth an alert."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from .units import apart
from .window import Tail

DECIMALS = 2
"""Differences are rounded to 0.01 °F: as floats, 70.1 − 55.1 is slightly below 15."""

STALLS = 140, 180
"""°F between which meat stalls: there water evaporates from it as fast as it is heated."""


class Phase(Enum):
    """Whether an episode that goes on was told, has eased below its threshold, and was heard of."""

    HELD_BACK = False, False, False
    TOLD = True, False, False
    EASED = True, True, False
    HEARD = True, False, True
    HEARD_AND_EASED = True, True, True


@dataclass
class Episode:
    """One that goes on, in which a probe fell from `highest` to `lowest`, in °F.

    `began` is the id of the reading that began it, at the moment `at`; its readings count from the
    moment `since`. It was told last at `told_at`, and rang last at `rang_at`.
    """

    began: str
    at: float
    since: float
    highest: float
    lowest: float
    phase: Phase = Phase.HELD_BACK
    told_at: float = 0
    rang_at: float = 0
    rings: int = 0

    def go_on(self, moment: float, newest: float) -> None:
        """Take the next reading. Where the probe's clock was put back, all waits begin again."""
        self.lowest = min(self.lowest, newest)
        self.at, self.since = min(self.at, moment), min(self.since, moment)
        self.told_at, self.rang_at = min(self.told_at, moment), min(self.rang_at, moment)


RULES: dict[str, type["Rule"]] = {}
"""All rules by what their episodes are called: a rule is one by being defined."""


@dataclass(frozen=True)
class Rule:
    """What a watch asks of a rule, whatever it looks for.

    `degrees` are °F, `window` is in readings of 30 seconds, by either clock. What is said of a rule
    here is of most of them; each says where it differs.
    """

    degrees: float
    window: float = 5
    kind: ClassVar[str]
    """What an episode of it is called: one word, and its option where it is not the probe's own."""
    during: ClassVar[str]
    """How the probe is then, for people; `{duration}` is for how long."""
    title: ClassVar[str]
    advice: ClassVar[str]
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
    """Its option's help, where it has one; the history then has its degrees, for the panel."""
    choices: ClassVar[Mapping[str, str]] = {}
    """Its other fields that have an option, in °F or in minutes, each with its help."""
    lid_minutes = 0.0
    """How long an episode must last before it is told."""
    looks_back = 0
    """Seconds that show whether an episode is over, where these are more than its window."""

    def __init_subclass__(cls) -> None:
        if "kind" in vars(cls):
            RULES[cls.kind] = cls

    def change(self, tail: Sequence[float]) -> float:
        """What the rule goes by, in °F: how far readings are apart, or how far beyond a limit.

        `tail` has the temperatures of its window, the newest last.
        """
        raise NotImplementedError

    def holds(self, change: float, tail: Tail) -> bool:
        """Whether an episode begins at such a change."""
        return change >= self.degrees

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


def gravest_first() -> list[type[Rule]]:
    """All rules: what is urgent, then what is told more than once, then what has an option."""
    return sorted(RULES.values(), key=lambda rule: (not rule.urgent, rule.once, not rule.option))


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
    degrees for 10 minutes. With `lid_minutes` it is told when it has lasted so long, unless half
    has come back by then: that was a lid.
    """

    degrees: float = 15
    window: float = 5
    lid_minutes: float = 0
    looks_back = 10 * 60
    choices = {"lid_minutes": "a drop that is over before is a lid, and not told (0)"}
    kind = "drop"
    during = "dropped"
    title = "{probe} Alert!"
    verb = "down"
    advice = "Look after the fire and the lid."
    relief = "See whether it is as hot as you want it."

    def change(self, tail: Sequence[float]) -> float:
        return round(max(tail) - tail[-1], DECIMALS)

    def is_over(self, change: float, tail: Tail, episode: Episode) -> bool:
        lately = tail.reaching(self.looks_back)
        holds = lately.spans and round(max(lately) - min(lately), DECIMALS) <= self.degrees / 3
        return holds or self.was_nothing(episode, tail[-1])

    def eases(self, change: float) -> bool:
        return change < self.degrees / 2

    def level(self, tail: Sequence[float]) -> float:
        highest = max(tail)
        place = tail.index(highest)
        next_to_it = max((*tail[max(0, place - 1) : place], *tail[place + 1 : place + 2]))
        alone = len(tail) > 2 and highest - next_to_it >= self.degrees
        # Held back, a lone reading that both next to it contradict can be told from a drop.
        return next_to_it if alone and self.lid_minutes else highest

    def was_nothing(self, episode: Episode, newest: float) -> bool:
        return 2 * (newest - episode.lowest) >= episode.highest - episode.lowest

    def facts_in_all(self, episode: Episode, newest: float, lasted: float, over: bool) -> str:
        lost = self.change([episode.highest, newest])
        where = f"{apart(lost)} below where it was" if lost else "back where it was"
        if not over:
            return self.facts(lost, lasted, lasted)
        if self.was_nothing(episode, newest):
            return f"up {apart(round(newest - episode.lowest, DECIMALS))} again, {where}"
        return f"holding {where}"

    def trend(self, tail: Sequence[float]) -> str:
        risen = round(tail[-1] - tail[0], DECIMALS)
        return f"up {apart(risen)}" if risen > 0 else super().trend(tail)


@dataclass(frozen=True)
class FoodStall(Rule):
    """The meat has stopped warming: a whole window of readings is no more than a degree apart.

    1 °F in 20 readings (10 minutes) is what the smoker's owners ask for. The rule is over when the
    readings are apart by more than a degree beyond that. One begins only where the newest reading
    is from `stall_from` to `stall_to`, in °F.
    """

    degrees: float = 1
    window: float = 20
    stall_from: float = -math.inf
    stall_to: float = math.inf
    choices = {"stall_from": "no stall begins below", "stall_to": "no stall begins above"}
    urgent = False
    kind = "stall"
    during = "stalled for {duration}"
    title = "{probe} Stall Alert!"
    verb = "changed"
    advice = "It has stopped warming: wait, or wrap the meat."
    elsewhere = "It has stopped warming: see whether it is done, where its probe is, and the fire."
    relief = "See whether it is as warm as you want it."

    def change(self, tail: Sequence[float]) -> float:
        return round(max(tail) - min(tail), DECIMALS)

    def holds(self, change: float, tail: Tail) -> bool:
        within = self.stall_from <= tail[-1] <= self.stall_to
        return change <= self.degrees and within and tail.spans

    def is_over(self, change: float, tail: Tail, episode: Episode) -> bool:
        return change > round(self.degrees + 1, DECIMALS)

    def facts_in_all(self, episode: Episode, newest: float, lasted: float, over: bool) -> str:
        if not over:
            return ""
        if newest > episode.lowest:
            return f"up {apart(round(newest - episode.lowest, DECIMALS))}, it warms up again"
        return f"down {apart(round(episode.highest - newest, DECIMALS))}, it cools"

    def advise(self, temperature: float) -> str:
        least, most = STALLS
        return super().advise(temperature) if least <= temperature <= most else self.elsewhere
