"""Draws docs/images/clocks.svg, the sample cook by both clocks: `python -m docs.clocks`."""

from datetime import datetime, timedelta
from pathlib import Path

from smart_smoker.core.clock import parse_moment
from smart_smoker.core.probes import PROBES, Probe
from smart_smoker.core.readings import Reading
from smart_smoker.core.rows import read_rows
from smart_smoker.core.watch import CLOCKS, Watch

HERE = Path(__file__).parent
PICTURE = HERE / "images" / "clocks.svg"
RULES = {probe: probe.rule for probe in PROBES}
COLOURS = dict(zip(CLOCKS, ("#c2410c", "#1d4ed8"), strict=True))

WIDTH, LEFT, RIGHT, TOP = 960, 90, 20, 40
PLOT, BAR, PANEL = 110, 12, 170  # heights: of a curve, of a clock's bar, of both with a margin
COLDEST, HOTTEST = 30, 260  # °F
HOURS = range(11, 22)


def readings(probe: Probe) -> list[Reading]:
    """The probe's readings in the sample cook."""
    lines = (HERE.parent / "smoker-temps.csv").read_text(encoding="utf-8").splitlines()
    column = list(RULES).index(probe)
    said = [(row.time, row.temperatures[column]) for row in read_rows(lines)]
    spoken = [(time, temperature) for time, temperature in said if temperature is not None]
    return [Reading(probe, *each, f"{n}", "sample", n) for n, each in enumerate(spoken, 1)]


def episodes(probe: Probe, clock: str) -> list[tuple[datetime, datetime]]:
    """From when to when each episode of the probe is told by a clock."""
    watch = Watch(RULES[probe], 0, clock)
    alerts = [alert for reading in readings(probe) for alert in watch.judge(reading).alerts]
    moments = [parse_moment(alert.time) for alert in alerts]
    return list(zip(moments[::2], moments[1::2], strict=True))


def picture() -> str:
    """The SVG."""
    height = TOP + PANEL * len(RULES) + 20
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(LEFT, 20, "The sample cook, and its episodes by both clocks", 'font-weight="bold"'),
    ]
    for number, probe in enumerate(RULES):
        drawn += panel(probe, TOP + number * PANEL)
    return "\n".join([*drawn, "</svg>", ""])


def panel(probe: Probe, top: int) -> list[str]:
    """A probe's curve over the hours, and under it a bar for each clock."""
    bottom = top + PLOT
    drawn = [text(8, top + 14, probe.name, 'font-weight="bold"')]
    for degrees in (100, 200):
        y = bottom - height_of(degrees)
        drawn.append(line(LEFT, y, WIDTH - RIGHT, y))
        drawn.append(text(LEFT - 6, y + 4, f"{degrees} °F", 'text-anchor="end"'))
    end = bottom + 2 * BAR + 8
    for hour in HOURS:
        x = LEFT + (hour - HOURS[0]) * width_of(timedelta(hours=1))
        drawn.append(line(x, top, x, end))
        drawn.append(text(x, end + 14, f"{hour}:00", 'text-anchor="middle" fill="#555"'))
    taken = readings(probe)
    begin = parse_moment(taken[0].time).replace(hour=HOURS[0], minute=0, second=0)
    points = " ".join(
        f"{LEFT + width_of(parse_moment(r.time) - begin):.1f},"
        f"{bottom - height_of(r.temperature):.1f}"
        for r in taken
    )
    drawn.append(f'<polyline points="{points}" fill="none" stroke="#333"/>')
    for number, (clock, colour) in enumerate(COLOURS.items()):
        y = bottom + 4 + number * (BAR + 2)
        drawn.append(text(LEFT - 6, y + BAR - 2, clock, f'text-anchor="end" fill="{colour}"'))
        for first, last in episodes(probe, clock):
            x, width = LEFT + width_of(first - begin), width_of(last - first)
            drawn.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'
            )
    return drawn


def width_of(time: timedelta) -> float:
    """Pixels for so much of the cook."""
    return time / timedelta(hours=HOURS[-1] - HOURS[0]) * (WIDTH - LEFT - RIGHT)


def height_of(degrees: float) -> float:
    """Pixels above the bottom of a curve for a temperature in °F."""
    return (degrees - COLDEST) / (HOTTEST - COLDEST) * PLOT


def line(x: float, y: float, to_x: float, to_y: float) -> str:
    """A thin line behind the curves."""
    return f'<path d="M{x:.1f} {y:.1f} L{to_x:.1f} {to_y:.1f}" stroke="#ddd"/>'


def text(x: float, y: float, words: str, more: str) -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="")
