"""Alerts: one notice about an episode, in the words that people get."""

import json
import math
from dataclasses import asdict, dataclass, fields, replace

from .clock import for_people
from .errors import UnreadableMessage
from .probes import PROBE_OF_NAME
from .readings import Reading
from .rules import RULES, Rule
from .state import MISSHAPEN
from .text import excerpt
from .units import at, in_unit

LONGEST_TEXT = 160
"""The most characters of one text message in plain ASCII; a single `°` would make it 70."""

LONGEST_BODY, LONGEST_FIELD = 10_000, 1000
"""Bytes of an alert on the wire, and characters of each of its fields but the text: ours are far
shorter, and anybody who may publish can forge one that no mail server takes."""

TOO_OLD = 24 * 3600
"""Seconds after which an alert is of no use to anybody."""

PREFIXES = {
    "raised": "",
    "reminder": "Reminder: ",
    "ring": "Unanswered: ",
    "second": "Unanswered: ",
    "cleared": "Cleared: ",
    "lost": "Signal Lost! ",
    "found": "Cleared: Signal Lost! ",
    "soon": "",
    "lid": "Lid: ",
    "over": "Over: ",
}
"""What a subject begins with, for each state of an alert."""

OPTIONAL = ("rule", "began", "said")
"""Fields that the JSON has only where they are not empty."""

QUIET = ("lid", "over")
"""States that nobody is told of: they stand in the history alone, for the panel."""

RINGS = ("ring", "second")
"""States that go where somebody must wake up, and nowhere else: first to one, then to two."""

NO_SIGNAL = "silence"
"""What an episode is called in which a probe says nothing."""


@dataclass(frozen=True)
class Alert:
    """One notice about an episode, in the words that people get.

    `state` is one of PREFIXES; temperatures are in °F. The same reading and state always give the
    same `id`. `subject` and `text` are for mail and push; `sms` is plain ASCII. `rule` is the kind
    of a rule beside the probe's own; `began` is the id of the reading that began the episode.
    `said` is the subject with its temperatures marked, for whoever reads it in another unit.
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
    rule: str = ""
    began: str = ""
    said: str = ""

    @property
    def quiet(self) -> bool:
        """Whether nobody is told of it."""
        return self.state in QUIET

    @property
    def kind(self) -> str:
        """What its episode is called: `drop`, `low`, `silence`; empty for a probe not of ours."""
        if self.rule == NO_SIGNAL or self.state in ("lost", "found"):
            return NO_SIGNAL
        own = PROBE_OF_NAME.get(self.probe)
        return self.rule or (own.rule.kind if own else "")

    @property
    def urgent(self) -> bool:
        """Whether somebody must wake up for it."""
        rule = RULES.get(self.kind)
        begins = self.state in ("raised", "reminder") and rule is not None and rule.urgent
        return begins or self.state == "lost" or self.state in RINGS

    def named(self, cook: str) -> "Alert":
        """The same, in words that begin with what its cook is called."""
        sms = _ascii(f"{cook}: {self.sms}")
        subject, said = f"{cook}: {self.subject}", f"{cook}: {self.said}"
        return replace(self, subject=subject, sms=sms, said=said)

    def body(self) -> bytes:
        """The JSON on the wire."""
        pairs = asdict(self).items()
        filled = {name: value for name, value in pairs if value or name not in OPTIONAL}
        return json.dumps(filled, ensure_ascii=False).encode()

    @classmethod
    def parse(cls, body: bytes) -> "Alert":
        """The alert of a message's JSON. Raises UnreadableMessage with the reason."""
        if len(body) > LONGEST_BODY:
            raise UnreadableMessage(f"not an alert: longer than {LONGEST_BODY:,} bytes", body)
        try:
            alert = cls(**json.loads(body))
            for field in fields(cls):
                value = getattr(alert, field.name)
                if field.type is str:
                    value.encode()
                    if field.name != "text" and len(value) > LONGEST_FIELD:
                        raise ValueError(f"{field.name} is longer than {LONGEST_FIELD:,} signs")
                elif not math.isfinite(value):
                    raise ValueError(f"{field.name} is no temperature")
        except MISSHAPEN as error:
            raise UnreadableMessage(f"not an alert: {error}", body) from None
        return alert


def episode_alert(
    state: str,
    reading: Reading,
    rule: Rule,
    facts: str,
    change: float,
    seen: int,
    kind: str,
    unit: str,
) -> Alert:
    facts = f"{at(reading.temperature)}, {facts}"
    advice = rule.relief if state == "cleared" else rule.advise(reading.temperature)
    window = f" (its last {seen} readings)" if rule.verb and seen else ""
    name = reading.probe.name
    title = f"{name}," if state in QUIET else rule.title.format(probe=name)
    text = f"{facts}{window}.\n{advice}"
    return _alert(state, reading, f"{title} {facts}", text, unit, change, kind)


def lost_alert(reading: Reading, seconds: float, unit: str, unread: bool) -> Alert:
    what = f"no time that can be read, as {excerpt(reading.time)}," if unread else "nothing"
    facts = f"{what} for {seconds / 60:g} minutes, last {at(reading.temperature)}"
    look = "the thermometer's clock, or --clock" if unread else "its batteries, and the producer"
    text = f"{facts}.\nLook after the probe, {look}."
    told = _alert("lost", reading, f"{reading.probe.name}: {facts}", text, unit)
    return replace(told, began=reading.id)


def still_lost_alert(state: str, reading: Reading, seconds: float, rings: int, unit: str) -> Alert:
    facts = f"no signal for {seconds / 60:.0f} minutes, last {at(reading.temperature)}"
    told = _alert(
        state, reading, f"{reading.probe.name}: {facts}", f"{facts}.", unit, rule=NO_SIGNAL
    )
    return replace(told, id=f"{told.id}-{rings}")


def found_alert(reading: Reading, unit: str) -> Alert:
    facts = f"{at(reading.temperature)} again"
    return _alert("found", reading, f"{reading.probe.name}: {facts}", f"{facts}.", unit)


def soon_alert(reading: Reading, words: str, unit: str) -> Alert:
    facts = f"{at(reading.temperature)}, {words}"
    text = f"{facts}.\nThat is a forecast: see how it rises."
    title = f"{reading.probe.name} Done Soon!"
    return _alert("soon", reading, f"{title} {facts}", text, unit, rule="done")


def _alert(
    state: str, reading: Reading, what: str, text: str, unit: str, change: float = 0, rule: str = ""
) -> Alert:
    said = PREFIXES[state] + what
    subject, text = in_unit(said, unit), in_unit(text, unit)
    cook = f"Cook: {reading.cook}\n" if reading.cook else ""
    return Alert(
        id=f"{reading.id}/{rule}-{state}" if rule else f"{reading.id}/{state}",
        cook=reading.cook,
        probe=reading.probe.name,
        state=state,
        time=reading.time,
        temperature=reading.temperature,
        change=change,
        subject=subject,
        text=f"{reading.probe.name} at {for_people(reading.time)}: {text}\n{cook}",
        sms=_ascii(f"{subject} at {for_people(reading.time)}"),
        rule=rule,
        said=said,
    )


def _ascii(text: str) -> str:
    for sign, plain in (("°F", "F"), ("°C", "C"), ("≤", "<="), ("≥", ">="), ("−", "-")):
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode()[:LONGEST_TEXT]
