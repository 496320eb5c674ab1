"""An episode's life: the table that the design prints is the one that the program goes by."""

import re
from pathlib import Path

from smart_smoker.core.episodes import ANSWERED, TRANSITIONS, WERE_TOLD, When
from smart_smoker.core.rules import Phase

DESIGN = Path(__file__).parents[2] / "docs" / "design.md"


def name(phase: Phase | None) -> str:
    return phase.name.replace("_", " ").lower() if phase else "no more"


def rows() -> list[tuple[str, ...]]:
    """The table for people: in which phases, when, in which state it is told, what follows."""
    found = []
    for phases, when, state, after in TRANSITIONS:
        several = {WERE_TOLD: "all but held back", (Phase.HELD_BACK, *WERE_TOLD): "any"}
        before = several.get(phases) or ", ".join(map(name, phases))
        found.append((before, when.value, state and f"`{state}`", name(after)))
    answered = [(name(one), "somebody answers", "", name(two)) for one, two in ANSWERED.items()]
    return found + answered


def test_the_design_prints_the_table_of_the_transitions():
    _, _, page = DESIGN.read_text(encoding="utf-8").partition("| it is | when | told as | then |")
    printed = [re.split(r" *\| *", line)[1:-1] for line in page.partition("\n\n")[0].splitlines()]
    assert [tuple(row) for row in printed[2:]] == rows()


def test_each_phase_can_be_reached_and_left_and_each_sight_counts():
    begins = {Phase.HELD_BACK}
    reached = begins | {row.after for row in TRANSITIONS} | set(ANSWERED.values())
    assert reached == {*Phase, None}
    assert {phase for row in TRANSITIONS for phase in row.phases} == set(Phase)
    assert {row.when for row in TRANSITIONS} == set(When)
