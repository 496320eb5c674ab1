"""What is recorded of a cook beside its readings: its alerts, their deliveries, and remarks.

Moments are those of the cook's story.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..core.alert import Alert
from ..rabbitmq.messages import Outcome

UNTAKEN = (Outcome.FAILED, Outcome.UNKNOWN)
"""Outcomes after which a channel is tried again."""


@dataclass(frozen=True)
class RemarkRecord:
    """What somebody has written down of a cook: the moment and the row of the newest reading."""

    text: str
    moment: float
    row: int


class DeliveryRecord(NamedTuple):
    """What a channel did with an alert, why, and when it said so first."""

    outcome: Outcome
    reason: str
    sent: float


@dataclass
class AlertRecord:
    """An alert, when it was sent, its moment in the cook, and its newest delivery by channel."""

    alert: Alert
    sent: float
    moment: float
    deliveries: dict[str, DeliveryRecord] = field(default_factory=dict)

    @property
    def failing(self) -> bool:
        """Whether a channel did not take it when it was tried last."""
        return any(each.outcome in UNTAKEN for each in self.deliveries.values())
