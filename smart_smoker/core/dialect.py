"""The dialect of a CSV: what separates its cells, which of them count, how numbers look."""

import csv
import re
from collections.abc import Sequence

from .errors import InputError
from .probes import PROBES
from .readings import NUMBER, parse_temperature
from .text import excerpt

_SAYS_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""Excel's own first line; no other program's."""

_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")


class Dialect:
    """How one CSV is written, learned from its lines as they come.

    `columns` are names out of the header, for the time and for each of PROBES in their order; an
    empty one is none, and without any the first columns count. `celsius`: its temperatures are
    in °C.
    """

    def __init__(self, columns: Sequence[str] = (), celsius: bool = False):
        self._wanted = [name.strip().casefold() for name in columns]
        self._celsius = celsius
        self._separator = ""
        self._header: list[str] = []
        self._places: list[int | None] = list(range(1 + len(PROBES)))

    def cells(self, line: str) -> list[str]:
        """The cells of a line that count, the time first; fewer where the line has no more.

        None of them for a line that says how to read the others. Raises InputError where the line
        can be read in two ways, or the header has not the columns.
        """
        line = line.lstrip("\ufeff").replace("\0", "")
        if not self._separator:
            if said := _SAYS_SEPARATOR.fullmatch(line.strip()):
                self._separator = said[1]
                return []
            self._separator = _separator_of(line)
        cells = self._split(line)
        if self._wanted and any(cells) and not self._header:
            self._find_columns(cells)
        elif self._separator == ",":
            self._refuse_decimal_commas(cells)
        return self._chosen(cells)

    def temperature(self, cell: str) -> float:
        """The temperature in °F that a cell states. Raises ValueError with the reason."""
        if self._separator != "," and _DECIMAL_COMMA.fullmatch(cell):
            cell = cell.replace(",", ".")
        return parse_temperature(cell, self._celsius)

    def is_header(self, cells: list[str], beginning: bool) -> bool:
        """Whether the cells of a line that count are those of a header."""
        if self._wanted:
            return cells == self._chosen(self._header)
        if beginning:
            self._header = cells
        time = cells[0]
        numbers = any(NUMBER.fullmatch(cell.replace(",", ".")) for cell in cells[1:])
        if time and not re.search(r"\d", time):
            # Loggers write their header again in the middle of a file when they are started again.
            return beginning or (all(cells[1:]) and not numbers)
        return beginning and not time[:1].isdigit() and not numbers

    def _split(self, line: str) -> list[str]:
        # A quote that is never closed would make the csv module take all that follows as one cell.
        if line.count('"') % 2:
            line = line.replace('"', "")
        sign = self._separator or ","
        try:
            cells = next(csv.reader([line], delimiter=sign, skipinitialspace=True), [])
        except csv.Error:
            cells = line.split(sign)
        return [cell.strip() for cell in cells]

    def _chosen(self, cells: list[str]) -> list[str]:
        if not self._wanted:
            return cells[: len(self._places)]
        here = range(len(cells))
        return [cells[place] if place in here else "" for place in self._places]

    def _find_columns(self, cells: list[str]):
        """Learn from the header where the wanted columns are."""
        self._header = cells
        names = [cell.casefold() for cell in cells]
        shown = ", ".join(excerpt(cell) for cell in cells if cell)
        if all(re.fullmatch(r"\W*\d.*", name) for name in names if name):
            raise InputError(
                f"--columns needs a header, and the first line is none: {shown}", cells
            )
        for name in filter(None, self._wanted):
            if names.count(name) != 1:
                many = "more than one column" if name in names else "no column"
                raise InputError(f"--columns: there is {many} {name!r} among {shown}", name)
        places = [names.index(name) if name else None for name in self._wanted]
        self._places = places + [None] * (1 + len(PROBES) - len(places))

    def _refuse_decimal_commas(self, cells: list[str]):
        """`12:00,225,4,70,1` can be four temperatures, or 225.4 and 70.1."""
        numbers = cells[1:]
        named = len(self._header) - 1 if self._header else len(PROBES)
        if named < 1 or len(numbers) != 2 * named or not all(map(str.isdigit, numbers)):
            return
        if all(len(after) == 1 for after in numbers[1::2]):
            raise InputError(
                f"{excerpt(','.join(cells))} may have decimal commas: write it with semicolons or"
                " tabs between the cells, or with decimal points",
                cells,
            )


def _separator_of(line: str) -> str:
    """What stands between the cells of a line; empty where nothing tells.

    With tabs or semicolons between them a comma is a decimal comma, as Excel writes it where that
    is usual; so they count where no comma is anything else, or where they are no fewer.
    """
    bare = re.sub(r'"[^"]*"', "", line)
    words = re.search(r"(?<!\d),|,(?!\d)", bare)
    for sign in "\t;":
        if sign in bare and (not words or bare.count(sign) >= bare.count(",")):
            return sign
    return "," if "," in bare else ""
