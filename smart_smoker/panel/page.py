"""The panel's page: what the story says, for people with a browser. Only this module knows NiceGUI.

The page itself is made of NiceGUI's elements and follows by its WebSocket. Its chart is drawn by
`page.js` from points that it fetches for what is being looked at; `page.css` has the looks.
"""

import logging
import re
import signal
import socket
import time
from contextlib import suppress
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from urllib.parse import quote, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, Response
from nicegui import ui

from ..core.errors import InputError
from ..core.probes import PROBE_OF_NAME, PROBES, Probe
from ..core.readings import SECONDS_PER_READING
from ..script.settings import Settings
from ..script.signals import SIGNALS
from .access import Gate
from .follower import LOOKED_AT, Follower
from .health import Note, notes
from .probe_story import Episode, ProbeStory, duration
from .story import DAWN, CookStory, Story, Told

log = logging.getLogger(__name__)

TURN = 0.25
"""Seconds between two looks of a page at what has changed."""

BEAT = 4
"""Turns between two signs of life: a page that misses them for some seconds says that it is old."""

LATE = 150
"""Seconds after which a reading is not shown as live any more, long before it is called silent."""

POINTS, SPARK_POINTS, SPARK_SECONDS = 1500, 60, 3600
"""How many points of a probe the chart and the little lines have at most; these show an hour."""

MOST_ALERTS, MOST_COOKS, LONGEST_WORDS = 100, 100, 300
"""What a page shows at most: anybody who may publish can fill the history."""

MOST_CHARTS = 20
"""How many charts are kept, for others who look at the same part of the same cook."""

SPANS = {"All": 0, "6 h": 6 * 3600, "1 h": 3600}
"""The parts of a cook to choose from, in seconds before its newest reading."""

PATIENCE = 5
"""Seconds in which a page that is opened at the start need not say that the broker is away."""

FILES = Path(__file__).parent
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="#2b211b"/><path fill="#f0a04b"'
    ' d="M16 4c1 6 7 8 7 15a7 7 0 0 1-14 0c0-4 2-5 3-9 2 1 3 3 3 5 1-3 2-6 1-11z"/></svg>'
)
CHANNELS = {"email": "e-mail", "sms": "text"}
OUTCOMES = {
    "accepted": "✓ {} accepted",
    "refused": "✕ {} refused",
    "failed": "… {} failed, trying goes on",
}


def serve(follower: Follower, settings: Settings, host: str, port: int):
    """Show what the follower hears at this address until a signal ends it; port 0: a free one.

    Raises InputError when the address cannot be had.
    """
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    head = _head()
    app = FastAPI(openapi_url=None)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    panel = Panel(follower, settings)

    @app.exception_handler(Exception)
    def tell(request: Request, error: Exception) -> Response:
        log.error("this is a bug, details are in the log file: %r", error, exc_info=error)
        return Response("This is a bug of the panel.", 500)

    @app.get("/chart.json")
    def chart(cook: str = "", begin: float = 0, end: float = 1e12, span: float = 0) -> Response:
        return JSONResponse(panel.chart(cook, begin, end, span))

    @app.get("/cook.csv")
    def csv(cook: str = "") -> Response:
        return panel.csv(cook)

    @ui.page("/", title="Smart Smoker", language="en-US")
    def page(request: Request, cook: str = ""):
        ui.add_head_html(head)
        View(panel, cook, request.cookies.get("unit", ""))

    ui.run_with(
        app,
        binding_refresh_interval=None,
        message_history_length=50,
        gzip_middleware_factory=None,
        tailwind=False,
        show_welcome_message=False,
    )
    config = uvicorn.Config(
        Gate(app, settings.panel_password, head),
        ws="wsproto",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    # That a browser asks for what is not there, or stays to the end, is nothing to report.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    logging.getLogger("nicegui").setLevel(logging.ERROR)
    for number in set(SIGNALS) - {signal.SIGINT, signal.SIGTERM}:
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGTERM))
    log.info("The panel: %s (Ctrl+C ends it)", _address(host, port))
    with follower:
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"the panel cannot have port {port} of {host}: {reason}", port) from None


