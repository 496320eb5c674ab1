"""Shows the cook on a page for browsers: the temperatures, a chart, the alerts, and the queues."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

import smart_smoker.cli.installed  # noqa: F401 - first: says what is missing
from smart_smoker.cli.installed import missing
from smart_smoker.cli.options import number_from
from smart_smoker.cli.settings import is_loopback, load
from smart_smoker.cli.signals import run
from smart_smoker.core.errors import InputError
from smart_smoker.panel.follower import Follower
from util_logger import setup_logger

HOST, PORT = "127.0.0.1", 8000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default=HOST, help=f"whom it listens to (default: {HOST})")
    port = number_from(0, 65535, int)
    parser.add_argument("--port", type=port, default=PORT, help=f"0: a free one (default: {PORT})")
    options = parser.parse_args()
    setup_logger(__file__)
    settings = load(Path(__file__).parent)
    if not is_loopback(options.host) and not settings.panel_password:
        raise InputError(
            f"--host {options.host} lets other machines in: set panel_password in .env.toml"
            " (or PANEL_PASSWORD) first",
            options.host,
        )
    if absent := ", ".join(missing("nicegui", "prometheus_client")):
        needed = f"{sys.executable} -m pip install -r requirements-panel.txt"
        raise InputError(f"the panel needs {absent}: {needed}")
    if settings.mqtt_url and missing("paho"):
        needed = f"{sys.executable} -m pip install -r requirements-home-assistant.txt"
        raise InputError(f"mqtt_url needs paho-mqtt: {needed}")
    from smart_smoker.panel.routes import serve

    follower = Follower(settings.rabbitmq_urls)
    with ExitStack() as stack:
        if settings.mqtt_url:
            from smart_smoker.panel.home_assistant import HomeAssistant

            stack.enter_context(HomeAssistant(settings.mqtt_url, follower, settings.units))
        serve(follower, settings, options.host, options.port)


if __name__ == "__main__":
    sys.exit(run(main))
