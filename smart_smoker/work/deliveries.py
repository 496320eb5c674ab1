"""Deliveries: what the history says of each channel and each alert."""

from collections.abc import Sequence
from contextlib import suppress

from ..core.alert import Alert
from ..core.errors import UnreadableMessage
from ..wire.connection import Broker
from ..wire.history import replay

RESTORED = "1D"
"""How far back the history is asked, by the broker's clock: so long an alert waits in its queue."""

SETTLED = ("accepted", "refused", "abandoned")
"""Outcomes after which a channel is not tried again."""


def pending(broker: Broker, channels: Sequence) -> list[tuple[Alert, str, str]]:
    """What waits: each alert that one of these channels wants and has neither accepted nor refused.

    With the channel's name, and why its last try failed; empty where nothing was tried. As the
    history tells it, so that the alerts stay with whoever is sending them.
    """
    alerts: dict[str, Alert] = {}
    settled: set[tuple[str, str]] = set()
    reasons: dict[tuple[str, str], str] = {}
    for event in replay(broker, RESTORED):
        if event.type == "alert":
            with suppress(UnreadableMessage):
                alerts[event.id] = Alert.parse(event.body)
        if event.type == "delivery":
            said = event.headers
            about = str(said.get("alert", "")), str(said.get("channel", ""))
            reasons[about] = event.body.decode(errors="replace")
            if said.get("outcome") in SETTLED:
                settled.add(about)
    known, told = {name for _, name in reasons}, {id for id, _ in settled}
    return [
        (alert, name, reasons.get((id, name), ""))
        for id, alert in alerts.items()
        for name in (channel.name for channel in channels if channel.wants(alert))
        # An alert that was delivered before a channel was set up does not wait for that channel.
        if (id, name) not in settled and (name in known or id not in told)
    ]
