"""Channels: the ways to reach people, and which of them are configured."""

from collections.abc import Callable
from typing import Protocol

from ..core.alert import Alert
from ..script.settings import Settings
from .mail import MailChannel
from .push import PushChannel


class Channel(Protocol):
    """One way to reach people, no channel of AMQP."""

    name: str

    def wants(self, alert: Alert) -> bool:
        """Whether the alert is for this channel; one that is not is never sent by it."""

    def send(self, alert: Alert, hand_over: Callable[[], None]) -> None:
        """Return when the alert is accepted. Raises DeliveryRefused or DeliveryFailed.

        `hand_over` is called before all of it goes out, and raises where it must not.
        """


def channels(settings: Settings) -> list[MailChannel | PushChannel]:
    """All that is configured. Raises InputError for a URL that Apprise cannot use."""
    mail = settings.mail
    recipients = {"email": mail.email_to, "sms": mail.sms_to} if mail else {}
    by_mail = [MailChannel(name, mail, to) for name, to in recipients.items() if to]
    all_get = dict.fromkeys(settings.notify_urls)
    urgent = [url for url in dict.fromkeys(settings.urgent_notify_urls) if url not in all_get]
    by_push = [PushChannel(url) for url in all_get]
    return by_mail + by_push + [PushChannel(url, urgent=True) for url in urgent]
