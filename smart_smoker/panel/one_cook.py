"""One cook: its probes as they are now, its chart, and what happened."""

from collections.abc import Callable, Sequence
from functools import partial

from ..core.alert import Alert
from ..core.answers import Answer, heard
from ..core.probes import PROBE_OF_NAME, PROBES, Probe
from .alerts import Alerts
from .answering import quiet
from .cards import Card
from .chart import shape_of
from .cook_story import CookStory
from .elements import Browser, Tag, press, section, yes
from .remarks import Remarks
from .words import clock

SPANS = {"All": 0, "6 h": 6 * 3600, "1 h": 3600}
"""The parts of a cook to choose from, in seconds before its newest reading."""

QUIETS = {"for 30 min": 30, "for 2 h": 120, "No longer": 0}
"""For how long a probe can be quiet, in minutes."""

EVERYTHING = "all probes"

COUNTED = (
    "Times are hours and minutes since the beginning, as no time of the day can be read; a row"
    " without any time that can be read counts 30 seconds."
)


class OneCook:
    """The sections of a page that are about one cook.

    `answer` hands an answer about some of its probes over to the broker, and `write` a remark or
    a name.
    """

    def __init__(
        self,
        browser: Browser,
        answer: Callable[[Sequence[Probe], Answer], None],
        write: Callable[[str, bool, int], None],
    ) -> None:
        self._browser = browser
        self._shape: tuple[object, ...] = ()
        self._answer = answer
        with Tag("section", aria_labelledby="now"):
            self._heading = Tag("h2", id="now")
            with Tag("div", classes="cards"):
                self._cards = [Card(number, probe) for number, probe in enumerate(PROBES)]
            self._make_quiet()
        with Tag("section", aria_labelledby="cook"):
            self._make_chart()
        with section("happened", "What happened"):
            self._remarks = Remarks(write)
            self._alerts = Alerts("happened", self._hear)

    def _make_quiet(self) -> None:
        with Tag("div", classes="tools") as self._quiet:
            Tag("label", "Quiet about", for_="whom")
            value = "(e) => emit(e.target.value)"
            with Tag("select", id="whom").listen("change", self._choose, value):
                for name in (EVERYTHING, *PROBE_OF_NAME):
                    Tag("option", name, value=name)
            self._whom: Sequence[Probe] = PROBES
            with Tag("div", classes="group", role="group", aria_label="For how long"):
                for words, minutes in QUIETS.items():
                    press(Tag("button", words), partial(self._be_quiet, minutes), self._say)
            sound = Tag("button", "Sound", data_sound_switch="", aria_pressed="false")
            sound.on("vnodeMounted", js_handler="() => panel.showSound()")
            self._said = Tag("p", role="status")

    def _choose(self, name: str) -> None:
        probe = PROBE_OF_NAME.get(name)
        self._whom = [probe] if probe else PROBES

    def _be_quiet(self, minutes: float) -> None:
        self._answer(self._whom, quiet(minutes))

    def _hear(self, alert: Alert) -> None:
        self._answer([PROBE_OF_NAME[alert.probe]], heard(alert))

    def _say(self, words: str) -> None:
        self._said.put(words)

    def _make_chart(self) -> None:
        with Tag("div", classes="tools"):
            Tag("h2", "The cook", id="cook")
            with Tag("div", classes="group", role="group", aria_label="Part of the cook"):
                for words, seconds in SPANS.items():
                    Tag("button", words, data_span=seconds, aria_pressed=yes(not seconds))
            show = "(e) => { cookChart.setBehind(e.target.value); emit(e.target.value); }"
            self._earlier = Tag("select", aria_label="Earlier cook behind this one")
            self._earlier.listen("change", self._put_behind, show)
            self._behind = ""
        self._hints = Tag("p")
        with Tag("div", classes="chart", role="img") as self._frame:
            self._browser.make_frame()

    def show_ages(self, cook: CookStory | None, now: float, unit: str, known: bool) -> None:
        """Show how the probes are by now; not `known` while nobody can know."""
        for card in self._cards:
            card.show(cook, now, unit, not known)

    def show(self, cook: CookStory | None, unit: str, whole: bool) -> None:
        """Show what has changed; `whole` is whether the story goes back as far as it can."""
        self._remarks.show(cook)
        self._alerts.show(cook, unit)
        when = f" from {clock(cook, cook.begin)} to {clock(cook, cook.end)}" if cook else ""
        words = f"{_names()}{when}; what happened is listed below."
        self._frame.put(classes="chart", aria_label=words)
        self._heading.put("At its end" if cook and cook.ended else "Now")
        self._quiet.put(classes="tools" if cook and not cook.ended else "none")
        said = [COUNTED] if cook and cook.counted else []
        self._hints.put("\n".join([*said, *_left_out(cook, whole)]), "quiet lines")

    def offer(self, cooks: Sequence[tuple[str, str]]) -> None:
        """Offer these cooks, by id and label, to be drawn behind this one."""
        self._earlier.put(classes="earlier" if cooks else "none")
        self._earlier.clear()
        with self._earlier:
            for id, label in [("", "No cook behind it"), *cooks]:
                Tag("option", label, value=id, selected=id == self._behind)

    def _put_behind(self, id: str) -> None:
        self._behind = id

    def draw(self, cook: CookStory | None, unit: str) -> None:
        """Have the browser draw the chart, where it has changed; first in "F" or "C"."""
        shape = shape_of(cook)
        if shape and shape != self._shape:
            self._shape = shape
            self._browser.look(unit)


def _left_out(cook: CookStory | None, whole: bool) -> list[str]:
    """What of the cook is not shown, in a line."""
    if cook is None or cook.known_since is None:
        return []
    since = clock(cook, cook.known_since, cook.end)
    if whole:
        return [f"It had begun before {since}: older readings are left out."]
    return [f"Readings and alerts from before {since} are still being read."]


def _names() -> str:
    """All probes in a sentence: `Smoker, food A and food B`."""
    *others, last = (probe.spoken for probe in PROBES)
    words = f"{', '.join(others)} and {last}" if others else last
    return words[:1].upper() + words[1:]
