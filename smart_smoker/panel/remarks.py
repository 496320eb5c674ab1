"""Remarks: what people write down of a cook, and how they call it."""

from collections.abc import Callable
from functools import partial

from .cook_story import CookStory
from .elements import Tag, press, press_with
from .words import clock

USUAL = ("wrapped", "coal", "spritzed")
"""What is written down most often: a button each."""

MOST = 50
"""How many a page shows."""


class Remarks(Tag):
    """What was written down, the newest first, and where one can write.

    `write` hands a text over to the broker, or a name.
    """

    def __init__(self, write: Callable[[str, bool], None]) -> None:
        super().__init__("div")
        self._write = write
        self._shown: list[tuple[str, str]] | None = None
        with self:
            with Tag("div", classes="tools") as self._tools:
                for words in USUAL:
                    press(Tag("button", words), partial(write, words, False), self._say)
                Tag("label", "Your own words", for_="remark")
                Tag("input", id="remark", maxlength=200)
                for words, names in (("Write down", False), ("Name the cook", True)):
                    press_with("remark", Tag("button", words), self._writer(names), self._say)
            self._said = Tag("p", role="status")
            self._heading = Tag("h3", "Notes")
            self._list = Tag("ol", classes="alerts")

    def _writer(self, names: bool) -> Callable[[str], None]:
        def write(text: str) -> None:
            if text.strip():
                self._write(text.strip(), names)

        return write

    def _say(self, words: str) -> None:
        self._said.put(words)

    def show(self, cook: CookStory | None) -> None:
        """Show what was written down of this cook."""
        self._tools.put(classes="tools" if cook and not cook.ended else "none")
        shown = []
        if cook:
            newest_first = cook.remarks[-MOST:][::-1]
            shown = [(clock(cook, each.moment, cook.begin), each.text) for each in newest_first]
        if shown == self._shown:
            return
        self._shown = shown
        self._heading.put("Notes", "" if shown else "none")
        self._list.clear()
        with self._list:
            for time, text in shown:
                with Tag("li", classes="remark"):
                    Tag("span", classes="shape", aria_hidden="true")
                    Tag("time", time)
                    with Tag("div", classes="what"):
                        Tag("strong", text)
