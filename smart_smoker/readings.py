"""Readings: what a thermometer said, as a CSV has it and as a queue carries it."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .errors import InputError, UnreadableMessage

COLDEST, HOTTEST = -60, 1000
"""What a probe can have measured, in °F. A thermocouple that breaks reads far outside of it."""

SECONDS_PER_READING = 30
"""What one reading stands for, whatever its timestamp says: the data's owners count so."""

LONGEST_TIME = 100
"""The most characters a timestamp can have; what is longer is something else."""


@dataclass(frozen=True)
class Probe:
    """One thermometer and the queue its readings go to."""

    name: str
    queue: str


SMOKER = Probe("Smoker", "01-smoker")
FOOD_A = Probe("Food A", "02-food-A")
FOOD_B = Probe("Food B", "03-food-B")
PROBES = (SMOKER, FOOD_A, FOOD_B)
"""In the order of the CSV's columns, after its time."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One temperature in °F of one probe.

    `time` is its timestamp as the thermometer wrote it. `seq` counts a cook's readings in one
    queue from 1; a foreign reading belongs to cook "" and has seq 0. `sent` is when it was sent,
    in seconds since 1970, 0 where nobody said. `last` marks a probe's last reading of a cook.
    """

    probe: Probe
    time: str
    temperature: float
    id: str
    cook: str = ""
    seq: int = 0
    last: bool = False
    sent: float = 0

    def body(self) -> bytes:
        """The text on the wire: `05/22/21 12:20:15, 84.2`."""
        return f"{self.time}, {self.temperature}".encode()


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
    # Spaces that are not the plain one stand in the times of newer systems, as before "PM".
    return sign.isprintable() or sign == "\t" or unicodedata.category(sign) == "Zs"


# float() takes more than a thermometer writes: inf, nan, 1_0, digits of other scripts.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)


def parse_temperature(text: str) -> float:
    """The temperature in °F that a text states. Raises ValueError with the reason."""
    number = text.strip()
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"{excerpt(number)} is not a temperature")
    temperature = float(number)
    if not COLDEST <= temperature <= HOTTEST:
        raise ValueError(f"{excerpt(number)} is outside {COLDEST} to {HOTTEST:,} °F")
    return temperature


def excerpt(value: object, length: int = 40) -> str:
    """The beginning of a value, quoted and safe to print."""
    text = ascii(value[: length + 1] if isinstance(value, str | bytes) else value)
    return text if len(text) <= length else text[:length] + "…"


# --- CSV -----------------------------------------------------------------------------------------

ABSENT = frozenset(("", "no temperature", "none", "n/a", "na", "null", "-", "--", "---"))
"""Cells by which loggers say, in small letters, that a probe had no temperature."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV.

    `temperatures` are in °F, one for each of PROBES, None where the cell said nothing.
    `skipped` says, one sentence each, what could not be taken.
    """

    number: int
    time: str
    temperatures: tuple[float | None, ...]
    skipped: tuple[str, ...] = ()


def read_rows(lines: Iterable[str | None]) -> Iterator[Row | None]:
    """The rows of a CSV whose columns are time, smoker, food A and food B, in this order.

    A header, blank lines and further columns are passed over. None in `lines` (nothing there yet)
    is handed on as None. A page of the web has no rows, whatever numbers stand in it.
    """
    beginning = True
    for number, line in _numbered(lines):
        if line is None:
            yield None
            continue
        cells = _cells(line)
        if not any(cells):
            continue
        if beginning and cells[0].startswith("<"):
            return
        if not _is_header(cells, beginning):
            yield _row(number, cells)
        beginning = False


def _numbered(lines: Iterable[str | None]) -> Iterator[tuple[int, str | None]]:
    number = 0
    for line in lines:
        number += line is not None
        yield number, line


def _cells(line: str) -> list[str]:
    # Line by line, and without a quote that does not end: it would swallow what is behind it.
    line = line.lstrip("\ufeff").replace("\0", "")
    if line.count('"') % 2:
        line = line.replace('"', "")
    try:
        cells = next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error:
        cells = line.split(",")
    return [cell.strip() for cell in cells[: 1 + len(PROBES)]]


def _is_header(cells: list[str], beginning: bool) -> bool:
    time, numbers = cells[0], any(map(_NUMBER.fullmatch, cells[1:]))
    if time and not re.search(r"\d", time):
        # A logger that starts again writes its header again.
        return beginning or (all(cells[1:]) and not numbers)
    return beginning and not time[:1].isdigit() and not numbers


def _row(number: int, cells: list[str]) -> Row:
    nothing = (None,) * len(PROBES)
    try:
        time = parse_time(cells[0])
    except ValueError as error:
        return Row(number, "", nothing, (f"row {number}, column 1 (time): {error}; row skipped",))
    temperatures, skipped = list(nothing), []
    for column, cell in enumerate(cells[1:]):
        if cell.lower() in ABSENT:
            continue
        try:
            temperatures[column] = parse_temperature(cell)
        except ValueError as error:
            name = PROBES[column].name
            skipped.append(f"row {number}, column {column + 2} ({name}): {error}; cell skipped")
    return Row(number, time, tuple(temperatures), tuple(skipped))


def require_readings(rows: list[Row], name: str) -> None:
    """Raise InputError when not one of the rows holds a reading."""
    if any(t is not None for row in rows for t in row.temperatures):
        return
    why = next((words for row in rows for words in row.skipped), "no cell has a temperature")
    raise InputError(f"{name} holds not one reading ({why}): is it the right file?", name)
