"""Watches the smoker: an alert when it drops by 15 °F within 5 readings (2.5 minutes)."""

import sys
from pathlib import Path

import smart_smoker.installed  # noqa: F401 - first: says what is missing
from alerts import channels
from smart_smoker.consumer import parse_options, watch
from smart_smoker.readings import SMOKER
from smart_smoker.rules import SmokerDrop
from smart_smoker.script import run
from smart_smoker.settings import load
from util_logger import setup_logger

DEGREES = 15  # °F
WINDOW = 5  # readings, of 30 seconds each
REMIND_MINUTES = 60
SILENCE_MINUTES = 5


def main():
    setup_logger(__file__)
    options = parse_options(__doc__, DEGREES, WINDOW, REMIND_MINUTES, SILENCE_MINUTES)
    rule = SmokerDrop(options.degrees, options.window)
    settings = load(Path(__file__).parent)
    watch(SMOKER, rule, options, settings, channels(settings))


if __name__ == "__main__":
    sys.exit(run(main))
