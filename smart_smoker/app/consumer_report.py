"""What a consumer says on the screen: its readings, and the end of a cook."""

import logging
from collections.abc import Callable
from functools import partial

from ..core.readings import Reading
from ..core.rules import Rule
from ..core.units import at, in_unit
from ..core.watch import Judgement, Watch
from .throttle import Throttle

log = logging.getLogger(__name__)


class ConsumerReport:
    """What a consumer says: each reading and how it was judged, and the end of a cook.

    `whose` is what a cook is called, where a reading of it must say so; else empty.
    """

    def __init__(self, rule: Rule, unit: str = "F", whose: Callable[[str], str] = lambda cook: ""):
        self._rule, self._unit, self._whose = rule, unit, whose
        self._throttle = Throttle()
        self.begin = self._throttle.begin
        self.judged = 0

    def show(self, reading: Reading, judgement: Judgement) -> None:
        """Show a reading that was judged."""
        self.judged += 1
        self._throttle.show(partial(self._line, reading, judgement))

    def _line(self, reading: Reading, judgement: Judgement) -> str:
        seen = judgement.seen
        words = f"{reading.probe.name} {at(reading.temperature)}, {self._rule.trend(seen)}"
        words += f" in {len(seen)} reading{'s' * (len(seen) != 1)}"
        if judgement.forecast:
            words += f"; {judgement.forecast}"
        whose = f"{name}: " if (name := self._whose(reading.cook)) else ""
        return f"{reading.time}  {whose}{in_unit(words, self._unit)}"

    def show_end(self, reading: Reading, watch: Watch) -> None:
        """Show that a probe's cook has ended."""
        self._throttle.end()
        words = "%s: the cook %s has ended after %d readings and %d alerts."
        log.info(words, reading.probe.name, reading.cook, watch.judged, watch.alerts)
