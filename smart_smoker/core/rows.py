"""Rows: what a table of a cook says, line by line."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .clock import elapsed, is_numbers, parse_moment, says_day_first
from .columns import UNIT, by_choice, by_names, by_place, counts, joined, kind_of, probe_called
from .dialect import Dialect, refuse_decimal_commas
from .errors import InputError, UnclearColumns
from .probes import PROBES, Probe
from .readings import NUMBER, parse_temperature, parse_time
from .text import excerpt

ABSENT = frozenset(
    ("", "no temperature", "none", "n/a", "n.a.", "na", "nan", "-nan", "null", "-", "--", "---")
    + ("err", "error", "off", "open", "hhh", "lll", "unavailable", "unknown", "disconnected")
)
"""Cells by which loggers say, in lower case, that a probe had no temperature."""

NOWHERE = frozenset((0, -40, 572, 999, 999.9, 2000, -17.78, -17.8))
"""Numbers by which loggers say the same, unless the temperature before it is NEAR."""

NEAR = 40
"""°F within which one of these is a temperature after all."""

LONGEST_HEAD = 200
"""Lines before the first row, above which a file is no table."""

_UNIT = re.compile(r"\W?°\s?[CF]\W?", re.IGNORECASE)

MANY = 20
"""Rows from which on a temperature that never changes is no fire's."""

ELAPSED = 10**8
"""Seconds below which a number is a time since the beginning, and above which one since 1970."""


@dataclass(frozen=True)
class Wanted:
    """What somebody says of a table: its columns by names or numbers, its unit, how dates are read.

    `absent` are numbers that mean that there is no probe, as they are written.
    """

    columns: Sequence[str] = ()
    celsius: bool = False
    day_first: bool | None = None
    absent: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

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


Tell = Callable[["Table"], object]


class Table:
    """How one table is written, learned from its `head` and its first row, or from all its lines.

    `said` tells in a line what was understood, then that a unit changes; `tell` is given the table
    each time. Raises InputError where it cannot be read, and UnclearColumns where one of several
    could be meant.
    """

    def __init__(
        self, head: list[str], first: str, lines: Sequence[str], wanted: Wanted, tell: Tell
    ):
        self._wanted, self._tell, self._dialect = wanted, tell, Dialect()
        # A header says what separates cells, as Excel's sep=; does. A title before it may not.
        read = [(line, Dialect().cells(line)) for line in head]
        telling = [line for line, cells in read if not cells or _names_time(cells)]
        for line in [*telling, first]:
            cells = self._dialect.cells(line)
        if self._dialect.header:  # A later line of JSON can name what the first has not.
            for line in lines:
                self._dialect.cells(line)
            cells = self._dialect.cells(first)
        headers = [self._dialect.cells(line) for line, cells in read if cells]
        headers = [header for header in headers if len(header) > 1 or len(cells) < 2]
        self._headers = headers or [self._dialect.header] * bool(self._dialect.header)
        names = joined(self._headers)
        if wanted.columns:
            self.columns = by_choice(wanted.columns, self._headers, len(cells))
        else:
            self.columns = by_names(names) or by_place(cells, names)
        if not names and not wanted.columns:
            self._refuse_set_points(lines)
        self._all_places = [(p, c) for p, c in enumerate(self.columns.probes) if c is not None]
        if self.columns.which is not None:  # Which probes it has is known from all of its rows.
            for line in lines[lines.index(first) :]:
                if any(row := self._dialect.cells(line)) and not self._is_header(row):
                    self._places(row)
        times = self.columns.times
        self._elapsed = len(times) == 1 and times[0] < len(names) and counts(names[times[0]])
        self._day_first = wanted.day_first
        dates = is_numbers(" ".join(self._cell(cells, c) for c in times))
        if self._day_first is None and dates:
            found = filter(lambda said: said is not None, map(says_day_first, lines))
            self._day_first = next(found, None)
        self._unit = next((c for c, name in enumerate(names) if name.casefold() in UNIT), None)
        self._before: list[float | None] = [None] * len(PROBES)
        self._gone: set[int] = set()
        self._units: dict[int, bool] | None = {}  # None when a change is told
        celsius = "°C" if wanted.celsius or self.columns.celsius else ""
        order = f"dates {'day' if self._day_first else 'month'} first" if dates else ""
        self.said = "; ".join(filter(None, (self.columns.said(), celsius, order)))
        tell(self)

    def _refuse_set_points(self, lines: Sequence[str]) -> None:
        """Without a header a first column that never changes, beside others that do, is no pit."""
        columns = [c for c in self.columns.probes[:2] if c is not None]
        if len(lines) < MANY or len(columns) < 2:
            return
        rows = [self._dialect.cells(line) for line in lines]
        first, second = ({self._cell(row, c) for row in rows if any(row)} for c in columns)
        if len(first) == 1 < len(second):
            raise UnclearColumns(
                f"the first temperature never changes ({first.pop()}): is it a set point? Say by"
                ' --columns "1,3,4,5" which columns are the time, the smoker and the foods',
                rows[0],
            )

    def row_of(self, number: int, line: str) -> Row | None:
        """The row of a line, None for a blank one or a header that comes again."""
        cells = self._dialect.cells(line)
        if not any(cells) or self._is_header(cells):
            return None
        if self._dialect.separator == ",":
            refuse_decimal_commas(cells, len(self.columns.names or (0, *PROBES)) - 1)
        return self._row(number, cells)

    def _is_header(self, cells: list[str]) -> bool:
        # Loggers write their header again in the middle of a file when they are started again.
        words = all(cells) and not re.search(r"\d", cells[0])
        numbers = words and any(cell.lstrip("+-.")[:1].isdigit() for cell in cells[1:])
        return words and not numbers or cells in self._headers

    def _row(self, number: int, cells: list[str]) -> Row:
        temperatures: list[float | None] = [None] * len(PROBES)
        try:
            time = parse_time(self._time(cells))
        except ValueError as error:
            said = f"column {self.columns.times[0] + 1} (time): {error}; row skipped"
            return Row(number, "", tuple(temperatures), (f"row {number}, {said}",))
        skipped = []
        for place, column in self._places(cells):
            cell = self._cell(cells, column)
            if not cell:
                continue
            if self._unit is not None and cell[-1].isdigit():
                cell += self._cell(cells, self._unit)
            try:
                temperatures[place] = self._temperature(number, place, column, cell)
            except ValueError as error:
                name = PROBES[place].name
                skipped.append(f"row {number}, column {column + 1} ({name}): {error}; cell skipped")
        return Row(number, time, tuple(temperatures), tuple(skipped))

    def _places(self, cells: list[str]) -> list[tuple[int, int]]:
        """Which of PROBES this line has a column for, each with its column."""
        columns = self.columns
        if columns.which is None:
            return self._all_places
        place = probe_called(columns, self._cell(cells, columns.which))
        return [] if place is None else self._all_places[place : place + 1]

    def _temperature(self, number: int, place: int, column: int, cell: str) -> float | None:
        digits, celsius = self._dialect.number(cell)
        if celsius is None:
            celsius = self._wanted.celsius or column in self.columns.celsius
        if not digits[-1:].isdigit() and cell.lower() in ABSENT:
            return None
        temperature = parse_temperature(digits, celsius)
        said, before = float(digits), self._before[place]
        if said in self._wanted.absent:
            return None
        if said in NOWHERE and (before is None or abs(temperature - before) > NEAR):
            if place in self._gone:
                return None
            self._gone.add(place)
            raise ValueError(f"{excerpt(cell)} and nothing near it: no probe is plugged in")
        self._before[place] = temperature
        if self._units is not None and self._units.setdefault(place, celsius) != celsius:
            now, then = ("°C", "°F") if celsius else ("°F", "°C")
            self.said = f"from row {number} on {PROBES[place].spoken} in {now}, {then} before"
            self._tell(self)
            self._units = None
        return temperature

    def _time(self, cells: list[str]) -> str:
        time = " ".join(filter(None, (self._cell(cells, c) for c in self.columns.times)))
        if self._elapsed and NUMBER.fullmatch(time) and 0 <= float(time) < ELAPSED:
            return elapsed(float(time))
        if self._day_first and (moment := parse_moment(time, day_first=True)) and is_numbers(time):
            return moment.isoformat(" ")
        return time

    @staticmethod
    def _cell(cells: list[str], column: int) -> str:
        return cells[column] if column < len(cells) else ""


