"""Episodes: one rule over one probe's readings, and what is told of it when."""

from dataclasses import asdict, dataclass, replace

from .alert import Alert, episode_alert
from .readings import COLDEST, HOTTEST, SECONDS_PER_READING, Reading
from .rules import Rule
from .state import LARGEST, check_numbers
from .window import Tail, Window

LATEST = LARGEST / 2
"""A moment after all others."""


@dataclass
class Episode:
    """One that goes on.

    `began` is the id of the reading that began it, at the moment `at`, and `since` the moment from
    which its readings count. It fell from `highest` to `lowest`, in °F. `told_at` is the moment of
    its last alert, None while it is held back.
    """

    began: str
    at: float
    since: float
    highest: float
    lowest: float
    told_at: float | None = None


class Episodes:
    """One rule's episodes in one cook.

    `remind` is how many seconds an episode goes on before it is told again, 0 for never. `name` is
    that of a rule beside the probe's own. The rule looks back for `span` seconds, and has `seen`
    what it goes by, in °F, over so many readings. `over` says whether a rule that is told once was.
    """

    def __init__(self, rule: Rule, remind: float, name: str = ""):
        self.rule, self._remind, self._name = rule, remind, name
        # A window of 62 seconds is 2.0666… readings: rounding makes 62 seconds of it again.
        self.span = round(rule.window * SECONDS_PER_READING, 3)
        self.going_on: Episode | None = None
        self.over = False
        self.seen = 0.0, 0

    def take(self, window: Window, cause: Reading, highest: float, lowest: float) -> Alert | None:
        """Take the probe's next reading, which is in the window, and return what is to be told.

        `cause` has the time of the latest one and the id of the one that came. `highest` and
        `lowest` are those of the cook, in °F.
        """
        rule, episode, moment = self.rule, self.going_on, window.moment
        tail = Tail(window, self.span)
        change = rule.change(tail)
        self.seen = change, len(tail)
        if episode is None:
            if self.over or not rule.holds(change, tail) or not rule.counts(highest, lowest):
                return None
            self.over = rule.once
            since = moment - tail.covers
            episode = Episode(cause.id, moment, since, max(tail), tail[-1])
            self.going_on = episode
        state = self._next_state(episode, tail, moment, change)
        if state is None:
            return None
        lasted, covers, seen = moment - episode.since, tail.covers, len(tail)
        if rule.hold_minutes and episode.told_at is None:
            # It was held back for longer than the window: it is told from its beginning.
            change, covers, seen = rule.change([episode.highest, tail[-1]]), lasted, 0
        facts = rule.facts(change, covers, lasted)
        alert = episode_alert(state, cause, rule, facts, change, seen, self._name)
        if state in ("raised", "reminder"):
            episode.told_at = moment
            return alert
        self.going_on = None
        return replace(alert, began=episode.began) if state == "lid" else alert

    def _next_state(self, episode: Episode, tail: Tail, moment: float, change: float) -> str | None:
        rule, newest = self.rule, tail[-1]
        episode.lowest = min(episode.lowest, newest)
        # Where the probe's clock was put back, all waits begin again.
        episode.at, episode.since = min(episode.at, moment), min(episode.since, moment)
        if episode.told_at is None:
            lid = rule.was_nothing(episode.highest, episode.lowest, newest)
            if lid if rule.hold_minutes else rule.is_over(change):
                return "lid"
            return "raised" if moment - episode.at >= rule.hold_minutes * 60 else None
        if rule.is_over(change):
            return "over" if rule.once else "cleared"
        episode.told_at = min(episode.told_at, moment)
        return "reminder" if moment - episode.told_at >= self._remind > 0 else None

    def state(self) -> dict:
        """What `resume` needs to make the same episodes, in JSON; empty where there was none."""
        state = asdict(self.going_on) if self.going_on else {}
        return state | ({"over": True} if self.over else {})

    def forget_when(self):
        """Count the time of what goes on from the next reading on: its clock is another one."""
        if episode := self.going_on:
            episode.at = episode.since = LATEST
            episode.told_at = episode.told_at and LATEST

    def resume(self, state: dict):
        """Become the episodes that have given this state. Raises one of MISSHAPEN."""
        said = dict(state)
        self.over, self.going_on = said.pop("over", False) is True, None
        if said:
            episode = Episode(**said)
            told_at = episode.at if episode.told_at is None else episode.told_at
            check_numbers((episode.at, episode.since, told_at))
            if not COLDEST <= episode.lowest <= episode.highest <= HOTTEST:
                raise ValueError("an episode that no probe has had")
            episode.began.encode()
            self.going_on = episode
