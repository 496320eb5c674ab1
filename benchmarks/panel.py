"""The panel: from publishing to the page in a real browser, opening a long cook, and its memory."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median

from smart_smoker.core.alert import Alert
from smart_smoker.core.probes import PROBES, SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.lab.packages import find_browser
from smart_smoker.rabbitmq.link import connect
from smart_smoker.rabbitmq.messages import EXCHANGE, Message, alert_message, reading_message

from .rounds import Group, Run
from .scripts import Script, clear

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
PAUSE = 0.2, 1.3
"""Seconds from and to, by chance: what is measured shall fall on every moment of loops."""

DAY, WEEK = 2880, 20_160
"""Rows of a cook at 30 s; with three probes 8,640 and 60,480 readings."""

BROWSERS = 10
SMOKERS = 100

PARTS = 20
"""Readings, and alerts, that are timed on their way to a page in each round."""


@contextmanager
def panel(url: str) -> Iterator[tuple]:
    """A panel that follows, its address, and a page of a browser that has nothing cached."""
    from playwright.sync_api import sync_playwright  # here, as not everybody has it

    with Script(url, "panel.py", "--port", "0") as script, sync_playwright() as playwright:
        address = next(word for word in script.next_line("http")[1].split() if "://" in word)
        script.followed = script.wait_for("Following")
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield script, address, browser.new_page()
        browser.close()


def latencies(url: str, count: int) -> tuple[list[float], list[float]]:
    """Seconds from just before publishing until the page shows it, for readings and for alerts."""
    clear(url)
    readings, alerts = [], []
    with panel(url) as (_, address, page), connect([url], "benchmark") as broker:
        page.goto(address)
        for seq in range(1, count + 2):
            broker.wait(random.uniform(*PAUSE))
            words = f"{100 + seq}.0"
            readings.append(_seen(page, words, lambda: broker.publish([_reading(seq)])))  # noqa: B023
            broker.wait(random.uniform(*PAUSE))
            alert = _alert(seq)
            alerts.append(
                _seen(page, alert.subject, lambda: broker.publish([alert_message(alert)]))  # noqa: B023
            )
    return readings[1:], alerts[1:]  # The first ones can meet a browser that is still busy.


def _seen(page, words: str, publish) -> float:
    began = time.perf_counter()
    publish()
    page.get_by_text(words, exact=True).wait_for()
    return time.perf_counter() - began


def _reading(seq: int) -> Message:
    id = f"bench/{SMOKER.queue}/{seq}"
    return reading_message(Reading(SMOKER, _time(seq), 100 + seq, id, "bench", seq))


def _alert(seq: int) -> Alert:
    id, words = f"bench/{SMOKER.queue}/{seq}/raised", f"Alert number {seq}"
    return Alert(id, "bench", SMOKER.name, "raised", _time(seq), 100, 15, words, words, words)


def _time(row: int) -> str:
    return f"{datetime(2025, 9, 6) + timedelta(seconds=30 * row):%m/%d/%y %H:%M:%S}"


def opening(url: str, rows: int) -> float:
    """Seconds from asking for the page of such a cook until its chart is drawn, nothing cached."""
    _publish_cook(url, rows)
    with panel(url) as (_, address, page):
        began = time.perf_counter()
        _open(page, address)
        return time.perf_counter() - began


def memory(url: str) -> float:
    """MB of a panel that follows a week's cook with ten browsers open."""
    _publish_cook(url, WEEK)
    with panel(url) as (script, address, page):
        for _ in range(BROWSERS):
            _open(page.context.browser.new_page(), address)
        page.wait_for_timeout(5000)
        return script.memory()


