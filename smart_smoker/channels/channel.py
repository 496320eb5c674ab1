"""A channel: one way to reach people, and all that the program must know of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from ..core.alert import RINGS, Alert


class Channel(ABC):
    """One way to reach people; it has nothing to do with a channel of AMQP.

    `name` is its id in states and in the history: the same in every process, without a secret.
    People read `label`. `to` is where it sends to, empty where that is a secret; `caveat` is what
    the acceptance of an alert does not say.
    """

    name: str
    label: str
    to: str = ""
    caveat: str = ""

    def wants(self, alert: Alert) -> bool:
        """Whether the alert is for this channel: unless it says otherwise, all that do not ring."""
        return alert.state not in RINGS

    @abstractmethod
    def send(self, alert: Alert, hand_over: Callable[[], None] = lambda: None) -> None:
        """Return when the alert is accepted; it is called in a thread of its own for each alert.

        `hand_over` is to be called just before all of it goes out, and raises where it must not.
        Raises DeliveryRefused where trying again is no use, DeliveryUnknown where all of it went
        out and no verdict came, and for all else DeliveryFailed.
        """
