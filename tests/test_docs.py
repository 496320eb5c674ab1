"""The documents: what they show of the sample cook is what the program makes of it."""

import ast
import re

import pytest

from docs import clocks
from smart_smoker.core.watch import CLOCKS


def test_the_picture_of_the_two_clocks_is_what_the_program_draws():
    assert clocks.PICTURE.read_text(encoding="utf-8") == clocks.picture()


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_table_of_the_two_clocks_has_their_episodes_and_no_others(clock):
    document = (clocks.HERE / "clocks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (Smoker|Food [AB]) \|(.*)\|(.*)\|$", document, re.MULTILINE)
    column = 1 + CLOCKS.index(clock)
    shown = [(row[0], row[column].strip()) for row in rows if row[column].strip()]
    assert shown == [
        (probe.name, f"{begin:%H:%M:%S}–{end:%H:%M:%S}")
        for probe in clocks.RULES
        for begin, end in clocks.episodes(probe, clock)
    ]


# --- the tour ------------------------------------------------------------------------------------

TOUR = clocks.HERE / "tour.md"
STATION = re.compile(r"^\| `([\w/.]+)` \| (.+) \| (\d+) \|$", re.MULTILINE)
LONGEST_WAY = 1500
"""Lines that somebody can read in an evening."""


def lines_of(file: str, read: str) -> int:
    """How many lines of a file the tour wants read: all of it, or the definitions it names."""
    text = (clocks.HERE.parent / file).read_text(encoding="utf-8")
    if read == "all":
        return text.count("\n")
    return sum(_length(ast.parse(text), name) for name in re.findall(r"`([\w.]+)`", read))


def _length(tree: ast.AST, name: str) -> int:
    for part in name.split("."):
        tree = next(node for node in tree.body if getattr(node, "name", "") == part)
    first = min([tree, *tree.decorator_list], key=lambda node: node.lineno)
    return tree.end_lineno - first.lineno + 1


def stations() -> list[tuple[str, str, str]]:
    return STATION.findall(TOUR.read_text(encoding="utf-8"))


def test_the_way_of_a_reading_can_be_read_in_an_evening():
    found = stations()
    shown = {(file, read): int(lines) for file, read, lines in found}
    assert len(shown) > 15
    assert shown == {(file, read): lines_of(file, read) for file, read, _ in found}
    (together,) = re.findall(r"^\| together \| \| ([\d,]+) \|$", TOUR.read_text("utf-8"), re.M)
    assert int(together.replace(",", "")) == sum(shown.values()) <= LONGEST_WAY


def test_each_station_of_the_tour_is_visited_in_its_text():
    text = TOUR.read_text(encoding="utf-8").partition("## The way in lines")[0]
    assert [file for file, _, _ in stations() if f"`{file}`" not in text] == []
