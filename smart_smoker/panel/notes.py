"""Notes: whether the program itself is well, line by line, and what somebody should mend now."""

import time
from itertools import zip_longest

from .elements import Marked, Tag
from .follower import LOOKED_AT, Follower
from .health import Note, notes
from .words import shortened

PATIENCE = 5
"""Seconds in which a page that is opened at the start need not say that the broker is away."""


class Notes(Tag):
    """A line for each queue that people should know of."""

    def __init__(self) -> None:
        super().__init__("ul", classes="notes")
        with self:
            self._rows = [Marked("li") for _ in LOOKED_AT]

    def show(self, follower: Follower, now: float) -> list[str]:
        """Show how the queues are now; returns what somebody should mend."""
        cooking, failing = bool(follower.story.going_on(now)), follower.story.failing(now)
        said = notes(follower.queues, failing, cooking) if follower.away is None else []
        for row, queue, note in zip_longest(self._rows, LOOKED_AT, said):
            if note is None:
                row.put(f"{queue}: not known while RabbitMQ is away", "never")
            else:
                row.put(note.words, "wrong" if note.wrong else "fine" if note.fine else "note")
        return _troubles(follower, said)


def _troubles(follower: Follower, said: list[Note]) -> list[str]:
    """What somebody should mend now."""
    if follower.away is None:
        return [note.words for note in said if note.wrong]
    if not follower.loaded and time.time() - follower.away_since < PATIENCE:
        return []
    since = time.strftime("%H:%M", time.localtime(follower.away_since))
    old = "What is shown is from before. " if follower.loaded else ""
    return [
        f"RabbitMQ has been away since {since}. {old}Trying goes on. ({shortened(follower.away)})"
    ]
