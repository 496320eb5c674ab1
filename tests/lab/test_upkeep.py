"""What keeps the project in order: the checks, the locks, and what is known of their holes."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from smart_smoker.lab import audit, upkeep

TOP = Path(upkeep.__file__).parents[2]


# --- the checks ----------------------------------------------------------------------------------

FAULTS = {
    "linter": "import os\n",
    "types": "def half(number: int) -> str:\n    return number / 2\n",
    "formatting": "half = ( 1/2 )\n",
}


@pytest.fixture
def checked(tmp_path, capsys, monkeypatch):
    """Checks a project with this text in these places: the exit code, and what is said."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(TOP / "pyproject.toml", tmp_path)

    def check(text, *places):
        for place in ("smart_smoker/__init__.py", "run.py", *places):
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            Path(place).write_text(text if place in places else "")
        return upkeep.check(Path(sys.executable)), capsys.readouterr().out

    return check


TYPED = ["alerts.py", "smart_smoker/core/probes.py"]
OTHERS = ["tests/core/it.py", "docs/exercises/it.py", "benchmarks/it.py"]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_check_finds_its_fault_wherever_it_stands_and_the_others_do_not(checked, fault):
    places = TYPED if fault == "types" else TYPED + OTHERS
    code, said = checked(FAULTS[fault], *places)
    verdicts = re.findall(r"^(\w+): ((?:not )?in order)$", said, re.MULTILINE)
    assert verdicts == [(name, "not in order" if name == fault else "in order") for name in FAULTS]
    assert [place for place in places if place not in said] == []
    assert code == 1


def test_what_is_in_order_is_0(checked):
    assert checked("") == (0, "".join(f"{name}: in order\n" for name in FAULTS))


def test_whoever_commits_has_the_same_checks_and_ci_has_them_too():
    hooks = (TOP / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"entry: (.*)", hooks) == ["python3 run.py check"]
    assert "\npython3 run.py check\n" in (TOP / ".ci" / "run").read_text(encoding="utf-8")
    forge = (TOP / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "run: bash .ci/run\n" in forge
    assert re.search(r'python: \["3\.10", .*"3\.14"\]', forge)


# --- the locks -----------------------------------------------------------------------------------

MACHINES = [
    {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.0",
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": "x86_64",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    for minor in range(10, 15)
    for system in ("linux", "darwin", "win32")
]


def locked(name: str) -> list[Requirement]:
    text = (TOP / f"{name}.lock").read_text(encoding="utf-8")
    return [Requirement(line) for line in re.findall(r"^([a-z].*?) \\$", text, re.MULTILINE)]


def asked(name: str) -> list[Requirement]:
    """What a file of requirements asks for, with what those ask for that it names."""
    found = []
    for line in (TOP / name).read_text(encoding="utf-8").splitlines():
        other = line.removeprefix("-r ")
        found += asked(other) if other != line else [Requirement(line)]
    return found


@pytest.mark.parametrize("name", [upkeep.PANEL, upkeep.DEVELOPMENT])
def test_a_lock_has_what_the_requirements_ask_for_once_for_each_python_and_system(name):
    for machine in MACHINES:
        pins = [pin for pin in locked(name) if not pin.marker or pin.marker.evaluate(machine)]
        versions = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in pins}
        assert len(versions) == len(pins)
        lacking = {
            wanted.name
            for wanted in asked(f"{name}.txt")
            if not wanted.specifier.contains(versions.get(canonicalize_name(wanted.name), "0"))
        }
        assert lacking == set(), "python3 run.py lock"


def test_the_tools_are_locked_on_top_of_what_the_scripts_need():
    assert set(map(str, locked(upkeep.PANEL))) <= set(map(str, locked(upkeep.DEVELOPMENT)))


@pytest.mark.parametrize("name", [upkeep.PANEL, upkeep.DEVELOPMENT])
def test_a_lock_has_a_hash_for_all_and_names_no_registry_and_no_folder(name):
    text = (TOP / f"{name}.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert not [line for line in lines if re.search(r"://|^-|/", line)]
    entries = re.split(r"\n(?=[a-z])", "\n".join(lines))
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


# --- known holes ---------------------------------------------------------------------------------

GOOD = {"name": "pika", "version": "1.4.4", "vulns": []}
HOLED = {"name": "h11", "version": "0.1", "vulns": [{"id": "CVE-2025-43859"}]}
UNKNOWN = {"name": "rich", "skip_reason": "Dependency not found"}


def told(*libraries):
    return audit.verdict(json.dumps({"dependencies": libraries}), "No known vulnerabilities found")


def test_a_known_hole_is_named_and_fails():
    assert told(GOOD, HOLED, UNKNOWN) == (
        [
            "pip-audit: h11 0.1 has CVE-2025-43859",
            "pip-audit: NO ANSWER for 1 of 3 libraries.",
        ],
        1,
    )
    assert told(GOOD) == (["pip-audit: no known hole in 1 libraries."], 0)


def test_what_nobody_could_be_asked_about_is_never_called_good():
    assert told(UNKNOWN) == (["pip-audit: NO ANSWER for 1 of 1 libraries."], 0)
    for nothing in ("", "Traceback", "[]", "{}"):
        lines, code = audit.verdict(nothing, "Traceback\nConnectionError: nobody there\n")
        assert code == 0
        assert lines == ["pip-audit: NO ANSWER for any library: ConnectionError: nobody there"]