def against_history(run: Run, who: str) -> dict[str, float]:
    """A panel with so many readings of a hundred smokers behind it, that all go on."""
    readings = min(int(who), 10_000) if run.quick else int(who)
    _publish_smokers(run.url, readings // SMOKERS // len(PROBES))
    with panel(run.url) as (script, address, page):
        began = script.followed - script.started

        def open_list() -> float:
            asked = time.perf_counter()
            new = page.context.browser.new_page()
            new.goto(address)
            new.get_by_role("row").filter(has_text=f"smoker-{SMOKERS - 1}").wait_for()
            return time.perf_counter() - asked

        early = open_list()
        page.goto(address)
        page.get_by_text("still being read").wait_for(state="hidden", timeout=600_000)
        late = [open_list() for _ in range(BROWSERS - 2)]
        used, since = script.cpu(), time.perf_counter()
        page.wait_for_timeout(5000)
        share = (script.cpu() - used) / (time.perf_counter() - since)
        return {
            "start until it follows, s": began,
            "opens at once, s": early,
            "opens later, s": median(late),
            "memory, MB": script.memory(),
            "share of a core": share,
        }


def _publish_smokers(url: str, rows: int):
    """Rows of all smokers in turn, in the history alone: no queue is bound."""
    clear(url)
    with connect([url], "benchmark") as broker:
        for probe in PROBES:
            broker._setup.queue_unbind(probe.queue, EXCHANGE, probe.queue)
        for row in range(1, rows + 1):
            broker.publish([m for n in range(SMOKERS) for m in _row(row, f"smoker-{n}")])


def _open(page, address: str):
    page.goto(address)
    page.wait_for_function(DRAWN)


DRAWN = """() => {
  const chart = document.querySelector(".nicegui-echart canvas")
    && getElement(document.querySelector(".nicegui-echart").id.slice(1)).chart;
  return chart?.getOption().series?.[0]?.data?.length > 0;
}"""


def _publish_cook(url: str, rows: int):
    clear(url)
    with connect([url], "benchmark") as broker:
        for first in range(1, rows + 1, 500):
            broker.publish(
                [
                    message
                    for seq in range(first, min(first + 500, rows + 1))
                    for message in _row(seq)
                ]
            )


def _row(seq: int, cook: str = "long") -> list[Message]:
    return [
        reading_message(
            Reading(
                probe,
                _time(seq),
                round(150 + 30 * number + random.gauss(0, 2), 1),
                f"{cook}/{probe.queue}/{seq}",
                cook,
                seq,
            )
        )
        for number, probe in enumerate(PROBES)
    ]


def measure(run: Run, who: str) -> dict[str, float | list[float]]:
    readings, alerts = latencies(run.url, 3 if run.quick else PARTS)
    return {
        "reading to page, s": readings,
        "alert to page, s": alerts,
        "a day opens, s": opening(run.url, DAY),
        "a week opens, s": opening(run.url, WEEK),
        "ten browsers, MB": memory(run.url),
    }


GROUP = Group(
    "panel",
    "The panel",
    {"panel": "in Chromium"},
    measure,
    {
        "reading to page, s": "{:.2f}",
        "alert to page, s": "{:.2f}",
        "a day opens, s": "{:.2f}",
        "a week opens, s": "{:.2f}",
        "ten browsers, MB": "{:.0f}",
    },
    "From just before something is published until it stands on an open page; from asking for the"
    " page of a cook of 8,640 or 60,480 readings until its chart is drawn; the panel's memory with"
    " ten such pages open.",
)

HISTORY = Group(
    "history",
    "The panel against history",
    {str(n): f"{n:,} readings" for n in (10_000, 100_000, 1_000_000, 6_000_000)},
    against_history,
    {
        "opens at once, s": "{:.2f}",
        "opens later, s": "{:.2f}",
        "start until it follows, s": "{:.2f}",
        "memory, MB": "{:.0f}",
        "share of a core": "{:.2f}",
    },
    "Readings of a hundred smokers that all go on; 6,000,000 are a week of them. Seconds until the"
    " first page has the newest reading, just after the panel's start, and when it has read what it"
    " keeps; then its memory and the share of a core that it takes, with ten such pages open and"
    " nothing new.",
    ratio="÷ 10,000",
    base="10000",
    once=("1000000", "6000000"),
)
