"""Push messages: alerts by one of the services that Apprise knows.

This is the only module that knows Apprise.
"""

import hashlib
import logging
import re
from urllib.parse import unquote

from ..core.alert import Alert
from ..core.errors import DeliveryFailed, InputError
from ..core.text import printable, printable_lines, without

VERDICT_TIMEOUT = 60
"""Seconds a push service has to say whether it takes a push."""


class PushChannel:
    """Push messages to one Apprise URL, which is a secret as a whole.

    An `urgent` one gets only what a sleeper must wake up for.
    """

    def __init__(self, url: str, urgent: bool = False):
        import apprise  # here, as it is slow and heavy, and not everybody has a URL

        scheme, _, rest = url.partition("://")
        self._urgent = urgent
        service = f"urgent-{scheme}" if urgent else scheme
        self.name = f"{service}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        self.label = f"push to {self.name}"
        # Parts of up to three characters, like "com", are no secrets; to black them out would spoil
        # the words that have them.
        parts = re.split(r"[/:@?&=,]+", f"{rest}/{unquote(rest)}")
        self._secrets = [part for part in parts if len(part) > 3]
        # Apprise's log can hold secrets: we read it to find the reason, and nobody else gets it.
        logging.getLogger("apprise").propagate = False
        self._record = apprise.LogCapture
        self._service = apprise.Apprise()
        accepted = self._service.add(url)
        for service in self._service:
            # Apprise's own 4 s call a push failed that the service has taken; it would come again.
            service.socket_read_timeout = max(service.socket_read_timeout, VERDICT_TIMEOUT)
        if not accepted:
            how = "https://appriseit.com/services/ shows how to write it"
            key = "urgent_notify_urls" if urgent else "notify_urls"
            raise InputError(f"{key}: Apprise cannot use {scheme}://***; {how}", scheme)

    def wants(self, alert: Alert) -> bool:
        """Whether the alert is for this channel."""
        return alert.urgent or not self._urgent

    def send(self, alert: Alert) -> None:
        """Return when the service has accepted the alert. Raises DeliveryFailed."""
        title, body = printable(alert.subject), printable_lines(alert.text)
        with self._record(level=logging.WARNING, fmt="%(message)s") as record:
            accepted = self._service.notify(body, title, body_format="text")
            reason = printable(record.getvalue()).strip() or "it does not say why"
        if not accepted:
            reason = without(self._secrets, reason)[:200]
            raise DeliveryFailed(f"the push service does not take it ({reason})", self.name)
