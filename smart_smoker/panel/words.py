"""Words: temperatures, times and alerts, as people read them."""

from datetime import timedelta

from ..core.clock import DAWN, elapsed
from ..core.units import celsius
from .cook_story import CookStory

LATEST = 2**37
"""Seconds since 1970 that still have a date: of what comes after the year 9999 none is shown."""

LONGEST = 300
"""Characters of what is shown at most: anybody who may publish can fill the history."""


def degrees(fahrenheit: float, unit: str) -> str:
    """A temperature in "F" or "C", without its unit."""
    return f"{fahrenheit if unit == 'F' else celsius(fahrenheit):.1f}"


def clock(cook: CookStory, moment: float, now: float | None = None) -> str:
    """The time of day of a moment of a cook, with its day where that is known and not `now`'s.

    Of a cook that is counted it is in hours and minutes since the beginning: `+1:20`.
    """
    if cook.counted:
        return elapsed(moment).rpartition(":")[0]
    then = DAWN + timedelta(seconds=min(moment, LATEST))
    other_day = now is not None and then.date() != (DAWN + timedelta(seconds=now)).date()
    return f"{then:%d %b %H:%M}" if other_day and then.year > DAWN.year else f"{then:%H:%M}"


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"
