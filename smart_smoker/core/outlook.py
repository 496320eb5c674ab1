"""An outlook: what is said of a forecast, now and then on the screen and once as an alert."""

from collections.abc import Sequence
from dataclasses import replace

from .alert import Alert, soon_alert
from .clock import parse_moment, seconds_of
from .forecast import Course, forecast
from .limits import FoodDone
from .readings import Reading
from .rules import Rule
from .state import State

SAID_AGAIN = 30 * 60
"""Seconds after which it is said once more."""


class Outlook:
    """The forecast of a cook whose rules have a target, by its timestamps whatever the clock is."""

    def __init__(self, rules: Sequence[Rule], unit: str):
        self._done = next((rule for rule in rules if isinstance(rule, FoodDone)), None)
        self._unit, self.course = unit, Course()
        self._warned = False
        self._first = ""  # what was foretold first, for people
        self._said: tuple[bool | None, float] = None, 0.0  # whether it was known, and when

    def take(self, reading: Reading, alerts: list[Alert], quiet: bool) -> str:
        """Take the next reading, and tell what there is to say now, for people.

        Its `alerts` get the one of the forecast, unless it is `quiet`; that it is done is told with
        the first forecast, and not after it that it will be.
        """
        for place, alert in enumerate(alerts):
            if alert.rule == FoodDone.kind and alert.state == "raised":
                self._warned |= bool(self.course)
                if self._first:
                    alerts[place] = replace(alert, text=f"{alert.text}{self._first}\n")
        done, course = self._done, self.course
        moment = parse_moment(reading.time) if done else None
        if done is None or moment is None:
            return ""
        now = seconds_of(moment, course[-1][0] if course else None)
        course.add(now, reading.temperature)
        if course[-1][0] > now:  # It came late.
            return ""
        found = forecast(course, done.degrees)
        words, known, (was_known, said_at) = found.words(moment), found.late > 0, self._said
        if known and not self._first:
            self._first = f"The first forecast, at {moment:%H:%M}: {words}"
        soon = known and found.early <= done.warn_minutes * 60 > 0
        if soon and not (self._warned or quiet):
            self._warned = True
            alerts.append(soon_alert(reading, words, self._unit))
        if known == was_known and now - said_at < SAID_AGAIN:
            return ""
        self._said = known, now
        return words

    def state(self) -> State:
        """What `resume` needs; empty where there is no target."""
        state: State = {"course": list(self.course)} if self.course else {}
        said = {"warned": self._warned, "first": self._first}
        return state | {name: value for name, value in said.items() if value}

    def resume(self, state: State) -> None:
        """Go on from this state. Raises one of MISSHAPEN where it is none."""
        self._warned, self._first = state.get("warned") is True, state.get("first", "")[:100]
        self._first.encode()
        self.course.resume(state.get("course", ()))
