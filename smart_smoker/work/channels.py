"""Channels: the ways to reach people that are configured."""

from ..script.settings import Settings
from .mail import MailChannel
from .push import PushChannel


def channels(settings: Settings) -> list[MailChannel | PushChannel]:
    """All that is configured. Raises InputError for a URL that Apprise cannot use."""
    mail = settings.mail
    recipients = {"email": mail.email_to, "sms": mail.sms_to} if mail else {}
    by_mail = [MailChannel(name, mail, to) for name, to in recipients.items() if to]
    return by_mail + [PushChannel(url) for url in dict.fromkeys(settings.notify_urls)]
