"""Which channels have taken which alerts: what the outbox must know to send none of them twice."""

from ..core.alert import LONGEST_FIELD
from ..core.text import excerpt

REMEMBERED = 1000
"""Alerts that are done with and whose ids are remembered, so that one which comes again is not sent
again: a consumer that dies before it has left its state publishes its newest ones twice."""

MOST_WAITING = 10_000
"""Alerts of which some channels are remembered that have taken them: twice as many as are held."""


class Taken:
    """The alerts that wait for some channels while others have taken them, and those done with."""

    def __init__(self):
        self._waiting: dict[str, set[str]] = {}  # alert id → channels that accepted or refused
        self._sent: dict[str, None] = {}  # the ids of alerts that are done with, newest last

    def missing(self, alert_id: str, wanted: set[str]) -> set[str]:
        """Those of the channels that have still to accept or refuse an alert."""
        return set() if alert_id in self._sent else wanted - self._waiting.get(alert_id, set())

    def note(self, alert_id: str, channel: str):
        """A channel has accepted or refused an alert."""
        self._waiting.setdefault(alert_id, set()).add(channel)
        self._forget(MOST_WAITING, REMEMBERED)

    def finish(self, alert_id: str):
        """No channel is missing: only the alert's id is remembered."""
        self._waiting.pop(alert_id, None)
        self._sent[alert_id] = None
        self._forget(MOST_WAITING, REMEMBERED)

    def forget_half(self):
        """Forget the older half of all."""
        self._forget(len(self._waiting) // 2, len(self._sent) // 2)

    def state(self) -> dict:
        """All that is known, in JSON."""
        waiting = {alert_id: sorted(channels) for alert_id, channels in self._waiting.items()}
        return {"waiting": waiting, "sent": list(self._sent)}

    def resume(self, state: dict):
        """Know what somebody has left, too. Raises one of MISSHAPEN, and changes nothing."""
        waiting = {_text(id): set(map(_text, got)) for id, got in state["waiting"].items()}
        self._sent = dict.fromkeys(map(_text, state["sent"])) | self._sent
        for alert_id, channels in waiting.items():
            self._waiting.setdefault(alert_id, set()).update(channels)
        self._forget(MOST_WAITING, REMEMBERED)

    def _forget(self, waiting: int, sent: int):
        for known, most in ((self._waiting, waiting), (self._sent, sent)):
            while len(known) > most:
                del known[next(iter(known))]


def _text(said: object) -> str:
    """An id or a name out of a state: it can be forged. Raises ValueError where it is none."""
    if not isinstance(said, str) or len(said) > LONGEST_FIELD:
        raise ValueError(f"{excerpt(said)} is no id")
    said.encode()
    return said
