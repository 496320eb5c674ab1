"""The options of the command lines, and what their values must be."""

import argparse
import csv
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..core.cooks import USUAL
from ..core.errors import InputError
from ..core.limits import FoodDone
from ..core.probes import PROBES, Probe
from ..core.readings import COLDEST, HOTTEST, SECONDS_PER_READING
from ..core.rows import Wanted
from ..core.rules import Rule
from ..core.text import printable
from ..core.units import fahrenheit
from ..core.watch import CLOCKS
from .settings import Settings

LONGEST_NAME = 60
"""Bytes of a cook's name."""

LONGEST_WINDOW = 240
"""Readings: two hours of them."""

SECONDS = {"s": 1, "m": 60, "h": 3600}
"""Seconds by the letter behind a duration."""


class ProducerOptions(argparse.Namespace):
    """What a producer is asked for. Its rows are of the file `csv`; `-` is standard input."""

    csv: str
    follow: bool
    resume: bool
    wanted: Wanted
    interval: float | None
    cook: str
    fresh: bool | None
    check: bool
    admin: bool | None


def producer_options(page: str, sample: Path) -> ProducerOptions:
    """The command line of the producer: `page` says what it does, `sample` is its usual cook."""
    parser = argparse.ArgumentParser(description=page)
    add = parser.add_argument
    columns = ", ".join(probe.spoken for probe in PROBES)
    about = f"columns: time, {columns}; - reads standard input ({sample.name})"
    add("csv", nargs="?", default=str(sample), help=about)
    about = "between two rows; 0: as fast as the broker confirms"
    usual = f"({SECONDS_PER_READING}; for - and --follow 0)"
    add("--interval", type=number_from(0), metavar="SECONDS", help=f"{about} {usual}")
    about = "what the cook's id begins with (%(default)s)"
    add("--cook", type=cook_name, default=usual_name(), metavar="NAME", help=about)
    about = "first empty the queues of the probes, or do not ask"
    add("--fresh", action=argparse.BooleanOptionalAction, help=about)
    add("--follow", action="store_true", help="read on as a logger appends to the file")
    about = "go on with the newest cook of this name that has not ended, as after a power cut"
    add("--resume", action="store_true", help=f"with -: {about}")
    about = "of the time and each probe: names of the header, or numbers: time,pit,brisket or 1,3,4"
    add("--columns", type=column_names, default=(), metavar="NAMES", help=about)
    add("--celsius", action="store_true", help="its temperatures are in °C")
    add(
        "--day-first", action=argparse.BooleanOptionalAction, help="05/11/26 is in November, or not"
    )
    about = "what its device says where there is no probe, as 320,6553.5"
    add("--absent", type=numbers, default=frozenset(), metavar="NUMBERS", help=about)
    about = "send nothing: say what is understood, and which alerts it would cause"
    add("--check", action="store_true", help=about)
    about = "open RabbitMQ's admin page, or do not ask"
    add("--admin", action=argparse.BooleanOptionalAction, help=about)
    options = parser.parse_args(namespace=ProducerOptions())
    options.wanted = Wanted(options.columns, options.celsius, options.day_first, options.absent)
    return options


