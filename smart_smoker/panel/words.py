"""Words: temperatures, times and alerts, as people read them."""

import re
from datetime import timedelta

from .cook_story import DAWN

LATEST = 2**37
"""Seconds since 1970 that still have a date: of what comes after the year 9999 none is shown."""

LONGEST = 300
"""Characters of what is shown at most: anybody who may publish can fill the history."""


def degrees(fahrenheit: float, unit: str) -> str:
    """A temperature in "F" or "C", without its unit."""
    return f"{fahrenheit if unit == 'F' else (fahrenheit - 32) * 5 / 9:.1f}"


def in_unit(words: str, unit: str) -> str:
    """An alert's words, which are in °F, in "F" or "C"; a change has no zero that could move."""

    def celsius(found: re.Match) -> str:
        before, number, after = found[1] or "", float(found[2]), found[3] or ""
        change = before or after
        return f"{before}{number * 5 / 9 if change else (number - 32) * 5 / 9:.1f} °C{after}"

    return words if unit == "F" else CHANGE_OR_TEMPERATURE.sub(celsius, words)


CHANGE_OR_TEMPERATURE = re.compile(
    r"(?<!\w)((?:down|up|changed|by|rising|falling) )?(-?[0-9]{1,4}(?:\.[0-9]+)?) °F( below where)?"
)


def clock(moment: float, now: float | None = None) -> str:
    """The time of day of a moment of a cook, with its day where that is not `now`'s."""
    then = DAWN + timedelta(seconds=min(moment, LATEST))
    other_day = now is not None and then.date() != (DAWN + timedelta(seconds=now)).date()
    return f"{then:%d %b %H:%M}" if other_day else f"{then:%H:%M}"


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"
