"""Alerts that the outbox has got from RabbitMQ and not acknowledged: unacked, as its page says."""

import time
from dataclasses import dataclass, field

from ..core.alert import TOO_OLD, Alert
from ..rabbitmq.messages import MANY_RETURNS, Arrival

LONGEST = 10 * 60
"""Seconds until one is published anew. RabbitMQ closes a channel that does not acknowledge for 30
minutes."""


@dataclass
class Unacked:
    """An alert as it arrived."""

    arrival: Arrival
    alert: Alert
    since: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """The seconds that are left of its day, which nobody counts while it waits in its queue."""
        return (self.arrival.expires or TOO_OLD) - (time.monotonic() - self.since)

    @property
    def must_be_renewed(self) -> bool:
        """Whether the broker would soon take it back, or drop it since it came back too often."""
        late = time.monotonic() - self.since > LONGEST
        return late or self.arrival.returns >= MANY_RETURNS