def consumer_options(page: str, probe: Probe, remind: float, silence: float) -> argparse.Namespace:
    """The command line of a consumer, whose page says what it does; minutes are its defaults.

    `rule` among the options is the probe's, with the degrees and the window that were asked for.
    """
    rule = probe.rule
    parser = argparse.ArgumentParser(description=page)
    for option, kind, default, meaning in (
        ("--degrees", number_from(0.01), rule.degrees, "°F"),
        ("--window", duration, rule.window, "readings, or a duration like 90s, 2.5m or 1h"),
        ("--remind-minutes", number_from(0), remind, "until a lasting episode is told again"),
        ("--silence-minutes", number_from(0), silence, "until a silent probe is told"),
    ):
        shown = f"{meaning} ({default})"
        parser.add_argument(option, type=kind, default=default, metavar="N", help=shown)
    meaning = "by which minutes go: readings of 30 seconds each, or their timestamps (readings)"
    parser.add_argument("--clock", choices=CLOCKS, default="readings", help=meaning)
    meaning = "the middle one of so many readings counts: one alone is noise (1)"
    parser.add_argument("--median", type=int, choices=(1, 3, 5), default=1, help=meaning)
    limit, minutes = number_from(COLDEST, HOTTEST, fahrenheit), number_from(0)
    for name, meaning in probe.choices.items():
        in_minutes = name.endswith("minutes")
        shown = meaning if in_minutes else f"°F, or °C as 95C; {meaning} (no limit)"
        flag, kind = f"--{name.replace('_', '-')}", minutes if in_minutes else limit
        parser.add_argument(flag, type=kind, metavar="N", help=shown)
    options = parser.parse_args()
    if options.clock == "readings" and options.window % 1:
        parser.error("argument --window: no whole readings of 30 seconds; or use --clock time")
    options.rule = replace(rule, degrees=options.degrees, window=options.window)
    return options


def rules_of(options: argparse.Namespace, probe: Probe, settings: Settings) -> list[Rule]:
    """The rules of a probe, its own first: an option counts more than a setting.

    Raises InputError where the limits contradict each other.
    """

    def chosen(name: str) -> float | None:
        given: float | None = getattr(options, name, None)
        return settings.limits.get(probe.setting(name)) if given is None else given

    for pair in (("low", "high"), ("stall_from", "stall_to")):
        low, high = map(chosen, pair)
        if low is not None and high is not None and low >= high:
            below, above = map(probe.setting, pair)
            raise InputError(f"{below}, {low:g} °F, is not below {above}, {high:g} °F", low)
    if chosen("warn_minutes") and chosen(FoodDone.kind) is None:
        key = probe.setting(FoodDone.kind)
        raise InputError(f"{probe.spoken} has no target to warn of: give --done, or {key}", key)

    def as_chosen(rule: Rule) -> Rule:
        given = ((name, chosen(name)) for name in rule.choices)
        return replace(rule, **{name: value for name, value in given if value is not None})

    limits = ((rule, chosen(rule.kind)) for rule in probe.limits)
    others = [as_chosen(rule(degrees)) for rule, degrees in limits if degrees is not None]
    return [as_chosen(options.rule), *others, *probe.also]


def cook_name(text: str) -> str:
    """For argparse: the name of a cook."""
    if not (text.isprintable() and 0 < len(text.encode()) <= LONGEST_NAME):
        raise argparse.ArgumentTypeError(f"a name is 1 to {LONGEST_NAME} bytes of text on one line")
    return text


def usual_name() -> str:
    """The name of a cook that nobody has named: producers on two machines are two cooks."""
    name = f"{USUAL}-{printable(socket.gethostname()).strip()}"
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def column_names(text: str) -> list[str]:
    """For argparse: names of columns, the time's first."""
    time, *others = names = next(csv.reader([text], skipinitialspace=True), [""])
    if not (time.strip() and any(map(str.strip, others)) and len(others) <= len(PROBES)):
        raise argparse.ArgumentTypeError(
            f"{text} is not the time's name and 1 to {len(PROBES)} more with commas between them"
        )
    return names


def numbers(text: str) -> frozenset[float]:
    """For argparse: numbers with commas between them."""
    return frozenset(map(float, text.split(",")))


def duration(text: str) -> float:
    """For argparse: a window in readings of 30 seconds, from their number or a duration."""
    seconds = SECONDS.get(text[-1:])
    readings = float(text[:-1]) * seconds / SECONDS_PER_READING if seconds else int(text)
    if not 2 <= readings <= LONGEST_WINDOW:
        raise argparse.ArgumentTypeError(f"{text} is not within 2 (1m) and {LONGEST_WINDOW} (2h)")
    return readings


def number_from(
    least: float, most: float = 1e9, kind: Callable[[str], float] = float
) -> Callable[[str], float]:
    """For argparse: a number of a kind within bounds."""

    def number(text: str) -> float:
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not within {least} and {most:,.0f}")
        return value

    number.__name__ = "whole number" if kind is int else "number"
    return number
