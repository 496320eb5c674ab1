#!/usr/bin/env python3
"""Sets Smart Smoker up and runs it, from a fresh clone, with Python and nothing else.

python3 run.py                        the sample cook, all of it in this terminal
python3 run.py setup                  the set-up alone
python3 run.py test [pytest options]  the set-up, then the tests
python3 run.py broker start           a RabbitMQ of one's own, for the scripts by hand
python3 run.py broker stop | status
python3 run.py rejected               what was put aside in 06-rejected, and why
"""
# An old Python must be able to read this file, to be told so: no syntax newer than 3.6 here.

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NOTE = VENV / "smart-smoker.json"  # which Python and which requirements are in .venv
BROKER_FOLDER = HERE / ".rabbitmq" / "broker"

INSTALL_RABBITMQ = {
    "apt-get": "sudo apt-get update && sudo apt-get install -y rabbitmq-server",
    "dnf": "sudo dnf install -y rabbitmq-server",
    "zypper": "sudo zypper install rabbitmq-server",
    "pacman": "sudo pacman -S rabbitmq",
    "brew": "brew install rabbitmq",
    "choco": "choco install rabbitmq   (as administrator; it brings Erlang along)",
}
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
SERVICES = ["rabbitmq-server.service", "epmd.service", "epmd.socket"]
SERVICE_PORTS = {5672: ["service", "rabbitmq-server", "stop"], 4369: ["epmd", "-kill"]}
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def too_old(version):
    """What to say to a Python that is too old; None for the others."""
    if tuple(version[:2]) >= (3, 10):
        return None
    return "Smart Smoker needs Python 3.10 or newer; this is {}.{}.".format(*version[:2])


if __name__ == "__main__" and too_old(sys.version_info):
    print(too_old(sys.version_info))
    sys.exit(2)

from smart_smoker.errors import InputError, SmartSmokerError  # noqa: E402
from smart_smoker.private_broker import (  # noqa: E402
    USUAL_PORTS,
    PrivateBroker,
    answers,
    find_server,
    locked,
)


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


def in_venv():
    return Path(sys.prefix).resolve() == VENV.resolve()


def become(arguments):
    """Go on as the Python of .venv, with these arguments."""
    command = [str(VENV_PYTHON)] + [str(argument) for argument in arguments]
    if os.name == "nt":
        return subprocess.call(command, env=clean_environment())
    return os.execve(command[0], command, clean_environment())


def set_up(requirements):
    """Make .venv and install `requirements` into it, unless the note says that it is done."""
    wanted = {"python": sys.version}
    for name in {"requirements.txt", "requirements-panel.txt", requirements}:
        wanted[name] = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
    done = read_note()
    if all(done.get(name) == value for name, value in wanted.items()):
        return
    if done.get("python") != sys.version and not (done == {} and venv_works()):
        make_venv()
        done = {}
    say("Installing {} into .venv, a minute the first time".format(requirements))
    write_note({"python": "unfinished"})  # a Ctrl+C from here on means: begin again
    try:
        quietly(
            [VENV_PYTHON, "-m", "pip", "install", "-q", "-r", HERE / requirements],
            "pip could not install {}. Is there a network? Then try again.".format(requirements),
        )
    except InputError:
        write_note(done)
        raise
    write_note(dict(done, **wanted))


def read_note():
    try:
        return json.loads(NOTE.read_text()) if VENV_PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}


def write_note(done):
    NOTE.write_text(json.dumps(done))


