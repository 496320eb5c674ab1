"""The wire: the exchange, the queues, and the messages that others' scripts can rely on."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeGuard

from ..core.alert import RINGS, TOO_OLD, Alert
from ..core.answers import Answer
from ..core.probes import PROBES, Probe
from ..core.readings import Reading

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
"""Returns of a message after which we publish it anew: at the 21st a quorum queue drops it, from
RabbitMQ 4.0 on and unless a policy says otherwise (rabbitmq.com/docs/quorum-queues)."""

RING_OLD = 600
"""Seconds after which a ring is of no use: a service that was away shall not ring for them all."""

LONGEST_COOK = 100
"""Bytes of a cook's id; with queue, number and state an AMQP short string (255) has room for it."""

LONGEST_REMARK = 200
"""Characters of what somebody writes down, or calls a cook."""

LONGEST_ID = 200
"""Characters of an id, all but a cook's of one byte."""


class Outcome(str, Enum):
    """What a channel did with an alert: unknown is, whether it took it, and abandoned, given up."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: by the exchange to a queue and the history, or `straight` to a queue.

    An answer has its key in the place of its `queue`. `sent` is in seconds since 1970, 0 for the
    time at which it is published. It `expires` after so many seconds in its queue, 0 for never.
    """

    queue: str
    body: bytes
    type: str
    id: str = ""
    headers: Mapping[str, str | int] = field(default_factory=dict)
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
    headers: Mapping[str, Any]
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


def arrival(queue: str, method: Any, properties: Any, body: bytes) -> Arrival:
    """What has arrived from a queue, out of what pika says of it."""
    queue = method.routing_key if queue == HISTORY or method.routing_key in KEYS else queue
    id, type, headers = properties.message_id or "", properties.type or "", properties.headers or {}
    sent, expires = properties.timestamp or 0, int(properties.expiration or 0) / 1000
    return Arrival(queue, method.delivery_tag, body, str(id), type, headers, sent, expires)


def reading_message(reading: Reading) -> Message:
    """The message that carries a reading to its probe's queue."""
    headers: dict[str, str | int] = {"cook": reading.cook, "seq": reading.seq}
    if reading.last:
        headers["last"] = True
    return Message(reading.probe.queue, reading.body(), "reading", reading.id, headers)


def is_cook(cook: object) -> TypeGuard[str]:
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


def remark_message(cook: str, text: str, id: str, names: bool = False, minutes: int = 0) -> Message:
    """What somebody writes down of a cook, about so many minutes ago, or what they call it."""
    kind = "name" if names else "remark"
    ago = {"minutes": minutes} if minutes else {}
    return Message(REMARKS, text.encode(), kind, id, {"cook": cook, **ago})


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


def delivery_message(alert: Alert, channel: str, outcome: Outcome, reason: str = "") -> Message:
    """The record, for the history, of what a channel did with an alert."""
    headers = {"cook": alert.cook, "alert": alert.id, "channel": channel, "outcome": outcome}
    return Message(HISTORY, reason.encode(), "delivery", "", headers, straight=True)


def rejected_message(queue: str, body: bytes, reason: str) -> Message:
    """The message that puts aside what `queue` held and nobody could use."""
    headers = {"queue": queue, "reason": reason}
    return Message(REJECTED, body, "rejected", "", headers, straight=True)
