"""Remarks: what people write down of a cook, and how they call it."""

from collections.abc import Callable

from .cook_story import CookStory
from .elements import Tag, press
from .words import clock

USUAL = ("wrapped", "coal", "spritzed")
"""What is written down most often: a button each."""

MOST = 50
"""How many a page shows."""


class Remarks(Tag):
    """What was written down, the newest first, and where one can write.

    `write` hands a text over to the broker, or a name.
    """

    def __init__(self, write: Callable[[str, bool], None]):
        super().__init__("div")
        self._write, self._shown = write, ()
        with self:
            with Tag("div", classes="tools") as self._tools:
                for words in USUAL:
                    press(Tag("button", words), lambda words=words: write(words, False), self._say)
                Tag("label", "Your own words", for_="remark")
                Tag("input", id="remark", maxlength=200)
                for words, names in (("Write down", False), ("Name the cook", True)):
                    press(Tag("button", words), self._writer(names), self._say, "remark")
            self._said = Tag("p", role="status")
            self._heading = Tag("h3", "Notes")
            self._list = Tag("ol", classes="alerts")

    def _writer(self, names: bool) -> Callable[[str], None]:
        def write(text: str):
            if text.strip():
                self._write(text.strip(), names)

        return write

    def _say(self, words: str):
        self._said.put(words)

    def show(self, cook: CookStory | None):
        """Show what was written down of this cook."""
        self._tools.put(classes="tools" if cook and not cook.ended else "none")
        remarks = cook.remarks[-MOST:][::-1] if cook else []
        shown = cook and cook.id, tuple(remarks)
        if shown == self._shown:
            return
        self._shown = shown
        self._heading.put("Notes", "" if remarks else "none")
        self._list.clear()
        with self._list:
            for remark in remarks:
                with Tag("li", classes="remark"):
                    Tag("span", classes="shape", aria_hidden="true")
                    Tag("time", clock(cook, remark.moment, cook.begin))
                    with Tag("div", classes="what"):
                        Tag("strong", remark.text)
