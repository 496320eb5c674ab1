"""Channels: the ways to reach people, and which of them are configured."""

from collections.abc import Callable
from typing import Protocol

from ..cli.settings import Settings
from ..core.alert import Alert
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
    gets: dict[str, set[str]] = {}
    for what, urls in (
        ("all", settings.notify_urls),
        ("urgent", settings.urgent_notify_urls),
        ("second", settings.second_person_urls),
    ):
        for url in urls:
            gets.setdefault(url, set()).add(what)
    return by_mail + [PushChannel(url, what) for url, what in gets.items()]
