"""Watches food A: an alert when it stalls, by 1 °F or less in 20 readings (10 minutes)."""

import sys
from pathlib import Path

import smart_smoker.installed  # noqa: F401 - first: says what is missing
from alerts import channels
from smart_smoker.consumer import parse_options, watch
from smart_smoker.readings import FOOD_A
from smart_smoker.rules import FoodStall
from smart_smoker.script import run
from smart_smoker.settings import load
from util_logger import setup_logger

DEGREES = 1  # °F
WINDOW = 20  # readings, of 30 seconds each
REMIND_MINUTES = 60
SILENCE_MINUTES = 5


def main():
    setup_logger(__file__)
    options = parse_options(__doc__, DEGREES, WINDOW, REMIND_MINUTES, SILENCE_MINUTES)
    rule = FoodStall(options.degrees, options.window)
    settings = load(Path(__file__).parent)
    watch(FOOD_A, rule, options, settings, channels(settings))


if __name__ == "__main__":
    sys.exit(run(main))
