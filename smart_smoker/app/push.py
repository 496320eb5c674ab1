"""Push messages: alerts by one of the services that Apprise knows.

This is the only module that knows Apprise.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Collection
from urllib.parse import unquote

from ..core.alert import RINGS, Alert
from ..core.errors import DeliveryFailed, DeliveryUnknown, InputError
from ..core.text import printable, printable_lines, without

LOG = logging.getLogger("apprise")

VERDICT_TIMEOUT = 60
"""Seconds a push service has to say whether it takes a push."""

NO_VERDICT = re.compile(r"Socket Exception.*(Read timed out|Connection aborted|broken|ended prem)")
"""What Apprise logs where the request went out, and no whole answer came."""


class PushChannel:
    """Push messages to one Apprise URL, which is a secret as a whole.

    It gets "all" alerts, the "urgent" ones that a sleeper must wake up for, with their rings, or
    the rings that are for a "second" person.
    """

    def __init__(self, url: str, gets: Collection[str] = ("all",)):
        import apprise  # here, as it is slow and heavy, and not everybody has a URL

        scheme, _, rest = url.partition("://")
        self._gets = gets
        service = scheme if "all" in gets else f"{max(gets)}-{scheme}"  # "urgent" before "second"
        self.name = f"{service}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        self.label = f"push to {self.name}"
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
            # Apprise's own 4 s call a push failed that the service has taken; it would come again.
            service.socket_read_timeout = max(service.socket_read_timeout, VERDICT_TIMEOUT)
        if not accepted:
            how = "https://appriseit.com/services/ shows how to write it"
            keys = {"all": "notify", "urgent": "urgent_notify", "second": "second_person"}
            key = next(f"{key}_urls" for what, key in keys.items() if what in gets)
            raise InputError(f"{key}: Apprise cannot use {scheme}://***; {how}", scheme)

    def wants(self, alert: Alert) -> bool:
        """Whether the alert is for this channel."""
        if alert.state in RINGS:
            return "urgent" in self._gets or alert.state in self._gets
        return "all" in self._gets or ("urgent" in self._gets and alert.urgent)

    def send(self, alert: Alert, hand_over: Callable[[], None] = lambda: None) -> None:
        """Return when the service has accepted the alert; `hand_over` as a Channel's.

        Raises DeliveryUnknown where no answer came in time, and for all else DeliveryFailed.
        """
        title, body = printable(alert.subject), printable_lines(alert.text)
        hand_over()
        record = _Record()
        LOG.addHandler(record)
        try:
            accepted = self._service.notify(body, title, body_format="text")
        finally:
            LOG.removeHandler(record)
        if not accepted:
            told = " ".join(words for level, words in record.said if level >= logging.WARNING)
            reason = without(self._secrets, printable(told) or "it does not say why")[:200]
            if any(NO_VERDICT.search(words) for _, words in record.said):
                words = f"the push service has not said whether it took it ({reason})"
                raise DeliveryUnknown(words, self.name)
            raise DeliveryFailed(f"the push service does not take it ({reason})", self.name)


class _Record(logging.Handler):
    """What Apprise logs in this thread, with the level: other channels send at the same time."""

    def __init__(self):
        super().__init__()
        self._thread = threading.get_ident()
        self.said: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord):
        if record.thread == self._thread:
            self.said.append((record.levelno, record.getMessage()))
