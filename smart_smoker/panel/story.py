"""The story: all cooks that the history tells of, as the panel shows them.

`sent` and `now` are in seconds since 1970 by the clocks of whoever sent and of whoever asks.
"""

from ..core.alert import NO_SIGNAL, PREFIXES, TOO_OLD, Alert
from ..core.errors import UnreadableMessage
from ..core.probes import PROBE_OF_NAME
from ..core.readings import Reading
from ..core.rules import RULES
from ..rabbitmq import events
from ..rabbitmq.events import parse
from ..rabbitmq.messages import Arrival
from .cook_story import CookStory
from .records import DeliveryRecord

MOST_COOKS, MOST_WEIGHT = 1000, 1_000_000
"""Above either, the oldest cooks that are over are forgotten, and where all go on, the older half
of the longest. An event weighs 1, and 1 more for every 100 bytes: a week has 60,000 readings."""

KINDS = (*RULES, NO_SIGNAL)
"""What an alert can be about."""


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
        sent = _sane(arrival.sent)
        self._now = heard or max(self._now, sent)
        try:
            event = parse(arrival)
        except UnreadableMessage:
            return False
        cook = self.cooks.get(event.cook)
        if cook is None:
            if not (isinstance(event, Reading) and event.cook):
                return False
            cook = self.cooks[event.cook] = CookStory(event.cook)
        return self._count(cook, _tell(cook, event, sent, heard or sent), arrival)

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


def _tell(cook: CookStory, event: events.Event, sent: float, heard: float) -> bool:
    """Tell a cook's story of one of its events; False where that says nothing new."""
    match event:
        case Reading():
            return cook.take_reading(event, heard)
        case Alert():
            known = event.probe in PROBE_OF_NAME and event.state in PREFIXES
            return known and event.kind in KINDS and cook.take_alert(event, sent)
        case events.Remark(names=True):
            new, cook.name = event.text != cook.name, event.text
            return new
        case events.Remark():
            return cook.take_remark(event.id, event.text, 60 * event.minutes)
        case events.Answered():
            return cook.probes[event.probe].take_answer(event.answer, heard)
        case events.Delivery():
            delivery = DeliveryRecord(event.outcome, event.reason, sent)
            return cook.take_delivery(event.alert, event.channel, delivery)
        case events.Limits():
            story = cook.probes[event.probe]
            new, story.limits = event.limits != story.limits, event.limits
            return new
    return False


def _sane(sent: float) -> float:
    """When something was sent, in seconds since 1970; 0 for what nobody means, as after 2242."""
    return sent if 0 < sent < 2**33 else 0
