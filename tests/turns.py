"""A consumer that ends by itself: its report stops it after so many turns."""

from smart_smoker.app.consumer_report import ConsumerReport
from smart_smoker.cli.signals import Stop
from smart_smoker.core.rules import SmokerDrop


class Turns(ConsumerReport):
    """A report that stops its consumer after so many turns."""

    def __init__(self, stop: Stop, turns: int):
        super().__init__(SmokerDrop())
        self._stop, self._turns = stop, turns
        self.begin = self._count

    def _count(self, now: float):
        self._turns -= 1
        self._stop.requested = self._turns <= 0
