"""An outlook: what is said of a forecast, now and then on the screen and once as an alert."""

from collections.abc import Sequence

from .alert import Alert, soon_alert
from .clock import parse_moment, seconds_of
from .forecast import Course, forecast
from .limits import FoodDone
from .readings import Reading
from .rules import Rule

SAID_AGAIN = 30 * 60
"""Seconds after which it is said once more."""


class Outlook:
    """The forecast of a cook whose rules have a target, by its timestamps whatever the clock is."""

    def __init__(self, rules: Sequence[Rule], unit: str):
        self._done = next((rule for rule in rules if isinstance(rule, FoodDone)), None)
        self._unit, self.course = unit, Course()
        self._warned = False
        self._said = None, 0.0  # whether it was known, and when that was said

    def take(self, reading: Reading) -> tuple[str, list[Alert]]:
        """Take the next reading: what there is to say now, for people, and the alert once."""
        moment, course = parse_moment(reading.time) if self._done else None, self.course
        if moment is None:
            return "", []
        course.add(seconds_of(moment, course[-1][0] if course else None), reading.temperature)
        now, _ = course[-1]
        found = forecast(course, self._done.degrees)
        words, known, (was_known, said_at) = found.words(moment), found.late > 0, self._said
        soon = []
        if known and found.early <= self._done.warn_minutes * 60 > 0 and not self._warned:
            self._warned, soon = True, [soon_alert(reading, words, self._unit)]
        if known == was_known and now - said_at < SAID_AGAIN:
            return "", soon
        self._said = known, now
        return words, soon

    def state(self) -> dict:
        """What `resume` needs, in JSON; empty where there is no target."""
        state = {"course": list(self.course)} if self.course else {}
        return state | ({"warned": True} if self._warned else {})

    def resume(self, state: dict):
        """Know what another one has left. Raises one of MISSHAPEN."""
        self._warned = state.get("warned") is True
        self.course.resume(state.get("course", ()))
