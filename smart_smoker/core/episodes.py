"""Episodes: one rule over one probe's readings, and what is told of it when."""

from dataclasses import asdict, dataclass, replace

from .alert import Alert, episode_alert
from .readings import COLDEST, HOTTEST, Reading
from .rules import Rule
from .state import check_numbers
from .window import Tail


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
    that of a rule beside the probe's own. `over` says whether a rule that is told once was told,
    and `change` is what the rule goes by, in °F.
    """

    def __init__(self, rule: Rule, remind: float, name: str = ""):
        self.rule, self._remind, self._name = rule, remind, name
        self.going_on: Episode | None = None
        self.over = False
        self.change = 0.0

    def take(self, tail: Tail, moment: float, cause: Reading, counts: bool) -> Alert | None:
        """Take the probe's next reading, and return what is to be told.

        `tail` ends with the latest one, of that `moment`; `cause` has its time and the id of the
        one that came. What begins while the rule does not count is no episode.
        """
        rule, episode = self.rule, self.going_on
        change = self.change = rule.change(tail)
        if episode is None:
            if self.over or not counts or not rule.holds(change, tail):
                return None
            self.over = rule.once
            since = moment - tail.covers
            episode = Episode(cause.id, moment, since, max(tail), tail[-1])
            self.going_on = episode
        state = self._next_state(episode, tail, moment, change)
        if state is None:
            return None
        lasted, covers, seen = max(0, moment - episode.since), tail.covers, len(tail)
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
        rule = self.rule
        episode.lowest = min(episode.lowest, tail[-1])
        if episode.told_at is None:
            if rule.hold_minutes and rule.was_nothing(episode.highest, episode.lowest, tail[-1]):
                return "lid"
            return "raised" if moment - episode.at >= rule.hold_minutes * 60 else None
        if rule.is_over(change):
            return "over" if rule.once else "cleared"
        # Where the probe's clock was put back, the wait for the next reminder begins again.
        episode.told_at = min(episode.told_at, moment)
        return "reminder" if moment - episode.told_at >= self._remind > 0 else None

    def state(self) -> dict:
        """What `resume` needs to make the same episodes, in JSON; empty where there was none."""
        state = asdict(self.going_on) if self.going_on else {}
        return state | ({"over": True} if self.over else {})

    def resume(self, state: dict):
        """Become the episodes that have given this state. Raises one of MISSHAPEN."""
        self.over, self.going_on = state.get("over") is True, None
        if state.keys() - {"over"}:
            episode = Episode(**{name: state[name] for name in state.keys() - {"over"}})
            told_at = episode.at if episode.told_at is None else episode.told_at
            check_numbers((episode.at, episode.since, told_at))
            if not COLDEST <= episode.lowest <= episode.highest <= HOTTEST:
                raise ValueError("an episode that no probe has had")
            episode.began.encode()
            self.going_on = episode
