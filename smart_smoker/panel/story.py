"""The story: all cooks that the history tells of, as the panel shows them.

`sent` and `now` are in seconds since 1970 by the clocks of whoever sent and of whoever asks.
"""

from contextlib import suppress

from ..core.alert import NO_SIGNAL, PREFIXES, TOO_OLD, Alert
from ..core.errors import UnreadableMessage
from ..core.probes import PROBE_OF_NAME, PROBE_OF_QUEUE, RULES
from ..rabbitmq.messages import (
    ALERTS,
    ANSWERED,
    HISTORY,
    REMARKS,
    Arrival,
    answer_of,
    parse_limits,
    reading_of,
    remark_of,
)
from .cook_story import CookStory, DeliveryRecord

MOST_COOKS, MOST_WEIGHT = 1000, 1_000_000
"""Above either, the oldest cooks that are over are forgotten, and where all go on, the older half
of the longest. An event weighs 1, and 1 more for every 100 bytes: a week has 60,000 readings."""

LONGEST_WORD = 255
"""Characters of an id or a channel's name."""

LONGEST_REASON = 1000
"""Bytes; no reason is shown further."""

KINDS = (*RULES, NO_SIGNAL)
"""What an alert can be about."""

OUTCOMES = ("accepted", "refused", "failed", "unknown", "abandoned")


class Story:
    """All cooks that the history tells of, in the order in which they began."""

    def __init__(self) -> None:
        self.cooks: dict[str, CookStory] = {}
        self._weight = 0
        self._now = 0.0

    @property
    def latest(self) -> CookStory | None:
        """The cook that began last."""
        return next(reversed(self.cooks.values()), None)

    def going_on(self, now: float) -> list[CookStory]:
        """The cooks that are not over."""
        return [cook for cook in self.cooks.values() if cook.goes_on(now)]

    def failing(self, now: float) -> int:
        """How many alerts of the last day a channel did not take when it was tried last."""
        records = (record for cook in self.cooks.values() for record in cook.alerts)
        return sum(record.failing and now - record.sent < TOO_OLD for record in records)

    def hear(self, other: "Story") -> None:
        """Take over when each newest reading came, where another story has the same."""
        for id in self.cooks.keys() & other.cooks.keys():
            self.cooks[id].hear(other.cooks[id])

    def take(self, arrival: Arrival, heard: float | None = None) -> bool:
        """Take one of the history's events; False where it says nothing new, or nothing of ours.

        `heard` is when it came, where that was just now; otherwise its sender's clock is believed.
        """
        self._now = heard or max(self._now, _sane(arrival.sent))
        with suppress(UnreadableMessage):
            if arrival.queue in PROBE_OF_QUEUE:
                return self._take_reading(arrival, heard)
            if arrival.queue == ALERTS and arrival.type == "alert":
                return self._take_alert(arrival)
            if arrival.queue == REMARKS:
                return self._take_remark(arrival)
            if arrival.queue in ANSWERED:
                return self._take_answer(arrival, heard)
            if arrival.queue == HISTORY and arrival.type == "note":
                return self._take_alert(arrival)
            if arrival.queue == HISTORY and arrival.type == "delivery":
                return self._take_delivery(arrival)
            if arrival.queue == HISTORY and arrival.type == "limits":
                return self._take_limits(arrival)
        return False

    def _take_reading(self, arrival: Arrival, heard: float | None) -> bool:
        reading = reading_of(arrival, PROBE_OF_QUEUE[arrival.queue])
        if not reading.cook:
            return False
        cook = self.cooks.get(reading.cook)
        if cook is None:
            cook = self.cooks[reading.cook] = CookStory(reading.cook)
        new = cook.take_reading(reading, heard or _sane(arrival.sent))
        return self._count(cook, new, arrival)

    def _take_alert(self, arrival: Arrival) -> bool:
        alert = Alert.parse(arrival.body)
        cook = self.cooks.get(alert.cook)
        if cook is None or alert.probe not in PROBE_OF_NAME or alert.state not in PREFIXES:
            return False
        if alert.kind not in KINDS or alert.quiet != (arrival.type == "note"):
            return False
        return self._count(cook, cook.take_alert(alert, _sane(arrival.sent)), arrival)

    def _take_remark(self, arrival: Arrival) -> bool:
        id, text = remark_of(arrival)
        cook = self.cooks.get(id)
        if cook is None:
            return False
        if arrival.type == "name":
            new, cook.name = text != cook.name, text
        else:
            new = cook.take_remark(arrival.id, text)
        return self._count(cook, new, arrival)

    def _take_answer(self, arrival: Arrival, heard: float | None) -> bool:
        id, answer = answer_of(arrival)
        cook = self.cooks.get(id)
        if cook is None:
            return False
        new = cook.probes[ANSWERED[arrival.queue]].take_answer(answer, heard or _sane(arrival.sent))
        return self._count(cook, new, arrival)

    def _take_delivery(self, arrival: Arrival) -> bool:
        said = [arrival.headers.get(name) for name in ("cook", "alert", "channel", "outcome")]
        words = [word for word in said if isinstance(word, str) and len(word) <= LONGEST_WORD]
        if len(words) < len(said):
            return False
        id, alert, channel, outcome = words
        cook = self.cooks.get(id)
        if cook is None or outcome not in OUTCOMES:
            return False
        reason = arrival.body[:LONGEST_REASON].decode(errors="replace")
        delivery = DeliveryRecord(outcome, reason, _sane(arrival.sent))
        return self._count(cook, cook.take_delivery(alert, channel, delivery), arrival)

    def _take_limits(self, arrival: Arrival) -> bool:
        cook = self.cooks.get(str(arrival.headers.get("cook")))
        probe = PROBE_OF_QUEUE.get(str(arrival.headers.get("queue")))
        if cook is None or probe is None or len(arrival.body) > LONGEST_REASON:
            return False
        limits = parse_limits(arrival.body)
        new = limits != cook.probes[probe].limits
        cook.probes[probe].limits = limits
        return self._count(cook, new, arrival)

    def _count(self, cook: CookStory, new: bool, arrival: Arrival) -> bool:
        weight = new * (1 + len(arrival.body) // 100)
        cook.weight += weight
        self._weight += weight
        if self._weight > MOST_WEIGHT or len(self.cooks) > MOST_COOKS:
            self._forget(cook)
        return new

    def _forget(self, latest: CookStory) -> None:
        """Make room: forget what is oldest, but never the cook that has just spoken."""
        others = [cook for cook in self.cooks.values() if cook is not latest]
        over = [cook for cook in others if not cook.goes_on(self._now)]
        # Somewhat more than must be: going through all cooks shall not be due with every event.
        weight, count = MOST_WEIGHT - MOST_WEIGHT // 20, MOST_COOKS - MOST_COOKS // 20
        while self._weight > weight or len(self.cooks) > count:
            longest = max(self.cooks.values(), key=lambda cook: cook.weight)
            if over:
                self._drop(over.pop(0))
            elif len(self.cooks) <= count and (forgotten := longest.forget_half()):
                self._weight -= forgotten
            elif others:
                self._drop(others.pop(0))
            else:
                break

    def _drop(self, cook: CookStory) -> None:
        if self.cooks.pop(cook.id, None):
            self._weight -= cook.weight


def _sane(sent: float) -> float:
    """When something was sent, in seconds since 1970; 0 for what nobody means, as after 2242."""
    return sent if 0 < sent < 2**33 else 0
