"""Deliveries: what the history says of each channel and each alert."""

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from ..channels.channel import Channel
from ..core.alert import Alert
from ..core.errors import UnreadableMessage
from ..rabbitmq.connection import Broker
from ..rabbitmq.events import Delivery, parse
from ..rabbitmq.history import replay
from ..rabbitmq.messages import Arrival, Outcome

DAY, RESTORED = "1D", "2D"
"""How long an alert waits in its queue, by the broker's clock, and how far back the history is
asked, as it may be tried for a day more."""

DROPPED = "nobody who sends ran for a day, and the broker has dropped it"

SETTLED = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ABANDONED)
"""Outcomes after which a channel is not tried again."""


class Waiting(NamedTuple):
    """An alert that a channel wants and is not done with, and why its last try failed.

    The reason is empty where nothing was tried.
    """

    alert: Alert
    channel: str
    reason: str


def pending(broker: Broker, channels: Sequence[Channel]) -> list[Waiting]:
    """What waits for these channels, as the history tells it: whoever sends keeps the alerts.

    Of the history only the alerts and what became of them are kept, and only what waits is parsed.
    """
    today = next((event.number for event in replay(broker, DAY)), math.inf)
    alerts: dict[str, Arrival] = {}
    settled: set[tuple[str, str]] = set()
    reasons: dict[tuple[str, str], str] = {}
    for arrival in replay(broker, RESTORED):
        if arrival.type == "alert":
            alerts[arrival.id] = arrival
        elif arrival.type == "delivery":
            with suppress(UnreadableMessage):
                if isinstance(event := parse(arrival), Delivery):
                    reasons[event.alert, event.channel] = event.reason
                    if event.outcome in SETTLED:
                        settled.add((event.alert, event.channel))
    known, told = {name for _, name in reasons}, {id for id, _ in settled}
    waiting = []
    for id, arrival in alerts.items():
        # An alert that was delivered before a channel was set up does not wait for that channel.
        left = [c for c in channels if c.name in known or id not in told]
        left = [c for c in left if (id, c.name) not in settled]
        with suppress(UnreadableMessage):
            if left and isinstance(alert := parse(arrival), Alert):
                why = "" if arrival.number >= today else DROPPED
                names = [channel.name for channel in left if channel.wants(alert)]
                waiting += [Waiting(alert, n, reasons.get((id, n), why)) for n in names]
    return waiting
