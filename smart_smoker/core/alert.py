"""Alerts: one notice about an episode, in the words that people get."""

import json
import math
from dataclasses import asdict, dataclass, fields

from .errors import UnreadableMessage
from .readings import Reading
from .rules import Rule
from .window import Window

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


def episode_alert(state: str, reading: Reading, rule: Rule, change: float, window: Window) -> Alert:
    minutes = round(window.covers / 60, 1)
    span = f"{minutes:g} minute" + ("" if minutes == 1 else "s")
    facts = f"{reading.temperature:.1f} °F, {rule.verb} {change:g} °F in {span}"
    advice = rule.relief if state == "cleared" else rule.advice.format(degrees=rule.degrees)
    text = f"{facts} (its last {len(window)} readings).\n{advice}"
    return _alert(
        state, reading, f"{rule.title.format(probe=reading.probe.name)} {facts}", text, change
    )


def lost_alert(reading: Reading, seconds: float) -> Alert:
    facts = f"nothing for {seconds / 60:g} minutes, last {reading.temperature:.1f} °F"
    text = f"{facts}.\nLook after the probe, its batteries, and the producer."
    return _alert("lost", reading, f"{reading.probe.name}: {facts}", text)


def found_alert(reading: Reading) -> Alert:
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
