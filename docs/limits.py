"""Draws docs/images/limits.svg, fires that die slowly: `python -m docs.limits`."""

import math
from pathlib import Path

from smart_smoker.core.alert import Alert
from smart_smoker.core.limits import SmokerLow
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import SECONDS_PER_READING, Reading
from smart_smoker.core.rows import read_rows
from smart_smoker.core.rules import Rule, SmokerDrop
from smart_smoker.core.watch import Watch

from .clocks import line, text

HERE = Path(__file__).parent
PICTURE = HERE / "images" / "limits.svg"

HOT, COLD, LIMIT = 250, 70, 200
"""°F: where the fire begins to die, where it ends, and what is given by `--low`."""

HOURS = 6, 3, 1
"""The time constants of three fires: after so long 37 % of the difference is left."""

COLOURS = "#1d4ed8", "#047857", "#c2410c"
SHOWN = 4  # hours
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 330, 60, 200, 40, 40


def fire(hours: float) -> list[float]:
    """The temperatures of a fire that dies, a reading every 30 seconds."""
    steps = range(SHOWN * 3600 // SECONDS_PER_READING)
    decay = hours * 3600 / SECONDS_PER_READING
    return [round(COLD + (HOT - COLD) * math.exp(-step / decay), 1) for step in steps]


def told(temperatures: list[float], rule: Rule, *others: Rule) -> list[tuple[int, Alert]]:
    """What a watch tells, with the number of the reading that caused it, from 0 on."""
    watch, found = Watch(rule, 0, others=others), []
    for n, temperature in enumerate(temperatures):
        reading = Reading(SMOKER, f"reading {n}", temperature, f"{n}", "fire", n + 1)
        found += [(n, alert) for alert in watch.judge(reading).alerts]
    return found


def crossing(hours: float) -> tuple[int, int | None, bool]:
    """Of a fire: the first reading below the limit, the one at which it is told, and any drop."""
    temperatures = fire(hours)
    below = next(n for n, temperature in enumerate(temperatures) if temperature < LIMIT)
    alerts = told(temperatures, SmokerDrop(), SmokerLow(LIMIT))
    low = next((n for n, alert in alerts if alert.rule == "low"), None)
    return below, low, any(not alert.rule for _, alert in alerts)


def sample() -> list[tuple[str, float]]:
    """The smoker's times and temperatures in the sample cook."""
    lines = (HERE.parent / "smoker-temps.csv").read_text(encoding="utf-8").splitlines()
    rows = [(row.time, row.temperatures[0]) for row in read_rows(lines)]
    return [(time, temperature) for time, temperature in rows if temperature is not None]


def lids(minutes: float) -> list[tuple[str, str]]:
    """What is told of the sample cook's drops: the time of day and the state."""
    times, temperatures = zip(*sample(), strict=True)
    found = told(list(temperatures), SmokerDrop(lid_minutes=minutes))
    return [(times[n].split()[1], alert.state) for n, alert in found]


def picture() -> str:
    """The SVG."""
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(LEFT, 20, "Fires that die slowly, and when --low 200 tells", 'font-weight="bold"'),
    ]
    for degrees in (100, 150, 200, 250):
        drawn.append(line(LEFT, y_of(degrees), WIDTH - RIGHT, y_of(degrees)))
        drawn.append(text(LEFT - 6, y_of(degrees) + 4, f"{degrees} °F", 'text-anchor="end"'))
    for hour in range(SHOWN + 1):
        x = x_of(hour * 3600 / SECONDS_PER_READING)
        drawn.append(line(x, TOP, x, HEIGHT - BOTTOM))
        drawn.append(text(x, HEIGHT - BOTTOM + 16, f"{hour} h", 'text-anchor="middle"'))
    for hours, colour in zip(HOURS, COLOURS, strict=True):
        temperatures = fire(hours)
        points = " ".join(f"{x_of(n):.1f},{y_of(t):.1f}" for n, t in enumerate(temperatures))
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}"/>')
        words = f"time constant {hours} h"
        x, y = WIDTH - RIGHT + 6, y_of(temperatures[-1]) + 4
        drawn.append(text(x, y, words, f'fill="{colour}"'))
        _, low, _ = crossing(hours)
        if low is not None:
            x, y = x_of(low), y_of(temperatures[low])
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')
            time = f"told after {low * SECONDS_PER_READING / 60:.0f} min"
            drawn.append(text(x + 8, y - 8, time, f'fill="{colour}"'))
    return "\n".join([*drawn, "</svg>", ""])


def x_of(reading: float) -> float:
    """Pixels from the left."""
    return LEFT + reading * SECONDS_PER_READING / 3600 / SHOWN * (WIDTH - LEFT - RIGHT)


def y_of(degrees: float) -> float:
    """Pixels from the top."""
    return HEIGHT - BOTTOM - (degrees - COLD) / (HOT + 20 - COLD) * (HEIGHT - BOTTOM - TOP)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="")
