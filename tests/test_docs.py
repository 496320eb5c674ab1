"""The documents: what they show of the sample cook is what the program makes of it."""

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
