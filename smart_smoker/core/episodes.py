"""Episodes: one rule over one probe's readings, and what is told of it when."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from enum import Enum
from typing import NamedTuple

from .alert import RINGS, Alert, episode_alert
from .readings import COLDEST, HOTTEST, SECONDS_PER_READING, Reading
from .ring import Ring
from .rules import Episode, Phase, Rule
from .state import LARGEST, State, check_numbers
from .window import Tail, Window

LATEST = LARGEST / 2
"""A moment after all others."""

LOUD = ("raised", "reminder", *RINGS)
"""States of alerts that are not told while a probe is quiet."""


class When(Enum):
    """What a reading can show of an episode that goes on, for people."""

    MOOT = "another rule has ended it"
    LID = "it was a lid"
    OVER_QUIETLY = "it is over, and the probe quiet"
    LASTED = "it has lasted long enough to be told"
    OVER_ONCE = "it is over, of a rule told once"
    OVER = "it is over"
    HOLDS = "the rule holds again"
    EASES = "the rule has eased"
    REMIND = "a reminder is due"
    SECOND = "a ring is due, for a second person too"
    RING = "a ring is due"


class Transition(NamedTuple):
    """From some phases to the one `after`, None for the end, with an alert in a `state` or none."""

    phases: tuple[Phase, ...]
    when: When
    state: str
    after: Phase | None


HELD_BACK, TOLD, EASED, HEARD, HEARD_AND_EASED = Phase
WERE_TOLD = TOLD, EASED, HEARD, HEARD_AND_EASED

TRANSITIONS = (
    Transition((HELD_BACK, *WERE_TOLD), When.MOOT, "over", None),
    Transition((HELD_BACK,), When.LID, "lid", None),
    Transition((HELD_BACK,), When.OVER_QUIETLY, "over", None),
    Transition((HELD_BACK,), When.LASTED, "raised", TOLD),
    Transition(WERE_TOLD, When.OVER_ONCE, "over", None),
    Transition(WERE_TOLD, When.OVER, "cleared", None),
    Transition((HEARD_AND_EASED,), When.HOLDS, "", EASED),
    Transition((EASED,), When.HOLDS, "reminder", TOLD),
    Transition((TOLD,), When.EASES, "", EASED),
    Transition((HEARD,), When.EASES, "", HEARD_AND_EASED),
    Transition((TOLD, EASED), When.REMIND, "reminder", TOLD),
    Transition((TOLD,), When.SECOND, "second", TOLD),
    Transition((EASED,), When.SECOND, "second", EASED),
    Transition((TOLD,), When.RING, "ring", TOLD),
    Transition((EASED,), When.RING, "ring", EASED),
)
"""A reading goes down these once, as far as to an alert; LOUD ones are passed over when quiet."""

ANSWERED = {TOLD: HEARD, EASED: HEARD_AND_EASED}
"""What an answer makes of an episode: of one that is held back nobody can have heard."""


class Episodes:
    """One rule's episodes in one cook.

    `remind` is how many seconds an episode goes on before it is told again, 0 for never. `name` is
    that of a rule beside the probe's own. The rule's window is of `span` seconds, and it has seen
    the `tail` last. `over` says whether a rule that is told once was.
    """

    def __init__(self, rule: Rule, remind: float, name: str, unit: str, ring: Ring | None):
        self.rule, self._remind, self._name, self._unit = rule, remind, name, unit
        self._ring = ring if ring and rule.urgent else Ring()
        # A window of 62 seconds is 2.0666… readings: rounding makes 62 seconds of it again.
        self.span = round(rule.window * SECONDS_PER_READING, 3)
        self.going_on: Episode | None = None
        self.over = False
        self.tail: Sequence[float] = ()

    def take(
        self, window: Window, cause: Reading, highest: float, lowest: float, quiet: bool, moot: bool
    ) -> Alert | None:
        """Take the probe's next reading, which is in the window, and return what is to be told.

        `cause` has the time of the latest one and the id of the one that came. `highest` and
        `lowest` are those of the cook, in °F. While it is `quiet` nobody is told but of an end, and
        when the rule is `moot` nobody is told of that either.
        """
        rule, moment = self.rule, window.moment
        self.tail = tail = Tail(window, self.span)
        change = rule.change(tail)
        if self.going_on is None:
            told = moot or self.over
            if told or not rule.holds(change, tail) or not rule.counts(highest, lowest):
                return None
            self.over, since = rule.once, moment - tail.covers
            self.going_on = Episode(cause.id, moment, since, rule.level(tail), tail[-1])
        episode = self.going_on
        episode.go_on(moment, tail[-1])
        over, ring = rule.is_over(change, tail, episode), self._ring
        rings = ring.is_due(moment - episode.rang_at, episode.rings)
        due = moment - episode.at >= rule.lid_minutes * 60
        shown = {
            When.MOOT: moot,
            # What was not told only because the probe was quiet can have lasted for longer.
            When.LID: rule.was_nothing(episode, tail[-1]) and not (quiet and due),
            When.OVER_QUIETLY: over and quiet,
            When.LASTED: due,
            When.OVER_ONCE: over and rule.once,
            When.OVER: over,
            When.HOLDS: rule.holds(change, tail),
            When.EASES: rule.eases(change),
            When.REMIND: moment - episode.told_at >= self._remind > 0,
            When.SECOND: rings and ring.is_second(episode.rings),
            When.RING: rings,
        }
        for phases, when, state, after in TRANSITIONS:
            if shown[when] and episode.phase in phases and not (quiet and state in LOUD):
                self._move(episode, after, state, moment)
                if state:
                    lasted, news = moment - episode.since, when is When.HOLDS
                    return self._alert(state, episode, tail, cause, lasted, news)
        return None

    def _move(self, episode: Episode, after: Phase | None, state: str, moment: float) -> None:
        if episode.phase is HEARD_AND_EASED:  # What is news rings as the first has.
            episode.rings = 0
        if state in ("raised", "reminder"):
            episode.told_at = episode.rang_at = moment
        elif state in RINGS:
            episode.rings, episode.rang_at = episode.rings + 1, moment
        episode.phase = after or episode.phase
        self.going_on = episode if after else None

    def _alert(
        self, state: str, episode: Episode, tail: Tail, cause: Reading, lasted: float, news: bool
    ) -> Alert:
        """The alert of a state: of the window where the rule begins to hold, else of all of it."""
        rule, newest = self.rule, tail[-1]
        change, seen = rule.change(tail), len(tail)
        facts = rule.facts(change, tail.covers, lasted)
        in_all = rule.facts_in_all(episode, newest, lasted, over=state not in LOUD)
        if news:
            facts = f"{facts}, {in_all}"
        elif in_all and (state != "raised" or rule.lid_minutes):
            facts, change, seen = in_all, rule.change([episode.highest, newest]), 0
        alert = episode_alert(state, cause, rule, facts, change, seen, self._name, self._unit)
        return replace(alert, began=episode.began)

    def hear(self, began: str) -> None:
        """Somebody has heard of the episode that began with this reading: it is told no more."""
        if self.going_on and self.going_on.began == began:
            self.going_on.phase = ANSWERED.get(self.going_on.phase, self.going_on.phase)

    def forget_when(self) -> None:
        """Count time from the next reading on: the moments known are of another clock."""
        if episode := self.going_on:
            episode.at = episode.since = episode.told_at = episode.rang_at = LATEST

    def state(self) -> State:
        """What `resume` needs to go on; empty where there was none."""
        state: State = {"over": True} if self.over else {}
        if episode := self.going_on:
            told, eased, heard = episode.phase.value
            state |= asdict(episode)
            state |= {"told_at": episode.told_at if told else None, "eased": eased, "heard": heard}
            del state["phase"]
        return state

    def resume(self, state: State) -> None:
        """Go on from this state. Raises one of MISSHAPEN where it is none."""
        said = {each.name: state[each.name] for each in fields(Episode) if each.name in state}
        self.over, self.going_on = state.get("over") is True, None
        if said:
            told, moment = said.get("told_at") is not None, said.get("told_at") or 0
            eased, heard = (told and state.get(name) is True for name in ("eased", "heard"))
            # An earlier version rang nowhere: its alert was told last.
            said = {"rang_at": moment, **said, "told_at": moment}
            episode = Episode(**said | {"phase": Phase((told, eased, heard))})
            check_numbers((episode.at, episode.since, moment, episode.rang_at, episode.rings))
            if not COLDEST <= episode.lowest <= episode.highest <= HOTTEST:
                raise ValueError("an episode that no probe has had")
            episode.began.encode()
            self.going_on = episode
