"""run.py: the set-up, as a process in a copy of its own and, for other systems, by its parts."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run
from smart_smoker.core.errors import InputError
from smart_smoker.lab import environment, packages

TOP = Path(run.__file__).parent
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="tries what Linux systems have")


@pytest.fixture
def clone(tmp_path):
    """A copy of what run.py needs, with nothing to install: no network, and its own .venv."""
    for room in ("core", "lab", "cli"):
        shutil.copytree(TOP / "smart_smoker" / room, tmp_path / "smart_smoker" / room)
    shutil.copy(TOP / "smart_smoker" / "__init__.py", tmp_path / "smart_smoker")
    shutil.copy(TOP / "run.py", tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-panel.txt").write_text("-r requirements.txt\n")
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
    done = subprocess.run(
        [sys.executable, clone / "run.py", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout


def test_an_old_python_can_read_the_file_and_is_told_in_a_line():
    ast.parse((TOP / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    assert "3.10 or newer; this is 3.9" in run.too_old((3, 9, 18))
    assert run.too_old((3, 10)) is None


def test_the_broker_that_is_not_running_is_said_so_and_can_be_stopped(clone):
    code, said = run_py(clone, "broker", "status")
    assert (code, said.count("\n")) == (1, 1)
    assert "not running" in said
    assert run_py(clone, "broker", "stop") == (0, "RabbitMQ was not running.\n")


@pytest.mark.parametrize(
    "wrong", [["cook"], ["broker"], ["--interval", "-1"], ["--interval", "inf"]], ids=" ".join
)
def test_a_wrong_option_is_exit_code_2(clone, wrong):
    assert run_py(clone, *wrong)[0] == 2


@pytest.mark.usefixtures("rabbitmq")
def test_set_up_is_tried_again_done_once_repaired_when_broken_and_not_led_astray(clone):
    requirements = clone / "requirements.txt"
    requirements.write_text("./no-such-folder\n")
    astray = {"PYTHONPATH": str(clone / "nowhere"), "PIP_REQUIRE_VIRTUALENV": "1"}
    for begins in (True, False):
        code, said = run_py(clone, "setup", **astray, VIRTUAL_ENV=str(clone / "other"))
        assert (code, "Making" in said) == (2, begins)
        assert "pip could not install requirements-panel.txt" in said
        assert "Traceback" not in said

    requirements.write_text("# nothing\n")
    code, said = run_py(clone, "setup", **astray, VIRTUAL_ENV=str(clone / "other"))
    assert (code, "Making" in said, "Installing" in said) == (0, False, True)
    assert run_py(clone, "setup") == (0, "Everything is set up.\n")

    requirements.write_text("# nothing yet\n")
    code, said = run_py(clone, "setup")
    assert (code, "Making" in said, "Installing" in said) == (0, False, True)

    (clone / ".venv" / environment.VENV_PYTHON.relative_to(environment.VENV)).unlink()
    code, said = run_py(clone, "setup")
    assert (code, "Making" in said) == (0, True)
    assert run_py(clone, "setup") == (0, "Everything is set up.\n")


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
