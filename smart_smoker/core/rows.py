"""Rows: what a CSV of a cook says, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .dialect import Dialect
from .errors import InputError
from .probes import PROBES, Probe
from .readings import parse_time

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

    def filled(self) -> list[tuple[Probe, float]]:
        """The probes that have a temperature here, each with it."""
        cells = zip(PROBES, self.temperatures, strict=True)
        return [(probe, temperature) for probe, temperature in cells if temperature is not None]


def read_rows(lines: Iterable[str | None], dialect: Dialect | None = None) -> Iterator[Row | None]:
    """The rows of a CSV whose columns are time, smoker, food A and food B, or as `dialect` says.

    A header, blank lines and further columns are passed over. None in `lines` (nothing there yet)
    is handed on as None. A page of the web has no rows, whatever numbers stand in it.
    """
    dialect, number, beginning = dialect or Dialect(), 0, True
    for line in lines:
        if line is None:
            yield None
            continue
        number += 1
        cells = dialect.cells(line)
        if not any(cells):
            continue
        if beginning and cells[0].startswith("<"):
            return
        if not dialect.is_header(cells, beginning):
            yield _row(number, cells, dialect)
        beginning = False


def _row(number: int, cells: list[str], dialect: Dialect) -> Row:
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
            temperatures[column] = dialect.temperature(cell)
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
