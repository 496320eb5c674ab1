#!/usr/bin/env python3
"""Sets Smart Smoker up and runs it, from a fresh clone, with Python and nothing else.

python3 run.py                        the sample cook, all of it in this terminal
python3 run.py setup                  the set-up alone
python3 run.py test [pytest options]  the set-up, then the tests
python3 run.py check                  the set-up, then linter, types and formatting
python3 run.py lock [uv options]      the locks anew, from the requirements
python3 run.py broker start           a RabbitMQ of one's own, for the scripts by hand;
                                      on another port than 5672 by --port PORT
python3 run.py broker stop | status
python3 run.py rejected               what was put aside in 06-rejected, and why
python3 run.py services [FOLDER]      units of systemd, to run it overnight: printed, or written
"""
# An old Python must be able to read this file, to be told so: no syntax newer than 3.6 here.

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BROKER_FOLDER = HERE / ".rabbitmq" / "broker"
ADMIN_ABOVE = 10000  # from the port of the scripts to that of the admin page, as in RabbitMQ's own


def too_old(version: "tuple[object, ...]") -> "str | None":
    """What to say to a Python that is too old; None for the others."""
    if version[:2] >= (3, 10):
        return None
    return "Smart Smoker needs Python 3.10 or newer; this is {}.{}.".format(*version[:2])


if __name__ == "__main__" and too_old(sys.version_info):
    print(too_old(sys.version_info))
    sys.exit(2)

from smart_smoker.cli.commands import typed  # noqa: E402
from smart_smoker.cli.output import outlive_readers  # noqa: E402
from smart_smoker.core.errors import InputError, SmartSmokerError  # noqa: E402
from smart_smoker.lab.environment import (  # noqa: E402
    DEVELOPMENT,
    PANEL,
    become,
    in_venv,
    set_up,
)
from smart_smoker.lab.packages import (  # noqa: E402
    install_browser,
    install_rabbitmq,
    install_thermometers,
    say,
)
from smart_smoker.lab.private_broker import USUAL_PORTS, PrivateBroker  # noqa: E402
from smart_smoker.lab.processes import locked  # noqa: E402
from smart_smoker.lab.services import show_units  # noqa: E402
from smart_smoker.lab.upkeep import check, lock  # noqa: E402


def broker(action: str, port: "int | None") -> int:
    ports = (port, port + ADMIN_ABOVE) if port else USUAL_PORTS
    node = PrivateBroker(BROKER_FOLDER, ports)
    if action == "stop":
        was_running = node.running
        node.stop()
        say("RabbitMQ is stopped." if was_running else "RabbitMQ was not running.")
        return 0
    if action == "start" and not node.running:
        install_rabbitmq()
        say("Starting RabbitMQ")
        node.start()
    if port and node.running and node.ports != ports:
        raise InputError(
            "RabbitMQ is running already, on another port: {}. {}".format(
                node.url, typed("To end it: python3 run.py broker stop")
            )
        )
    if not node.running:
        say(typed("RabbitMQ is not running. To start it: python3 run.py broker start"))
        return 1
    say("RabbitMQ is running, process {}.".format(node.pid))
    say("  for the scripts: {}".format(node.url))
    say("  the admin page:  {} (guest, guest)".format(node.admin_url))
    if node.ports != USUAL_PORTS:
        say("The scripts find both with these lines in .env.toml:")
        say('  rabbitmq_url = "{}"'.format(node.url))
        say('  rabbitmq_admin_url = "{}"'.format(node.admin_url))
    return 0


def port(text: str) -> int:
    value = int(text)
    if not 0 < value <= 65535 - ADMIN_ABOVE:
        raise ValueError(text)
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def parse(arguments: "list[str]") -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run.py",
        usage=typed("python3 run.py [--interval SECONDS] [--broker URL] [COMMAND]"),
        description=typed(__doc__ or ""),
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
    commands.add_parser("check")
    commands.add_parser("lock")
    commands.add_parser("rejected")
    commands.add_parser("services").add_argument("folder", nargs="?", type=Path)
    own = commands.add_parser("broker")
    own.add_argument("action", choices=["start", "stop", "status"])
    own.add_argument("--port", type=port)
    return parser.parse_args(arguments)


def main(arguments: "list[str]") -> int:
    testing = arguments[:1] == ["test"]
    # What follows these goes to another program.
    options = parse(arguments[:1] if arguments[:1] in (["test"], ["lock"]) else arguments)
    if options.command == "broker":
        return broker(options.action, options.port)
    if options.command == "services":
        show_units(HERE, options.folder)
        return 0
    (HERE / ".rabbitmq").mkdir(exist_ok=True)
    with locked(HERE / ".rabbitmq" / "setup-lock", "Another set-up is under way here."):
        set_up(DEVELOPMENT if options.command in ("test", "check", "lock") else PANEL)
        for install in [install_rabbitmq] + [install_browser, install_thermometers] * testing:
            try:
                if not options.broker and options.command not in ("rejected", "check", "lock"):
                    install()
            except InputError as error:
                if not testing:
                    raise
                say("{}\nThe tests that need it are skipped.".format(error))
    if testing:
        os.chdir(str(HERE))
        return become(["-m", "pytest"] + arguments[1:])
    if options.command == "check":
        os.chdir(str(HERE))
        return check()
    if options.command == "lock":
        os.chdir(str(HERE))
        lock(arguments[1:])
        return 0
    if options.command == "setup":
        say("Everything is set up.")
        return 0
    if not in_venv():
        return become([str(HERE / "run.py")] + arguments)
    if options.command == "rejected":
        from smart_smoker.lab.rejected import show_rejected

        return show_rejected(HERE, options.broker)
    from smart_smoker.lab.demo import demo

    return demo(options.interval, options.broker)


if __name__ == "__main__":
    outlive_readers()
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nStopped.")
        sys.exit(0)
    except SmartSmokerError as error:
        say(str(error))
        sys.exit(error.exit_code)
