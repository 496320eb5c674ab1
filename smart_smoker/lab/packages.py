"""The programs that a system installs: RabbitMQ, and what the tests need besides."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..core.errors import InputError
from .ports import answers
from .private_broker import find_server

INSTALL_RABBITMQ = {
    "apt-get": "sudo apt-get update && sudo apt-get install -y rabbitmq-server",
    "dnf": "sudo dnf install -y rabbitmq-server",
    "zypper": "sudo zypper install rabbitmq-server",
    "pacman": "sudo pacman -S rabbitmq",
    "brew": "brew install rabbitmq",
    "choco": "choco install rabbitmq   (as administrator; it brings Erlang along)",
}
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
THERMOMETERS = {"mosquitto": "mosquitto", "mosquitto_sub": "mosquitto-clients", "jq": "jq"}
"""What the lines of docs/thermometers.md are made of, with the packages of Debian."""
SERVICES = ["rabbitmq-server.service", "epmd.service", "epmd.socket", "mosquitto.service"]
SERVICE_PORTS = {
    5672: ["service", "rabbitmq-server", "stop"],
    4369: ["epmd", "-kill"],
    1883: ["service", "mosquitto", "stop"],
}


def say(line: str) -> None:
    print(line, flush=True)


def clean_environment() -> dict[str, str]:
    """The user's environment without what leads Python or pip elsewhere than to .venv."""
    astray = ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"]
    astray += ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV"]
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return dict(kept, PIP_USER="0")


def quietly(command: list[str | Path]) -> str | None:
    """Run a command; what it said is returned when it fails, and None when it does not."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment(),
    )
    return done.stdout.decode(errors="replace").rstrip() if done.returncode else None


def insist(command: list[str | Path], complaint: str) -> None:
    """Run a command and show what it said only when it fails, with an InputError."""
    said = quietly(command)
    if said is not None:
        say(said)
        raise InputError(complaint)


def succeeds(command: list[str]) -> bool:
    return not subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def as_root() -> list[str] | None:
    """What to put before a command that needs root; None when we may not."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") and succeeds(["sudo", "-n", "true"]) else None


def apt_install(*packages: str) -> bool:
    """Install packages, and stop the services that they bring along; False where we may not."""
    root = as_root() if shutil.which("apt-get") else None
    if root is None:
        return False
    before, names = running_services(), " ".join(packages)
    say(f"Installing {names} with apt-get, which takes a minute")
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # One broken source of many fails the update, and the package may be there all the same.
    succeeds([*apt, "update"])
    insist(
        [*apt, "-y", "--no-install-recommends", "install", *packages],
        f"apt-get could not install {names}.",
    )
    stop_services(root, before)
    return True


def install_rabbitmq() -> None:
    """Install RabbitMQ if it is missing; where we may not, raise InputError with what to type."""
    if find_server():
        return
    if not apt_install("rabbitmq-server") and sys.platform == "darwin" and shutil.which("brew"):
        say("Installing rabbitmq with brew, which takes some minutes")
        insist(["brew", "install", "rabbitmq"], "brew could not install rabbitmq.")
    if not find_server():
        raise InputError("RabbitMQ is missing here. Run: " + install_line())


def find_browser() -> str | None:
    """The path of a Chromium or Chrome, for the tests of the panel, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install_browser() -> None:
    """Install Chromium if there is no browser; where we may not, raise InputError."""
    if not find_browser():
        apt_install("chromium")
    if not find_browser():
        raise InputError("Chromium is missing here: install it as your system does.")


def install_thermometers() -> None:
    """Install what the lines of docs/thermometers.md need; where we may not, raise InputError."""

    def missing() -> list[str]:
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
        return [name for name in THERMOMETERS if not shutil.which(name, path=path)]

    if missing():
        apt_install(*(THERMOMETERS[name] for name in missing()))
    if missing():
        raise InputError("Install as your system does: " + ", ".join(missing()))


def install_line() -> str:
    """How RabbitMQ is installed on this system, in one line for the user to type."""
    usual = {"darwin": "brew", "win32": "choco"}.get(sys.platform, "apt-get")
    tools = [tool for tool in INSTALL_RABBITMQ if shutil.which(tool)]
    return INSTALL_RABBITMQ[(tools + [usual])[0]]


def running_services() -> set[tuple[str, str]]:
    """What there is of a system-wide RabbitMQ: what systemd says of it, and its ports."""
    found = {("port", str(port)) for port in SERVICE_PORTS if answers(port)}
    if os.path.isdir("/run/systemd/system"):
        for question in ("is-active", "is-enabled"):
            for name in SERVICES:
                if succeeds(["systemctl", "--quiet", question, name]):
                    found.add((question, name))
    return found


def stop_services(root: list[str], before: set[tuple[str, str]]) -> None:
    """Stop what the installation has started, and nothing that was there before it."""
    for verb, question in (("stop", "is-active"), ("disable", "is-enabled")):
        for name in SERVICES:
            if (question, name) in running_services() - before:
                say(f"The installation has left a {name}: systemctl {verb}")
                succeeds([*root, "systemctl", verb, name])
    for port, command in SERVICE_PORTS.items():
        if ("port", str(port)) in running_services() - before:
            say("The installation has left a service: " + " ".join(command))
            succeeds([*root, *command])
