"""The layers: who may import whom, and which library belongs to which module."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "cli", "rabbitmq", "channels", "app", "panel", "lab")
"""The package from its ground up: a room imports only from itself and from those before it."""

PACKAGE = {
    f"{path.parent.name}.{path.stem}": path for path in (ROOT / "smart_smoker").glob("*/[!_]*.py")
}
SCRIPTS = {path.stem: path for path in ROOT.glob("*.py")}
FILES = PACKAGE | SCRIPTS

LIBRARIES = {
    "pika": {"rabbitmq.connection"},
    "smtplib": {"channels.mail"},
    "apprise": {"channels.push"},
    "rich": {"cli.terminal"},
    "aiosmtpd": {"lab.inbox"},
    "tomli": {"cli.settings"},
    "dotenv": {"cli.settings"},
    "nicegui": {"panel.elements"},
    "paho": {"panel.home_assistant"},
    "fastapi": {"panel.routes"},
    "uvicorn": {"panel.server"},
    "h11": {"panel.server"},
    "starlette": {"panel.access"},
    "prometheus_client": {"panel.metrics"},
}
"""One library, one module."""

PURE_MODULES = sorted(name for name in PACKAGE if name.startswith("core."))
PURE_MODULES += ["app.memory", "app.taken"]
PURE_MODULES += ["panel.story", "panel.cook_story", "panel.probe_story"]
PURE_MODULES += ["panel.overview", "panel.records", "panel.trend", "panel.words"]
PURE = {
    *("array", "binascii", "bisect", "collections", "contextlib", "csv", "dataclasses", "datetime"),
    *("enum", "itertools", "json", "math", "operator", "re", "statistics", "typing", "unicodedata"),
}
"""What the core may use: nothing that opens, connects, sleeps, asks the time or tosses a coin."""


def imports(name: str, inside_functions: bool = True) -> Iterator[str]:
    """The dotted names that a module imports; what it imports from a room, with the module."""
    yield from _imports(tree(name), name.split(".")[:-1], inside_functions)


def _imports(parent: ast.AST, room: list[str], inside_functions: bool) -> Iterator[str]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ["smart_smoker", *room][: 3 - node.level] if node.level else []
            module = ".".join(filter(None, [*above, node.module]))
            of_modules = re.fullmatch(r"smart_smoker(\.[a-z]+)?", module)
            yield from (f"{module}.{a.name}" for a in node.names) if of_modules else (module,)
        elif inside_functions or not isinstance(node, ast.FunctionDef):
            yield from _imports(node, room, inside_functions)


@cache
def tree(name: str) -> ast.AST:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


@cache
def of_ours(name: str, inside_functions: bool = True) -> set[str]:
    """Which modules of the package a module imports, as ROOM.MODULE."""
    split = [dotted.split(".") for dotted in imports(name, inside_functions)]
    return {".".join(parts[1:3]) for parts in split if parts[0] == "smart_smoker"}


@cache
def others(name: str, inside_functions: bool = True) -> set[str]:
    """Which modules from outside the package a module imports."""
    return {d.split(".")[0] for d in imports(name, inside_functions)} - {"smart_smoker"}


def test_the_package_is_rooms_and_nothing_else():
    inside = {path.name for path in (ROOT / "smart_smoker").glob("[!_]*")}
    assert inside == set(ROOMS)
    files = (ROOT / "smart_smoker").glob("[!_]*/*.*")
    assert {path.suffix for path in files} <= {".py", ".js", ".css"}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_lives_there_and_what_it_may_import(room):
    words = ast.get_docstring(ast.parse((ROOT / "smart_smoker" / room / "__init__.py").read_text()))
    assert "import" in words


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_downwards_only(room):
    allowed = ROOMS[: ROOMS.index(room) + 1]
    modules = [name for name in PACKAGE if name.startswith(f"{room}.")]
    assert modules
    upwards = {
        (name, imported)
        for name in modules
        for imported in of_ours(name)
        if imported.split(".")[0] not in allowed
    }
    assert upwards == set()


def test_nobody_stands_on_the_panel():
    below = {name for name in PACKAGE if not name.startswith("panel.")}
    assert not {n for n in below if any(i.startswith("panel.") for i in of_ours(n))}


def test_no_file_is_too_long_to_be_read_in_one_sitting():
    files = [*FILES.values(), *(ROOT / "smart_smoker").glob("*/*.js")]
    lengths = {path.name: path.read_text(encoding="utf-8").count("\n") for path in files}
    assert {name for name, length in lengths.items() if length > 300} == set()
    assert sum(length < 200 for length in lengths.values()) > 0.8 * len(lengths)


@pytest.mark.parametrize("name", PACKAGE)
def test_nothing_in_the_package_imports_a_script(name):
    assert not others(name) & set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_imports_of_the_scripts_the_logger_alone(name):
    assert others(name) & set(SCRIPTS) <= {"util_logger"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_known_to_one_module_only(library):
    assert {name for name in FILES if library in others(name)} == LIBRARIES[library]


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_imported_that_is_not_listed(name):
    assert others(name) <= set(sys.stdlib_module_names) | set(LIBRARIES) | set(SCRIPTS)


@pytest.mark.parametrize("name", PURE_MODULES)
def test_the_core_never_opens_connects_sleeps_or_asks_the_time(name):
    assert of_ours(name) <= {*PURE_MODULES, "rabbitmq.events", "rabbitmq.messages"}
    assert others(name) <= PURE
    nodes = list(ast.walk(tree(name)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    assert not names & {"open", "print", "input", "__import__", "exec", "eval"}
    assert not {n.attr for n in nodes if isinstance(n, ast.Attribute)} & {"now", "today", "utcnow"}


def test_run_and_what_it_imports_need_nothing_but_python():
    reached, new = set(), {"run"}
    while new:
        reached |= new
        new = set().union(*(of_ours(name, inside_functions=False) for name in new)) - reached
    for name in reached:
        assert others(name, inside_functions=False) <= set(sys.stdlib_module_names), name


def test_what_says_that_a_library_is_missing_needs_none():
    assert not of_ours("cli.installed")
    assert others("cli.installed") <= set(sys.stdlib_module_names)


WATCHED = """
import importlib, json, logging, os, signal, sys, threading

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVENTS = ("socket.", "subprocess.", "os.", "shutil.", "signal.")
READS = ("os.listdir", "os.scandir")
done = []

