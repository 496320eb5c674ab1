"""A watch: one probe of one cook under one rule, and the alerts of its episodes.

An episode lasts from the reading at which the rule begins to hold until the one at which it is
clearly over. It is told once when it begins and once when it ends, and in between again only as a
reminder. So is a silence: from the last reading for a while to the next.
"""

import json
import math
from dataclasses import asdict, dataclass, fields, replace
from datetime import timezone
from typing import NamedTuple

from .clock import parse_moment
from .errors import UnreadableMessage
from .readings import SECONDS_PER_READING, Reading, excerpt
from .rules import Rule, Window

LONGEST_TEXT = 160
"""The most characters of one text message in plain ASCII; a single `°` would make it 70."""

CLOCKS = ("readings", "time")
"""What tells the moment of a reading: how many came before it, or its own timestamp."""

TOO_OLD = 24 * 3600
"""Seconds after which an alert is of no use to anybody."""

PREFIXES = {
    "raised": "",
    "reminder": "Reminder: ",
    "cleared": "Cleared: ",
    "lost": "Signal Lost! ",
    "found": "Cleared: Signal Lost! ",
}
"""What a subject begins with, for each state of an alert."""


@dataclass(frozen=True)
class Alert:
    """One notice about an episode, in the words that people get.

    `state` is one of PREFIXES; temperatures are in °F. The same reading and state always give the
    same `id`. `subject` and `text` are for mail and push; `sms` is plain ASCII.
    """

    id: str
    cook: str
    probe: str
    state: str
    time: str
    temperature: float
    change: float
    subject: str
    text: str
    sms: str

    def body(self) -> bytes:
        """The JSON on the wire."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def parse(cls, body: bytes) -> "Alert":
        """The alert of a message's JSON. Raises UnreadableMessage with the reason."""
        try:
            alert = cls(**json.loads(body))
            for field in fields(cls):
                value = getattr(alert, field.name)
                if field.type is str:
                    value.encode()
                elif not math.isfinite(value):
                    raise ValueError(f"{field.name} is no temperature")
        except (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
            raise UnreadableMessage(f"not an alert: {error}", body) from None
        return alert


class Judgement(NamedTuple):
    """What became of a reading: the change in °F over a window of so many readings, and alerts."""

    change: float
    readings: int
    alerts: list[Alert]


class Watch:
    """The memory of one probe in one cook: the window, and the episode it is in.

    `remind_minutes` is how long an episode goes on before it is told again, 0 for never; `clock` is
    one of CLOCKS, and what windows and reminders go by. A probe is heard in seconds of any clock
    that only goes forward.
    """

    def __init__(self, rule: Rule, remind_minutes: float = 60, clock: str = "readings"):
        self.rule = rule
        self._by_time = clock == "time"
        step = 0 if self._by_time else SECONDS_PER_READING
        # 62 seconds are 2.0666… readings.
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
            alerts.append(_found(reading))
        change = self.rule.change(window)
        state = self._next_state(change)
        if state is not None:
            self._told_at = None if state == "cleared" else window.moment
            cause = replace(self._latest, id=reading.id)
            alerts.append(_episode(state, cause, self.rule, change, window))
        self.alerts += len(alerts)
        return Judgement(change, len(window), alerts)

    def _next_state(self, change: float) -> str | None:
        if self._told_at is None:
            return "raised" if self.rule.holds(change, self.window) else None
        if self.rule.is_over(change):
            return "cleared"
        # A clock that was put back begins the wait for the reminder anew.
        self._told_at = min(self._told_at, self.window.moment)
        due = self.window.moment - self._told_at >= self._remind_seconds > 0
        return "reminder" if due else None

    def silence(self, now: float, seconds: float) -> Alert | None:
        """The alert of a probe that has said nothing for so long: once, until it speaks again."""
        if self.newest is None or self.silent or self.ended or now - self.heard < seconds:
            return None
        self.silent = True
        self.alerts += 1
        return _lost(self.newest, seconds)


def _moment(reading: Reading) -> float:
    moment = parse_moment(reading.time)
    if moment is None:
        raise UnreadableMessage(f"{excerpt(reading.time)} names no moment", reading.body())
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def _episode(state: str, reading: Reading, rule: Rule, change: float, window: Window) -> Alert:
    minutes = round(window.covers / 60, 1)
    span = f"{minutes:g} minute" + ("" if minutes == 1 else "s")
    facts = f"{reading.temperature:.1f} °F, {rule.verb} {change:g} °F in {span}"
    advice = rule.relief if state == "cleared" else rule.advice.format(degrees=rule.degrees)
    text = f"{facts} (its last {len(window)} readings).\n{advice}"
    return _alert(
        state, reading, f"{rule.title.format(probe=reading.probe.name)} {facts}", text, change
    )


def _lost(reading: Reading, seconds: float) -> Alert:
    facts = f"nothing for {seconds / 60:g} minutes, last {reading.temperature:.1f} °F"
    text = f"{facts}.\nLook after the probe, its batteries, and the producer."
    return _alert("lost", reading, f"{reading.probe.name}: {facts}", text)


def _found(reading: Reading) -> Alert:
    facts = f"{reading.temperature:.1f} °F again"
    return _alert("found", reading, f"{reading.probe.name}: {facts}", f"{facts}.")


def _alert(state: str, reading: Reading, facts: str, text: str, change: float = 0) -> Alert:
    subject = PREFIXES[state] + facts
    cook = f"Cook: {reading.cook}\n" if reading.cook else ""
    return Alert(
        id=f"{reading.id}/{state}",
        cook=reading.cook,
        probe=reading.probe.name,
        state=state,
        time=reading.time,
        temperature=reading.temperature,
        change=change,
        subject=subject,
        text=f"{reading.probe.name} at {reading.time}: {text}\n{cook}",
        sms=_ascii(f"{subject} at {reading.time}"),
    )


def _ascii(text: str) -> str:
    for sign, plain in (("°F", "F"), ("≤", "<="), ("≥", ">="), ("−", "-")):
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode()[:LONGEST_TEXT]
