"""Every error of the program, in one small tree split by whose fault it is.

Each carries the value that was wrong in `value`, and a script that ends with one returns its
`exit_code`.
"""

from collections.abc import Sequence


class SmartSmokerError(Exception):
    """The base of all: what happened, in a line for the person in front of the screen."""

    exit_code = 1

    def __init__(self, message: str, value: object = None):
        super().__init__(message)
        self.value = value


class InputError(SmartSmokerError):
    """The user's: a file, a setting or an option. They mend it and start again."""

    exit_code = 2


class UnclearColumns(InputError):
    """A file's: which of its columns is the smoker would be a guess; `value` has what they say."""

    value: Sequence[str]


class UnreadableMessage(SmartSmokerError):
    """The sender's: a message that is no reading or no alert. It is put aside, the rest goes on."""


class TwoProducers(UnreadableMessage):
    """The senders': two of them share a cook, the `value`. What came second is put aside."""


class BrokerRefused(SmartSmokerError):
    """The broker's administrator's: a login, a permission, the arguments of a queue."""

    exit_code = 3


class BrokerAway(SmartSmokerError):
    """Nobody's: no broker answers, or a connection was lost. Wait and try again."""

    exit_code = 2


class BrokerBlocked(BrokerAway):
    """The broker's machine's: it takes no messages, being low on memory or disk. Try again."""


class NoStreams(BrokerAway):
    """Nobody's: the broker is older than RabbitMQ 3.9, or has streams off; it has hung up."""


class QueueTaken(SmartSmokerError):
    """Nobody's: another consumer is reading the queue. Stand by."""


class DeliveryRefused(SmartSmokerError):
    """The recipient's: a channel that will never take this alert. Trying again is no use."""


class DeliveryFailed(SmartSmokerError):
    """Nobody's, or a setting's: a channel did not take an alert this time. Try again later."""


class DeliveryPutOff(DeliveryFailed):
    """A provider's or the recipient's: a limit, a full mailbox. Try again, and seldom."""


class DeliveryUnknown(DeliveryFailed):
    """Nobody's: a channel got an alert and did not say whether it took it. Try late, if at all."""
