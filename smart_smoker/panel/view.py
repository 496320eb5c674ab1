"""One browser's page: what it is made of, and how it follows."""

import time
from urllib.parse import quote

from ..core.probes import PROBES
from .alerts import Alerts
from .cards import Card
from .chart import shape_of
from .cook_story import CookStory
from .elements import Browser, Tag, every, section, yes
from .notes import Notes
from .shared import Shared
from .story import Story
from .words import clock

MOST_COOKS = 100
"""How many cooks can be chosen: anybody who may publish can fill the history."""

TURN = 0.25
"""Seconds between two looks of a page at what has changed."""

BEAT = 4
"""Turns between two signs of life: a page that misses them for some seconds says that it is old."""

SPANS = {"All": 0, "6 h": 6 * 3600, "1 h": 3600}
"""The parts of a cook to choose from, in seconds before its newest reading."""


class View:
    """The page of one browser: of one cook, or without its id always of the latest; in F or C."""

    def __init__(self, shared: Shared, id: str, unit: str):
        self._shared, self._id, self._unit = shared, id, "C" if unit == "C" else "F"
        self._browser = Browser()
        self._turn = 0
        self._seen = self._cooks = self._shape = None
        with Tag("div", classes="page"):
            self._make_header()
            with Tag("div", role="alert"):
                self._banner = Tag("p", classes="banner")
                Tag("p", "This page has lost its panel: what it shows is old.", "banner cut-off")
            with Tag("section", aria_labelledby="now"):
                self._heading = Tag("h2", id="now")
                with Tag("div", classes="cards"):
                    self._cards = [Card(number, probe) for number, probe in enumerate(PROBES)]
            with Tag("section", aria_labelledby="cook"):
                self._make_chart()
            with section("happened", "What happened"):
                self._alerts = Alerts("happened")
            with section("well", "Is it well?"):
                self._notes = Notes()
                where = {"href": shared.admin_url, "target": "_blank", "rel": "noreferrer"}
                Tag("a", "RabbitMQ’s admin page", **where)
        self.refresh()
        every(TURN, self.refresh)

    def _make_header(self):
        with Tag("header"):
            Tag("h1", "Smart Smoker")
            with Tag("div", classes="choice"):
                show = "(e) => location.assign('?cook=' + encodeURIComponent(e.target.value))"
                self._choice = Tag("select", aria_label="Cook").on("change", js_handler=show)
                file = "cook.csv" + (f"?cook={quote(self._id)}" if self._id else "")
                Tag("a", "CSV", "button", href=file, aria_label="Download this cook as CSV")
            with Tag("div", classes="group", role="group", aria_label="Unit"):
                self._units = {unit: self._make_unit(unit) for unit in ("F", "C")}
            dark = Tag("button", "Dark", data_theme_switch="", aria_pressed="false")
            dark.on("vnodeMounted", js_handler="() => panel.dress()")

    def _make_unit(self, unit: str) -> Tag:
        button = Tag("button", f"°{unit}", aria_pressed=yes(unit == self._unit))
        return button.on("click", self._set_unit, js_handler=f"() => emit(panel.setUnit('{unit}'))")

    def _set_unit(self, event):
        self._unit = "C" if event.args == "C" else "F"
        for unit, button in self._units.items():
            button.put(button.text, aria_pressed=yes(unit == self._unit))
        self.refresh()

    def _make_chart(self):
        with Tag("div", classes="tools"):
            Tag("h2", "The cook", id="cook")
            with Tag("div", classes="group", role="group", aria_label="Part of the cook"):
                for words, seconds in SPANS.items():
                    Tag("button", words, data_span=seconds, aria_pressed=yes(not seconds))
        with Tag("div", classes="chart", role="img") as self._frame:
            self._browser.make_frame()

    def refresh(self):
        """Show what has changed since the last time, and how old it all is by now."""
        follower, now = self._shared.follower, time.time()
        self._turn += 1
        on_the_beat = self._turn % BEAT == 1
        with follower.lock:
            seen = follower.version, self._unit
            if seen == self._seen and not on_the_beat:
                return
            cook = self._shared.cook(self._id)
            old = follower.away is not None
            for card in self._cards:
                card.show(cook.probes[card.probe] if cook else None, now, self._unit, old)
            if seen != self._seen:
                self._seen = seen
                self._show_cooks(follower.story)
                self._alerts.show(cook, self._unit)
                self._banner.put("\n".join(self._notes.show(follower, now)), "banner")
                self._show_extent(cook)
            shape = shape_of(cook)
        if on_the_beat:
            self._browser.run("panel.beat()")
            if shape and shape != self._shape:
                self._shape = shape
                self._browser.look()

    def _show_extent(self, cook: CookStory | None):
        when = f" from {clock(cook.begin)} to {clock(cook.end)}" if cook else ""
        words = f"{_names()}{when}; what happened is listed below."
        self._frame.put(classes="chart", aria_label=words)
        self._heading.put("At its end" if cook and cook.ended else "Now")

    def _show_cooks(self, story: Story):
        newest_first = list(story.cooks.values())[: -MOST_COOKS - 1 : -1]
        latest = story.latest.id if story.latest else ""
        cooks = [("" if cook.id == latest else cook.id, cook.label) for cook in newest_first]
        chosen = "" if self._id == latest else self._id
        if chosen not in dict(cooks):
            cook = story.cooks.get(chosen)  # It can be older than those.
            missing = f"{chosen} is not in the history" if chosen else "no cook yet"
            cooks.append((chosen, cook.label if cook else missing))
        if cooks == self._cooks:
            return
        self._cooks = cooks
        self._choice.clear()
        with self._choice:
            for id, name in cooks:
                name = f"Latest: {name}" if id == "" and latest else name
                Tag("option", name, value=id, selected=id == chosen)


def _names() -> str:
    """All probes in a sentence: `Smoker, food A and food B`."""
    *others, last = (probe.spoken for probe in PROBES)
    words = f"{', '.join(others)} and {last}" if others else last
    return words[:1].upper() + words[1:]
