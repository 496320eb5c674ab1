"""Units: every temperature is in °F, and is read in °F or °C.

Words about temperatures have them marked, until it is known in which unit they are read: `⟨225.4⟩`
for a temperature, `⟨±15⟩` for how far two are apart.
"""

import re

UNITS = ("F", "C")

_MARKED = re.compile(r"⟨(±?)(-?[0-9.]+)⟩")


def at(degrees: float) -> str:
    """A temperature in °F, marked, to a tenth."""
    return f"⟨{degrees:.1f}⟩"


def limit(degrees: float) -> str:
    """A temperature in °F that somebody has given, marked, as they gave it."""
    return f"⟨{degrees:g}⟩"


def apart(degrees: float) -> str:
    """How many °F two temperatures are apart, marked."""
    return f"⟨±{degrees:g}⟩"


def in_unit(words: str, unit: str) -> str:
    """The words with what is marked in them in "F" or "C"."""

    def written(found: re.Match[str]) -> str:
        apart, number = found.groups()
        if unit == "F":
            return f"{number} °F"
        degrees = float(number) * 5 / 9 if apart else celsius(float(number))
        return f"{degrees:.1f} °C" if "." in number else f"{round(degrees, 1):g} °C"

    return _MARKED.sub(written, words)


def celsius(fahrenheit: float) -> float:
    """A temperature in °C."""
    return (fahrenheit - 32) * 5 / 9


def fahrenheit(text: str) -> float:
    """The °F of a temperature in °F, or in °C with a C behind it. Raises ValueError for others."""
    number = text.strip().removesuffix("°F").removesuffix("F")
    if number[-1:] in "Cc" and number:
        return round(float(number[:-1].removesuffix("°")) * 9 / 5 + 32, 2)
    return float(number)
