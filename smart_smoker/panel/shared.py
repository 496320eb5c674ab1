"""What all pages share: the story, and what is counted once for everybody, charts and the list."""

import re
import time
from urllib.parse import urlsplit

from ..cli.settings import is_loopback
from .answering import Answering
from .chart import chart_of, shape_of
from .cook_story import CookStory
from .follower import Follower
from .overview import FEW, Overview, overview

TURN = 0.25
"""Seconds between two looks of a page at what has changed; the list is made no more often."""

MOST_CHARTS = 20
"""How many charts are kept, for others who look at the same part of the same cook."""


Mark = tuple[object, ...]
"""What is the same while nothing has changed that something was made from."""


class Shared:
    """What all pages show; charts and the list of cooks are made once for all of them."""

    def __init__(self, follower: Follower, answering: Answering, admin_url: str) -> None:
        self.follower, self.answering = follower, answering
        url = urlsplit(admin_url)
        self.admin_url = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
        self.admin_is_here = is_loopback(url.hostname or "")
        self._charts: dict[tuple[str, float, float, float], tuple[Mark, dict[str, object]]] = {}
        self._overviews: dict[str, tuple[Mark, float, Overview]] = {}
        self._many: tuple[Mark, bool] = (), False

    def cook(self, id: str) -> CookStory | None:
        """The cook with this id, or without one the latest that goes on, else the latest.

        For whoever holds the lock.
        """
        story = self.follower.story
        if id:
            return story.cooks.get(id)
        now, newest_first = time.time(), reversed(story.cooks.values())
        return next((cook for cook in newest_first if cook.goes_on(now)), story.latest)

    def many(self) -> bool:
        """Whether more than a few cooks go on; for whoever holds the lock."""
        mark = self._mark()
        if self._many[0] != mark:
            self._many = mark, len(self.follower.story.going_on(time.time())) > FEW
        return self._many[1]

    def overview(self, unit: str) -> Overview:
        """The cooks that go on, in "F" or "C"; for whoever holds the lock."""
        now, mark, of = time.time(), self._mark(), self.follower
        made = self._overviews.get(unit)
        if made is None or (made[0] != mark and abs(now - made[1]) >= TURN):
            found = overview(of.story, now, unit, of.away is None, of.whole)
            made = self._overviews[unit] = mark, now, found
        return made[2]

    def _mark(self) -> Mark:
        """It changes with what is heard and each second: what was made before is made anew."""
        return self.follower.version, int(time.time())

    def chart(self, id: str, begin: float, end: float, span: float) -> dict[str, object]:
        """The points of a cook: many from `begin` to `end` or in its last `span` seconds."""
        with self.follower.lock:
            cook = self.cook(id)
            if cook is None:
                return {"extent": [], "probes": [], "episodes": []}
            key, shape = (cook.id, begin, end, span), shape_of(cook)
            before, chart = self._charts.get(key, ((), {}))
            if before != shape:
                chart = chart_of(cook, max(begin, cook.end - span if span else begin), end)
                others = [(k, v) for k, v in self._charts.items() if k != key]
                self._charts = dict([*others[-MOST_CHARTS:], (key, (shape, chart))])
            return chart

    def csv(self, id: str, unit: str) -> tuple[str, str]:
        """A cook in "F" or "C" as a file that the producer reads: its name and its text.

        Both are empty where there is no such cook.
        """
        with self.follower.lock:
            cook = self.cook(id)
            text = "".join(cook.csv(unit)) if cook else ""
        if not cook:
            return "", ""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", cook.id).strip("-.") or "cook", text
