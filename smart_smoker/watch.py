"""A watch: one probe of one cook under one rule, and the alerts of its episodes.

An episode lasts from the reading at which the rule begins to hold until the one at which it is
clearly over. It is told once when it begins and once when it ends, and in between again only as a
reminder. So is a silence: from the last reading for a while to the next.
"""

import json
import math
from collections import deque
from dataclasses import asdict, dataclass, fields

from .errors import UnreadableMessage
from .readings import SECONDS_PER_READING, Reading
from .rules import Rule

LONGEST_TEXT = 160
"""The most characters of one text message in plain ASCII; a single `°` would make it 70."""

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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a reading: the change in °F over a window of so many readings, and alerts."""

    change: float
    readings: int
    alerts: list[Alert]


class Watch:
    """The memory of one probe in one cook: the window, and the episode it is in.

    `remind_minutes` is how long an episode goes on before it is told again, 0 for never. Moments
    are seconds of any clock that only goes forward.
    """

    def __init__(self, rule: Rule, remind_minutes: float = 60):
        self.rule = rule
        self.window = deque(maxlen=rule.window)
        self.newest: Reading | None = None
        self.heard = 0.0
        self.silent = False
        self.ended = False
        self.judged = 0
        self.alerts = 0
        self._readings_to_reminder = remind_minutes * 60 / SECONDS_PER_READING
        self._told_at = None  # the reading of this episode's last alert; None outside an episode

    def judge(self, reading: Reading, heard: float = 0) -> Judgement | None:
        """Take the probe's next reading, heard at this moment; None for one that was taken before.

        A reading marked as the last ends the watch quietly, whether it is new or repeated.
        """
        judgement = None
        if reading.seq == 0 or self.newest is None or reading.seq > self.newest.seq:
            self.newest = reading
            self.heard = heard
            self.ended = False
            self.judged += 1
            self.window.append(reading.temperature)
            judgement = self._judge(reading)
            self.alerts += len(judgement.alerts)
        if reading.last:
            self.ended = True
            self.window.clear()
            self._told_at = None
        return judgement

    def _judge(self, reading: Reading) -> Judgement:
        alerts = []
        if self.silent:
            self.silent = False
            alerts.append(_found(reading))
        change, readings = self.rule.change(self.window), len(self.window)
        state = self._next_state()
        if state is not None:
            self._told_at = None if state == "cleared" else self.judged
            alerts.append(_episode(state, reading, self.rule, change, readings))
        return Judgement(change, readings, alerts)

    def _next_state(self) -> str | None:
        if self._told_at is None:
            return "raised" if self.rule.holds(self.window) else None
        if self.rule.is_over(self.window):
            return "cleared"
        due = self.judged - self._told_at >= self._readings_to_reminder > 0
        return "reminder" if due else None

    def silence(self, now: float, seconds: float) -> Alert | None:
        """The alert of a probe that has said nothing for so long: once, until it speaks again."""
        if self.silent or self.ended or now - self.heard < seconds:
            return None
        self.silent = True
        self.alerts += 1
        return _lost(self.newest, seconds)


def _episode(state: str, reading: Reading, rule: Rule, change: float, readings: int) -> Alert:
    minutes = readings * SECONDS_PER_READING / 60
    span = f"{minutes:g} minute" + ("" if minutes == 1 else "s")
    facts = f"{reading.temperature:.1f} °F, {rule.verb} {change:g} °F in {span}"
    advice = "It is over." if state == "cleared" else rule.advice.format(degrees=rule.degrees)
    text = f"{facts} (its last {readings} readings).\n{advice}"
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
