"""The trend: whether and how fast a temperature changes, for people."""

from array import array
from bisect import bisect_left
from statistics import linear_regression

from ..core.units import apart

LATELY, LEAST_OF_IT, MOST_READINGS = 5 * 60, 60, 20
"""Seconds and readings that tell how fast a temperature changes."""

PIT, MEAT = 1.0, 0.2
"""°F a minute below which a probe is steady: a pit breathes by some degrees, meat that has stalled
changes by 0.1."""


def trend(moments: "array[float]", temperatures: "array[float]") -> float:
    """By how many °F a minute a temperature has changed lately; 0 where too little tells."""
    first = max(len(moments) - MOST_READINGS, bisect_left(moments, moments[-1] - LATELY))
    lately, then = moments[first:], temperatures[first:]
    if len(lately) < 3 or lately[-1] - lately[0] < LEAST_OF_IT:
        return 0.0
    return 60 * linear_regression(lately, then).slope


def direction(rate: float, band: float, change: float) -> str:
    """What a temperature does that changes by so many °F a minute, in a word or some.

    Where the `change` of its window, in °F, is the other way round, it is about to turn.
    """
    if abs(rate) < band:
        return "steady"
    if rate * change < 0:
        return "turning"
    return f"{'rising' if rate > 0 else 'falling'} {apart(round(abs(rate), 1))} a minute"
