"""Episodes: one rule over one probe's readings, and what is told of it when."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from .alert import RINGS, Alert, episode_alert
from .readings import COLDEST, HOTTEST, SECONDS_PER_READING, Reading
from .ring import Ring
from .rules import Episode, Rule
from .state import LARGEST, check_numbers
from .window import Tail, Window

LATEST = LARGEST / 2
"""A moment after all others."""


class Episodes:
    """One rule's episodes in one cook.

    `remind` is how many seconds an episode goes on before it is told again, 0 for never. `name` is
    that of a rule beside the probe's own. The rule's window is of `span` seconds, and it has seen
    the `tail` last. `over` says whether a rule that is told once was.
    """

    def __init__(
        self, rule: Rule, remind: float, name: str = "", unit: str = "F", ring: Ring | None = None
    ):
        self.rule, self._remind, self._name, self._unit = rule, remind, name, unit
        self._ring = (rule.urgent and ring) or Ring()
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
        rule, episode, moment = self.rule, self.going_on, window.moment
        self.tail = tail = Tail(window, self.span)
        change = rule.change(tail)
        if episode is None:
            told = moot or self.over
            if told or not rule.holds(change, tail) or not rule.counts(highest, lowest):
                return None
            self.over = rule.once
            since = moment - tail.covers
            episode = Episode(cause.id, moment, since, rule.level(tail), tail[-1])
            self.going_on = episode
        state = "over" if moot else self._next_state(episode, tail, moment, change, quiet)
        if state is None:
            return None
        alert = self._alert(state, episode, tail, cause, moment - episode.since)
        self._note(state, episode, moment)
        return replace(alert, began=episode.began)

    def _note(self, state: str, episode: Episode, moment: float):
        """Know that an alert in this state is told, or that the episode is over."""
        if state in ("raised", "reminder", *RINGS):
            episode.rang_at = moment
        if state in ("raised", "reminder"):
            episode.told_at, episode.eased = moment, False
        elif state in RINGS:
            episode.rings += 1
        else:
            self.going_on = None

    def hear(self, began: str):
        """Somebody has heard of the episode that began with this reading: it is told no more."""
        if self.going_on and self.going_on.began == began:
            self.going_on.heard = True

    def _next_state(
        self, episode: Episode, tail: Tail, moment: float, change: float, quiet: bool
    ) -> str | None:
        rule, newest = self.rule, tail[-1]
        episode.lowest = min(episode.lowest, newest)
        # Where the probe's clock was put back, all waits begin again.
        episode.at, episode.since = min(episode.at, moment), min(episode.since, moment)
        if episode.told_at is None:
            if rule.was_nothing(episode, newest):
                return "lid"
            if quiet:
                return "over" if rule.is_over(change, tail, episode) else None
            return "raised" if moment - episode.at >= rule.hold_minutes * 60 else None
        if rule.is_over(change, tail, episode):
            return "over" if rule.once else "cleared"
        again = self._again(episode, tail, moment, change)
        return None if quiet else again

    def _again(self, episode: Episode, tail: Tail, moment: float, change: float) -> str | None:
        """How one that goes on is told again: since it is news, as a reminder, or as a ring."""
        rule, ring = self.rule, self._ring
        episode.told_at = min(episode.told_at, moment)
        episode.rang_at = min(episode.rang_at, moment)
        if episode.eased and rule.holds(change, tail):
            if episode.heard:  # Nobody can have heard of this.
                episode.heard, episode.rings = False, 0
            return "reminder"
        episode.eased |= rule.eases(change)
        if episode.heard:
            return None
        if moment - episode.told_at >= self._remind > 0:
            return "reminder"
        rings = ring.is_due(moment - episode.rang_at, episode.rings)
        return ring.state(episode.rings) if rings else None

    def _alert(
        self, state: str, episode: Episode, tail: Tail, cause: Reading, lasted: float
    ) -> Alert:
        """The alert of a state: of the window where the rule begins to hold, else of all of it."""
        rule, newest, told = self.rule, tail[-1], state in ("raised", "reminder", *RINGS)
        change, seen = rule.change(tail), len(tail)
        facts = rule.facts(change, tail.covers, lasted)
        in_all = rule.facts_in_all(episode, newest, lasted, over=not told)
        if episode.eased and told and rule.holds(change, tail):
            facts = f"{facts}, {in_all}"
        elif in_all and (state != "raised" or rule.hold_minutes):
            facts, change, seen = in_all, rule.change([episode.highest, newest]), 0
        return episode_alert(state, cause, rule, facts, change, seen, self._name, self._unit)

    def state(self) -> dict:
        """What `resume` needs to make the same episodes, in JSON; empty where there was none."""
        state = asdict(self.going_on) if self.going_on else {}
        return state | ({"over": True} if self.over else {})

    def forget_when(self):
        """Count the time of what goes on from the next reading on: its clock is another one."""
        if episode := self.going_on:
            episode.at = episode.since = episode.rang_at = LATEST
            episode.told_at = episode.told_at and LATEST

    def resume(self, state: dict):
        """Become the episodes that have given this state. Raises one of MISSHAPEN."""
        said = dict(state)
        self.over, self.going_on = said.pop("over", False) is True, None
        if said:
            # An earlier version rang nowhere: its alert was told last.
            episode = Episode(**{"rang_at": said.get("told_at") or 0, **said})
            episode.eased, episode.heard = episode.eased is True, episode.heard is True
            told_at = episode.at if episode.told_at is None else episode.told_at
            check_numbers((episode.at, episode.since, told_at, episode.rang_at, episode.rings))
            if not COLDEST <= episode.lowest <= episode.highest <= HOTTEST:
                raise ValueError("an episode that no probe has had")
            episode.began.encode()
            self.going_on = episode
