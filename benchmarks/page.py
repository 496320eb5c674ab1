"""What has been measured, as tables, as goals, and as a plot; and its place in the document."""

import importlib.metadata
import os
import platform
from datetime import date
from pathlib import Path
from statistics import median

import pika

from .latency import percentile
from .rounds import Group, Run, divided, is_here, spread
from .scripts import FOLDER

DOCS = FOLDER / "docs"
BEGIN = "<!-- measured by python -m benchmarks: what stands from here -->"
END = "<!-- to here is written by it, and lost with the next run -->"


def written(groups: list[Group], run: Run, facts: str) -> str:
    """All tables and goals, as Markdown."""
    reached = goals(run, {group.name for group in groups})
    parts = [facts, reached] if reached else [facts]
    for group in groups:
        table = latency_table(group, run) if group.name == "latency" else table_of(group, run)
        parts.append(f"### {group.title}\n\n{group.note}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def facts(url: str, rounds: int, load: float) -> str:
    """On what it was measured."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        server = connection._impl.server_properties["version"]  # pika has no other way to it
    libraries = ["pika", *filter(is_here, ("kombu", "aio-pika"))]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in libraries]
    return (
        f"Measured on {date.today()} in {rounds} rounds: {processor()}, {os.cpu_count()} cores,"
        f" {platform.system()}, load at most {load:.1f}; Python {platform.python_version()},"
        f" RabbitMQ {server}, {', '.join(versions)}. Medians, and in brackets the range of the"
        " rounds."
    )


def processor() -> str:
    """Its name, where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


# --- tables --------------------------------------------------------------------------------------


def lines(header: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *rows))


def table_of(group: Group, run: Run) -> str:
    """A row for each thing that was measured."""
    rows = []
    for who, label in group.entrants.items():
        cells = [spread(run.of(group.name, who, f), form) for f, form in group.figures.items()]
        if group.ratio:
            cells.append("1" if who == group.base else spread(group.ratios(run, who), "{:.2f}"))
        rows.append([label, *cells])
    return lines(["", *group.figures, *filter(None, [group.ratio])], rows)


def latency_table(group: Group, run: Run) -> str:
    """All alerts of all rounds together: a round has too few for a 99th percentile."""
    rows = []
    for who, label in group.entrants.items():
        if delays := run.of(group.name, who, "ms"):
            cells = [f"{percentile(delays, percent):.1f}" for percent in (50, 99, 100)]
            beside = spread(run.of(group.name, who, "readings/s"), "{:,.0f}")
            rows.append([label, f"{len(delays)}", *cells, beside])
    return lines(["", "alerts", "p50, ms", "p99, ms", "most, ms", "readings/s beside"], rows)


# --- goals ---------------------------------------------------------------------------------------


def goals(run: Run, of: set[str]) -> str:
    """What was to be reached `of` these groups, and whether it was."""
    rows = []
    for group, what, bound, goal, values in _goals(run):
        if values and group in of:
            reached = median(values) >= goal if bound == "at least" else median(values) <= goal
            yes = "reached" if reached else "**not reached**"
            rows.append([what, f"{bound} {goal:g}", spread(values, "{:.2f}"), yes])
    return lines(["goal", "", "measured", ""], rows) if rows else ""


def _goals(run: Run) -> list[tuple[str, str, str, float, list[float]]]:
    """Of which group, what it is, its bound, and the rounds' values."""

    def ratio(group: str, who: str, to: str, figure: str) -> list[float]:
        return divided(run.of(group, who, figure), run.of(group, to, figure))

    def rates(group: str, who: str) -> list[float]:
        return run.of(group, who, "readings/s")

    def slowest(who: str) -> list[float]:
        delays = run.of("latency", who, "ms")
        return [percentile(delays, 99)] if delays else []

    pairs = zip(rates("producer", "kombu"), rates("producer", "aio-pika"), strict=False)
    producers = divided(rates("producer", "ours"), [max(pair) for pair in pairs])
    judged, caught_up = "readings/s", run.of("restart", "100", "caught up, readings/s")
    caught_up = divided(caught_up, rates("consumer", "ours"))
    restarted = ratio("restart", "100", "0", "after a good end, s")
    to_bare, to_kombu = (ratio("consumer", "ours", to, judged) for to in ("bare pika", "kombu"))
    cooks = ratio("cooks", "1000", "1", judged)
    least, most = "at least", "at most"
    backlog = "300,000 readings of 100 cooks"
    return [
        ("consumer", "consumer to bare pika that only acknowledges", least, 0.65, to_bare),
        ("consumer", "consumer to kombu", least, 1.2, to_kombu),
        ("producer", "producer to the better of kombu and aio-pika", least, 2, producers),
        ("cooks", "1,000 cooks to one", least, 0.7, cooks),
        ("restart", f"restart behind {backlog} to one behind nothing", most, 1.3, restarted),
        ("restart", f"catching up on {backlog} to a queue of one", least, 0.9, caught_up),
        ("latency", "alert to mail, idle, p99, ms", most, 100, slowest("idle")),
        ("latency", "alert to mail, at half the capacity, p99, ms", most, 150, slowest("half")),
        (
            "history",
            "panel: opens with 6,000,000 readings of 100 smokers, s",
            most,
            2,
            run.of("history", "6000000", "opens at once, s"),
        ),
        *(
            ("panel", f"panel: {what}", most, goal, run.of("panel", "panel", what))
            for what, goal in (
                ("reading to page, s", 1),
                ("alert to page, s", 2),
                ("a day opens, s", 2),
                ("a week opens, s", 5),
                ("ten browsers, MB", 200),
            )
        ),
    ]


# --- the document --------------------------------------------------------------------------------


def write(page: Path, text: str, groups: list[Group], run: Run) -> list[Path]:
    """Put the text between the two marks of the page, and its plot into its folder `images`.

    A page that is not there begins with it.
    """
    there = page.read_text(encoding="utf-8") if page.exists() else ""
    before, _, rest = there.partition(BEGIN)
    after = rest.partition(END)[2]
    picture = page.parent / "images" / f"{page.stem}.svg"
    picture.parent.mkdir(exist_ok=True)
    drawn = False
    if is_here("matplotlib"):
        from .plot import plot

        drawn = plot(groups, run, picture)
    shown = f"![The figures of the tables below](images/{picture.name})\n\n" if drawn else ""
    page.write_text(f"{before}{BEGIN}\n\n{shown}{text}\n{END}{after}", encoding="utf-8")
    return [page, picture] if drawn else [page]
