"""Watches the smoker: an alert when it drops by 15 °F within 5 readings (2.5 minutes)."""

import sys
from pathlib import Path

import smart_smoker.cli.installed  # noqa: F401 - first: says what is missing
from smart_smoker.app.consumer import watch
from smart_smoker.channels.configured import channels
from smart_smoker.cli.options import consumer_options
from smart_smoker.cli.settings import load
from smart_smoker.cli.signals import run
from smart_smoker.core.probes import SMOKER
from util_logger import setup_logger

REMIND_MINUTES = 60
SILENCE_MINUTES = 5


def main() -> None:
    setup_logger(__file__)
    options = consumer_options(__doc__, SMOKER, REMIND_MINUTES, SILENCE_MINUTES)
    settings = load(Path(__file__).parent)
    watch(SMOKER, options, settings, channels(settings))


if __name__ == "__main__":
    sys.exit(run(main))
