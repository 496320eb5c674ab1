"""The dialect of a table: what separates the cells of its lines, and how numbers look in them."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress

from .errors import InputError
from .state import MISSHAPEN, State
from .text import excerpt

_SAYS_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""Excel's own first line; no other program's."""

_ANNOTATION = re.compile(r"#(group|datatype|default),[_a-z]")
"""What InfluxDB says of the columns of a table, above its header."""

_SPACES = re.compile(r"\s{2,}|(?<=\d)\s(?=[\d.+-]+(\s|$))")
"""What separates cells where nothing else does: several spaces, or one between two numbers."""

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")

_WITH_UNIT = re.compile(r"([+-]?[0-9.,]+(?:e[+-]?[0-9]+)?)\s?°?\s?([CF])", re.IGNORECASE)


class Dialect:
    """How the lines of one table are written, learned from the first that tells it.

    Lines of JSON have a `header` of their own: the names of all their values so far.
    """

    def __init__(self) -> None:
        self.separator = ""
        self.header: list[str] = []

    def cells(self, line: str) -> list[str]:
        """The cells of a line, none for one that says how to read the others."""
        line = line.lstrip("\ufeff").replace("\0", "")
        if _ANNOTATION.match(line):
            return []
        if line.lstrip().startswith("{"):
            with suppress(*MISSHAPEN):
                values = dict(_named(json.loads(line)))
                self.header += [name for name in values if name not in self.header]
                return [values.get(name, "") for name in self.header]
        if not self.separator:
            if said := _SAYS_SEPARATOR.fullmatch(line.strip()):
                self.separator = said[1]
                return []
            self.separator = _separator_of(line)
        if self.separator == " ":
            return _SPACES.sub("\t", line.strip()).split("\t")
        # A quote that is never closed would make the csv module take all that follows as one cell.
        if line.count('"') % 2:
            line = line.replace('"', "")
        sign = self.separator or ","
        try:
            cells = next(csv.reader([line], delimiter=sign, skipinitialspace=True), [])
        except csv.Error:
            cells = line.split(sign)
        return [cell.strip() for cell in cells]

    def number(self, cell: str) -> tuple[str, bool | None]:
        """A cell's number with a decimal point, and whether it says °C there; None for no unit."""
        found = None if cell[-1:].isdigit() else _WITH_UNIT.fullmatch(cell)
        cell = found[1] if found else cell
        if self.separator != "," and DECIMAL_COMMA.fullmatch(cell):
            cell = cell.replace(",", ".")
        return cell, found and found[2] in "Cc"


def _named(said: State, within: str = "") -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _named(value, f"{within}{name} ")
        else:
            yield within + name, "" if value is None else str(value)


def refuse_decimal_commas(cells: list[str], named: int) -> None:
    """Raise InputError where cells behind a time may be halves of numbers: `12:00,225,4,70,1`."""
    if 0 < named < len(cells) - 1 and re.fullmatch(r"([0-9]+,[0-9],)+", ",".join((*cells[1:], ""))):
        raise InputError(
            f"{excerpt(','.join(cells))} may have decimal commas: write it with semicolons or"
            " tabs between the cells, or with decimal points",
            cells,
        )


def _separator_of(line: str) -> str:
    """What stands between the cells of a line; empty where nothing tells.

    With other signs between them a comma is a decimal comma, as Excel writes it where that is
    usual; so they count where no comma is anything else, or where they are no fewer.
    """
    bare = re.sub(r'"[^"]*"', "", line)
    words = re.search(r"(?<!\d),|,(?!\d)", bare)
    for sign in "\t;|":
        if sign in bare and (not words or bare.count(sign) >= bare.count(",")):
            return sign
    if "," in bare:
        return ","
    return " " if len(_SPACES.findall(bare.strip())) > 1 else ""
