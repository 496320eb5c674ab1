"""A watch: one probe of one cook under its rules, and the alerts of its episodes.

An episode lasts from the reading at which the rule begins to hold until the one at which it is
clearly over. It is told once when it begins and once when it ends, and in between again only as a
reminder (episodes.py). So is a silence: from the last reading for a while to the next.
"""

from binascii import crc_hqx
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from .alert import NO_SIGNAL, Alert, found_alert, lost_alert, still_lost_alert
from .answers import Answer
from .clock import parse_moment, seconds_of
from .episodes import Episodes, Ring
from .errors import TwoProducers, UnreadableMessage
from .outlook import Outlook
from .probes import RULES, Probe
from .readings import (
    COLDEST,
    HOTTEST,
    SECONDS_PER_READING,
    Reading,
    numbered,
    parse_time,
)
from .rules import Rule
from .state import check_numbers
from .text import excerpt
from .window import Window

CLOCKS = ("readings", "time")
"""What tells the moment of a reading: how many came before it, or its own timestamp."""


REMEMBERED = 20
"""Readings whose texts are known, by checksums: one that comes again is told from another one."""

UNKNOWN = "????"
"""In the place of a checksum, where a number was left out."""

TWO_PRODUCERS = (
    "number {} of {} has come before with another text: two producers send the same cook; start"
    " each with a --cook of its own"
)


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

    `rule` is the probe's own, `beside` are further ones. `remind_minutes` is how long an episode
    goes on before it is told again, 0 for never; `clock` is one of CLOCKS, and what windows and
    reminders go by; `unit` is "F" or "C", for words; of `median` readings the middle one counts.
    `heard` is when a reading arrived, in seconds of any clock that only goes forward.
    """

    def __init__(
        self,
        rule: Rule,
        remind_minutes: float = 60,
        clock: str = "readings",
        beside: Sequence[Rule] = (),
        unit: str = "F",
        median: int = 1,
        ring: Ring | None = None,
    ):
        self._by_time = clock == "time"
        remind, self._unit = remind_minutes * 60, unit
        self._ring = ring or Ring()
        self._episodes = [Episodes(rule, remind, "", unit, ring)]
        self._episodes += [Episodes(other, remind, other.kind, unit, ring) for other in beside]
        span = max(episodes.span for episodes in self._episodes)
        looks_back = max(episodes.rule.looks_back for episodes in self._episodes)
        self.window = Window(span, 0 if self._by_time else SECONDS_PER_READING, looks_back)
        self._limits = {other.kind: other.degrees for other in beside}
        self._limits_told: dict[str, float] = {}
        self._outlook = Outlook(beside, unit)
        self._newest: deque[float] = deque(maxlen=median)  # as they came, in °F
        self.number = 0
        """That of the newest reading: whatever is not above it was judged before."""
        self._sums = ""  # of the texts of the last numbers, four signs for each
        self._unread: Reading | None = None  # one whose time cannot be read by this clock
        self.latest: Reading | None = None  # the one whose moment is the latest
        self.highest, self.lowest = float("-inf"), float("inf")  # of the cook, in °F
        self.heard = 0.0
        self.quiet_until = 0.0  # by the same clock; and the answer that asked for it
        self._asked = ""
        self.silent = False
        self._rings, self._rang = (
            0,
            0.0,
        )  # of the silence that goes on: so often, last after so long
        self.ended = False
        self.judged = 0
        self.alerts = 0

    def judge(self, reading: Reading, heard: float = 0) -> Judgement:
        """Take the probe's next reading, heard at this moment, unless it was taken before.

        A reading marked as the last ends the watch quietly, whether it is new, repeated or raises
        UnreadableMessage: by the clock that needs it, its timestamp names no moment. Raises
        TwoProducers, and changes nothing, at a number that has come before with another text.
        """
        had_ended, judgement = self.ended, Judgement()
        if 0 < reading.seq <= self.number:
            self._compare(reading)
        try:
            if reading.seq == 0 or reading.seq > self.number:
                judgement = self._take(reading, heard)
        finally:
            if reading.last:
                self._end()
        return judgement._replace(ended=self) if self.ended and not had_ended else judgement

    def _compare(self, reading: Reading):
        """Raise TwoProducers where this number has come before with another text."""
        end = len(self._sums) - 4 * (self.number - reading.seq)
        if self._sums[max(0, end - 4) : max(0, end)] not in ("", UNKNOWN, _checksum(reading)):
            raise TwoProducers(TWO_PRODUCERS.format(reading.seq, reading.cook), reading.cook)

    def _take(self, reading: Reading, heard: float) -> Judgement:
        moment = self._moment(reading) if self._by_time else (self.judged + 1) * SECONDS_PER_READING
        checksum = _checksum(reading)
        if self._newest.maxlen > 1:
            self._newest.append(reading.temperature)
            middle = sorted(self._newest)[(len(self._newest) - 1) // 2]
            reading = replace(reading, temperature=middle)
        temperature, window = reading.temperature, self.window
        window.add(moment, temperature)
        cause = reading
        if window[-1] == (moment, temperature):
            self.latest = reading
        else:  # A reading that came late can be the cause: its id, and the words of the latest one.
            cause = replace(self.latest, id=reading.id)
        if reading.seq:
            left_out = UNKNOWN * min(reading.seq - self.number - 1, REMEMBERED)
            self._sums = (self._sums + left_out + checksum)[-4 * REMEMBERED :]
        self.number, self.heard, self.ended = reading.seq, heard, False
        self.judged += 1
        self.highest, self.lowest = max(self.highest, temperature), min(self.lowest, temperature)
        alerts = [found_alert(reading, self._unit)] if self.silent else []
        self.silent, self._rings = False, 0
        quiet = heard < self.quiet_until
        for episodes in self._episodes:
            if alert := episodes.take(window, cause, self.highest, self.lowest, quiet):
                alerts.append(alert)
        forecast = self._outlook.take(reading, alerts)
        self.alerts += sum(not alert.quiet for alert in alerts)
        limits = None if self._limits == self._limits_told else self._limits
        self._limits_told = self._limits
        return Judgement(self._episodes[0].tail, alerts, True, limits, forecast=forecast)

    def _moment(self, reading: Reading) -> float:
        moment = parse_moment(reading.time)
        if moment is None:
            self._unread = reading
            raise UnreadableMessage(f"{excerpt(reading.time)} names no moment", reading.body())
        return seconds_of(moment, self.window.moment if self.window else None)

    def _end(self):
        """The cook is over, and with it what goes on."""
        self.ended = True
        self.window.clear()
        self._outlook.course.clear()
        self._newest.clear()
        for episodes in self._episodes:
            episodes.going_on = None

    def answer(self, answer: Answer, now: float):
        """Heed an answer, unless it was heeded before: nobody is told of what was heard."""
        if self.silent and (answer.kind, answer.began) == (NO_SIGNAL, self._newest_reading().id):
            self._rings = self._ring.most
        for episodes in self._episodes:
            if episodes.rule.kind == answer.kind:
                episodes.hear(answer.began)
        if answer.minutes and answer.id != self._asked:
            self.quiet_until, self._asked = now + answer.minutes * 60, answer.id

    def silence(self, now: float, seconds: float) -> Alert | None:
        """The alert of a probe that has said nothing for so long: once, until it speaks again.

        It rings like what goes on.
        """
        if self.ended or (self.latest if self.window else self._unread) is None:
            return None
        passed = now - self.heard
        if passed < seconds or now < self.quiet_until:
            return None
        newest, ring, rings = self._newest_reading(), self._ring, self._rings
        if not self.silent:
            self.silent, self._rang = True, passed
            self.alerts += 1
            return lost_alert(newest, seconds, self._unit, unread=not self.window)
        if not ring.is_due(passed - self._rang, rings):
            return None
        self._rings, self._rang = rings + 1, passed
        self.alerts += 1
        return still_lost_alert(ring.state(rings), newest, passed, self._rings, self._unit)

    def _newest_reading(self) -> Reading:
        latest = self.latest if self.window else self._unread
        number = self.number or latest.seq
        return numbered(latest.probe, latest.cook, number, latest.time, latest.temperature)

    def state(self) -> dict:
        """What `resume` needs to make the same watch, in JSON; when it heard is not in it."""
        state = {"number": self.number, "judged": self.judged, "alerts": self.alerts}
        if self.judged:
            state |= {"highest": self.highest, "lowest": self.lowest}
        if len(self._newest) > 1:
            state["newest"] = list(self._newest)
        state["deque"] = list(self.window)
        if self.window:
            state["time"] = self.latest.time
            if self._by_time and self.window.left > float("-inf"):
                state["left"] = self.window.left
        state |= {name: True for name in ("silent", "ended") if getattr(self, name)}
        if self.silent:
            state["rings"], state["rang"] = self._rings, self._rang
        if self._asked:
            state["asked"] = self._asked
        if self._limits_told:
            state["limits"] = self._limits_told
        if self._sums:
            state["sums"] = self._sums
        if self._by_time:
            state["clock"] = "time"
        if outlook := self._outlook.state():
            state["outlook"] = outlook
        episodes = {each.rule.kind: each.state() for each in self._episodes}
        return state | {"episodes": {kind: state for kind, state in episodes.items() if state}}

    def resume(self, probe: Probe, cook: str, state: dict):
        """Become the watch that has given this state, by rules of other degrees perhaps.

        Raises one of MISSHAPEN where none has.
        """
        self.number, self.judged, self.alerts = (state[n] for n in ("number", "judged", "alerts"))
        if self.judged:
            self.highest, self.lowest = state["highest"], state["lowest"]
        check_numbers((self.number, self.judged, self.alerts))
        self.number = int(self.number)
        self._sums = state.get("sums", "")[-4 * REMEMBERED :]
        if not self._sums.isascii():
            raise ValueError("checksums that are none")
        self.silent, self.ended = (state.get(name) is True for name in ("silent", "ended"))
        self._rings, self._rang = state.get("rings", 0), state.get("rang", 0)
        self._asked = state.get("asked", "")
        check_numbers([self._rings, self._rang])
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


def _checksum(reading: Reading) -> str:
    return f"{crc_hqx(reading.body(), 0):04x}"
