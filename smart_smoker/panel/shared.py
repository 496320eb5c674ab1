"""What all pages share: the story, and the points of charts, counted once for everybody."""

import re
from urllib.parse import urlsplit

from .chart import chart_of, shape_of
from .cook_story import CookStory
from .follower import Follower

MOST_CHARTS = 20
"""How many charts are kept, for others who look at the same part of the same cook."""


class Shared:
    """What all pages show; the points of their charts are counted once for all of them."""

    def __init__(self, follower: Follower, admin_url: str):
        self.follower = follower
        url = urlsplit(admin_url)
        self.admin_url = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
        self._charts: dict[tuple, tuple[tuple, dict]] = {}

    def cook(self, id: str) -> CookStory | None:
        """The cook with this id, or without one the latest; for whoever holds the lock."""
        story = self.follower.story
        return story.cooks.get(id) if id else story.latest

    def chart(self, id: str, begin: float, end: float, span: float) -> dict:
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

    def csv(self, id: str) -> tuple[str, str]:
        """A cook as a file that the producer reads: its name and its text, empty for no cook."""
        with self.follower.lock:
            cook = self.cook(id)
            text = "".join(cook.csv()) if cook else ""
        if not cook:
            return "", ""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", cook.id).strip("-.") or "cook", text
