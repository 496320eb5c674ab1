"""A watch: one probe of one cook under its rules, and the alerts of its episodes.

An episode lasts from the reading at which the rule begins to hold until the one at which it is
clearly over. It is told once when it begins and once when it ends, and in between again only as a
reminder (episodes.py). So is a silence: from the last reading for a while to the next.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median_low
from typing import NamedTuple

from .alert import NO_SIGNAL, Alert, found_alert
from .answers import Answer
from .clock import parse_moment, seconds_of
from .episodes import Episodes
from .errors import UnreadableMessage
from .outlook import Outlook
from .probes import Probe
from .readings import COLDEST, HOTTEST, SECONDS_PER_READING, Reading, numbered, parse_time
from .ring import Ring
from .rules import RULES, Rule
from .silence import Silence
from .state import State, check_numbers
from .text import excerpt
from .texts import Texts
from .window import Window

CLOCKS = ("readings", "time")
"""What tells the moment of a reading: how many came before it, or its own timestamp."""


class Judgement(NamedTuple):
    """What became of a reading: the temperatures in °F that the probe's own rule saw, and alerts.

    It is `new` unless it was judged before. `limits` are those in °F that nobody was told of yet,
    by their rules' kinds, and `ended` is the watch that the reading ended. `forecast` is what there
    is to say of when it is done, for people, now and then.
    """

    seen: Sequence[float] = ()
    alerts: Sequence[Alert] = ()
    new: bool = False
    limits: Mapping[str, float] | None = None
    ended: "Watch | None" = None
    forecast: str = ""


class Watch:
    """The memory of one probe in one cook: its last readings, and the episodes of its rules.

    `rule` is the probe's own, `others` are further ones. `remind_minutes` is how long an episode
    goes on before it is told again, 0 for never; `clock` is one of CLOCKS, and what windows and
    reminders go by; `unit` is "F" or "C", for words; of `median` readings the middle one counts.
    `heard` is when a reading arrived, in seconds of any clock that only goes forward.
    """

    def __init__(
        self,
        rule: Rule,
        remind_minutes: float = 60,
        clock: str = "readings",
        others: Sequence[Rule] = (),
        unit: str = "F",
        median: int = 1,
        ring: Ring | None = None,
    ):
        self._by_time = clock == "time"
        remind, self._unit = remind_minutes * 60, unit
        self._silence = Silence(ring or Ring(), unit)
        # The probe's own rule comes last: one of the others can end it.
        self._episodes = [Episodes(other, remind, other.kind, unit, ring) for other in others]
        self._episodes.append(Episodes(rule, remind, "", unit, ring))
        span = max(episodes.span for episodes in self._episodes)
        looks_back = max(episodes.rule.looks_back for episodes in self._episodes)
        self.window = Window(span, 0 if self._by_time else SECONDS_PER_READING, looks_back)
        self._limits = {other.kind: other.degrees for other in others if other.option}
        self._limits_told: dict[str, float] = {}
        self._outlook = Outlook(others, unit)
        self._newest: deque[float] = deque(maxlen=median)  # as they came, in °F
        self.number = 0
        """That of the newest reading: whatever is not above it was judged before."""
        self._texts = Texts()
        self._unread: Reading | None = None  # one whose time cannot be read by this clock
        self.latest: Reading | None = None  # the one whose moment is the latest
        self.highest, self.lowest = float("-inf"), float("inf")  # of the cook, in °F
        self.heard = 0.0
        self.quiet_until = 0.0  # by the same clock; and the answer that asked for it
        self._asked = ""
        self.ended = False
        self.judged = 0
        self.alerts = 0

    def judge(self, reading: Reading, heard: float = 0) -> Judgement:
        """Take the probe's next reading, heard at this time, unless it was taken before.

        A reading marked as the last ends the watch quietly, whether it is new, repeated or raises
        UnreadableMessage: by the clock that needs it, its timestamp names no moment. Raises
        TwoProducers, and changes nothing, at a number that has come before with another text.
        """
        had_ended, again = self.ended, 0 < reading.seq <= self.number
        if again:
            self._texts.compare(reading)
        try:
            judgement = Judgement() if again else self._take(reading, heard)
        finally:
            if reading.last:
                self._end()
        return judgement._replace(ended=self) if self.ended and not had_ended else judgement

    def _take(self, reading: Reading, heard: float) -> Judgement:
        moment = self._moment(reading) if self._by_time else (self.judged + 1) * SECONDS_PER_READING
        self._texts.add(reading)
        self._newest.append(reading.temperature)
        if self._newest.maxlen != 1:
            reading = reading._replace(temperature=median_low(self._newest))
        temperature, window = reading.temperature, self.window
        window.add(moment, temperature)
        cause = reading
        if window[-1] == (moment, temperature):
            self.latest = reading
        elif self.latest:  # One that came late can be the cause, in the words of the latest.
            cause = self.latest._replace(id=reading.id)
        self.number, self.heard, self.ended = reading.seq, heard, False
        self.judged += 1
        self.highest, self.lowest = max(self.highest, temperature), min(self.lowest, temperature)
        lost, self._silence.lost = self._silence.lost, None
        alerts = [replace(found_alert(reading, self._unit), began=lost.began)] if lost else []
        quiet, extremes, ended = heard < self.quiet_until, (self.highest, self.lowest), ""
        for episodes in self._episodes:
            rule = episodes.rule
            if alert := episodes.take(window, cause, *extremes, quiet, rule.kind == ended):
                alerts.append(alert)
            ended = rule.ends if episodes.over else ended
        forecast = self._outlook.take(reading, alerts, quiet)
        for alert in alerts:
            self.alerts += not alert.quiet
        limits = None if self._limits == self._limits_told else self._limits
        self._limits_told = self._limits
        return Judgement(self._episodes[-1].tail, alerts, True, limits, forecast=forecast)

    def _moment(self, reading: Reading) -> float:
        moment = parse_moment(reading.time)
        if moment is None:
            self._unread = reading
            raise UnreadableMessage(f"{excerpt(reading.time)} names no moment", reading.body())
        return seconds_of(moment, self.window.moment if self.window else None)

    def _end(self) -> None:
        """The cook is over, and with it what goes on."""
        self.ended = True
        self.window.clear()
        self._outlook.course.clear()
        self._newest.clear()
        for episodes in self._episodes:
            episodes.going_on = None

    def answer(self, answer: Answer, now: float) -> None:
        """Heed an answer, unless it was heeded before: nobody is told of what was heard."""
        if answer.kind == NO_SIGNAL:
            self._silence.hear(answer.began)
        for episodes in self._episodes:
            if episodes.rule.kind == answer.kind:
                episodes.hear(answer.began)
        if not answer.kind and (not answer.id or answer.id != self._asked):
            self.quiet_until, self._asked = now + answer.minutes * 60, answer.id

    def silence(self, now: float, seconds: float) -> Alert | None:
        """The alert of a probe that has said nothing for so long: once, until it speaks again."""
        passed, latest = now - self.heard, self.latest if self.window else self._unread
        if self.ended or latest is None or passed < seconds or now < self.quiet_until:
            return None
        number = self.number or latest.seq
        newest = numbered(latest.probe, latest.cook, number, latest.time, latest.temperature)
        alert = self._silence.take(newest, passed, seconds, unread=not self.window)
        self.alerts += alert is not None
        return alert

    def state(self, now: float = 0) -> State:
        """What `resume` needs to go on; `now` is by the clock of `heard`."""
        state: State = {"number": self.number, "judged": self.judged, "alerts": self.alerts}
        state |= {"unheard": round(now - self.heard, 1), "deque": list(self.window)}
        if self.judged:
            state |= {"highest": self.highest, "lowest": self.lowest}
        if self._newest and self._newest.maxlen != 1:
            state["newest"] = list(self._newest)
        if self.window and self.latest:
            state["time"] = self.latest.time
            if self._by_time and self.window.left > float("-inf"):
                state["left"] = self.window.left
        where_filled = {
            "quiet": round(max(0, self.quiet_until - now), 1),
            "ended": self.ended,
            "asked": self._asked,
            "limits": self._limits_told,
            "sums": self._texts.sums(),
            "clock": "time" if self._by_time else "",
            "outlook": self._outlook.state(),
        }
        state |= {name: value for name, value in where_filled.items() if value}
        episodes = {each.rule.kind: each.state() for each in self._episodes}
        state["episodes"] = {kind: said for kind, said in episodes.items() if said}
        return state | self._silence.state()

    def resume(self, probe: Probe, cook: str, state: State, now: float = 0) -> None:
        """Go on from this state, perhaps with other degrees. MISSHAPEN is raised if it is none."""
        self.number, self.judged, self.alerts = (state[n] for n in ("number", "judged", "alerts"))
        if self.judged:
            self.highest, self.lowest = state["highest"], state["lowest"]
        unheard, quiet = state["unheard"], state.get("quiet", 0)
        check_numbers((self.number, self.judged, self.alerts, unheard, quiet))
        self.number, self.ended = int(self.number), state.get("ended") is True
        self.heard, self.quiet_until = now - unheard, now + quiet
        self._texts.resume(state.get("sums", ""), self.number)
        self._silence.resume(state)
        self._asked = state.get("asked", "")
        self._asked.encode()
        self._newest.extend(map(float, state.get("newest", ())))
        self.window.resume(state["deque"], state.get("left"))
        extremes = [self.highest, self.lowest] if self.judged else []
        temperatures = [*extremes, *self._newest, *(temperature for _, temperature in self.window)]
        if not all(COLDEST <= temperature <= HOTTEST for temperature in temperatures):
            raise ValueError("a temperature that no probe measures")
        if self.window:
            time, temperature = parse_time(state["time"]), self.window[-1][1]
            self.latest = numbered(probe, cook, self.number, time, temperature)
        told = state.get("limits", {}).items()
        self._limits_told = {kind: float(limit) for kind, limit in told if kind in RULES}
        self._outlook.resume(state.get("outlook", {}))
        for episodes in self._episodes:
            episodes.resume(state["episodes"].get(episodes.rule.kind, {}))
            if (state.get("clock") == "time") != self._by_time:
                episodes.forget_when()
