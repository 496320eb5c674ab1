"""One browser's page: what it is made of, and how it follows."""

import json
import time
from collections.abc import Sequence
from urllib.parse import quote

from ..core.answers import Answer
from ..core.probes import Probe
from ..core.units import UNITS
from .cook_list import CookList
from .elements import Browser, Tag, every, section, yes
from .one_cook import OneCook
from .overview import headline as headline_of
from .queue_list import QueueList
from .shared import TURN, Shared
from .words import shortened

MOST_COOKS = 100
"""How many cooks can be chosen: anybody who may publish can fill the history."""

ALL = "All cooks"
"""What leads to the list."""

OLD = "… old", False
"""What the tab says while nobody can know."""

BEAT = 4
"""Turns between two signs of life: a page that misses them for some seconds says that it is old."""


class View:
    """The page of one browser, in F or C: of one cook, or without its id of what goes on.

    That is the list of the cooks where there are many, else always the latest cook.
    """

    def __init__(self, shared: Shared, id: str, unit: str) -> None:
        self._shared, self._id, self._unit = shared, id, unit
        self._browser = Browser()
        self._turn = 0
        self._seen: tuple[int, str] | None = None
        self._cooks: list[tuple[str, str]] = []
        self._headline: tuple[str, bool] | None = None
        self._leaves = False
        with shared.follower.lock:
            self._is_list = not id and shared.many()
        with Tag("div", classes="page"):
            self._make_header()
            with Tag("div", role="alert"):
                self._banner = Tag("p", classes="banner")
                Tag("p", "This page has lost its panel: what it shows is old.", "banner cut-off")
            if self._is_list:
                with section("going-on", "Going on, worst first"):
                    self._list = CookList("going-on", self._browser)
            else:
                with Tag("div", role="status"):
                    self._unknown, self._other = Tag("p"), Tag("a", href="./")
                with Tag("div") as self._known:
                    self._cook = OneCook(self._browser, self._answer, self._write_down)
            with section("well", "Is it well?"):
                self._queues = QueueList()
                self._make_way_to_admin()
        self.refresh()
        every(TURN, self.refresh)

    def _answer(self, probes: Sequence[Probe], answer: Answer) -> None:
        with self._shared.follower.lock:
            cook = self._shared.cook(self._id)
            known = [probe for probe in probes if cook and cook.probes[probe].newest]
        if cook and known:
            self._shared.answering.answer(known, cook.id, answer, self._browser.address)

    def _write_down(self, text: str, names: bool) -> None:
        with self._shared.follower.lock:
            cook = self._shared.cook(self._id)
        if cook:
            self._shared.answering.write_down(cook.id, text, self._browser.address, names)

    def _make_header(self) -> None:
        with Tag("header"):
            Tag("h1", "Smart Smoker")
            with Tag("div", classes="choice"):
                self._back = Tag("a", href="./")
                show = "(e) => location.assign('?cook=' + encodeURIComponent(e.target.value))"
                self._choice = Tag("select", aria_label="Cook").on("change", js_handler=show)
                if not self._is_list:
                    self._csv = Tag("a", aria_label="Download this cook as CSV")
            with Tag("div", classes="group", role="group", aria_label="Unit"):
                self._units = {unit: self._make_unit(unit) for unit in UNITS}
            dark = Tag("button", "Dark", data_theme_switch="", aria_pressed="false")
            dark.on("vnodeMounted", js_handler="() => panel.dress()")

    def _make_way_to_admin(self) -> None:
        name, url = "RabbitMQ’s admin page", self._shared.admin_url
        if self._shared.admin_is_here and not self._browser.is_here:
            Tag("p", f"{name} is at {url} on the panel’s own machine.", "quiet")
        else:
            Tag("a", name, href=url, target="_blank", rel="noreferrer")

    def _make_unit(self, unit: str) -> Tag:
        button = Tag("button", f"°{unit}", aria_pressed=yes(unit == self._unit))
        return button.listen("click", self._set_unit, f"() => emit(panel.setUnit('{unit}'))")

    def _set_unit(self, unit: str) -> None:
        self._unit = "C" if unit == "C" else "F"
        for unit, button in self._units.items():
            button.put(button.text, aria_pressed=yes(unit == self._unit))
        self.refresh()

    def refresh(self) -> None:
        """Show what has changed since the last time, and how old it all is by now."""
        follower, now = self._shared.follower, time.time()
        self._turn += 1
        on_the_beat = self._turn % BEAT == 1
        with follower.lock:
            if self._is_list:
                self._list.show(self._shared.overview(self._unit))
            seen = follower.version, self._unit
            if seen == self._seen and not on_the_beat:
                return
            many = self._shared.many()
            if not self._is_list:
                cook = self._shared.cook(self._id)
                self._cook.show_ages(cook, now, self._unit, follower.away is None)
            if seen != self._seen:
                self._seen = seen
                self._show_cooks(many)
                self._banner.put("\n".join(self._queues.show(follower, now)), "banner")
                if not self._is_list:
                    self._show_whether_known(cook is not None, many)
                    self._cook.show(cook, self._unit, follower.whole)
        if not self._id and many != self._is_list and not self._leaves:
            self._leaves = True  # Once: each further time would begin the loading anew.
            self._browser.run("location.reload()")
        if on_the_beat:
            self._browser.run("panel.beat()")
            with follower.lock:
                cooks = follower.story.going_on(now) if self._is_list else [cook] if cook else []
                headline = headline_of(cooks, now, self._unit) if follower.away is None else OLD
            if headline != self._headline:
                self._headline = headline
                self._browser.run(f"panel.tell({json.dumps(headline)})")
            if not self._is_list:
                self._cook.draw(cook, self._unit)

    def _show_whether_known(self, known: bool, many: bool) -> None:
        follower, id = self._shared.follower, shortened(self._id)
        unknown = bool(id) and not known and follower.loaded
        words = f"There is no cook “{id}” in the history of the last 7 days."
        if not follower.whole:
            words = f"The cook “{id}” is still being looked for in the history."
        self._unknown.put(words if unknown else "", "lines")
        self._other.put(ALL if many else "The latest cook", "" if unknown else "none")
        self._known.put(classes="none" if unknown else "")
        file = f"cook.csv?cook={quote(self._id)}&unit={self._unit}"
        self._csv.put("CSV", "button" if known else "none", href=file)

    def _show_cooks(self, many: bool) -> None:
        story, whole = self._shared.follower.story, self._shared.follower.whole
        self._back.put(ALL, "button" if many and self._id else "none")
        newest_first = list(story.cooks.values())[: -MOST_COOKS - 1 : -1]
        shown = self._shared.cook("")
        latest = shown.id if shown and not many else ""
        cooks = [("" if cook.id == latest else cook.id, cook.label) for cook in newest_first]
        if many:
            cooks.insert(0, ("", ALL))
        chosen = "" if self._id == latest else self._id
        if chosen not in dict(cooks):
            cook = story.cooks.get(chosen)  # It can be older than those.
            not_there = "is not in the history" if whole else "is still being looked for"
            missing = f"{shortened(chosen)} {not_there}" if chosen else "no cook yet"
            cooks.append((chosen, cook.label if cook else missing))
        if cooks == self._cooks:
            return
        self._cooks = cooks
        if not self._is_list:
            this = self._shared.cook(self._id)
            earlier = newest_first[newest_first.index(this) + 1 :] if this in newest_first else []
            self._cook.offer([(cook.id, cook.label) for cook in earlier])
        self._choice.clear()
        with self._choice:
            for id, name in cooks:
                name = f"Latest: {name}" if id == "" and latest else name
                Tag("option", name, value=id, selected=id == chosen)
