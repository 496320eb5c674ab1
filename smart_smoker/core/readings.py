"""Readings: what a thermometer said, as a queue carries it."""

import re
import unicodedata
from typing import NamedTuple

from .errors import UnreadableMessage
from .probes import Probe
from .text import excerpt

COLDEST, HOTTEST = -60, 1000
"""What a probe can have measured, in °F. A thermocouple that breaks reads far outside of it."""

SECONDS_PER_READING = 30
"""What one reading stands for, whatever its timestamp says: the data's owners count so."""

LONGEST_TIME = 100
"""The most characters a timestamp can have; what is longer is something else."""


class Reading(NamedTuple):
    """One temperature in °F of one probe.

    `time` is its timestamp as the thermometer wrote it. `seq` counts a cook's readings in one
    queue from 1; a foreign reading belongs to cook "" and has seq 0. `last` marks a probe's last
    reading of a cook.
    """

    probe: Probe
    time: str
    temperature: float
    id: str
    cook: str = ""
    seq: int = 0
    last: bool = False

    def body(self) -> bytes:
        """The text on the wire: `05/22/21 12:20:15, 84.2`."""
        return f"{self.time}, {self.temperature}".encode()


def numbered(
    probe: Probe, cook: str, seq: int, time: str, temperature: float, last: bool = False
) -> Reading:
    """A cook's reading, with the id that its number gives it."""
    id = f"{cook}/{probe.queue}/{seq}"
    return Reading(probe, time, temperature, id, cook, seq, last)


def parse_body(body: bytes) -> tuple[str, float]:
    """Timestamp and temperature in °F of a message's text.

    Raises UnreadableMessage with the reason.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise UnreadableMessage("not UTF-8 text", body) from None
    time, comma, cell = text.rpartition(",")
    if not comma:
        raise UnreadableMessage("no comma between a timestamp and a temperature", body)
    try:
        return parse_time(time), parse_temperature(cell)
    except ValueError as error:
        raise UnreadableMessage(str(error), body) from None


def parse_time(text: str) -> str:
    """The timestamp without white space around it. Raises ValueError with the reason."""
    time = text.strip()
    if not time:
        raise ValueError("no timestamp")
    if len(time) > LONGEST_TIME or not (time.isprintable() or all(map(_is_of_a_line, time))):
        raise ValueError(f"{excerpt(time)} is not a timestamp")
    return time


def _is_of_a_line(sign: str) -> bool:
    # Newer systems write special spaces in times, as U+202F before "PM": they are spaces too.
    return sign.isprintable() or sign == "\t" or unicodedata.category(sign) == "Zs"


# float() takes more than a thermometer writes: inf, nan, 1_0, digits of other scripts.
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


def parse_temperature(text: str, celsius: bool = False) -> float:
    """The temperature in °F that a text states, in °F or °C. Raises ValueError with the reason."""
    number = text.strip()
    if not NUMBER.fullmatch(number):
        raise ValueError(f"{excerpt(number)} is not a temperature")
    temperature = round(float(number) * 9 / 5 + 32, 2) + 0.0 if celsius else float(number)
    if not COLDEST <= temperature <= HOTTEST:
        written = f"{excerpt(number)} °C" if celsius else excerpt(number)
        raise ValueError(f"{written} is outside {COLDEST} to {HOTTEST:,} °F")
    return temperature
