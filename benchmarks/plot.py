"""The plot: a small picture for each table that is about a comparison or a course."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

from . import consumer, cooks, latency, outage, producer, restart, window
from .rounds import Group, Run, median

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.hashsalt": "smart-smoker", "font.size": 9, "axes.grid": True}

from matplotlib import pyplot  # noqa: E402 - after the choice of what draws

OURS, OTHERS = "#c2410c", "#94a3b8"
COURSES = (OURS, "#0f766e", OTHERS)


def plot(run: Run, path: Path):
    """Draw what this run has measured. Bars and points are medians, whiskers the rounds' range."""
    figure, axes = pyplot.subplots(3, 3, figsize=(12, 9.6), layout="constrained")
    _bars(axes[0, 0], run, producer.GROUP)
    _bars(axes[0, 1], run, consumer.GROUP)
    _delays(axes[0, 2], run)
    restarts = "after a good end, s", "after a kill, s", "without a checkpoint, s"
    _course(axes[1, 0], run, restart.GROUP, "readings in the history", restarts, "symlog")
    axes[1, 0].set_yscale("log")
    _course(axes[1, 1], run, window.GROUP, "readings in the window", ["µs"], "log")
    # A deque that is searched would rise a thousandfold; what is flat stays so on this scale, too.
    axes[1, 1].set_ylim(0.1, 10_000)
    axes[1, 1].set_yscale("log")
    _course(axes[1, 2], run, cooks.GROUP, "cooks", ["readings/s"], "log")
    _course(axes[2, 0], run, cooks.GROUP, "cooks", ["kB a cook"], "log")
    axes[2, 0].set_yscale("log")
    _course(axes[2, 1], run, outage.GROUP, "hours of a hundred smokers", ["s"], "linear")
    axes[2, 2].set_axis_off()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _ranges(run: Run, group: Group, figure: str) -> tuple[list[str], list[float], list[list]]:
    """What was measured, the medians, and how far the rounds lie below and above."""
    measured = [who for who in group.entrants if run.of(group.name, who, figure)]
    values = [run.of(group.name, who, figure) for who in measured]
    medians = list(map(median, values))
    below = [m - min(v) for m, v in zip(medians, values, strict=True)]
    above = [max(v) - m for m, v in zip(medians, values, strict=True)]
    return measured, medians, [below, above]


def _bars(axis, run: Run, group: Group):
    measured, medians, ranges = _ranges(run, group, "readings/s")
    colours = [OURS if who == "ours" else OTHERS for who in measured]
    axis.barh(measured, medians, xerr=ranges, color=colours, ecolor="#334155", capsize=3)
    axis.invert_yaxis()
    axis.set(title=f"{group.title}, readings/s")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.locator_params(axis="x", nbins=5)


def _course(axis, run: Run, group: Group, what: str, figures: Sequence[str], scale: str):
    for figure, colour in zip(figures, COURSES, strict=False):
        measured, medians, ranges = _ranges(run, group, figure)
        how = {"color": colour, "label": figure, "marker": "o", "capsize": 3}
        axis.errorbar(list(map(int, measured)), medians, ranges, **how)
    axis.set_xscale(scale, **({"linthresh": 1000, "linscale": 0.5} if scale == "symlog" else {}))
    one = len(figures) == 1
    axis.set(title=f"{group.title}, {figures[0]}" if one else group.title, xlabel=what)
    if not one:
        axis.legend()
    axis.set_ylim(bottom=0)


def _delays(axis, run: Run):
    for who, colour in zip(("idle", "half", "nine tenths"), COURSES, strict=True):
        if delays := sorted(run.of("latency", who, "ms")):
            shares = [100 * (n + 1) / len(delays) for n in range(len(delays))]
            axis.plot(delays, shares, color=colour, label=latency.GROUP.entrants[who])
            axis.legend()
    axis.set(title="Alert to mail, % of the alerts by ms")
    axis.set_xlim(left=0)
