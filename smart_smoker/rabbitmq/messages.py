"""The wire: the exchange, the queues, and the messages that others' scripts can rely on."""

import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..core.alert import RINGS, TOO_OLD, Alert
from ..core.answers import Answer
from ..core.errors import UnreadableMessage
from ..core.probes import PROBES, Probe
from ..core.readings import COLDEST, HOTTEST, Reading, numbered, parse_body
from ..core.rules import RULES
from ..core.state import LARGEST, MISSHAPEN
from ..core.text import excerpt, printable

APP = EXCHANGE = "smart-smoker"
ALERTS = "04-alerts"
HISTORY = "05-history"
REJECTED = "06-rejected"
BOUND = (*(probe.queue for probe in PROBES), ALERTS)
"""The queues that the exchange feeds, each by its own name as the key; the history has them all."""


def answer_key(queue: str) -> str:
    """The key by which answers come into a probe's queue, and nothing else: `answer.01-smoker`."""
    return f"answer.{queue}"


REMARKS = "remark"
"""The key of what people write down of a cook; it goes to the history alone."""

ANSWERED = {answer_key(probe.queue): probe for probe in PROBES}
"""The probes by the keys of answers about them."""

KEYS = {key: (key, HISTORY) for key in BOUND} | {REMARKS: (HISTORY,)}
KEYS |= {key: (probe.queue, HISTORY) for key, probe in ANSWERED.items()}
"""The queues of each key by which something is published to the exchange."""

QUEUES = {
    **dict.fromkeys((*BOUND, REJECTED)),
    HISTORY: {
        "x-queue-type": "stream",
        "x-max-age": "7D",
        # RabbitMQ forgets whole segments only. One of the default 500 MB would never be full, so
        # nothing would ever be forgotten.
        "x-stream-max-segment-size-bytes": 1_000_000,
    },
}
"""All queues and their arguments: none, so that a stranger's plain declaration fits."""


def state_queue(queue: str) -> str:
    """The queue that holds what the reader of another queue knows: `01-smoker.state`."""
    return f"{queue}.state"


STATES = {state_queue(queue): {"x-max-length": 2} for queue in BOUND}
"""Those queues and their arguments; consumers alone need them."""

DECLARED = QUEUES | STATES

MANY_RETURNS = 10
"""Half of those after which a quorum queue drops a message for good: from RabbitMQ 4.0 on it does
so at the 21st, unless a policy says otherwise (rabbitmq.com/docs/quorum-queues)."""

RING_OLD = 600
"""Seconds after which a ring is of no use: a service that was away shall not ring for them all."""

LONGEST_COOK = 100
"""Bytes of a cook's id; with queue, number and state an AMQP short string (255) has room for it."""

LONGEST_REMARK = 200
"""Characters of what somebody writes down, or calls a cook."""

LONGEST_ID = 200
"""Characters of an id, all but a cook's of one byte."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: by the exchange to a queue and the history, or `straight` to a queue.

    An answer has its key in the place of its `queue`. `sent` is in seconds since 1970, 0 for the
    moment at which it is published. It `expires` after so many seconds in its queue, 0 for never.
    """

    queue: str
    body: bytes
    type: str
    id: str = ""
    headers: dict = field(default_factory=dict)
    straight: bool = False
    sent: float = 0
    expires: int = 0


class Arrival(NamedTuple):
    """What arrived from a queue; `tag` is what it is acknowledged by, `sent` in seconds.

    `expires` is as it was published, whatever is left of that: seconds, 0 for never. An answer has
    its key in the place of its `queue`.
    """

    queue: str
    tag: int
    body: bytes
    id: str
    type: str
    headers: dict
    sent: float
    expires: float = 0

    @property
    def number(self) -> int:
        """Its number in the history; -1 where it has none."""
        number = self.headers.get("x-stream-offset")
        return number if isinstance(number, int) else -1

    @property
    def returns(self) -> int:
        """How often it was given out and came back, as far as its queue counts that."""
        count = self.headers.get("x-delivery-count")
        return count if isinstance(count, int) else 0


def arrival(queue: str, method, properties, body: bytes) -> Arrival:
    """What has arrived from a queue, out of what pika says of it."""
    queue = method.routing_key if queue == HISTORY or method.routing_key in KEYS else queue
    id, type, headers = properties.message_id or "", properties.type or "", properties.headers or {}
    sent, expires = properties.timestamp or 0, int(properties.expiration or 0) / 1000
    return Arrival(queue, method.delivery_tag, body, str(id), type, headers, sent, expires)


def reading_message(reading: Reading) -> Message:
    """The message that carries a reading to its probe's queue."""
    headers = {"cook": reading.cook, "seq": reading.seq}
    if reading.last:
        headers["last"] = True
    return Message(reading.probe.queue, reading.body(), "reading", reading.id, headers)


