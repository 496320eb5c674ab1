"""Measures the forecasts of when food is done, against what came, and draws them.

    python -m benchmarks.forecast [--used LOG …] [--held-out LOG …] [--target 203]

A LOG is a table of a cook that the producer reads; LOG=195 gives it a target of its own. The
numbers in core/forecast.py were chosen with the logs after --used and the simulated cooks of even
seeds, and not with the rest. A forecast is made every five minutes, from what a consumer
remembers, until the food is done.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from docs.clocks import line, text
from smart_smoker.app.source import file_rows
from smart_smoker.cli.signals import run
from smart_smoker.core.clock import parse_moment
from smart_smoker.core.forecast import Course, forecast
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.rows import Wanted
from smart_smoker.lab.simulate import STEP_S, Meat, Smoker

TARGET, NARROW = 203, 185
"""°F: what food is done at, and above which a range is to be narrow."""

EVERY, LONGEST_GAP = 5 * 60, 30 * 60
"""Seconds between two forecasts, and between readings above which no truth is known."""

LOOKS = 30
"""Seconds between two readings of a simulated thermometer."""

COOKS = 80
"""How many simulated cooks there are."""

Readings = list[tuple[float, float]]


class Moment(NamedTuple):
    """One forecast: at so many °F, the truth and the range in minutes from then on."""

    temperature: float
    truth: float
    early: float
    late: float

    @property
    def within(self) -> bool:
        return self.early <= self.truth <= self.late

    @property
    def half(self) -> float:
        """Half of its width."""
        return (self.late - self.early) / 2


def moments(readings: Readings, target: float) -> Iterator[Moment]:
    """The forecasts of a cook until it is done; none where nobody knows when that was."""
    hot = [temperature >= target for _, temperature in readings]
    done = next((n for n in range(1, len(hot)) if hot[n] and all(hot[n : n + 2])), None)
    if done is None or readings[done][0] - readings[done - 1][0] > LONGEST_GAP:
        return
    course, due = Course(), 0.0
    for moment, temperature in readings[:done]:
        course.add(moment, temperature)
        if moment >= due:
            due = moment + EVERY
            found = forecast(course, target)
            truth = readings[done][0] - moment
            yield Moment(temperature, *(s / 60 for s in (truth, found.early, found.late)))


def logged(path: Path) -> dict[str, Readings]:
    """The readings of each food in a log; of one probe alone, of that one.

    Raises InputError when it cannot be read.
    """
    probes: dict[str, Readings] = {}
    for row in file_rows(str(path), Wanted()):
        moment = parse_moment(row.time)
        for probe, temperature in row.filled():
            if moment:
                probes.setdefault(probe.name, []).append((moment.timestamp(), temperature))
    return {name: found for name, found in probes.items() if name != SMOKER.name} or probes


def simulated(seed: int, target: float = TARGET) -> Readings:
    """A piece of meat of any size, over any fire; every second is wrapped in the stall."""
    dice = random.Random(seed)
    mass = 1.5 + 5 * dice.random()
    meat = Meat(mass, (0.035 + 0.055 * dice.random()) * mass ** (2 / 3))
    hotter = -10 + 45 * dice.random()
    wrapped_at = 158 + 15 * dice.random() if dice.random() < 0.5 else target
    smoker, wrapped, readings = Smoker(), False, []
    for second in range(0, 40 * 3600, STEP_S):
        smoker.step(second, dice)
        wrapped |= meat.temperature >= wrapped_at
        meat.step(smoker.chamber + hotter, evaporation=not wrapped)
        if second % LOOKS == 0:
            readings.append((second, round(meat.temperature + dice.gauss(0, 0.1), 1)))
        if meat.temperature > target + 1:
            break
    return readings


def table(groups: dict[str, list[Moment]]) -> Iterator[str]:
    """What came of the forecasts, in Markdown: a line for each group."""
    yield (
        "| cook | moments | a range | within it | half of its width, min (nine of ten) |"
        f" above {NARROW} °F | a range | within it | half of its width, min (nine of ten) |"
    )
    yield "|---|" + "---|" * 8
    for name, found in groups.items():
        above = [moment for moment in found if moment.temperature >= NARROW]
        yield f"| {name} | {' | '.join((*_cells(found), *_cells(above)))} |"


def _cells(found: list[Moment]) -> tuple[str, str, str, str]:
    given = [moment for moment in found if moment.late]
    if not given:
        return f"{len(found):,}", "–", "–", "–"
    halves = [moment.half for moment in given]
    nine = quantiles([*halves, *halves], n=10)[-1]
    within = sum(moment.within for moment in given) / len(given)
    share = f"{len(given) / len(found):.0%}"
    return f"{len(found):,}", share, f"{within:.0%}", f"{median(halves):.0f} ({nine:.0f})"


SHOWN = 180
"""Minutes on both axes of the picture."""

SIDE, LEFT, TOP = 420, 60, 40
COLOURS = {"simulated": "#94a3b8", "real": "#c2410c"}


def picture(groups: dict[str, list[Moment]]) -> str:
    """The ranges that were given, each over its truth, as an SVG: those on the line were right."""
    width, height = LEFT + SIDE + 20, TOP + SIDE + 50
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        text(LEFT, 20, "Ranges over what came, in cooks held out", 'font-weight="bold"'),
        text(LEFT + SIDE, TOP + SIDE + 36, "minutes that it took", 'text-anchor="end"'),
    ]
    for minutes in range(0, SHOWN + 1, 60):
        drawn.append(line(_x(minutes), TOP, _x(minutes), TOP + SIDE))
        drawn.append(line(LEFT, _y(minutes), LEFT + SIDE, _y(minutes)))
        drawn.append(text(_x(minutes), TOP + SIDE + 18, f"{minutes}", 'text-anchor="middle"'))
        drawn.append(text(LEFT - 6, _y(minutes) + 4, f"{minutes} min", 'text-anchor="end"'))
    for name, found in groups.items():
        kind = "simulated" if name.startswith("simulated") else "real"
        for moment in found:
            if moment.late and moment.truth <= SHOWN:
                x = _x(moment.truth)
                drawn.append(
                    f'<path d="M{x:.1f},{_y(moment.early):.1f}V{_y(min(moment.late, SHOWN)):.1f}"'
                    f' stroke="{COLOURS[kind]}" stroke-opacity="{0.9 if kind == "real" else 0.3}"/>'
                )
    drawn.append(
        f'<path d="M{_x(0)},{_y(0)}L{_x(SHOWN)},{_y(SHOWN)}" stroke="black" stroke-dasharray="4"/>'
    )
    for n, (kind, colour) in enumerate(COLOURS.items()):
        drawn.append(text(LEFT + 10, TOP + 18 + 16 * n, kind, f'fill="{colour}"'))
    return "\n".join([*drawn, "</svg>", ""])


def _x(minutes: float) -> float:
    return LEFT + SIDE * minutes / SHOWN


def _y(minutes: float) -> float:
    return TOP + SIDE - SIDE * minutes / SHOWN


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--used", nargs="+", default=[], metavar="LOG", help="chose the numbers")
    parser.add_argument("--held-out", nargs="+", default=[], metavar="LOG", help="chose none")
    parser.add_argument("--target", type=float, default=TARGET, metavar="N", help="°F (203)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the ranges as an SVG")
    options = parser.parse_args()
    for heading, logs, first in (("used", options.used, 0), ("held out", options.held_out, 1)):
        groups: dict[str, list[Moment]] = {}
        for log in logs:
            name, _, own = log.partition("=")
            target = float(own or options.target)
            for food, readings in logged(Path(name)).items():
                label = f"{Path(name).stem}, {food.lower()} to {target:g} °F"
                groups[label] = list(moments(readings, target))
        for target in (options.target, 135):
            cooks = (simulated(seed, target) for seed in range(first, COOKS, 2))
            found = [moment for cook in cooks for moment in moments(cook, target)]
            groups[f"simulated, {COOKS // 2} to {target:g} °F"] = found
        print(f"## {heading}", "", *table(groups), "", sep="\n")
    if options.picture:
        options.picture.write_text(picture(groups), encoding="utf-8", newline="")


if __name__ == "__main__":
    sys.exit(run(main))
