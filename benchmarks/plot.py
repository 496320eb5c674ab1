"""The plot: a small picture for each table that is about a comparison or a course."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import matplotlib

from . import consumer, cooks, latency, panel, producer, window
from .rounds import Group, Run, median

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.hashsalt": "smart-smoker", "font.size": 9, "axes.grid": True}

from matplotlib import pyplot  # noqa: E402 - after the choice of what draws

OURS, OTHERS = "#c2410c", "#94a3b8"
COURSES = (OURS, "#0f766e", OTHERS)


def plot(groups: Sequence[Group], run: Run, path: Path) -> bool:
    """Draw what this run has measured; False where there is nothing to draw.

    Bars and points are medians, whiskers the rounds' range.
    """
    drawn = [draw for group, draw in PICTURES if group in groups]
    if not drawn:
        return False
    figure, axes = pyplot.subplots(
        -(-len(drawn) // 3), 3, figsize=(12, 3.2 * -(-len(drawn) // 3)), layout="constrained"
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, draw in zip(axes.flat, drawn, strict=False):
        axis.set_axis_on()
        draw(axis, run)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return True


def _ranges(run: Run, group: Group, figure: str) -> tuple[list[str], list[float], list[list]]:
    """What was measured, the medians, and how far the rounds lie below and above."""
    measured = [who for who in group.entrants if run.of(group.name, who, figure)]
    values = [run.of(group.name, who, figure) for who in measured]
    medians = list(map(median, values))
    below = [m - min(v) for m, v in zip(medians, values, strict=True)]
    above = [max(v) - m for m, v in zip(medians, values, strict=True)]
    return measured, medians, [below, above]


def _bars(group: Group, axis, run: Run):
    measured, medians, ranges = _ranges(run, group, "readings/s")
    colours = [OURS if who == "ours" else OTHERS for who in measured]
    axis.barh(measured, medians, xerr=ranges, color=colours, ecolor="#334155", capsize=3)
    axis.invert_yaxis()
    axis.set(title=f"{group.title}, readings/s")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.locator_params(axis="x", nbins=5)


def _course(group: Group, what: str, figures: Sequence[str], axis, run: Run):
    """Figures by how much of something there was."""
    for figure, colour in zip(figures, COURSES, strict=False):
        measured, medians, ranges = _ranges(run, group, figure)
        style = {"color": colour, "label": figure, "marker": "o", "capsize": 3}
        axis.errorbar(list(map(int, measured)), medians, ranges, **style)
    axis.set_xscale("log")
    axis.set_ylim(bottom=0)
    one = len(figures) == 1
    axis.set(title=f"{group.title}, {figures[0]}" if one else group.title, xlabel=what)
    if not one:
        axis.legend()


def _delays(axis, run: Run):
    for who, colour in zip(("idle", "half", "nine tenths"), COURSES, strict=True):
        if delays := sorted(run.of("latency", who, "ms")):
            shares = [100 * (n + 1) / len(delays) for n in range(len(delays))]
            axis.plot(delays, shares, color=colour, label=latency.GROUP.entrants[who])
            axis.legend()
    axis.set(title="Alert to mail, % of the alerts by ms")
    axis.set_xlim(left=0)


OPENS = "opens at once, s", "opens later, s", "start until it follows, s"

PICTURES = (
    (producer.GROUP, partial(_bars, producer.GROUP)),
    (consumer.GROUP, partial(_bars, consumer.GROUP)),
    (window.GROUP, partial(_course, window.GROUP, "readings in the window", ["µs"])),
    (cooks.GROUP, partial(_course, cooks.GROUP, "cooks", ["readings/s"])),
    (latency.GROUP, _delays),
    (panel.HISTORY, partial(_course, panel.HISTORY, "readings in the history", OPENS)),
)
"""What is drawn of which groups."""