def _address(host: str, port: int) -> str:
    name = _own_address() if host in ("0.0.0.0", "::") else host
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _own_address() -> str:
    """How others in the network reach this machine."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(("192.0.2.1", 9))  # Nothing is sent: it only chooses the way out.
        return way.getsockname()[0]
    return socket.gethostname()


def _head() -> str:
    """What the head of every page has: icon, looks and script."""
    css, js = ((FILES / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    icon = f'<link rel="icon" href="data:image/svg+xml,{quote(ICON)}">'
    return f"{icon}\n<style>{css}</style>\n<script>{js}</script>"


class Panel:
    """What all pages show; the points of their charts are counted once for all of them."""

    def __init__(self, follower: Follower, settings: Settings):
        self.follower = follower
        url = urlsplit(settings.admin_url)
        self.admin_url = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
        self._charts: dict[tuple, tuple[tuple, dict]] = {}

    def cook(self, id: str) -> CookStory | None:
        """The cook with this id, or without one the latest; for whoever holds the lock."""
        story = self.follower.story
        return story.cooks.get(id) if id else story.latest

    def chart(self, id: str, begin: float, end: float, span: float) -> dict:
        """The points of a cook: many from `begin` to `end` or in its last `span` seconds."""
        with self.follower.lock:
            cook = self.cook(id)
            if cook is None:
                return {"extent": [], "probes": [], "episodes": []}
            key, shape = (cook.id, begin, end, span), shape_of(cook)
            before, chart = self._charts.get(key, ((), {}))
            if before != shape:
                chart = _chart(cook, max(begin, cook.end - span if span else begin), end)
                others = [(k, v) for k, v in self._charts.items() if k != key]
                self._charts = dict([*others[-MOST_CHARTS:], (key, (shape, chart))])
            return chart

    def csv(self, id: str) -> Response:
        """A cook as a file that the producer reads."""
        with self.follower.lock:
            cook = self.cook(id)
            text = "".join(cook.csv()) if cook else "There is no such cook.\n"
        if not cook:
            return Response(text, 404, media_type="text/plain")
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", cook.id).strip("-.") or "cook"
        how = {"content-disposition": f'attachment; filename="{name}.csv"'}
        return Response(text, headers=how, media_type="text/csv; charset=utf-8")


def shape_of(cook: CookStory | None) -> tuple:
    """What tells whether a cook's chart has changed."""
    if cook is None:
        return ()
    stories = cook.probes.values()
    ends = tuple(episode.end for story in stories for episode in story.episodes)
    return cook.id, tuple(len(story.moments) for story in stories), ends


def _chart(cook: CookStory, begin: float, end: float) -> dict:
    return {
        "extent": [cook.begin, cook.end],
        "probes": [
            {"name": probe.name, "points": _points(story, begin, end)}
            for probe, story in cook.probes.items()
        ],
        "episodes": [
            {
                "probe": number,
                "kind": each.kind,
                "begin": each.begin,
                "end": _end(each, story, cook),
                "goes_on": each.end is None,
            }
            for number, story in enumerate(cook.probes.values())
            for each in sorted(story.episodes, key=lambda episode: episode.begin)
        ],
    }


def _end(episode: Episode, story: ProbeStory, cook: CookStory) -> float:
    """Up to where an episode is drawn: one that goes on, as far as anything is known."""
    if episode.end is not None:
        return episode.end
    return cook.end if episode.kind == "silence" else story.moments[-1]


