"""Rounds of measurements: what a group of them is, and what has been found so far."""

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

NEEDED = {
    "kombu": ("kombu", "pip install -r benchmarks/requirements.txt"),
    "aio-pika": ("aio_pika", "pip install -r benchmarks/requirements.txt"),
    "matplotlib": ("matplotlib", "pip install -r benchmarks/requirements.txt"),
    "panel": ("playwright", "pip install -r requirements-dev.txt"),
    "history": ("playwright", "pip install -r requirements-dev.txt"),
    "amqp-tools": ("amqp-publish", "sudo apt install amqp-tools"),
}
"""What may be missing, of a group or in one, by which module or program it is found, and how it is
had."""


def is_here(who: str) -> bool:
    """Whether what is needed to measure it, or to draw, is installed."""
    sign, _ = NEEDED.get(who, ("json", ""))
    return bool(shutil.which(sign) or importlib.util.find_spec(sign))


@dataclass
class Run:
    """A run of the benchmarks: its broker, and the values of its rounds.

    `samples` are by group, what was measured, and which figure of it; one value of each round, or
    as many as a round has alerts.
    """

    url: str
    quick: bool = False
    samples: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)

    def measure(self, group: "Group", who: str) -> dict[str, list[float]]:
        """Measure one thing once, and keep what was found."""
        found = {
            figure: value if isinstance(value, list) else [value]
            for figure, value in group.measure(self, who).items()
        }
        for figure, values in found.items():
            self.samples.setdefault((group.name, who, figure), []).extend(values)
        return found

    def of(self, group: str, who: str, figure: str) -> list[float]:
        return self.samples.get((group, who, figure), [])


@dataclass(frozen=True)
class Group:
    """Things that are measured in turn in each round, and shown in one table.

    `figures` maps a column's title to its format. `ratio` is the title of one more column, of the
    first figure: `base` to each, or each to `base`. What is in `once` takes so long that only the
    first round measures it.
    """

    name: str
    title: str
    entrants: dict[str, str]
    measure: Callable[[Run, str], dict[str, float | list[float]]]
    figures: dict[str, str]
    note: str = ""
    ratio: str = ""
    base: str = ""
    base_above: bool = False
    once: tuple[str, ...] = ()

    def shown(self, found: dict) -> list[tuple[str, str]]:
        """The figures among those found, and their formats."""
        return [(figure, form) for figure, form in self.figures.items() if figure in found]

    def ratios(self, run: Run, who: str) -> list[float]:
        """The rounds' own ratios."""
        figure = next(iter(self.figures))
        values = run.of(self.name, who, figure), run.of(self.name, self.base, figure)
        above, below = reversed(values) if self.base_above else values
        return divided(above, below)


def divided(above: list[float], below: list[float]) -> list[float]:
    """Round by round; nothing of the rounds in which one of them was not measured."""
    return [a / b for a, b in zip(above, below, strict=False)]


def spread(values: list[float], form: str) -> str:
    """A median with the range of the rounds."""
    if not values:
        return "–"
    least, middle, most = map(form.format, (min(values), median(values), max(values)))
    return f"{middle} ({least}–{most})" if len(values) > 1 else middle
