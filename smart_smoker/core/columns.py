"""Columns: which of a table's are the time and the probes, by what people call them.

Loggers name their columns freely, and put a set point, a battery or a row number among them. What
the names mean stands in one table here. What it does not know is taken by its place, and where that
could be wrong, nothing is guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from .clock import parse_moment
from .errors import InputError, UnclearColumns
from .probes import PROBES
from .text import printable

WORDS = {
    "nothing": "set setpoint target goal battery batt voltage fan blower damper output pid rssi"
    " humidity signal alarm alert min max low high timer remaining eta lid session sequence sample"
    " index row number no event events note notes status mode model mic link prediction estimated"
    " surface weather outdoor outside brand id topic qos retain payloadlen name",
    "ambient": "ambient air amb",
    "date": "date day datum",
    "time": "time timestamp datetime when zeit uhrzeit heure hora elapsed seconds created recorded"
    " updated changed tst",
    "smoker": "pit smoker grill chamber cooker bbq barbecue barbeque kamado traeger kettle oven"
    " ofen räucherofen garraum grate dome cabinet",
    "food": "food meat fleisch brisket rib ribs pork butt shoulder chicken turkey beef roast loin"
    " belly sausage fish salmon lamb ham wings steak core internal int",
    "numbered": "channel ch probe sensor temp tempc tempf temperature thermocouple tc t",
}
"""What a column is by a word of its name; the first kind counts that has one of its words."""

SINGLE = {"virtual core sensor": "nothing", "virtual ambient sensor": "nothing"}
SINGLE |= {"virtual ambient": "smoker", "last changed": "time", "last updated": "time"}
"""Kinds of words that together do not mean what each would; the first counts."""

WHICH = ["entity", "entity_id", "probe", "sensor", "channel", "name", "device", "topic", "_field"]
VALUE = ["state", "value", "temp", "temperature", "reading", "payload", "_value"]
UNIT = ["unit", "units"]
"""Names of the two columns of a table that has a row for each probe, and of one with the units."""

_UNIT = re.compile(
    r"°\s?([CF])\b|[ _([-]([CF])\b|temp([CF])\d*\b|\b([CF])(?:elsius|ahrenheit)", re.I
)


@dataclass
class Columns:
    """Where a table has its times and its temperatures, counted from 0.

    `times` are one column, or a date and a time; `probes` has a column for each of PROBES, or None.
    `celsius` are the columns in °C. In a table with a row for each probe `which` is the column that
    names it, and `called` has the probes by these names, which grows as they are met.
    """

    times: tuple[int, ...] = (0,)
    probes: tuple[int | None, ...] = tuple(range(1, 1 + len(PROBES)))
    celsius: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()
    which: int | None = None
    called: dict[str, int | None] = field(default_factory=dict)

    def said(self) -> str:
        """What was understood, in a line for people; empty where nothing has a name."""
        if self.which is None:
            taken = {*self.times, *self.probes}
            known = [(p, c) for p, c in enumerate(self.probes) if c is not None]
            named = {p: self.names[c] for p, c in known if c < len(self.names)}
            left = [name for c, name in enumerate(self.names) if name and c not in taken]
        else:
            named = {p: name for name, p in self.called.items() if p is not None}
            left = [name for name, p in self.called.items() if p is None]
        parts = [f"{PROBES[p].spoken} = {_shown(name)}" for p, name in sorted(named.items())]
        unused = [f"not used: {', '.join(map(_shown, left))}"] if left else []
        return "; ".join([*filter(None, [", ".join(parts)]), *unused])


def kind_of(name: str) -> str:
    """What a column of this name is, one of WORDS; empty where no word of it is known."""
    words = _words(name)
    for several, kind in SINGLE.items():
        if several in " ".join(words):
            return kind
    kinds = {kind for kind, known in _KNOWN.items() if known.intersection(words)}
    if {"date", "time"} <= kinds:
        return "time"
    return next((kind for kind in _KNOWN if kind in kinds), "")


def is_celsius(name: str) -> bool | None:
    """Whether a column of this name says that it is in °C, or in °F; None where it says neither."""
    if "virtual" in _words(name):  # Combustion's probes, whose files are in °C
        return True
    found = _UNIT.search(name)
    return next(filter(None, found.groups())).upper() == "C" if found else None


def counts(name: str) -> bool:
    """Whether a time of this name can be in seconds since the beginning."""
    return not {"elapsed", "seconds", "timestamp"}.isdisjoint(_words(name))


def by_names(names: Sequence[str]) -> Columns | None:
    """The columns of a header; None where it names no time, and places count.

    Raises UnclearColumns where one of several could be meant.
    """
    kinds = [kind_of(name) for name in names]
    of = {kind: [c for c, k in enumerate(kinds) if k == kind] for kind in (*_KNOWN, "")}
    times = sorted(of["time"], key=lambda c: "elapsed" in _words(names[c]))[:1]
    if not (times and {"date", "timestamp"}.intersection(_words(names[times[0]]))):
        times = of["date"][:1] + times
    if not times:
        return None
    bare = [name.strip().casefold() for name in names]
    which = [bare.index(name) for name in WHICH if name in bare]
    value = [c for c, name in enumerate(bare) if name in VALUE]
    if which and len(value) == 1 and not of["smoker"] + of["food"]:
        return Columns(tuple(times), (value[0],) * len(PROBES), names=tuple(names), which=which[0])
    unknown = [c for c in of[""] if bare[c] not in ("", *UNIT)]
    smokers, foods, rest = of["smoker"], of["food"], of["numbered"] or unknown
    if not smokers and of["ambient"] and foods:
        smokers = of["ambient"]
    if len(smokers) > 1:
        raise _which_of(names, smokers)
    if not smokers and not foods:  # Only numbers, or names that nobody knows: their places count.
        return _columns(times, rest, names)
    if not smokers and len(rest) == 1:
        smokers, rest = rest, []
    if not smokers and rest:
        raise _which_of(names, rest)
    return _columns(times, [smokers[0] if smokers else None, *(foods or rest)], names)


def by_place(cells: Sequence[str], names: Sequence[str]) -> Columns:
    """The columns where no header names a time, by what stands in the first row.

    The time comes first, perhaps behind a row number or in two columns, or else last.
    """
    times = [0]
    at = [parse_moment(cell) is not None for cell in cells[:2]] + [False, False]
    if len(cells) > 2 and re.fullmatch(r"[0-9]{1,8}", cells[0]) and at[1]:
        times = [1]
    elif len(cells) > 2 and at[1] and not at[0] and parse_moment(f"{cells[0]} {cells[1]}"):
        times = [0, 1]
    elif len(cells) > 2 and not at[0] and parse_moment(cells[-1]):
        times = [len(cells) - 1]
    first = 0 if times[0] > 1 else times[-1] + 1
    places = [c for c in range(first, len(names) or len(cells)) if c not in times]
    return _columns(times, places or list(range(1, 1 + len(PROBES))), names)


def by_choice(wanted: Sequence[str], headers: list[list[str]], width: int) -> Columns:
    """The columns that somebody has named, or counted from 1: the time's and each probe's.

    Raises InputError where there is no such column, or more than one.
    """
    names = joined(headers)
    known = [[name.strip().casefold() for name in each] for each in (names, *headers)]
    places: list[int | None] = []
    for name in wanted:
        name = name.strip().casefold()
        found = next((each for each in known if name in each), [])
        if found.count(name) > 1:
            shown = f"more than one column {name!r} among {_all(names)}: give its number"
            raise InputError(f"--columns: there is {shown}", name)
        if found or not name:
            places.append(found.index(name) if name else None)
        elif name.isascii() and name.isdigit() and 0 < int(name) <= max(width, len(names)):
            places.append(int(name) - 1)
        elif not names:
            raise InputError("--columns needs a header, or the columns' numbers", wanted)
        else:
            raise InputError(f"--columns: there is no column {name!r} among {_all(names)}", name)
    return _columns([c for c in places[:1] if c is not None], places[1:], names)


def joined(headers: list[list[str]]) -> list[str]:
    """The names of columns, out of one or several lines."""
    return [" ".join(filter(None, names)) for names in zip_longest(*headers)]


def _columns(times: list[int], probes: Sequence[int | None], names: Sequence[str]) -> Columns:
    probes = (*probes, *[None] * len(PROBES))[: len(PROBES)]
    named = [c for c in probes if c is not None and c < len(names)]
    celsius = frozenset(c for c in named if is_celsius(names[c]))
    return Columns(tuple(times), probes, celsius, tuple(names))


def probe_called(columns: Columns, name: str) -> int | None:
    """Which of PROBES a name in a table with a row for each probe means; None for none of them."""
    if name not in columns.called:
        foods = sum(place not in (None, 0) for place in columns.called.values())
        # Of a topic like `pit/brisket/state` the last part that says something tells the probe.
        kind = next(filter(None, map(kind_of, reversed(name.split("/")))), "")
        place = 0 if kind == "smoker" else 1 + foods if kind in ("food", "numbered") else None
        taken = place in columns.called.values()
        columns.called[name] = None if place is None or taken or place >= len(PROBES) else place
    return columns.called[name]


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])", " ", name)
    return re.split(r"[\W_]+", parted.casefold())


def _all(names: Sequence[str]) -> str:
    return ", ".join(_shown(name) for name in names if name)


def _shown(name: str) -> str:
    return f'"{printable(name.strip())[:40]}"'


_KNOWN = {kind: set(words.split()) for kind, words in WORDS.items()}


def _which_of(names: Sequence[str], columns: list[int]) -> UnclearColumns:
    shown = ", ".join(_shown(names[c]) for c in columns)
    return UnclearColumns(
        f"which column is the smoker is not clear: {shown}. Say it by --columns"
        ' "TIME,SMOKER,FOOD A,FOOD B", with the names of the columns or their numbers',
        names,
    )
