"""Channels: the ways to reach people that are configured."""

from ..script.settings import Settings
from .mail import MailChannel
from .push import PushChannel


def channels(settings: Settings) -> list[MailChannel | PushChannel]:
    """All that is configured. Raises InputError for a URL that Apprise cannot use."""
    mail = settings.mail
    recipients = {"email": mail.email_to, "sms": mail.sms_to} if mail else {}
    by_mail = [MailChannel(name, mail, to) for name, to in recipients.items() if to]
    all_get = dict.fromkeys(settings.notify_urls)
    urgent = [url for url in dict.fromkeys(settings.urgent_notify_urls) if url not in all_get]
    by_push = [PushChannel(url) for url in all_get]
    return by_mail + by_push + [PushChannel(url, urgent=True) for url in urgent]
