"""Which channels have taken which alerts: the outbox sends none of these again."""

from collections import Counter
from typing import Any

from ..core.alert import LONGEST_FIELD
from ..core.state import LARGEST, State
from ..core.text import excerpt

REMEMBERED = 1000
"""Alerts that are done with and whose ids are remembered, so that one which comes again is not sent
again: a consumer that dies before it has left its state publishes its newest ones again."""

MOST_WAITING = 10_000
"""Alerts of which something is remembered although channels are missing: more than wait at once."""


class Taken:
    """The alerts that wait for some channels while others have taken them, and those done with."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[str]] = {}  # alert id → channels that are done with it
        self._copies: dict[str, Counter[str]] = {}  # alert id → copies by channel, no answer yet
        self._sent: dict[str, None] = {}  # the ids of alerts that are done with, newest last

    def missing(self, alert_id: str, wanted: set[str]) -> set[str]:
        """Those of the channels that are not done with an alert."""
        return set() if alert_id in self._sent else wanted - self._waiting.get(alert_id, set())

    def copies(self, alert_id: str, channel: str) -> int:
        """How many copies a channel has got without saying, so far, whether it took them."""
        return self._copies[alert_id][channel] if alert_id in self._copies else 0

    def count(self, alert_id: str, channel: str, more: int) -> None:
        """A channel gets so many more copies, or has not taken one."""
        self._copies.setdefault(alert_id, Counter())[channel] += more
        self._forget()

    def note(self, alert_id: str, channel: str) -> None:
        """A channel is done with an alert."""
        self._waiting.setdefault(alert_id, set()).add(channel)
        self._copies.get(alert_id, Counter[str]()).pop(channel, None)
        self._forget()

    def finish(self, alert_id: str) -> None:
        """No channel is missing: only the alert's id is remembered."""
        self._waiting.pop(alert_id, None)
        self._copies.pop(alert_id, None)
        self._sent[alert_id] = None
        self._forget()

    def forget_half(self) -> None:
        """Forget the older half of all."""
        _keep(self._waiting, len(self._waiting) // 2)
        _keep(self._copies, len(self._copies) // 2)
        _keep(self._sent, len(self._sent) // 2)

    def state(self) -> State:
        """All that is known, in JSON."""
        waiting = {alert_id: sorted(channels) for alert_id, channels in self._waiting.items()}
        copies = {id: dict(+counts) for id, counts in self._copies.items() if +counts}
        some = {"copies": copies} if copies else {}
        return {"waiting": waiting, **some, "sent": list(self._sent)}

    def resume(self, state: State) -> None:
        """Know what somebody has left, too. Raises one of MISSHAPEN, and changes nothing."""
        waiting = {_text(id): set(map(_text, got)) for id, got in state["waiting"].items()}
        # Earlier versions count no copies.
        copies = {_text(id): _counts(got) for id, got in state.get("copies", {}).items()}
        self._sent = dict.fromkeys(map(_text, state["sent"])) | self._sent
        for alert_id, channels in waiting.items():
            self._waiting.setdefault(alert_id, set()).update(channels)
        for alert_id, counts in copies.items():
            self._copies[alert_id] = self._copies.get(alert_id, Counter()) | counts  # the most
        self._forget()

    def _forget(self) -> None:
        _keep(self._waiting, MOST_WAITING)
        _keep(self._copies, MOST_WAITING)
        _keep(self._sent, REMEMBERED)


def _keep(known: dict[str, Any], most: int) -> None:
    """Take out what was put in first, where there is more than so much."""
    while len(known) > most:
        del known[next(iter(known))]


def _counts(said: State) -> Counter[str]:
    """How many copies each channel got. Raises one of MISSHAPEN where that is no count."""
    counts = Counter({_text(channel): int(copies) for channel, copies in said.items()})
    if not all(0 <= copies < LARGEST for copies in counts.values()):
        raise ValueError(f"{excerpt(counts)} are no counts")
    return counts


def _text(said: object) -> str:
    """An id or a name out of a state: it can be forged. Raises ValueError where it is none."""
    if not isinstance(said, str) or len(said) > LONGEST_FIELD:
        raise ValueError(f"{excerpt(said)} is no id")
    said.encode()
    return said