def reading_of(arrival: Arrival, probe: Probe) -> Reading:
    """The reading that a message carries; a foreign one belongs to cook "".

    Raises UnreadableMessage with the reason.
    """
    if arrival.type not in ("reading", ""):
        raise UnreadableMessage(f"type {excerpt(arrival.type)} is no reading", arrival.body)
    timestamp, temperature = parse_body(arrival.body)
    cook, seq = arrival.headers.get("cook"), arrival.headers.get("seq")
    # pika reads a number of 64 bits as one of a class of its own.
    counts = isinstance(seq, int) and seq is not True and 0 < seq < LARGEST
    if not (is_cook(cook) and counts):
        return Reading(probe, timestamp, temperature, id=uuid.uuid4().hex)
    last = arrival.headers.get("last") is True
    return numbered(probe, cook, int(seq), timestamp, temperature, last)


def is_cook(cook: object) -> bool:
    """Whether it can be the id of a cook, and no foreign one's."""
    if not isinstance(cook, str) or not cook.isprintable():
        return False
    return 0 < len(cook.encode()) <= LONGEST_COOK


def answer_message(probe: Probe, cook: str, answer: Answer) -> Message:
    """The message that carries an answer to whoever watches the probe.

    What was to be quiet for a while is so no more when nobody has taken it for so long.
    """
    key, waits = answer_key(probe.queue), math.ceil(answer.minutes * 60)
    return Message(key, answer.body(), "answer", answer.id, {"cook": cook}, expires=waits)


def answer_of(arrival: Arrival) -> tuple[str, Answer]:
    """The cook and the answer that a message carries. Raises UnreadableMessage with the reason."""
    cook = arrival.headers.get("cook")
    if arrival.type != "answer" or not is_cook(cook):
        raise UnreadableMessage(f"type {excerpt(arrival.type)} is no answer", arrival.body)
    return cook, Answer.parse(arrival.id, arrival.body)


def remark_message(cook: str, text: str, id: str, names: bool = False) -> Message:
    """The message of what somebody writes down of a cook, or of what they call it."""
    kind = "name" if names else "remark"
    return Message(REMARKS, text.encode(), kind, id, {"cook": cook})


def remark_of(arrival: Arrival) -> tuple[str, str]:
    """The cook and the text of a remark or a name. Raises UnreadableMessage with the reason."""
    cook = arrival.headers.get("cook")
    text = printable(arrival.body[: 4 * LONGEST_REMARK].decode(errors="replace")).strip()
    if not is_cook(cook) or not arrival.id or not 0 < len(text) <= LONGEST_REMARK:
        raise UnreadableMessage("no remark about a cook", arrival.body)
    return cook, text


def alert_message(alert: Alert) -> Message:
    """The message that carries an alert to whoever sends it on, or a quiet one to the history."""
    headers = {"cook": alert.cook}
    if alert.quiet:
        return Message(HISTORY, alert.body(), "note", alert.id, headers, straight=True)
    expires = RING_OLD if alert.state in RINGS else TOO_OLD
    return Message(ALERTS, alert.body(), "alert", alert.id, headers, expires=expires)


def limits_message(probe: Probe, cook: str, limits: Mapping[str, float]) -> Message:
    """The record, for the history, of the limits in °F by which a probe of a cook is watched.

    They are named by their rules' kinds, as in `low`, `high` and `done`.
    """
    body = json.dumps(limits)
    id = f"{cook}/{probe.queue}/{body}"[:LONGEST_ID]
    return Message(HISTORY, body.encode(), "limits", id, {"cook": cook, "queue": probe.queue}, True)


def parse_limits(body: bytes) -> dict[str, float]:
    """The limits in °F of a message's JSON. Raises UnreadableMessage with the reason."""
    try:
        said = json.loads(body).items()
        limits = {name: float(limit) for name, limit in said if name in RULES}
    except MISSHAPEN as error:
        raise UnreadableMessage(f"not the limits of a probe: {error}", body) from None
    if not all(COLDEST <= limit <= HOTTEST for limit in limits.values()):
        raise UnreadableMessage("not the limits of a probe: nothing is as hot or cold", body)
    return limits


def again(arrival: Arrival, expires: int) -> Message:
    """The message that takes the place of one that arrived: it has not come back yet."""
    return Message(
        arrival.queue,
        arrival.body,
        arrival.type,
        arrival.id,
        {name: value for name, value in arrival.headers.items() if not name.startswith("x-")},
        straight=True,
        sent=arrival.sent,
        expires=expires,
    )


def delivery_message(alert: Alert, channel: str, outcome: str, reason: str = "") -> Message:
    """The record, for the history, of what a channel did with an alert.

    `outcome` is accepted, refused, failed, unknown (perhaps it took it) or abandoned.
    """
    headers = {"cook": alert.cook, "alert": alert.id, "channel": channel, "outcome": outcome}
    return Message(HISTORY, reason.encode(), "delivery", "", headers, straight=True)


def rejected_message(queue: str, body: bytes, reason: str) -> Message:
    """The message that puts aside what `queue` held and nobody could use."""
    headers = {"queue": queue, "reason": reason}
    return Message(REJECTED, body, "rejected", "", headers, straight=True)
