"""The documents: what they show of the sample cook is what the program makes of it."""

import ast
import re
import subprocess
import sys

import pytest

from docs import clocks, limits
from smart_smoker.cli.checks import CHECKS
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


def test_the_picture_of_the_limits_is_what_the_program_draws():
    assert limits.PICTURE.read_text(encoding="utf-8") == limits.picture()


def test_a_fire_that_dies_slowly_is_told_within_two_minutes_as_the_page_says():
    document = (clocks.HERE / "limits.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\d) h \| ([\d.]+) min \| ([\d.]+) min \|$", document, re.MULTILINE)
    found = {hours: limits.crossing(hours) for hours in limits.HOURS}
    assert shown == [
        (str(hours), f"{below / 2:g}", f"{low / 2:g}") for hours, (below, low, _) in found.items()
    ]
    assert not any(drop for _, _, drop in found.values())
    assert all(low - below < 4 for below, low, _ in found.values())


def test_of_the_samples_drops_the_page_tells_which_are_lids():
    document = (clocks.HERE / "limits.md").read_text(encoding="utf-8")
    told = limits.lids(3)
    assert [state for _, state in told] == ["lid"] * 3 + ["raised", "cleared"]
    assert all(f"a lid until {time}" in document for time, state in told if state == "lid")
    assert all(f"{state} {time}" in document for time, state in told if state != "lid")
    assert all(time in document for time, _ in limits.lids(0))


# --- what the pages say of the program -----------------------------------------------------------

DOCS, TOP = clocks.HERE, clocks.HERE.parent
PAGES = sorted([*TOP.glob("*.md"), *DOCS.rglob("*.md")])


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_readme_is_read_in_two_minutes():
    assert len((TOP / "README.md").read_text(encoding="utf-8").split()) <= 900


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TOP)))
def test_every_link_and_picture_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text)
    targets = [(link or picture).partition("#")[0] for link, picture in found]
    inside = [target for target in targets if target and "://" not in target]
    assert [target for target in inside if not (path.parent / target).exists()] == []


def test_every_page_is_in_the_index():
    linked = {DOCS / link for link in re.findall(r"\]\(([^)]+\.md)", page("README.md"))}
    pages = {path for path in PAGES if path.parent == DOCS and path.name != "README.md"}
    assert linked == pages | {DOCS / "exercises" / "README.md"}


def test_every_test_that_a_page_names_is_there():
    tests = "".join(path.read_text(encoding="utf-8") for path in TOP.glob("tests/**/test_*.py"))
    named = {
        name for path in PAGES for name in re.findall(r"`(test_\w+)`", path.read_text("utf-8"))
    }
    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in tests} == set()


SCRIPTS = sorted(path.name for path in TOP.glob("*.py") if path.name not in ("util_logger.py",))


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_option_of_a_script_stands_in_its_page(script):
    command = [sys.executable, script, "--help"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=30)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.stdout)) - {"--help"}
    assert options
    assert {option for option in options if f"`{option}" not in page("options.md")} == set()


def test_every_setting_stands_in_its_page_and_in_the_example():
    settings, example = page("settings.md").lower(), (TOP / ".env.toml.example").read_text("utf-8")
    assert {key for key in CHECKS if f"`{key}`" not in settings} == set()
    mine = {key for key in CHECKS if not key.startswith("rabbitmq")}
    said = {key for key in mine if f"\n{key} = " in example or f"\n# {key} = " in example}
    assert said == mine


# --- the tour ------------------------------------------------------------------------------------

TOUR = clocks.HERE / "tour.md"
STATION = re.compile(r"^\| `([\w/.]+)` \| (.+) \| (\d+) \|$", re.MULTILINE)
LONGEST_WAY = 1150
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
