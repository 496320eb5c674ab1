"""Push messages: alerts by one of the services that Apprise knows.

This is the only module that knows Apprise.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from urllib.parse import unquote

from ..cli.settings import Settings, missing
from ..core.alert import RINGS, Alert
from ..core.errors import DeliveryFailed, DeliveryUnknown, InputError
from ..core.text import printable, printable_lines, without
from .channel import Channel

LOG = logging.getLogger("apprise")

VERDICT_TIMEOUT = 60
"""Seconds a push service has to say whether it takes a push."""

NO_VERDICT = re.compile(r"Socket Exception.*(Read timed out|Connection aborted|broken|ended prem)")
"""What Apprise logs where the request went out, and no whole answer came."""


class Gets(Enum):
    """What a URL gets: the setting that says so, what a name begins with, and a word for people."""

    ALL = "notify_urls", "", "push"
    URGENT = "urgent_notify_urls", "urgent-", "urgent push"
    SECOND = "second_person_urls", "second-", "second person's push"


def channels(settings: Settings) -> list[Channel]:
    """A channel for each URL, whatever it gets.

    Raises InputError where Apprise cannot use one, or where what is to ring would reach nobody.
    """
    ring = settings.ring
    if ring.every and not settings.urgent_notify_urls:
        raise missing("urgent_notify_urls", "ring_minutes needs somewhere to ring")
    reached = ring.every and ring.is_second(ring.most - 1)
    if settings.second_person_urls and not reached:
        words = "second_person_urls: nothing rings there unless ring_minutes, ring_most times, are"
        raise InputError(f"{words} second_person_minutes or more", "second_person_urls")
    gets: dict[str, list[Gets]] = {}
    numbers: dict[str, int] = {}
    for what in Gets:
        setting, _, _ = what.value
        for number, url in enumerate(getattr(settings, setting), 1):
            gets.setdefault(url, []).append(what)
            numbers.setdefault(url, number)
    return [PushChannel(url, what, numbers[url]) for url, what in gets.items()]


class PushChannel(Channel):
    """Push messages to one Apprise URL, which is a secret as a whole.

    It gets all alerts, the urgent ones that a sleeper must wake up for, with their rings, or the
    rings that are for a second person; `number` is its place in the first setting that has it.
    """

    def __init__(self, url: str, gets: Sequence[Gets] = (Gets.ALL,), number: int = 1):
        import apprise  # here, as it is slow and heavy, and not everybody has a URL

        scheme, _, rest = url.partition("://")
        self._gets = gets
        key, prefix, word = gets[0].value
        self.name = f"{prefix}{scheme}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        self.label = f"{word} {number} ({scheme})"
        # Parts of up to three characters, like "com", are no secrets; to black them out would spoil
        # the words that have them.
        parts = re.split(r"[/:@?&=,]+", f"{rest}/{unquote(rest)}")
        self._secrets = [part for part in parts if len(part) > 3]
        # Apprise's log can hold secrets: we read it to find the reason, and nobody else gets it.
        LOG.propagate = False
        LOG.setLevel(logging.DEBUG)
        asset = apprise.AppriseAsset()
        # Apprise 2 would stop to wait after a minute, and go on sending.
        asset._service_timeout = 0
        self._service = apprise.Apprise(asset=asset)
        accepted = self._service.add(url)
        for service in self._service:
            # After Apprise's own 4 s a push that was taken would count as failed, and come again.
            service.socket_read_timeout = max(service.socket_read_timeout, VERDICT_TIMEOUT)
        if not accepted:
            help = "https://appriseit.com/services/ shows how to write it"
            raise InputError(f"{key}: Apprise cannot use {scheme}://***; {help}", scheme)

    def wants(self, alert: Alert) -> bool:
        """Whether the alert is for this channel."""
        urgent = Gets.URGENT in self._gets
        if alert.state in RINGS:
            return urgent or (alert.state == "second" and Gets.SECOND in self._gets)
        return Gets.ALL in self._gets or (urgent and alert.urgent)

    def send(self, alert: Alert, hand_over: Callable[[], None] = lambda: None) -> None:
        """As any Channel's: the service's answer is the verdict; none is for good."""
        title, body = printable(alert.subject), printable_lines(alert.text)
        hand_over()
        record = _Record()
        LOG.addHandler(record)
        try:
            accepted = self._service.notify(body, title, body_format="text")
        finally:
            LOG.removeHandler(record)
        if not accepted:
            logged = " ".join(words for level, words in record.said if level >= logging.WARNING)
            reason = without(self._secrets, printable(logged) or "it does not say why")[:200]
            if any(NO_VERDICT.search(words) for _, words in record.said):
                words = f"the push service has not said whether it took it ({reason})"
                raise DeliveryUnknown(words, self.name)
            raise DeliveryFailed(f"the push service does not take it ({reason})", self.name)


class _Record(logging.Handler):
    """What Apprise logs in this thread, with the level: other channels send at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self.said: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said.append((record.levelno, record.getMessage()))