def read_rows(
    lines: Iterable[str | None], wanted: Wanted | None = None, tell: Tell = lambda table: None
) -> Iterator[Row | None]:
    """The rows of a table, whatever it calls its columns, or as `wanted`.

    None in `lines` (nothing there yet) is handed on as None. A page of the web has no rows,
    whatever numbers stand in it. `tell` is given the table as soon as it is understood.
    """
    head: list[str] = []
    wanted, table, number = wanted or Wanted(), None, 0
    for line in lines:
        if line is None:
            yield None
            continue
        number += 1
        if table is None:
            if not head and line.lstrip("\ufeff \t").startswith("<") or len(head) > LONGEST_HEAD:
                return
            if not _is_row(line, head):
                head += [line] * bool(line.strip(" \t\r\n,;\0"))
                continue
            known = list(filter(None, lines)) if isinstance(lines, list) else [line]
            table = Table(head, line, known, wanted, tell)
        if row := table.row_of(number, line):
            yield row


def _is_row(line: str, head: list[str]) -> bool:
    """Whether the rows of a table begin with this line, behind such a head."""
    dialect = Dialect()
    cells = dialect.cells(line)
    if dialect.header or not any(cells):
        return bool(dialect.header)
    kinds = [kind_of(cell) for cell in cells]
    numbers = any(NUMBER.fullmatch(dialect.number(cell)[0]) for cell in cells)
    if any(_names_time(Dialect().cells(line)) for line in head):
        more_names = sum(map(bool, kinds)) > bool(cells[0]) or any(map(_UNIT.fullmatch, cells))
        return numbers or cells[0][:1].isdigit() or not more_names
    if _names_time(cells):
        return False
    return cells[0][:1].isdigit() or numbers and (not cells[0] or any(map(str.isdigit, cells[0])))


def _names_time(cells: list[str]) -> bool:
    """Whether a line of these cells is a header, as one of them is the name of a time."""
    return any(kind_of(cell) in ("time", "date") for cell in cells)


def oldest_first(rows: list[Row]) -> list[Row]:
    """The rows in the order of their times, where these say that the newest stands first."""
    moments = [parse_moment(row.time) for row in (*rows[:2], *rows[-2:])]
    try:
        first, second, third, last = filter(None, moments)
        turned = first > second >= third > last
    except (TypeError, ValueError):  # Times that cannot be compared or read, or too few.
        turned = False
    return rows[::-1] if turned else rows


def column_of(skipped: str) -> str:
    """Of which column a sentence says that something was skipped: `column 3 (Food A)`."""
    return skipped.partition(", ")[2].partition(":")[0]


def require_readings(rows: list[Row], name: str) -> None:
    """Raise InputError when not one of the rows holds a reading."""
    if not any(row.filled() for row in rows):
        why = next((words for row in rows for words in row.skipped), "no cell has a temperature")
        raise InputError(f"{name} holds not one reading ({why}): is it the right file?", name)
