"""Deliveries: what the history says of each channel and each alert."""

import math
from collections.abc import Sequence
from contextlib import suppress

from ..channels.channel import Channel
from ..core.alert import Alert
from ..core.errors import UnreadableMessage
from ..rabbitmq.connection import Broker
from ..rabbitmq.events import Delivery, parse
from ..rabbitmq.history import replay
from ..rabbitmq.messages import Outcome

DAY, RESTORED = "1D", "2D"
"""How long an alert waits in its queue, by the broker's clock, and how far back the history is
asked, as it may be tried for a day more."""

DROPPED = "nobody who sends ran for a day, and the broker has dropped it"

SETTLED = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ABANDONED)
"""Outcomes after which a channel is not tried again."""


def pending(broker: Broker, channels: Sequence[Channel]) -> list[tuple[Alert, str, str]]:
    """What waits: each alert that one of these channels wants and is not done with.

    With the channel's name, and why its last try failed; empty where nothing was tried. As the
    history tells it, so that the alerts stay with whoever is sending them.
    """
    today = next((arrival.number for arrival in replay(broker, DAY)), math.inf)
    alerts: dict[str, tuple[Alert, str]] = {}
    settled: set[tuple[str, str]] = set()
    reasons: dict[tuple[str, str], str] = {}
    for arrival in replay(broker, RESTORED):
        if arrival.type not in ("alert", "delivery"):
            continue  # Nearly all are readings: to parse them would take time for nothing.
        with suppress(UnreadableMessage):
            match parse(arrival):
                case Alert() as alert:
                    alerts[arrival.id] = alert, "" if arrival.number >= today else DROPPED
                case Delivery(alert=id, channel=name) as told:
                    reasons[id, name] = told.reason
                    if told.outcome in SETTLED:
                        settled.add((id, name))
    known, delivered = {name for _, name in reasons}, {id for id, _ in settled}
    return [
        (alert, name, reasons.get((id, name), why))
        for id, (alert, why) in alerts.items()
        for name in (channel.name for channel in channels if channel.wants(alert))
        # An alert that was delivered before a channel was set up does not wait for that channel.
        if (id, name) not in settled and (name in known or id not in delivered)
    ]
