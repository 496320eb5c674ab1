"""States: what is kept in JSON to go on with later. Where others can write, it can be forged."""

import math
from collections.abc import Iterable

MISSHAPEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What is raised where data from outside is not of the shape that it should have."""


def check_numbers(numbers: Iterable[float]):
    """Raise one of MISSHAPEN unless all of these are finite numbers."""
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a number is not finite")
