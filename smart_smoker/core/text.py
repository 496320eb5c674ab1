"""Text from outside, made safe to show."""


def excerpt(value: object, length: int = 40) -> str:
    """The beginning of a value, quoted and safe to print."""
    text = ascii(value[: length + 1] if isinstance(value, str | bytes) else value)
    return text if len(text) <= length else text[:length] + "…"


def printable(text: str) -> str:
    """The text with a space for every line end and other control.

    They could begin a header of a mail, move a cursor or colour a screen.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else " " for sign in text)


def printable_lines(text: str) -> str:
    """The same, line by line."""
    return "\n".join(map(printable, text.splitlines()))


def without(secrets: list[str], text: str) -> str:
    """The text with three stars for every secret in it."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
