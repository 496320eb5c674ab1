"""The programs that a system installs: RabbitMQ, and what the tests need beside it."""

import os
import shutil
import subprocess
import sys

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
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def say(line):
    print(line, flush=True)


def clean_environment():
    """The user's environment without what leads Python or pip elsewhere than to .venv."""
    astray = ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"]
    astray += ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV"]
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return dict(kept, PIP_USER="0")


def quietly(command, complaint):
    """Run a command and show what it said only when it fails, with an InputError."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment(),
    )
    if done.returncode:
        say(done.stdout.decode(errors="replace").rstrip())
        raise InputError(complaint)


def as_root():
    """What to put before a command that needs root; None when we may not."""
    if os.name == "nt":
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not subprocess.call(["sudo", "-n", "true"], **SILENT):
        return ["sudo", "-n"]
    return None


def may_apt():
    return bool(shutil.which("apt-get")) and as_root() is not None


def apt_install(*packages):
    """Install packages, and stop the services that they bring along."""
    before, names = running_services(), " ".join(packages)
    say(f"Installing {names} with apt-get, which takes a minute")
    apt = as_root() + ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # One broken source of many fails the update, and the package may be there all the same.
    subprocess.call(apt + ["update"], **SILENT)
    quietly(
        apt + ["-y", "--no-install-recommends", "install", *packages],
        f"apt-get could not install {names}.",
    )
    stop_services(before)


def install_rabbitmq():
    """Install RabbitMQ if it is missing; where we may not, raise InputError with what to type."""
    if find_server():
        return
    if may_apt():
        apt_install("rabbitmq-server")
    elif sys.platform == "darwin" and shutil.which("brew"):
        say("Installing rabbitmq with brew, which takes some minutes")
        quietly(["brew", "install", "rabbitmq"], "brew could not install rabbitmq.")
    if not find_server():
        raise InputError("RabbitMQ is missing here. Run: " + install_line())


def find_browser():
    """The path of a Chromium or Chrome, for the tests of the panel, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install_browser():
    """Install Chromium if there is no browser; where we may not, raise InputError."""
    if not find_browser() and may_apt():
        apt_install("chromium")
    if not find_browser():
        raise InputError("Chromium is missing here: install it as your system does.")


def install_thermometers():
    """Install what the lines of docs/thermometers.md need; where we may not, raise InputError."""

    def missing():
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
        return [name for name in THERMOMETERS if not shutil.which(name, path=path)]

    if missing() and may_apt():
        apt_install(*(THERMOMETERS[name] for name in missing()))
    if missing():
        raise InputError("Install as your system does: " + ", ".join(missing()))


def install_line():
    """How RabbitMQ is installed on this system, in one line for the user to type."""
    usual = {"darwin": "brew", "win32": "choco"}.get(sys.platform, "apt-get")
    tools = [tool for tool in INSTALL_RABBITMQ if shutil.which(tool)]
    return INSTALL_RABBITMQ[(tools + [usual])[0]]


def running_services():
    """What there is of a system-wide RabbitMQ: what systemd says of it, and its ports."""
    found = {("port", port) for port in SERVICE_PORTS if answers(port)}
    if os.path.isdir("/run/systemd/system"):
        for question in ("is-active", "is-enabled"):
            for name in SERVICES:
                if not subprocess.call(["systemctl", "--quiet", question, name], **SILENT):
                    found.add((question, name))
    return found


def stop_services(before):
    """Stop what the installation has started, and nothing that was there before it."""
    for verb, question in (("stop", "is-active"), ("disable", "is-enabled")):
        for name in SERVICES:
            if (question, name) in running_services() - before:
                say(f"The installation has left a {name}: systemctl {verb}")
                subprocess.call(as_root() + ["systemctl", verb, name], **SILENT)
    for port, command in SERVICE_PORTS.items():
        if ("port", port) in running_services() - before:
            say("The installation has left a service: " + " ".join(command))
            subprocess.call(as_root() + command, **SILENT)
