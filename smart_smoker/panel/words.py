"""Words: temperatures, times and alerts, as people read them."""

from datetime import datetime, timedelta

from ..core.clock import DAWN, elapsed
from ..core.units import celsius
from .cook_story import CookStory

EARLIEST, LATEST = -(2**35), 2**37
"""Seconds since 1970 that have a date: of what comes before the year 1 or after 9999 none is
shown."""

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
    then = date_of(moment)
    other_day = now is not None and then.date() != date_of(now).date()
    return f"{then:%d %b %H:%M}" if other_day and then.year > DAWN.year else f"{then:%H:%M}"


def of_day(sent: float) -> str:
    """The time of day, on this machine's wall clock, of seconds since 1970."""
    return f"{datetime.fromtimestamp(min(sent, LATEST)):%H:%M}"


def date_of(seconds: float) -> datetime:
    """The date and the time of day of a moment of a cook."""
    return DAWN + timedelta(seconds=min(max(seconds, EARLIEST), LATEST))


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"
