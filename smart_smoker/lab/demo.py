"""The sample cook in one terminal: broker, panel, inbox, three consumers and the producer."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from ..cli.checks import broker_urls
from ..cli.commands import typed
from ..cli.questions import ask, on_terminal, wait_for_enter
from ..cli.screen import show
from ..cli.settings import Settings, load
from ..cli.signals import Stop, interrupt_on_signals
from ..core.errors import InputError, SmartSmokerError
from ..core.probes import PROBES, Probe
from ..core.rows import read_rows
from ..rabbitmq.history import replay
from ..rabbitmq.link import connect, connect_once
from ..rabbitmq.messages import Arrival
from .ports import answers, free_ports
from .private_broker import USUAL_PORTS, PrivateBroker
from .processes import command_line

FOLDER = Path(__file__).resolve().parent.parent.parent
BROKERS = FOLDER / ".rabbitmq"
SAMPLE = FOLDER / "smoker-temps.csv"

INTERVAL = 0.004
"""Seconds between two rows: ten hours in some ten seconds, which can still be looked at."""

PATIENCE = 30
"""Seconds without a delivery after which the alerts that are left are called not sent."""

PANEL_PORT = 8000
PALETTE = ("yellow", "magenta", "blue", "bright_magenta", "bright_blue", "bright_yellow")
"""The colours of the consumers, by the number of their probe."""

NEXT = """
What to do next
  See it as it is meant to be, in four terminals and a row every 30 seconds, as the README says:
    python3 run.py broker start
  Or here:
    python3 run.py --interval 30
  Get the alerts yourself: copy the example of the settings, fill it in, and try it.
    cp .env.toml.example .env.toml
    .venv/bin/python alerts.py
