"""Cooks: how their ids are made, and what people call them."""

import re
from datetime import datetime

USUAL = "cook"
"""What the name of a cook begins with that nobody has named: the machine's name follows."""

_ID = re.compile(r"(.+)-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}", re.ASCII)


def cook_id(name: str, begun: datetime, chance: str) -> str:
    """The id of a cook: its name, when it began, and four hexadecimal digits."""
    return f"{name}-{begun:%Y%m%d-%H%M%S}-{chance}"


def name_of(cook: str) -> str:
    """The name that an id begins with; an id of others' making is a name as it is."""
    found = _ID.fullmatch(cook)
    return found[1] if found else cook


def is_of(cook: str, name: str) -> bool:
    """Whether an id has been made for a cook of this name."""
    return cook != name_of(cook) == name


def label_of(cook: str) -> str:
    """What an id says, for people: `brisket, 2025-09-06 11:00:05`, or the id as it is."""
    found = _ID.fullmatch(cook)
    return found.expand(r"\1, \2-\3-\4 \5:\6:\7") if found else cook


def is_named(cook: str) -> bool:
    """Whether somebody has given it a name of its own."""
    return name_of(cook).partition("-")[0] != USUAL
