"""Reasons: what a broker said before it left, or what broke on the way to it, for people."""

import re

_REFUSAL = re.compile(r"\((403|530)\) ['\"]")
"""A login or a virtual host that is refused; a broker that is just being stopped says 320."""

_SAID = re.compile(r"\(\d{3}\) ['\"](.*)['\"]")
"""What a broker said before it left, with its code."""


def innermost(error: BaseException) -> BaseException:
    """What went wrong at the bottom of pika's nested exceptions."""
    inner = getattr(error, "exception", None) or next(iter(error.args), None)
    return innermost(inner) if isinstance(inner, BaseException) else error


def reason_of(error: BaseException) -> str:
    """What went wrong, for people."""
    if said := _SAID.search(str(error)):
        return said[1]
    error = innermost(error)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def is_refusal(error: BaseException) -> bool:
    """Whether a broker refused us in so many words, rather than broke off."""
    return bool(_REFUSAL.search(str(error)))
