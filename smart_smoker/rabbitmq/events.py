"""Events: what a message says, parsed once, for whoever matches on it."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from ..core.alert import Alert
from ..core.answers import Answer
from ..core.errors import UnreadableMessage
from ..core.probes import PROBE_OF_QUEUE, Probe
from ..core.readings import COLDEST, HOTTEST, Reading, numbered, parse_body
from ..core.rules import RULES
from ..core.state import LARGEST, MISSHAPEN
from ..core.text import excerpt, printable
from .messages import (
    ALERTS,
    ANSWERED,
    HISTORY,
    LONGEST_REMARK,
    REMARKS,
    Arrival,
    Outcome,
    is_cook,
)

LONGEST_WORD = 255
"""Characters of an id or a channel's name."""

LONGEST_AGO = 24 * 60
"""Minutes before it is sent that a remark can be about."""

LONGEST_REASON = 1000
"""Bytes; no reason is shown further."""


@dataclass(frozen=True)
class Answered:
    """Somebody has answered an alert, or made a probe of a cook quiet."""

    cook: str
    probe: Probe
    answer: Answer


@dataclass(frozen=True)
class Remark:
    """What somebody wrote down of a cook, or how they call it where it `names` the cook.

    It is about so many minutes before it was sent.
    """

    cook: str
    id: str
    text: str
    names: bool
    minutes: int = 0


@dataclass(frozen=True)
class Limits:
    """The limits in °F by which a probe of a cook is watched, by their rules' kinds."""

    cook: str
    probe: Probe
    limits: dict[str, float]


@dataclass(frozen=True)
class Delivery:
    """What a channel did with the alert of this id, and why."""

    cook: str
    alert: str
    channel: str
    outcome: Outcome
    reason: str


Event = Reading | Alert | Answered | Remark | Limits | Delivery
"""A foreign reading has cook ""; an alert that is `quiet` is a note, and stands in the history."""


def parse(arrival: Arrival) -> Event:
    """What a message says. Raises UnreadableMessage with the reason.

    By its key, and not by its type: whoever may only answer can forge no reading.
    """
    key, body = arrival.queue, arrival.body
    if probe := PROBE_OF_QUEUE.get(key):
        return _reading(arrival, probe)
    if answered := ANSWERED.get(key):
        if arrival.type != "answer":
            raise UnreadableMessage(f"type {excerpt(arrival.type)} is no answer", body)
        return Answered(_cook(arrival), answered, Answer.parse(arrival.id, body))
    if key == ALERTS:
        return _alert(arrival)
    if key == REMARKS:
        return _remark(arrival)
    if key == HISTORY and arrival.type in _RECORDS:
        return _RECORDS[arrival.type](arrival)
    raise UnreadableMessage(f"type {excerpt(arrival.type)} in {key} is nothing of ours", body)


def _cook(arrival: Arrival) -> str:
    cook = arrival.headers.get("cook")
    if not is_cook(cook):
        raise UnreadableMessage(f"{excerpt(cook)} is no cook", arrival.body)
    return cook


def _reading(arrival: Arrival, probe: Probe) -> Reading:
    if arrival.type not in ("reading", ""):
        raise UnreadableMessage(f"type {excerpt(arrival.type)} is no reading", arrival.body)
    timestamp, temperature = parse_body(arrival.body)
    cook, seq = arrival.headers.get("cook"), arrival.headers.get("seq")
    # pika reads a number of 64 bits as one of a class of its own.
    if is_cook(cook) and isinstance(seq, int) and seq is not True and 0 < seq < LARGEST:
        last = arrival.headers.get("last") is True
        return numbered(probe, cook, int(seq), timestamp, temperature, last)
    return Reading(probe, timestamp, temperature, id=uuid.uuid4().hex)


def _remark(arrival: Arrival) -> Remark:
    text = printable(arrival.body[: 4 * LONGEST_REMARK].decode(errors="replace")).strip()
    minutes = arrival.headers.get("minutes", 0)
    known = isinstance(minutes, int) and 0 <= minutes <= LONGEST_AGO
    if not arrival.id or not 0 < len(text) <= LONGEST_REMARK or not known:
        raise UnreadableMessage("no remark about a cook", arrival.body)
    return Remark(_cook(arrival), arrival.id, text, arrival.type == "name", int(minutes))


def _alert(arrival: Arrival) -> Alert:
    alert = Alert.parse(arrival.body)
    if alert.quiet != (arrival.queue == HISTORY):
        raise UnreadableMessage("an alert in the history, or a note in a queue", arrival.body)
    return alert


def _limits(arrival: Arrival) -> Limits:
    probe, body = PROBE_OF_QUEUE.get(str(arrival.headers.get("queue"))), arrival.body
    if probe is None or len(body) > LONGEST_REASON:
        raise UnreadableMessage("not the limits of a probe", body)
    try:
        said = json.loads(body).items()
        limits = {name: float(limit) for name, limit in said if name in RULES}
    except MISSHAPEN as error:
        raise UnreadableMessage(f"not the limits of a probe: {error}", body) from None
    if not all(COLDEST <= limit <= HOTTEST for limit in limits.values()):
        raise UnreadableMessage("not the limits of a probe: nothing is so hot or cold", body)
    return Limits(_cook(arrival), probe, limits)


def _delivery(arrival: Arrival) -> Delivery:
    said = [arrival.headers.get(name) for name in ("cook", "alert", "channel", "outcome")]
    words = [word for word in said if isinstance(word, str) and len(word) <= LONGEST_WORD]
    try:
        cook, alert, channel, outcome = words
        reason = arrival.body[:LONGEST_REASON].decode(errors="replace")
        return Delivery(cook, alert, channel, Outcome(outcome), reason)
    except ValueError:
        raise UnreadableMessage("nothing that became of an alert", arrival.body) from None


_RECORDS: dict[str, Callable[[Arrival], Event]] = {
    "note": _alert,
    "limits": _limits,
    "delivery": _delivery,
}
"""What stands in the history alone, by its type."""
