"""run.py: the set-up, as a process in a copy of its own and, for other systems, by its parts."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tomli

import run
from smart_smoker.cli import installed
from smart_smoker.cli.commands import typed
from smart_smoker.core.errors import InputError
from smart_smoker.lab import environment, packages, services
from smart_smoker.lab.ports import answers, free_ports

TOP = Path(run.__file__).parent
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="tries what Linux systems have")


@pytest.fixture
def clone(tmp_path):
    """A copy of what run.py needs, with nothing to install: no network, and its own .venv."""
    for room in ("core", "lab", "cli"):
        shutil.copytree(TOP / "smart_smoker" / room, tmp_path / "smart_smoker" / room)
    shutil.copy(TOP / "smart_smoker" / "__init__.py", tmp_path / "smart_smoker")
    shutil.copy(TOP / "run.py", tmp_path)
    for name in ("requirements-panel.txt", "requirements-panel.lock", "requirements-dev.txt"):
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A PATH with only the given shell scripts on it; each writes what it was asked into `log`."""

    def install(**scripts):
        folder = tmp_path / "programs"
        folder.mkdir()
        for name, body in scripts.items():
            path = folder / name.replace("_", "-")
            path.write_text(f'#!/bin/sh\necho "{path.name} $*" >> "{tmp_path}/log"\n{body}\n')
            path.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return lambda: (tmp_path / "log").read_text().splitlines()

    return install


def run_py(clone, *arguments, **environment):
    for_people = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, clone / "run.py", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**for_people, **environment},
    )
    return done.returncode, done.stdout