def venv_works():
    """Whether there is a .venv with pip, made by hand perhaps."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 10))"
    try:
        ask = [str(VENV_PYTHON), "-c", check]
        return not subprocess.call(ask, env=clean_environment(), **SILENT)
    except OSError:
        return False


def make_venv():
    if in_venv():
        raise InputError("Type `deactivate` first: .venv is to be made again, and is in use.")
    if not importlib.util.find_spec("ensurepip"):
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if not may_apt():
            raise InputError(
                "This Python has no venv module. Run: sudo apt-get install -y " + package
            )
        apt_install(package)
    say("Making the Python environment .venv")
    quietly([sys.executable, "-m", "venv", "--clear", VENV], "Python could not make .venv")


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


def apt_install(package):
    say("Installing {} with apt-get, which takes a minute".format(package))
    apt = as_root() + ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # One broken source of many fails the update, and the package may be there all the same.
    subprocess.call(apt + ["update"], **SILENT)
    quietly(
        apt + ["-y", "--no-install-recommends", "install", package],
        "apt-get could not install {}.".format(package),
    )


def install_rabbitmq():
    """Install RabbitMQ if it is missing; where we may not, raise InputError with what to type."""
    if find_server():
        return
    if may_apt():
        before = running_services()
        apt_install("rabbitmq-server")
        stop_services(before)
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
                say("The installation has left a {}: systemctl {}".format(name, verb))
                subprocess.call(as_root() + ["systemctl", verb, name], **SILENT)
    for port, command in SERVICE_PORTS.items():
        if ("port", port) in running_services() - before:
            say("The installation has left a service: " + " ".join(command))
            subprocess.call(as_root() + command, **SILENT)


def broker(action):
    node = PrivateBroker(BROKER_FOLDER, USUAL_PORTS)
    if action == "stop":
        was_running = node.running
        node.stop()
        say("RabbitMQ is stopped." if was_running else "RabbitMQ was not running.")
        return 0
    if action == "start" and not node.running:
        install_rabbitmq()
        say("Starting RabbitMQ")
        node.start()
    if not node.running:
        say("RabbitMQ is not running. To start it: python3 run.py broker start")
        return 1
    say("RabbitMQ is running, process {}.".format(node.pid))
    say("  for the scripts: {}".format(node.url))
    say("  the admin page:  {} (guest, guest)".format(node.admin_url))
    return 0


def seconds(text):
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="run.py",
        usage="python3 run.py [--interval SECONDS] [--broker URL] [COMMAND]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        epilog="exit codes: 0 finished; 1 a bug, or `broker status` finds none running;\n"
        "2 input, settings, options, or something missing; 3 the broker refuses us",
    )
    parser.add_argument(
        "--interval", type=seconds, help="seconds between the sample cook's rows (default: fast)"
    )
    parser.add_argument("--broker", metavar="URL", help="cook on this broker, not on our own")
    commands = parser.add_subparsers(dest="command", help=argparse.SUPPRESS)
    commands.add_parser("setup")
    commands.add_parser("test")
    commands.add_parser("rejected")
    commands.add_parser("broker").add_argument("action", choices=["start", "stop", "status"])
    return parser.parse_args(arguments)


def main(arguments):
    testing = arguments[:1] == ["test"]
    options = parse([] if testing else arguments)
    if options.command == "broker":
        return broker(options.action)
    (HERE / ".rabbitmq").mkdir(exist_ok=True)
    with locked(HERE / ".rabbitmq" / "setup-lock", "Another set-up is under way here."):
        set_up("requirements-dev.txt" if testing else "requirements-panel.txt")
        for install in [install_rabbitmq] + [install_browser] * testing:
            try:
                if not options.broker and options.command != "rejected":
                    install()
            except InputError as error:
                if not testing:
                    raise
                say("{}\nThe tests that need it are skipped.".format(error))
    if testing:
        os.chdir(str(HERE))
        return become(["-m", "pytest"] + arguments[1:])
    if options.command == "setup":
        say("Everything is set up.")
        return 0
    if not in_venv():
        return become([HERE / "run.py"] + arguments)
    if options.command == "rejected":
        from smart_smoker.rejected import show_rejected

        return show_rejected(HERE, options.broker)
    from smart_smoker.demo import demo

    return demo(options.interval, options.broker)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(0)
    except SmartSmokerError as error:
        say(str(error))
        sys.exit(error.exit_code)