"""

T = TypeVar("T")


class Speaker:
    """A process of the demo, whose lines are shown with its name before them."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], style: str):
        self.name = name
        self._style = style
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=FOLDER,
            env={**os.environ, **environment, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        self._thread = threading.Thread(target=self._show, daemon=True)
        self._thread.start()

    def _show(self) -> None:
        for line in self.process.stdout or ():
            line = line.rstrip()
            self.lines.append(line)
            alert = "bold white on red" if "!!! " in line else ""
            show(line, alert, f"{self.name:8} │ ", self._style)

    def said(self, pattern: str) -> re.Match[str] | None:
        """The first match of the pattern in what it has said so far."""
        return next(filter(None, (re.search(pattern, line) for line in list(self.lines))), None)

    def end(self) -> None:
        """Ask it to stop, and wait until all it had to say is shown."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._thread.join(5)


WAKES_NOBODY = {"URGENT_NOTIFY_URLS": "", "SECOND_PERSON_URLS": "", "RING_MINUTES": "0"}
"""Settings of a demo, whatever else is set."""


def demo(interval: float | None, broker_url: str | None) -> int:
    """Run the sample cook with all the scripts, sum it up, and return the exit code.

    Raises InputError, or SmartSmokerError when a script ends before its time.
    """
    interrupt_on_signals()
    settings = load(FOLDER)
    channels = _channels(settings)
    with ExitStack() as running:
        environment = running.enter_context(_broker(broker_url))
        environment |= WAKES_NOBODY
        url = environment["RABBITMQ_URL"]
        _nobody_else_reads(url)
        if channels and on_terminal():
            whom = f"to you ({', '.join(channels)}), by your own settings"
            channels = channels if ask(f"Send the sample's alerts {whom}?") else []
        stop = Stop().listen()
        speakers: list[Speaker] = []

        def said(speaker: Speaker, pattern: str) -> re.Match[str]:
            return _wait(lambda: speaker.said(pattern), speakers, stop)

        def start(name: str, *command: str, ready: str, style: str = "cyan") -> Speaker:
            speaker = Speaker(name, command, environment, style)
            speakers.append(speaker)
            running.callback(speaker.end)
            said(speaker, ready)
            return speaker

        address = said(start("panel", *_panel(), ready="The panel: "), r"http://\S+")[0]
        if not channels:
            channels, mail = ["email", "sms"], free_ports(1)[0]
            show("Nothing is sent to anybody: an inbox here receives the e-mails and texts.")
            command = ("-m", "smart_smoker.lab.inbox", "--port", str(mail))
            start("inbox", *command, ready="Receiving", style="green")
            environment |= local_mail(mail)
        consumers = [
            start(probe.spoken, probe.script, ready="Waiting for", style=style)
            for probe, style in zip(PROBES, cycle(PALETTE), strict=False)
        ]
        beat = str(INTERVAL if interval is None else interval)
        producer = start(
            "producer",
            "smoker_producer.py",
            *("--cook", "sample", "--interval", beat, "--no-admin"),
            ready="The cook is",
        )
        _wait(lambda: producer.process.poll() == 0, speakers, stop)
        ended = r"the cook (\S+) has ended after (\d+) readings"
        ends = [said(consumers[PROBES.index(probe)], ended) for probe in _sampled()]
        judged = sum(int(end[2]) for end in ends)
        cook = ends[0][1]
        events = _settled_history(url, cook, channels, stop)
        code = _sum_up(cook, judged, events, channels)
        if on_terminal():
            wait_for_enter(f"The cook is still at {address} until you press Enter. ")
    for line in typed(NEXT).splitlines():
        show(line)
    return code


def _sampled() -> list[Probe]:
    """The probes that the sample has a reading of: a probe of one's own may have none."""
    with SAMPLE.open(encoding="utf-8") as lines:
        cells = zip(*(row.temperatures for row in read_rows(lines) if row), strict=True)
        return [p for p, column in zip(PROBES, cells, strict=True) if set(column) != {None}]


def _panel() -> list[str]:
    return ["panel.py", "--port", "0" if answers(PANEL_PORT) else str(PANEL_PORT)]


@contextmanager
def _broker(url: str | None) -> Iterator[dict[str, str]]:
    """The settings of the broker to use: the one that was named, or one of our own for so long."""
    if url:
        try:
            (url,) = broker_urls(url)
        except ValueError as error:
            raise InputError(f"--broker: expected is one address like {error}", url) from error
        yield {"RABBITMQ_URL": url}
        return
    for folder in BROKERS.glob("demo-*"):
        _clear_away(folder)
    node = PrivateBroker(
        BROKERS / f"demo-{os.getpid()}",
        None if any(map(answers, USUAL_PORTS)) else USUAL_PORTS,
    )
    show("Starting RabbitMQ, for this run alone.")
    try:
        node.start()
        show(f"Its admin page: {node.admin_url} (user guest, password guest)")
        yield {"RABBITMQ_URL": node.url, "RABBITMQ_ADMIN_URL": node.admin_url}
    finally:
        node.stop()
        shutil.rmtree(node.folder, ignore_errors=True)


def _clear_away(folder: Path) -> None:
    """Remove what a run that was killed has left: its broker may still be running."""
    if "run.py" not in command_line(int(folder.name.rpartition("-")[2])):
        PrivateBroker(folder).stop()
        shutil.rmtree(folder, ignore_errors=True)


def _nobody_else_reads(url: str) -> None:
    with connect_once([url], "demo") as broker:
        for probe in PROBES:
            if broker.counts(probe.queue).consumers:
                raise InputError(
                    f"{probe.queue} is being read already: end the consumers of that broker first",
                    url,
                )


def _channels(settings: Settings) -> list[str]:
    """Whom the settings send alerts to, one for each channel."""
    mail = settings.mail
    by_mail = [to for to in (mail.email_to, mail.sms_to) if to] if mail else []
    return by_mail + ["push"] * len(settings.notify_urls)


def local_mail(port: int) -> dict[str, str]:
    """The settings by which the scripts send to the inbox of the demo."""
    return {
        "OUTGOING_EMAIL_HOST": "127.0.0.1",
        "OUTGOING_EMAIL_PORT": str(port),
        "OUTGOING_EMAIL_SECURITY": "none",
        "OUTGOING_EMAIL_ADDRESS": "smoker@smart-smoker.test",
        "OUTGOING_EMAIL_PASSWORD": "",
        "EMAIL_ADDRESS_FOR_ALERTS": "pitmaster@smart-smoker.test",
        "SMS_ADDRESS_FOR_TEXTS": "5550100@texts.smart-smoker.test",
        "NOTIFY_URLS": "",
    }


def _wait(condition: Callable[[], T | None], speakers: list[Speaker], stop: Stop) -> T:
    """Wait for something that the speakers do, and return it.

    Raises SmartSmokerError when one fails instead.
    """
    while not (found := condition()):
        if stop.requested:
            raise KeyboardInterrupt
        for speaker in speakers:
            if speaker.process.poll() not in (None, 0):
                raise SmartSmokerError(f"{speaker.name} has failed: see above")
        time.sleep(0.05)
    return found


def _settled_history(url: str, cook: str, channels: Sequence[str], stop: Stop) -> list[Arrival]:
    """What the history holds of a cook, once every channel has accepted or refused its alerts."""
    before, since = 0, time.monotonic()
    while True:
        with connect([url], "demo") as broker:
            events = [e for e in replay(broker, "first") if e.headers.get("cook") == cook]
        alerts = sum(event.type == "alert" for event in events)
        settled = sum(event.headers.get("outcome") in ("accepted", "refused") for event in events)
        if settled > before:
            before, since = settled, time.monotonic()
        patient = time.monotonic() - since < PATIENCE and not stop.requested
        if settled == alerts * len(channels) or not patient:
            return events
        stop.wait(0.5)


def _sum_up(cook: str, judged: int, events: list[Arrival], channels: Sequence[str]) -> int:
    """Show what it all came to, and return the exit code."""
    types = Counter(event.type for event in events)
    states = Counter(e.id.rpartition("/")[2] for e in events if e.type == "alert")
    outcomes = Counter(
        (e.headers["channel"], e.headers["outcome"]) for e in events if e.type == "delivery"
    )
    show("")
    show(f"The cook {cook}", "bold")
    show(f"  Readings    {types['reading']:,} sent, {judged:,} judged")
    show(f"  Alerts      {types['alert']:,}: {_counts(states)}")
    for channel in sorted({channel for channel, _ in outcomes}):
        counts = {o: n for (c, o), n in outcomes.items() if c == channel and o != "failed"}
        show(f"  By {channel:8} {_counts(counts) or 'none accepted'}")
    missing = types["alert"] * len(channels) - sum(
        n for (_, outcome), n in outcomes.items() if outcome == "accepted"
    )
    if missing:
        show(typed(f"  Not sent    {missing}: .venv/bin/python alerts.py tells what to mend"))
    return 2 if missing else 0


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counts.items())
