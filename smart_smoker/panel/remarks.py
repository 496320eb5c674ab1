"""Remarks: what people write down of a cook, and how they call it."""

from collections.abc import Callable

from ..core.errors import InputError
from .cook_story import CookStory
from .elements import Tag, press_with
from .words import clock

USUAL = ("wrapped", "coal", "spritzed")
"""What is written down most often: a button each."""

AGO = {"": "now", "5": "5 min ago", "15": "15 min ago", "30": "30 min ago", "60": "1 h ago"}
"""When it was done, by the minutes."""

MOST = 50
"""How many a page shows."""


class Remarks(Tag):
    """What was written down, the newest first, and where one can write.

    `write` hands over to the broker a text, whether it names the cook, and how many minutes ago
    it was.
    """

    def __init__(self, write: Callable[[str, bool, int], None]) -> None:
        super().__init__("div")
        self._write = write
        self._shown: list[tuple[str, str]] | None = None
        with self:
            with Tag("div", classes="tools") as self._tools:
                with Tag("select", id="ago", aria_label="When"):
                    for minutes, words in AGO.items():
                        Tag("option", words, value=minutes)
                for words in USUAL:
                    press_with(["ago"], Tag("button", words), self._writer(words), self._say)
                Tag("label", "Your own words", for_="remark")
                Tag("input", id="remark", maxlength=200)
                fields = ["ago", "remark"]
                press_with(fields, Tag("button", "Write down"), self._writer(), self._say)
                named = self._writer(names=True)
                press_with(fields, Tag("button", "Name the cook"), named, self._say)
            self._said = Tag("p", role="status")
            self._heading = Tag("h3", "Notes")
            self._list = Tag("ol", classes="alerts")

    def _writer(self, usual: str = "", names: bool = False) -> Callable[[str], None]:
        def write(said: str) -> None:
            ago, _, text = said.partition("\n")
            if not (text := usual or text.strip()):
                raise InputError("nothing is written down: there are no words yet")
            self._write(text, names, int(ago) if ago and ago in AGO and not names else 0)

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