def audit(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if set(mode or "") & set("wax+") or (mode is None and flags & WRITES):
            done.append(f"opened {path!r} to write")
    elif event.startswith(EVENTS) and event not in READS:
        done.append(event)

def state():
    return {
        "threads": [thread.name for thread in threading.enumerate()],
        "signals": [repr(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "logging": [repr(logging.getLogger().handlers), logging.getLogger().level],
        "path": [*sys.path, os.getcwd()],
        "environment": dict(os.environ),
    }

effects = {}
for libraries in json.loads(sys.argv[1]):
    importlib.import_module(libraries)
sys.addaudithook(audit)
for name in json.loads(sys.argv[2]):
    for loaded in [m for m in sys.modules if m.startswith("smart_smoker")]:
        del sys.modules[loaded]
    sys.modules.pop(name, None)
    before = state()
    importlib.import_module(name)
    after = state()
    effects[name] = done + [what for what in before if before[what] != after[what]]
    done = []
print(json.dumps(effects))
"""


def test_every_module_can_be_imported_alone_and_does_nothing():
    modules = [f"smart_smoker.{name}" for name in PACKAGE] + list(SCRIPTS)
    libraries = [library for library in LIBRARIES if library != "apprise"]
    command = [sys.executable, "-B", "-c", WATCHED, json.dumps(libraries), json.dumps(modules)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert told.stderr == ""
    assert json.loads(told.stdout) == {name: [] for name in modules}