def _points(story: ProbeStory, begin: float, end: float) -> list:
    """A probe's points in order: as many as there may be from `begin` to `end`, some around."""
    if not story.moments:
        return []
    first, last = story.moments[0], story.moments[-1]
    before = story.points(first, begin, POINTS // 5) if begin > first else []
    after = story.points(end, last, POINTS // 5) if end < last else []
    # Each part also has the reading just outside of it.
    inside = story.points(begin, end, POINTS)
    before = [point for point in before if not inside or point[0] < inside[0][0]]
    after = [point for point in after if not inside or point[0] > inside[-1][0]]
    return before + inside + after


def degrees(fahrenheit: float, unit: str) -> str:
    """A temperature in "F" or "C", without its unit."""
    return f"{fahrenheit if unit == 'F' else (fahrenheit - 32) * 5 / 9:.1f}"


def in_unit(words: str, unit: str) -> str:
    """An alert's words, which are in °F, in "F" or "C"; a change has no zero that could move."""

    def celsius(found: re.Match) -> str:
        before, number = found[1] or "", float(found[2])
        return f"{before}{number * 5 / 9 if before else (number - 32) * 5 / 9:.1f} °C"

    return words if unit == "F" else CHANGE_OR_TEMPERATURE.sub(celsius, words)


CHANGE_OR_TEMPERATURE = re.compile(r"(?<!\w)((?:down|changed|by) )?(-?[0-9]{1,4}(?:\.[0-9]+)?) °F")


def clock(moment: float, now: float | None = None) -> str:
    """The time of day of a moment of a cook, with its day where that is not `now`'s."""
    then = DAWN + timedelta(seconds=moment)
    other_day = now is not None and then.date() != (DAWN + timedelta(seconds=now)).date()
    return f"{then:%d %b %H:%M}" if other_day else f"{then:%H:%M}"


class Tag(ui.label):
    """An HTML element whose text is never taken for markup."""

    def __init__(self, tag: str, text: str = "", classes: str = "", **attributes: object):
        super().__init__(text)
        self.tag = tag
        self.put(text, classes, **attributes)

    def put(self, text: str = "", classes: str = "", **attributes: object):
        """Show this; only what has changed goes to the browser."""
        if text != self.text:
            self.text = text
        self.classes(replace=classes)
        for name, value in attributes.items():
            name = name.strip("_").replace("_", "-")
            if self.props.get(name) != value:
                self.props[name] = value


class View:
    """The page of one browser: of one cook, or without its id always of the latest; in F or C."""

    def __init__(self, panel: Panel, id: str, unit: str):
        self._panel, self._id, self._unit = panel, id, "C" if unit == "C" else "F"
        self._client = ui.context.client
        self._turn = 0
        self._seen = self._cooks = self._shape = None
        self._rows: dict[str, AlertRow] = {}
        with Tag("div", classes="page"):
            self._make_header()
            with Tag("div", role="alert"):
                self._banner = Tag("p", classes="banner")
                Tag("p", "This page has lost its panel: what it shows is old.", "banner cut-off")
            with Tag("section", aria_labelledby="now"):
                self._heading = Tag("h2", id="now")
                with Tag("div", classes="cards"):
                    self._cards = [Card(probe) for probe in PROBES]
            with Tag("section", aria_labelledby="cook"):
                self._make_chart()
            with _section("happened", "What happened"):
                self._count = Tag("p", classes="quiet")
                with Tag("div", role="log", aria_labelledby="happened"):
                    self._alerts = Tag("ol", classes="alerts")
            with _section("well", "Is it well?"):
                with Tag("ul", classes="notes"):
                    self._notes = [Marked("li") for _ in range(len(PROBES) + 2)]
                where = {"href": panel.admin_url, "target": "_blank", "rel": "noreferrer"}
                Tag("a", "RabbitMQ’s admin page", **where)
        self.refresh()
        ui.timer(TURN, self.refresh)

    def _make_header(self):
        with Tag("header"):
            Tag("h1", "Smart Smoker")
            with Tag("div", classes="choice"):
                show = "(e) => location.assign('?cook=' + encodeURIComponent(e.target.value))"
                self._choice = Tag("select", aria_label="Cook").on("change", js_handler=show)
                file = "cook.csv" + (f"?cook={quote(self._id)}" if self._id else "")
                Tag("a", "CSV", "button", href=file, aria_label="Download this cook as CSV")
            with Tag("div", classes="group", role="group", aria_label="Unit"):
                self._units = {unit: self._make_unit(unit) for unit in ("F", "C")}
            dark = Tag("button", "Dark", data_theme_switch="", aria_pressed="false")
            dark.on("vnodeMounted", js_handler="() => panel.dress()")

    def _make_unit(self, unit: str) -> Tag:
        button = Tag("button", f"°{unit}", aria_pressed=_yes(unit == self._unit))
        return button.on("click", self._set_unit, js_handler=f"() => emit(panel.setUnit('{unit}'))")

    def _set_unit(self, event):
        self._unit = "C" if event.args == "C" else "F"
        for unit, button in self._units.items():
            button.put(button.text, aria_pressed=_yes(unit == self._unit))
        self.refresh()

    def _make_chart(self):
        with Tag("div", classes="tools"):
            Tag("h2", "The cook", id="cook")
            with Tag("div", classes="group", role="group", aria_label="Part of the cook"):
                for words, seconds in SPANS.items():
                    Tag("button", words, data_span=seconds, aria_pressed=_yes(not seconds))
        with Tag("div", classes="chart", role="img") as self._frame:
            self._chart = ui.echart({})

    def refresh(self):
        """Show what has changed since the last time, and how old it all is by now."""
        follower, now = self._panel.follower, time.time()
        self._turn += 1
        on_the_beat = self._turn % BEAT == 1
        with follower.lock:
            seen = follower.version, self._unit
            if seen == self._seen and not on_the_beat:
                return
            cook = self._panel.cook(self._id)
            old = follower.away is not None
            for card in self._cards:
                card.show(cook.probes[card.probe] if cook else None, now, self._unit, old)
            if seen != self._seen:
                self._seen = seen
                self._show_cooks(follower.story)
                self._show_alerts(cook)
                self._show_health(follower, now)
                self._show_extent(cook)
            shape = shape_of(cook)
        if on_the_beat:
            self._client.run_javascript("panel.beat()")
            if shape and shape != self._shape:
                self._shape = shape
                self._client.run_javascript(f"panel.look({self._chart.id})")

    def _show_extent(self, cook: CookStory | None):
        when = f" from {clock(cook.begin)} to {clock(cook.end)}" if cook else ""
        words = f"{_names()}{when}; what happened is listed below."
        self._frame.put(classes="chart", aria_label=words)
        self._heading.put("At its end" if cook and cook.ended else "Now")

    def _show_cooks(self, story: Story):
        newest_first = list(story.cooks.values())[: -MOST_COOKS - 1 : -1]
        latest = story.latest.id if story.latest else ""
        cooks = [("" if cook.id == latest else cook.id, cook.label) for cook in newest_first]
        chosen = "" if self._id == latest else self._id
        if chosen not in dict(cooks):
            cook = story.cooks.get(chosen)  # It can be older than those.
            missing = f"{chosen} is not in the history" if chosen else "no cook yet"
            cooks.append((chosen, cook.label if cook else missing))
        if cooks == self._cooks:
            return
        self._cooks = cooks
        self._choice.clear()
        with self._choice:
            for id, name in cooks:
                name = f"Latest: {name}" if id == "" and latest else name
                Tag("option", name, value=id, selected=id == chosen)

    def _show_alerts(self, cook: CookStory | None):
        alerts = cook.alerts if cook else []
        newest_first = sorted(alerts, key=lambda told: told.moment)[::-1]
        shown = {told.alert.id: told for told in newest_first[:MOST_ALERTS]}
        words = f"The newest {MOST_ALERTS}." if len(alerts) > MOST_ALERTS else ""
        self._count.put(words if alerts else "Nothing so far.", "quiet")
        for id in self._rows.keys() - shown:
            self._rows.pop(id).delete()
        for place, (id, told) in enumerate(shown.items()):
            if id not in self._rows:
                with self._alerts:
                    self._rows[id] = AlertRow()
                self._rows[id].move(target_index=place)
            self._rows[id].show(told, cook, self._unit)

    def _show_health(self, follower: Follower, now: float):
        story, cook = follower.story, follower.story.latest
        cooking = cook is not None and cook.goes_on(now)
        failing = story.failing(now)
        said = notes(follower.queues, failing, cooking) if follower.away is None else []
        self._banner.put("\n".join(_troubles(follower, said)), "banner")
        for row, queue, note in zip_longest(self._notes, LOOKED_AT, said):
            if note is None:
                row.put(f"{queue}: not known while RabbitMQ is away", "never")
            else:
                row.put(note.words, "wrong" if note.wrong else "fine" if note.fine else "note")


def _troubles(follower: Follower, said: list[Note]) -> list[str]:
    """What somebody should mend now."""
    if follower.away is None:
        return [note.words for note in said if note.wrong]
    if not follower.loaded and time.time() - follower.away_since < PATIENCE:
        return []
    since = time.strftime("%H:%M", time.localtime(follower.away_since))
    old = "What is shown is from before. " if follower.loaded else ""
    return [
        f"RabbitMQ has been away since {since}. {old}Trying goes on. ({_shortened(follower.away)})"
    ]


def _section(id: str, heading: str) -> Tag:
    with Tag("section", aria_labelledby=id) as section:
        Tag("h2", heading, id=id)
    return section


def _names() -> str:
    """All probes in a sentence: `Smoker, food A and food B`."""
    *others, last = (probe.spoken for probe in PROBES)
    words = f"{', '.join(others)} and {last}" if others else last
    return words[:1].upper() + words[1:]


def _yes(truth: bool) -> str:
    return "true" if truth else "false"


class Marked(Tag):
    """Words behind a shape, so that the colour of the two says nothing new."""

    def __init__(self, tag: str, classes: str = ""):
        super().__init__(tag, classes=classes)
        with self:
            Tag("span", classes="shape", aria_hidden="true")
            self._words = Tag("span")

    def put(self, text: str = "", classes: str = "", **attributes: object):
        super().put("", classes, **attributes)
        if text:
            self._words.put(text)


class Card(Tag):
    """One probe: its temperature, and all that tells how far to believe it."""

    def __init__(self, probe: Probe):
        self.probe = probe
        self._look = f"card {probe.name.lower().replace(' ', '-')}"
        super().__init__("article", classes=self._look, aria_label=probe.name)
        with self:
            with Tag("div", classes="line"):
                Tag("h3", probe.name)
                self._state = Marked("p", "state")
            with Tag("p", classes="degrees"):
                self._value = Tag("span", classes="value")
                self._degrees = Tag("span", classes="unit")
            with Tag("div", classes="line"):
                self._change, self._age = Tag("p", classes="change"), Tag("p", classes="age")
            box = f"0 0 {SPARK_SECONDS} 100"
            with Tag("svg", classes="spark", viewBox=box, preserveAspectRatio="none") as spark:
                spark.put(classes="spark", aria_hidden="true")
                self._spark = Tag("path")
        self._drawn = ""  # the id of the reading up to which the line goes

    def show(self, story: ProbeStory | None, now: float, unit: str, old: bool):
        """Show the probe as it is now; `old` when nobody can know how it is now."""
        if story is None or story.newest is None:
            self.put(classes=f"{self._look} never")
            self._state.put("no reading yet", "state")
            self._value.put("–", "value")
            for tag in (self._degrees, self._change, self._age):
                tag.put("", tag.classes[0])
            self._drawn = ""
            self._spark.put(d="")
            return
        state, age, change = story.state(now), story.age(now), story.change()
        late = age is None or age > LATE
        kind = "away" if old else state.kind.replace(" ", "-")
        live = not old and state.kind not in ("ended", "no signal")
        self.put(classes=f"{self._look} {kind}{' late' if late and live else ''}")
        self._state.put("not known" if old else state.words, "state")
        self._value.put(degrees(story.newest.temperature, unit), "value")
        self._degrees.put(f"°{unit}", "unit")
        minutes = len(story.window()) * SECONDS_PER_READING / 60
        self._change.put(*_change(change, minutes, unit))
        self._age.put(_heard(story, age, live and not late), "age")
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


def _heard(story: ProbeStory, age: float | None, live: bool) -> str:
    if story.ended:
        return f"last at {clock(story.moments[-1])}"
    if age is None:
        return "nobody knows how old"
    return f"{duration(age)} ago" if live else f"last heard {duration(age)} ago"


def _path(story: ProbeStory) -> str:
    """The last hour of a probe as a line, for SVG: an hour wide, 100 high."""
    end = story.moments[-1]
    points = [p for p in story.points(end - SPARK_SECONDS, end, SPARK_POINTS) if p[1] is not None]
    low = min(t for _, t in points)
    high = max(max(t for _, t in points), low + 1)
    spots = (
        f"{max(0, moment - end + SPARK_SECONDS):.0f},{95 - 90 * (t - low) / (high - low):.0f}"
        for moment, t in points
    )
    return "M" + "L".join(spots)


class AlertRow(Tag):
    """One alert: when, what, and what became of it in each channel."""

    def __init__(self):
        super().__init__("li")
        with self:
            Tag("span", classes="shape", aria_hidden="true")
            self._time = Tag("time")
            with Tag("div", classes="what"):
                self._subject, self._advice = Tag("strong"), Tag("p")
                self._deliveries = Tag("p")
        self._shown: tuple = ()

    def show(self, told: Told, cook: CookStory, unit: str):
        shown = cook.id, told.moment, tuple(told.deliveries.items()), unit
        if shown == self._shown:
            return
        self._shown = shown
        alert = told.alert
        probe = alert.probe.lower().replace(" ", "-")
        kind = KINDS.get(alert.state, PROBE_OF_NAME[alert.probe].rule.kind)
        self.put(classes=f"{kind} {probe}")
        self._time.put(clock(told.moment, cook.begin))
        self._subject.put(_shortened(in_unit(alert.subject, unit)))
        lines = alert.text.splitlines()
        wanted = alert.state in ("raised", "lost") and len(lines) > 1
        self._advice.put(_shortened(in_unit(lines[1], unit)) if wanted else "")
        self._deliveries.put(*_deliveries(told))


KINDS = {"lost": "silence", "cleared": "over", "found": "over"}
"""What an alert is about, where its state tells; else it is what its probe's rule looks for."""


def _deliveries(told: Told) -> tuple[str, str]:
    """What became of an alert, and the class of these words."""
    if not told.deliveries:
        return "Not sent to anybody yet", "unsent"
    words = []
    for channel, (outcome, reason) in sorted(told.deliveries.items()):
        why = f" ({reason})" if reason and outcome != "accepted" else ""
        words.append(_shortened(OUTCOMES[outcome].format(CHANNELS.get(channel, channel)) + why))
    done = all(outcome == "accepted" for outcome, _ in told.deliveries.values())
    return ", ".join(words), "" if done else "unsent"


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else words[:LONGEST_WORDS] + "…"
