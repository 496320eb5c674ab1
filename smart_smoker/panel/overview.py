"""The overview: the cooks that go on, worst first, in rows that are the same for everybody."""

from dataclasses import dataclass

from ..core.limits import FoodDone
from ..core.probes import PROBES
from ..core.rules import gravest_first
from ..core.units import in_unit
from .cook_story import CookStory
from .probe_story import LATE, ProbeStory, duration
from .story import Story
from .words import degrees

FEW = 1
"""So many cooks can go on and the first page is still that of the latest; of more it is a list."""

MOST_ROWS = 100
"""How many cooks the list shows: anybody who may publish can fill the history."""

READING = "What was earlier is still being read: episodes that began then can be missing here."

WORST = (
    *(rule.kind for rule in gravest_first() if rule.urgent),
    "no signal",
    "gone",
    "late",
    *(rule.kind for rule in gravest_first() if not rule.urgent),
    "unclear",
    "steady",
    "ended",
    "never",
)
"""How a probe can be: what a sleeper must wake up for, what nobody knows, what can wait."""


URGENT = WORST[: WORST.index("no signal") + 1]
"""What a sleeper must wake up for."""

BAD = tuple(kind for kind in URGENT if kind != FoodDone.kind)
"""What is shown in red: of what is urgent all that is no good news."""

SIGNS = {
    "drop": "▼",
    "low": "▼",
    "high": "▲",
    "done": "✓",
    "no signal": "✕",
    "gone": "✕",
    "stall": "–",
}
"""How a tab's title begins; else with a dot."""


@dataclass(frozen=True)
class Cell:
    """How a probe is, for people, and how old that is; `late` is what is not fresh."""

    kind: str
    temperature: str
    words: str
    age: str = ""
    late: bool = False


@dataclass(frozen=True)
class Row:
    """A cook that goes on, with a cell for each probe, in the order of PROBES."""

    id: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Overview:
    """The rows of the worst cooks, what is missing in them for now, and what is left out."""

    rows: tuple[Row, ...]
    missing: str
    left_out: str


def kind_of(story: ProbeStory, now: float) -> str:
    """How a probe is, as one of WORST: late where it would be called well, or not urgent."""
    kind, age = story.condition(now).kind, story.age(now)
    late = age is not None and age > LATE and kind not in ("ended", "never")
    return min(kind, "late", key=WORST.index) if late else kind


def look(kind: str, late: bool = False) -> str:
    """The classes of how a probe is; a kind of which the page's style says nothing is a square."""
    return kind.replace(" ", "-") + " bad" * (kind in BAD) + " late" * late


def worst_first(cooks: list[CookStory], now: float) -> list[CookStory]:
    """Cooks in the order in which somebody should look after them.

    Each goes by its worst probe, those that are alike by their next worst, and so on; at last by
    their names. So a row stays where it is while no probe becomes another's worse.
    """

    def key(cook: CookStory) -> tuple[list[int], str, str]:
        kinds = (kind_of(story, now) for story in cook.probes.values())
        return sorted(map(WORST.index, kinds)), cook.label, cook.id

    return sorted(cooks, key=key)


def overview(story: Story, now: float, unit: str, known: bool, whole: bool) -> Overview:
    """All cooks that go on, in "F" or "C"; not `known` while nobody can know how they are now.

    `whole` is whether the story goes back as far as it can.
    """
    cooks = worst_first(story.going_on(now), now)
    shown, more = cooks[:MOST_ROWS], cooks[MOST_ROWS:]
    said = []
    if more:
        kind = min((kind_of(each, now) for each in more[0].probes.values()), key=WORST.index)
        said.append(f"And {_count(len(more))} more, none of them worse than {kind}.")
    if over := len(story.cooks) - len(cooks):
        are = "is" if over == 1 else "are"
        said.append(f"{_count(over)} {are} over; the newest can be chosen above.")
    if late := whole and sum(cook.known_since is not None for cook in cooks):
        said.append(f"The beginning of {_count(late)} is not here.")
    rows = tuple(_row(cook, now, unit, known) for cook in shown)
    return Overview(rows, "" if whole else READING, "\n".join(said))


def _count(cooks: int) -> str:
    return f"{cooks:,} cook{'' if cooks == 1 else 's'}"


def _row(cook: CookStory, now: float, unit: str, known: bool) -> Row:
    cells = (_cell(cook.probes[probe], now, unit, known) for probe in PROBES)
    return Row(cook.id, cook.label, tuple(cells))


def _cell(story: ProbeStory, now: float, unit: str, known: bool) -> Cell:
    condition, age = story.condition(now), story.age(now)
    if story.newest is None:
        return Cell("never", "–", condition.words)
    temperature = f"{degrees(story.newest.temperature, unit)} °{unit}"
    if not known:
        return Cell("away", temperature, "not known")
    words = in_unit(condition.words, unit)
    if age is None or condition.kind in ("ended", "no signal", "gone"):
        return Cell(condition.kind, temperature, words)  # They say by themselves how old it is.
    # By the minute: a row goes to each browser whenever it changes.
    return Cell(condition.kind, temperature, words, _age(age), age > LATE)


def _age(seconds: float) -> str:
    return f"{duration(seconds)} ago" if seconds >= 60 else "now"


def headline(cooks: list[CookStory], now: float, unit: str) -> tuple[str, bool]:
    """The worst of these cooks' probes in some words, and whether somebody must wake up for it.

    As in `▼ 209 °F Smoker`; empty where no probe has spoken.
    """
    probes = [
        (WORST.index(kind_of(story, now)), story.probe.name, story.newest.temperature)
        for cook in worst_first(cooks, now)[:1]
        for story in cook.probes.values()
        if story.newest
    ]
    if not probes:
        return "", False
    worst, name, fahrenheit = min(probes, key=lambda found: found[0])
    kind, temperature = WORST[worst], float(degrees(fahrenheit, unit))
    sign = SIGNS.get(kind, "●")
    return f"{sign} {temperature:.0f} °{unit} {name}", kind in URGENT