def test_an_old_python_can_read_the_file_and_is_told_in_a_line():
    tree = ast.parse((TOP / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    # Before it has been told, nothing may be evaluated that an old Python lacks.
    told = next(i for i, node in enumerate(tree.body) if isinstance(node, ast.If))
    for node in ast.walk(ast.Module(tree.body[:told], [])):
        assert not isinstance(node, ast.ImportFrom) or node.module != "__future__"
        for name in ("annotation", "returns"):
            assert isinstance(getattr(node, name, None), (ast.Constant, type(None)))
    assert "3.10 or newer; this is 3.9" in run.too_old((3, 9, 18))
    assert run.too_old((3, 10)) is None


def test_the_broker_that_is_not_running_is_said_so_and_can_be_stopped(clone):
    code, said = run_py(clone, "broker", "status")
    assert (code, said.count("\n")) == (1, 1)
    assert "not running" in said
    assert run_py(clone, "broker", "stop") == (0, "RabbitMQ was not running.\n")


@pytest.mark.usefixtures("rabbitmq")
def test_a_broker_can_have_another_port_and_the_settings_that_lead_there_are_said(clone):
    while True:
        (port,) = free_ports(1)
        if not answers(port + 10000):
            break
    code, said = run_py(clone, "broker", "start", "--port", str(port))
    try:
        assert code == 0
        (settings,) = re.findall(r"in \.env\.toml:\n((?:  .*\n)+)", said)
        found = tomli.loads(settings)
        assert found == {
            "rabbitmq_url": f"amqp://guest:guest@127.0.0.1:{port}/",
            "rabbitmq_admin_url": f"http://127.0.0.1:{port + 10000}/#/queues",
        }
        assert found["rabbitmq_url"] in run_py(clone, "broker", "status")[1]
        code, said = run_py(clone, "broker", "start", "--port", str(port + 1))
        assert (code, said.count("\n")) == (2, 1)
        assert found["rabbitmq_url"] in said
    finally:
        assert run_py(clone, "broker", "stop") == (0, "RabbitMQ is stopped.\n")


COMMANDS = """
  cp .env.toml.example .env.toml
  .venv/bin/python alerts.py; python3 run.py broker start
"""


def test_commands_are_said_as_the_machine_has_them():
    assert typed(COMMANDS, "linux") == typed(COMMANDS, "darwin") == COMMANDS
    assert (
        typed(COMMANDS, "win32")
        == r"""
  copy .env.toml.example .env.toml
  .venv\Scripts\python alerts.py; py run.py broker start
"""
    )


def test_the_page_of_all_machines_has_the_same_form():
    page = (TOP / "docs" / "running.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*?\| `([^`]+)` \| `((?:py |\.venv)[^`]+)` \|$", page, re.MULTILINE)
    assert len(rows) > 10
    assert [typed(usual, "win32") for usual, _ in rows] == [windows for _, windows in rows]


TYPED = re.compile(r"python3 run|\.venv/bin/\w|\bcp \S")
"""A command of Linux that somebody is told to type."""


def test_whatever_is_said_goes_by_that():
    said = {*TOP.glob("smart_smoker/*/*.py"), *TOP.glob("*.py")}
    others = {services.__file__, installed.__file__}  # For Linux alone; says both forms.
    for path in said - set(map(Path, others)):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        shown = [node for node in nodes if isinstance(node, ast.Call | ast.JoinedStr)]
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        by_that = [call for call in calls if getattr(call.func, "id", "") == "typed"]
        assert commands(shown) == commands(by_that), path.name


def commands(nodes):
    parts = {part for node in nodes for part in ast.walk(node) if isinstance(part, ast.Constant)}
    return {part.value for part in parts if TYPED.search(str(part.value))}


@pytest.mark.parametrize(
    "wrong",
    [
        ["cook"],
        ["broker"],
        ["broker", "start", "--port", "60000"],
        ["--interval", "-1"],
        ["--interval", "inf"],
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_exit_code_2(clone, wrong):
    assert run_py(clone, *wrong)[0] == 2


@pytest.mark.usefixtures("rabbitmq")
def test_set_up_is_tried_again_done_once_and_not_led_astray(clone):
    requirements = clone / "requirements-panel.lock"
    requirements.write_text("./no-such-folder\n")
    astray = {"PYTHONPATH": str(clone / "nowhere"), "PIP_REQUIRE_VIRTUALENV": "1"}
    for begins in (True, False):
        code, said = run_py(clone, "setup", **astray, VIRTUAL_ENV=str(clone / "other"))
        assert (code, "Making" in said) == (2, begins)
        assert "pip could not install requirements-panel.lock" in said
        assert "Traceback" not in said

    requirements.write_text("# nothing\n")
    code, said = run_py(clone, "setup", **astray, VIRTUAL_ENV=str(clone / "other"))
    assert (code, "Making" in said, "Installing" in said) == (0, False, True)
    assert run_py(clone, "setup") == (0, "Everything is set up.\n")

    # Whichever of the files has changed.
    for name in ("requirements-panel.lock", "requirements-home-assistant.txt"):
        (clone / name).write_text("# nothing yet\n")
        code, said = run_py(clone, "setup")
        assert (code, "Making" in said, "Installing" in said) == (0, False, True)

    (clone / ".venv" / environment.NOTE.name).write_text("[]")
    code, said = run_py(clone, "setup")
    assert (code, "Making" in said, "Installing" in said) == (0, False, True)


def test_what_is_noted_of_an_environment_without_its_python_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "NOTE", tmp_path / "note.json")
    monkeypatch.setattr(environment, "VENV_PYTHON", tmp_path / "python")
    environment.write_note({"python": "3.12"})
    assert environment.read_note() == {}
    (tmp_path / "python").touch()
    assert environment.read_note() == {"python": "3.12"}


def wheel(folder, version):
    """A library `hickory` with nothing in it, and the hash of its file."""
    path = folder / f"hickory-{version}-py3-none-any.whl"
    about = f"hickory-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hickory.py", "")
        archive.writestr(f"{about}/METADATA", f"Name: hickory\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("rabbitmq")
def test_only_the_locked_files_are_installed_and_what_an_index_lacks_is_said_and_fails_in_ci(clone):
    index = clone / "index"
    index.mkdir()
    mine, other = wheel(index, "1.0"), "0" * 64
    (clone / "requirements-panel.txt").write_text("hickory\n")
    lock, offline = clone / "requirements-panel.lock", {"PIP_NO_INDEX": "1"}
    offline |= {"PIP_FIND_LINKS": str(index), "PIP_CONFIG_FILE": os.devnull}
    # A .venv without its Python is broken, and made anew.
    (clone / environment_python()).parent.mkdir(parents=True)

    def set_up(version, digest, **environment):
        lock.write_text(f"hickory=={version}" + f" --hash=sha256:{digest}\n" * bool(digest))
        code, said = run_py(clone, "setup", **offline, **environment)
        there = subprocess.run(
            [clone / environment_python(), "-c", "import hickory"], stderr=subprocess.DEVNULL
        )
        return code, "DO NOT MATCH" in said, "is not to be had here" in said, not there.returncode

    assert set_up("1.0", other) == (2, True, False, False)
    assert set_up("1.0", None) == (2, False, False, False)
    assert set_up("2.0", other, CI="true") == (2, False, False, False)
    assert set_up("2.0", other) == (0, False, True, True)
    assert run_py(clone, "setup", **offline) == (0, "Everything is set up.\n")
    assert set_up("1.0", mine) == (0, False, False, True)


def environment_python():
    return environment.VENV_PYTHON.relative_to(environment.HERE)


@on_linux
@pytest.mark.parametrize(
    ("tool", "line"),
    [("dnf", "sudo dnf install -y rabbitmq-server"), ("pacman", "sudo pacman -S rabbitmq")],
)
def test_where_we_may_not_install_rabbitmq_the_line_to_type_is_said(
    programs, monkeypatch, tool, line
):
    programs(**{tool: ""})
    monkeypatch.setattr(packages, "find_server", lambda: None)
    with pytest.raises(InputError, match=line):
        packages.install_rabbitmq()


@on_linux
def test_apt_is_not_called_without_a_password_when_sudo_wants_one(programs, monkeypatch):
    said = programs(sudo="exit 1", apt_get="")
    monkeypatch.setattr(packages, "find_server", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InputError, match="sudo apt-get install|apt-get install -y rabbitmq"):
        packages.install_rabbitmq()
    assert said() == ["sudo -n true"]


@on_linux
def test_a_browser_is_installed_where_there_is_none_and_otherwise_left_alone(
    programs, monkeypatch, tmp_path
):
    said = programs(
        sudo='shift; PATH="$PATH:/usr/bin:/bin" exec "$@"',
        apt_get=f'case "$*" in *install*) cp "$0" "{tmp_path}/programs/chromium";; esac',
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    packages.install_browser()
    asked = said()
    assert "apt-get -qq -y --no-install-recommends install chromium" in asked
    packages.install_browser()
    assert said() == asked


@on_linux
def test_only_what_the_thermometers_lines_lack_is_installed(programs, monkeypatch, tmp_path):
    said = programs(
        sudo='shift; PATH="$PATH:/usr/bin:/bin" exec "$@"',
        jq="true",
        mosquitto="true",
        apt_get=f'case "$*" in *install*) cp "$0" "{tmp_path}/programs/mosquitto_sub";; esac',
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    packages.install_thermometers()
    asked = said()
    assert "apt-get -qq -y --no-install-recommends install mosquitto-clients" in asked
    packages.install_thermometers()
    assert said() == asked


@on_linux
def test_where_we_may_not_install_a_browser_it_is_asked_for(programs):
    programs()
    with pytest.raises(InputError, match="Chromium is missing"):
        packages.install_browser()


@on_linux
def test_apt_installs_rabbitmq_and_what_the_installation_started_is_stopped(
    programs, monkeypatch, tmp_path, capsys
):
    # epmd ran before; the installation starts and enables the broker.
    said = programs(
        sudo='shift; PATH="$PATH:/usr/bin:/bin" exec "$@"',
        apt_get=f'case "$*" in *install*) : > "{tmp_path}/installed";; esac',
        systemctl=f'''case "$*" in
            *"--quiet is-"*epmd.socket) exit 0;;
            *"--quiet is-active rabbitmq-server.service") test -e "{tmp_path}/installed";;
            *"--quiet is-enabled rabbitmq-server.service") test -e "{tmp_path}/installed";;
            *"--quiet"*) exit 1;;
        esac''',
    )
    monkeypatch.setattr(packages, "find_server", lambda: (tmp_path / "installed").exists() or None)
    monkeypatch.setattr(packages, "answers", lambda port: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os.path, "isdir", lambda path: path == "/run/systemd/system")
    packages.install_rabbitmq()
    changes = [line for line in said() if not line.startswith("sudo") and "--quiet" not in line]
    assert changes == [
        "apt-get -qq update",
        "apt-get -qq -y --no-install-recommends install rabbitmq-server",
        "systemctl stop rabbitmq-server.service",
        "systemctl disable rabbitmq-server.service",
    ]
    assert "systemctl stop" not in capsys.readouterr().err
