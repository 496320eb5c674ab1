"""Episodes: one rule over one probe's readings, and what is told of it when."""

from dataclasses import asdict, replace

from .alert import Alert, episode_alert
from .readings import SECONDS_PER_READING, Reading, resumed
from .rules import Rule
from .state import check_numbers
from .window import Window


class Episodes:
    """One rule's episodes in one cook: its window, and the episode that goes on.

    `step` is what a reading stands for by itself, and `remind` how long an episode goes on before
    it is told again, 0 for never; both in seconds. `name` is that of a rule beside the probe's own.
    """

    __slots__ = (
        *("rule", "window", "change", "raised", "_remind", "_name"),
        *("_counts", "_over", "_latest", "_began", "_told_at"),
    )

    def __init__(self, rule: Rule, step: float, remind: float, name: str = ""):
        self.rule = rule
        # A window of 62 seconds is 2.0666… readings: rounding makes 62 seconds of it again.
        self.window = Window(round(rule.window * SECONDS_PER_READING, 3), step)
        self.change = 0.0
        self._remind, self._name = remind, name
        self._counts = False  # whether the rule's first reading has come
        self._over = False  # whether a rule that is told once was told
        self._latest: Reading | None = None  # the one whose moment is the latest
        self.end()

    def end(self):
        """The cook is over, and with it what goes on."""
        self.window.clear()
        self.window.keeps = False
        self._began: tuple[str, float, float] | None = None  # by whose id, since and from when on
        self._told_at: float | None = None  # the moment of the episode's last alert
        self.raised: Alert | None = None
        """The alert that told of the episode that goes on."""

    def take(self, reading: Reading, moment: float) -> Alert | None:
        """Take the probe's next reading, and return what is to be told."""
        window = self.window
        window.add(moment, reading.temperature)
        if moment == window.moment and reading.temperature == window.newest:
            self._latest = reading
        self._counts = self._counts or self.rule.begins_at(reading.temperature)
        self.change = self.rule.change(window)
        state = self._next_state(reading)
        if state is None:
            return None
        # A reading that came late can be the cause: its id, and the words of the latest one.
        cause = replace(self._latest, id=reading.id)
        began, since, _ = self._began
        facts = self.rule.facts(self.change, window.covers, window.moment - since)
        alert = episode_alert(state, cause, self.rule, facts, self.change, window, self._name)
        if state in ("raised", "reminder"):
            self._told_at = window.moment
            self.raised = self.raised or alert
            window.keeps = False
            return alert
        self._began, self.raised, window.keeps = None, None, False
        return replace(alert, began=began) if state == "lid" else alert

    def state(self, newest: Reading | None) -> list:
        """What `resume` needs to make the same episodes, in JSON; `newest` is the watch's own."""
        return [
            self.window.state(),
            None if self._latest is newest else self._latest.state(),
            self._counts,
            self._over,
            self._began,
            self._told_at,
            self.raised and asdict(self.raised),
        ]

    def resume(self, state: list, newest: Reading | None):
        """Become the episodes that have given this state.

        Raises one of MISSHAPEN where none have.
        """
        window, latest, self._counts, self._over, self._began, self._told_at, raised = state
        cause, since, moment = ("", 0, 0) if self._began is None else self._began
        check_numbers((since, moment, 0 if self._told_at is None else self._told_at))
        cause.encode()
        self.window.resume(window)
        if self.window and newest is None:
            raise ValueError("a window without its newest reading")
        self.change = self.rule.change(self.window) if self.window else 0.0
        self._latest = newest if latest is None else resumed(newest.probe, newest.cook, latest)
        self.raised = None if raised is None else Alert.made(raised)

    def _next_state(self, reading: Reading) -> str | None:
        rule, window = self.rule, self.window
        if self._began is None:
            if self._over or not self._counts or not rule.holds(self.change, window):
                return None
            self._over = rule.once
            self._began = reading.id, window.moment - window.covers, window.moment
            self._told_at = None
            window.keeps = rule.hold_minutes > 0
            return None if window.keeps else "raised"
        if self._told_at is None:
            if rule.was_nothing(window):
                return "lid"
            held = window.moment - self._began[2]
            return "raised" if held >= rule.hold_minutes * 60 else None
        if rule.is_over(self.change):
            return "over" if rule.once else "cleared"
        # Where the probe's clock was put back, the wait for the next reminder begins again.
        self._told_at = min(self._told_at, window.moment)
        due = window.moment - self._told_at >= self._remind > 0
        return "reminder" if due else None
