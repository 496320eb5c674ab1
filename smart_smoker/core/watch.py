"""A watch: one probe of one cook under one rule, and the alerts of its episodes.

An episode lasts from the reading at which the rule begins to hold until the one at which it is
clearly over. It is told once when it begins and once when it ends, and in between again only as a
reminder. So is a silence: from the last reading for a while to the next.
"""

from dataclasses import replace
from datetime import timezone
from typing import NamedTuple

from .alert import Alert, episode_alert, found_alert, lost_alert
from .clock import parse_moment
from .errors import UnreadableMessage
from .readings import SECONDS_PER_READING, Reading
from .rules import Rule
from .text import excerpt
from .window import Window

CLOCKS = ("readings", "time")
"""What tells the moment of a reading: how many came before it, or its own timestamp."""


class Judgement(NamedTuple):
    """What became of a reading: the change in °F over a window of so many readings, and alerts."""

    change: float
    readings: int
    alerts: list[Alert]


class Watch:
    """The memory of one probe in one cook: the window, and the episode it is in.

    `remind_minutes` is how long an episode goes on before it is told again, 0 for never; `clock` is
    one of CLOCKS, and what windows and reminders go by. `heard` is when a reading arrived, in
    seconds of any clock that only goes forward.
    """

    def __init__(self, rule: Rule, remind_minutes: float = 60, clock: str = "readings"):
        self.rule = rule
        self._by_time = clock == "time"
        step = 0 if self._by_time else SECONDS_PER_READING
        # A window of 62 seconds is 2.0666… readings: rounding makes 62 seconds of it again.
        self.window = Window(round(rule.window * SECONDS_PER_READING, 3), step)
        self.newest: Reading | None = None
        self.heard = 0.0
        self.silent = False
        self.ended = False
        self.judged = 0
        self.alerts = 0
        self._latest: Reading  # the one whose moment is the latest
        self._remind_seconds = remind_minutes * 60
        self._told_at = None  # the moment of this episode's last alert; None outside an episode

    def judge(self, reading: Reading, heard: float = 0) -> Judgement | None:
        """Take the probe's next reading, heard at this moment; None for one that was taken before.

        A reading marked as the last ends the watch quietly, whether it is new, repeated or raises
        UnreadableMessage: by the clock that needs it, its timestamp names no moment.
        """
        try:
            if reading.seq == 0 or self.newest is None or reading.seq > self.newest.seq:
                return self._take(reading, heard)
            return None
        finally:
            if reading.last:
                self.ended = True
                self.window.clear()
                self._told_at = None

    def _take(self, reading: Reading, heard: float) -> Judgement:
        moment = _moment(reading) if self._by_time else (self.judged + 1) * SECONDS_PER_READING
        self.newest = reading
        self.heard = heard
        self.ended = False
        self.judged += 1
        window = self.window
        window.add(moment, reading.temperature)
        if moment == window.moment and reading.temperature == window.newest:
            self._latest = reading
        alerts = []
        if self.silent:
            self.silent = False
            alerts.append(found_alert(reading))
        change = self.rule.change(window)
        state = self._next_state(change)
        if state is not None:
            self._told_at = None if state == "cleared" else window.moment
            # A reading that came late can be the cause: its id, and the words of the latest one.
            cause = replace(self._latest, id=reading.id)
            alerts.append(episode_alert(state, cause, self.rule, change, window))
        self.alerts += len(alerts)
        return Judgement(change, len(window), alerts)

    def _next_state(self, change: float) -> str | None:
        if self._told_at is None:
            return "raised" if self.rule.holds(change, self.window) else None
        if self.rule.is_over(change):
            return "cleared"
        # Where the probe's clock was put back, the wait for the next reminder begins again.
        self._told_at = min(self._told_at, self.window.moment)
        due = self.window.moment - self._told_at >= self._remind_seconds > 0
        return "reminder" if due else None

    def silence(self, now: float, seconds: float) -> Alert | None:
        """The alert of a probe that has said nothing for so long: once, until it speaks again."""
        if self.newest is None or self.silent or self.ended or now - self.heard < seconds:
            return None
        self.silent = True
        self.alerts += 1
        return lost_alert(self.newest, seconds)


def _moment(reading: Reading) -> float:
    moment = parse_moment(reading.time)
    if moment is None:
        raise UnreadableMessage(f"{excerpt(reading.time)} names no moment", reading.body())
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
