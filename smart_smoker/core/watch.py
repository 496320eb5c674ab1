"""A watch: one probe of one cook under its rules, and the alerts of its episodes.

An episode lasts from the reading at which the rule begins to hold until the one at which it is
clearly over. It is told once when it begins and once when it ends, and in between again only as a
reminder (episodes.py). So is a silence: from the last reading for a while to the next.
"""

from collections.abc import Sequence
from datetime import timezone
from typing import NamedTuple

from .alert import Alert, found_alert, lost_alert
from .clock import parse_moment
from .episodes import Episodes
from .errors import UnreadableMessage
from .probes import Probe
from .readings import SECONDS_PER_READING, Reading, resumed
from .rules import Rule
from .state import check_numbers
from .text import excerpt

CLOCKS = ("readings", "time")
"""What tells the moment of a reading: how many came before it, or its own timestamp."""


class Judgement(NamedTuple):
    """What became of a reading: the change in °F over a window of so many readings, and alerts."""

    change: float
    readings: int
    alerts: list[Alert]


class Watch:
    """The memory of one probe in one cook: the episodes of its rules, and whether it is silent.

    `rule` is the probe's own, `beside` are further ones. `remind_minutes` is how long an episode
    goes on before it is told again, 0 for never; `clock` is one of CLOCKS, and what windows and
    reminders go by. `heard` is when a reading arrived, in seconds of any clock that only goes
    forward.
    """

    __slots__ = (
        *("newest", "heard", "silent", "ended", "given_up", "judged", "alerts", "limits_told"),
        *("_by_time", "_own", "_episodes"),
    )

    def __init__(
        self,
        rule: Rule,
        remind_minutes: float = 60,
        clock: str = "readings",
        beside: Sequence[Rule] = (),
    ):
        self._by_time = clock == "time"
        how = 0 if self._by_time else SECONDS_PER_READING, remind_minutes * 60
        self._own = Episodes(rule, *how)
        self._episodes = [self._own, *(Episodes(other, *how, other.kind) for other in beside)]
        self.newest: Reading | None = None
        self.heard = 0.0
        self.silent = False
        self.ended = False
        self.given_up = False
        """Whether it has been silent for so long that nobody is told of it any more."""
        self.judged = 0
        self.alerts = 0
        self.limits_told = False
        """Whether the history has been told by which limits it judges."""

    @property
    def going_on(self) -> list[Alert]:
        """The alerts that told of the episodes that go on, of the rules beside the probe's own."""
        return [beside.raised for beside in self._episodes[1:] if beside.raised]

    def state(self) -> list:
        """What `resume` needs to make the same watch, in JSON; when it heard is not in it."""
        return [
            self.newest and self.newest.state(),
            self.silent,
            self.ended,
            self.judged,
            self.alerts,
            self.given_up,
            self.limits_told,
            [episodes.state(self.newest) for episodes in self._episodes],
        ]

    def resume(self, probe: Probe, cook: str, state: list):
        """Become the watch of the same rules that has given this state.

        Raises one of MISSHAPEN where none has.
        """
        newest, self.silent, self.ended, self.judged, self.alerts, *rest = state
        check_numbers((self.judged, self.alerts))
        self.newest = None if newest is None else resumed(probe, cook, newest)
        self.given_up, self.limits_told, states = rest
        for episodes, state in zip(self._episodes, states, strict=True):
            episodes.resume(state, self.newest)

    def rest(self):
        """Take little room until `wake`, and judge nothing."""
        for episodes in self._episodes:
            episodes.window.rest()

    def wake(self):
        """Be ready to judge again."""
        for episodes in self._episodes:
            episodes.window.wake()

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
                for episodes in self._episodes:
                    episodes.end()

    def _take(self, reading: Reading, heard: float) -> Judgement:
        moment = _moment(reading) if self._by_time else (self.judged + 1) * SECONDS_PER_READING
        self.newest = reading
        self.heard = heard
        self.ended = self.given_up = False
        self.judged += 1
        alerts = [found_alert(reading)] if self.silent else []
        self.silent = False
        alerts += filter(None, (episodes.take(reading, moment) for episodes in self._episodes))
        self.alerts += sum(not alert.quiet for alert in alerts)
        return Judgement(self._own.change, len(self._own.window), alerts)

    def silence(self, now: float, seconds: float) -> Alert | None:
        """The alert of a probe that has said nothing for so long: once, until it speaks again."""
        untold = self.silent or self.ended or self.given_up or self.newest is None
        if untold or now - self.heard < seconds:
            return None
        self.silent = True
        self.alerts += 1
        return lost_alert(self.newest, seconds)


def _moment(reading: Reading) -> float:
    moment = parse_moment(reading.time)
    if moment is None:
        raise UnreadableMessage(f"{excerpt(reading.time)} names no moment", reading.body())
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
