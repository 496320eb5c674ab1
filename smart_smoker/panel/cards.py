"""The cards: each probe as it is now, and all that tells how far to believe it."""

from ..core.probes import Probe
from ..core.readings import SECONDS_PER_READING
from ..core.units import in_unit
from .cook_story import CookStory
from .elements import Marked, Tag
from .overview import look
from .probe_story import LATE, ProbeStory, duration
from .words import clock, date_of, degrees, of_day

SPARK_POINTS, SPARK_SECONDS, SPARK_DEGREES = 60, 3600, 10
"""How many points a card's little line has at most, how long before now it begins, and how many °F
it is high at least."""


class Card(Tag):
    """One probe: its temperature, and all that tells how far to believe it."""

    def __init__(self, number: int, probe: Probe) -> None:
        self.probe = probe
        self._look = f"card probe-{number}"
        super().__init__("article", classes=self._look, aria_label=probe.name)
        with self:
            with Tag("div", classes="line"):
                Tag("h3", probe.name)
                self._condition = Marked("p", "state")
            with Tag("p", classes="degrees"):
                self._value = Tag("span", classes="value")
                self._degrees = Tag("span", classes="unit")
            with Tag("div", classes="line"):
                self._change, self._age = Tag("p", classes="change"), Tag("p", classes="age")
            self._limits, self._forecast = Tag("p", classes="limits"), Tag("p", classes="limits")
            self._quiet = Tag("p", classes="limits quiet-until")
            box = f"0 0 {SPARK_SECONDS} 100"
            with Tag("svg", classes="spark", viewBox=box, preserveAspectRatio="none") as spark:
                spark.put(classes="spark", aria_hidden="true")
                self._spark = Tag("path")
        self._drawn = ""  # the id of the reading up to which the line goes

    def show(self, cook: CookStory | None, now: float, unit: str, old: bool) -> None:
        """Show the probe as it is now; `old` when nobody can know how it is now."""
        story = cook.probes[self.probe] if cook else None
        if cook is None or story is None or story.newest is None:
            self.put(classes=f"{self._look} never")
            self._condition.put("no reading yet", "state")
            self._value.put("–", "value")
            for tag in (
                self._degrees,
                self._change,
                self._age,
                self._limits,
                self._forecast,
                self._quiet,
            ):
                tag.put("", tag.classes[0])
            self._drawn = ""
            self._spark.put(d="")
            return
        condition, age, change = story.condition(now), story.age(now), story.change()
        late = age is None or age > LATE
        kind = "away" if old else condition.kind
        known = not old and condition.kind not in ("no signal", "gone")
        live = known and condition.kind != "ended"
        self.put(classes=f"{self._look} {look(kind, late and live)}")
        self._condition.put("not known" if old else in_unit(condition.words, unit), "state")
        self._value.put(degrees(story.newest.temperature, unit), "value")
        self._degrees.put(f"°{unit}", "unit")
        minutes = len(story.window()) * SECONDS_PER_READING / 60
        self._change.put(*_change(change if known else None, minutes, unit))
        self._age.put(_heard(cook, story, age, live and not late), "age")
        self._limits.put(_limits(story, unit), "limits")
        quiet = live and story.quiet_until > now
        words = f"quiet until {of_day(story.quiet_until)}: nobody is told, and no alert shows"
        self._quiet.put(words if quiet else "", "limits quiet-until")
        foretold = in_unit(story.forecast().words(date_of(story.moments[-1])), unit)
        known = live and not late and not cook.counted
        self._forecast.put(foretold if known else "", "limits")
        if story.newest.id != self._drawn:
            self._drawn = story.newest.id
            self._spark.put(d=_path(story))


def _change(change: float | None, minutes: float, unit: str) -> tuple[str, str]:
    """The words for a change in °F in so many minutes, and their class."""
    if change is None:
        return "", "change"
    size = abs(change) * (1 if unit == "F" else 5 / 9)
    words = f"{size:.1f} °{unit} in {minutes:g} min"
    if size < 0.05:
        return words, "change"
    return (f"up {words}", "change up") if change > 0 else (f"down {words}", "change down")


def _limits(story: ProbeStory, unit: str) -> str:
    """How far the target is, and which limits are kept an eye on."""

    def shown(fahrenheit: float) -> str:
        return f"{float(degrees(fahrenheit, unit)):g} °{unit}"

    limits = [f"{kind} limit {shown(f)}" for kind, f in story.limits.items() if kind != "done"]
    to_go = story.to_go()
    if to_go is None:
        return ", ".join(limits)
    target = shown(story.limits["done"])
    size = f"{to_go * (1 if unit == 'F' else 5 / 9):.1f} °{unit}"
    return ", ".join([*limits, f"{size} to go to {target}" if to_go > 0 else f"{target} reached"])


def _heard(cook: CookStory, story: ProbeStory, age: float | None, live: bool) -> str:
    if story.ended:
        return f"last at {clock(cook, story.moments[-1])}"
    if age is None:
        return "nobody knows how old"
    return f"{duration(age)} ago" if live else f"last heard {duration(age)} ago"


def _path(story: ProbeStory) -> str:
    """The last hour of a probe as a line, for SVG: an hour wide, 100 high."""
    end = story.moments[-1]
    found = story.points(end - SPARK_SECONDS, end, SPARK_POINTS)
    points = [(moment, t) for moment, t in found if t is not None]
    least, most = min(t for _, t in points), max(t for _, t in points)
    margin = max(0.0, SPARK_DEGREES - (most - least)) / 2  # A fire breathes by some degrees.
    low, high = least - margin, most + margin
    spots = (
        f"{max(0, moment - end + SPARK_SECONDS):.0f},{95 - 90 * (t - low) / (high - low):.0f}"
        for moment, t in points
    )
    return "M" + "L".join(spots)
