"""Reasons: what a broker said before it left, or what broke on the way to it, for people."""

import re
import ssl

from ..core.errors import BrokerAway, BrokerRefused, NoStreams, QueueTaken, SmartSmokerError

_REFUSAL = re.compile(r"\((403|530)\) ['\"]")
"""A login or a virtual host that is refused; a broker that is just being stopped says 320."""

_SAID = re.compile(r"\(\d{3}\) ['\"](.*)['\"]")
"""What a broker said before it left, with its code."""

IS_QUORUM = re.compile(r"'x-queue-type' .* current is (the value )?'quorum'")
"""What RabbitMQ 3.10, and in fewer words 4.3, answers who declares a quorum queue plainly."""


def said(code: int, text: str, place: str) -> SmartSmokerError:
    """The error for what a broker said when it closed a channel or a connection.

    The codes are those of AMQP 0-9-1.
    """
    if code == 403 and "exclusive use" in text:
        return QueueTaken(text)
    if code == 541 and "stream" in text:
        return NoStreams(text)
    if code in (403, 530):  # a permission, a virtual host
        return BrokerRefused(f"the broker at {place} does not permit it: {text}", text)
    return BrokerAway(text, place)


def innermost(error: BaseException) -> BaseException:
    """What went wrong at the bottom of pika's nested exceptions."""
    inner = getattr(error, "exception", None) or next(iter(error.args), None)
    return innermost(inner) if isinstance(inner, BaseException) else error


def reason_of(error: BaseException) -> str:
    """What went wrong, for people."""
    if said := _SAID.search(str(error)):
        return said[1]
    error = innermost(error)
    if str(error).startswith("Timeout during AMQP handshake"):  # pika adds Python's own notation
        return "it takes the connection and says nothing"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def broken(error: BaseException, place: str) -> SmartSmokerError:
    """The error for a connection that broke or was refused, or whose certificate proves nothing."""
    reason = reason_of(error)
    if code := _REFUSAL.search(str(error)):
        words = f"does not let this user in: {reason}"
        if code[1] == "403":
            words = "refuses the login: check user and password in RABBITMQ_URL"
        return BrokerRefused(f"the broker at {place} {words}", place)
    if not isinstance(innermost(error), ssl.SSLCertVerificationError):
        return BrokerAway(reason, place)
    return BrokerRefused(
        f"the broker at {place} shows a certificate that proves nothing ({reason}): name its own"
        " authority in RABBITMQ_URL by ?cacertfile=FILE, or check the host's name",
        place,
    )


def few_channels(place: str) -> BrokerRefused:
    """The error for a broker by which we cannot publish, read and ask at once."""
    words = "on a connection; we need at least 3 channels: set channel_max in its rabbitmq.conf"
    return BrokerRefused(f"the broker at {place} allows too few channels {words}", place)


def made_otherwise(text: str, name: str) -> SmartSmokerError:
    """The error for an exchange or a queue that cannot be made as we ask for it."""
    if "invalid arg 'x-queue-type'" in text:  # RabbitMQ 3.8
        return NoStreams(text, name)
    return BrokerRefused(
        f"{name} exists at the broker with other arguments than ours: when nothing in it is"
        f" needed, delete it on the admin page ({text})",
        name,
    )


def not_taken(key: str) -> BrokerRefused:
    """The error for a key that is bound to nothing: what made the queues was an earlier version."""
    words = "start the consumers anew, or import the definitions anew (docs/brokers.md)"
    return BrokerRefused(f"no queue takes {key}: {words}", key)


def not_seen(text: str, name: str) -> BrokerRefused:
    """The error for what this user may neither make nor look at, if it is there.

    From RabbitMQ 4.3 on nobody may look at what they have no right to at all.
    """
    words = f"is not there or not for this user: see docs/brokers.md ({text})"
    return BrokerRefused(f"{name} {words}", name)
