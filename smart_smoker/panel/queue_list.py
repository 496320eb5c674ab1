"""The queues: whether the program itself is well, line by line, and what is to be mended now."""

from itertools import zip_longest

from .elements import Marked, Tag
from .follower import LOOKED_AT, Follower
from .health import findings_of, troubles

PATIENCE = 5
"""Seconds in which a page that is opened at the start need not say that the broker is away."""


class QueueList(Tag):
    """A line for each queue that people should know of."""

    def __init__(self) -> None:
        super().__init__("ul", classes="notes")
        with self:
            self._rows = [Marked("li") for _ in LOOKED_AT]

    def show(self, follower: Follower, now: float) -> list[str]:
        """Show how the queues are now; returns what somebody should mend."""
        said = findings_of(follower, now)
        for row, queue, finding in zip_longest(self._rows, LOOKED_AT, said):
            if finding is None:
                row.put(f"{queue}: not known while RabbitMQ is away", "never")
            else:
                look = "wrong" if finding.wrong else "fine" if finding.fine else "note"
                row.put(finding.words, look)
        if not follower.loaded and now - follower.away_since < PATIENCE:
            return []
        return troubles(follower, said)
