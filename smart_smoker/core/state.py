"""What comes back in JSON to go on with: where others can write, it can have any shape."""

from collections.abc import Iterable
from typing import Any

State = dict[str, Any]
"""An object of JSON, as the json module hands it over."""

MISSHAPEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What is raised where data from outside is not of the shape that it should have."""

LARGEST = 2.0**53
"""What a number must be below: up to here floats count without gaps, and nothing overflows."""


def check_numbers(numbers: Iterable[float]) -> None:
    """Raise one of MISSHAPEN unless all of these are numbers below LARGEST."""
    if not all(abs(number) < LARGEST for number in numbers):
        raise ValueError("a number is too large, or none")
