"""A forecast: when food reaches its target, as a range, or why nobody can know it yet.

Above the stall meat goes on about as fast as it went: more slowly by Newton's law of cooling, since
the smoker is not much hotter, and faster or more slowly as the fire goes. So the range is what a
straight line through the last half hour says, times two factors that were measured
(docs/forecast.md). Before and in the stall no such line is of use.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from statistics import median
from typing import NamedTuple

from .rules import STALLS, in_minutes
from .state import check_numbers
from .units import limit

LOOKS_BACK, LEAST, STEP = 30 * 60, 20 * 60, 2 * 60
"""Seconds through which the line goes, that are enough for it, and between readings in a course."""

ABOVE, BELOW = (0.7, 1.65), (1.1, 2.2)
"""What the time by the line is multiplied with for both ends of the range: above the stall, and for
a target below it, where what was heated from outside begins to slow down."""

MARGIN = 2 * 60
"""Seconds by which each end is further out: thermometers round, and a target needs two readings."""

LONGEST = 8 * 3600
"""Seconds by the line above which nothing is said: it hardly rises."""

WARM = 80
"""°F below which the heat has not come to the middle of the meat."""

STALLED = 2
"""°F that are no rise: as much as ends a stall."""

ROUND = timedelta(minutes=5)
"""What a range is rounded to, outwards."""


class Forecast(NamedTuple):
    """When food reaches its target: from `early` to `late`, in seconds after its newest reading.

    Where that is not known `late` is 0, and `why` says so, with its temperatures marked.
    """

    early: float = 0
    late: float = 0
    why: str = ""

    def words(self, now: datetime) -> str:
        """The same for people, at the newest reading's moment; empty where it is done."""
        if not self.late:
            return f"when it is done is not known yet: {self.why}" if self.why else ""
        now = min(now.replace(tzinfo=None), datetime.max - timedelta(days=2))
        early, late = (now + timedelta(seconds=seconds) for seconds in self[:2])
        early -= (early - datetime.min) % ROUND
        late += (datetime.min - late) % ROUND
        begin = f"between {early:%H:%M} and" if early > now else "by"
        return f"done {begin} {late:%H:%M}"


class Course(deque[tuple[float, float]]):
    """The readings that a forecast needs, each a moment in seconds and a temperature in °F.

    They are two minutes apart, and no more than eighteen, however fast they come.
    """

    def add(self, moment: float, temperature: float) -> None:
        """Take a reading, unless it comes late; one of long before is a new beginning."""
        if self and moment < self[-1][0] - LOOKS_BACK:
            self.clear()
        if self and moment <= self[-1][0]:
            return
        if len(self) > 1 and self[-1][0] - self[-2][0] < STEP:
            self.pop()
        self.append((moment, temperature))
        while self[0][0] < moment - LOOKS_BACK:
            self.popleft()

    def resume(self, readings: Iterable[tuple[float, float]]) -> None:
        """Take over the readings of another one. Raises one of MISSHAPEN where they are none."""
        self.clear()
        for moment, temperature in readings:
            check_numbers((moment, temperature))
            self.add(moment, temperature)


def forecast(readings: Sequence[tuple[float, float]], target: float) -> Forecast:
    """When readings, each a moment in seconds and a temperature in °F, come to a target in °F.

    What came before the last half hour only tells how long a stall has lasted.
    """
    now, newest = readings[-1]
    if newest >= target:
        return Forecast()
    lately = list(takewhile(lambda reading: now - reading[0] <= LOOKS_BACK, reversed(readings)))
    if len(lately) < 3 or now - lately[-1][0] < LEAST:
        return Forecast(why=f"that takes {in_minutes(LEAST)} of readings")
    rate = _rate(lately[::-1])
    if max(temperature for _, temperature in lately) - newest >= STALLED:
        return Forecast(why="it falls")
    stalls = target > STALLS[0]
    line = (target - newest) / rate if rate > 0 else math.inf
    if line > LONGEST or newest < (STALLS[1] if stalls else WARM):
        return Forecast(why=_stalled(readings) or _slow(newest, stalls))
    fast, slow = ABOVE if stalls else BELOW
    return Forecast(max(0.0, line * fast - MARGIN), line * slow + MARGIN)


def _rate(readings: list[tuple[float, float]]) -> float:
    """°F a second, by Tukey's resistant line (Exploratory Data Analysis, 1977, chapter 10).

    It goes from the medians of the first third to those of the last: what is no temperature of the
    meat for some minutes, as when the probe is out while it is wrapped, does not turn it.
    """
    third = max(1, len(readings) // 3)
    moments, temperatures = zip(*readings, strict=True)
    begin, end = (median(moments[part]) for part in (slice(third), slice(-third, None)))
    first, last = (median(temperatures[part]) for part in (slice(third), slice(-third, None)))
    return (last - first) / (end - begin) if end > begin else 0.0


def _stalled(readings: Sequence[tuple[float, float]]) -> str:
    """For how long it has not risen, for people; empty where it has within the last minutes."""
    now, newest = readings[-1]
    flat = list(takewhile(lambda each: abs(each[1] - newest) < STALLED, reversed(readings)))
    lasted = now - flat[-1][0]
    more = " or more" if len(flat) == len(readings) else ""
    return f"stalled for {in_minutes(60 * round(lasted / 60))}{more}" if lasted >= LEAST else ""


def _slow(newest: float, stalls: bool) -> str:
    if stalls and newest < STALLS[1]:
        return f"meat can stall below {limit(STALLS[1])}"
    return "it hardly rises" if newest >= WARM else "its middle is still cold"
