"""Watches food A: an alert when it stalls, by 1 °F or less in 20 readings (10 minutes)."""

import sys
from pathlib import Path

import smart_smoker.script.installed  # noqa: F401 - first: says what is missing
from smart_smoker.core.probes import FOOD_A
from smart_smoker.script.options import consumer_options
from smart_smoker.script.settings import load
from smart_smoker.script.signals import run
from smart_smoker.work.channels import channels
from smart_smoker.work.consumer import watch
from util_logger import setup_logger

REMIND_MINUTES = 60
SILENCE_MINUTES = 5


def main():
    setup_logger(__file__)
    options = consumer_options(__doc__, FOOD_A, REMIND_MINUTES, SILENCE_MINUTES)
    settings = load(Path(__file__).parent)
    watch(FOOD_A, options, settings, channels(settings))


if __name__ == "__main__":
    sys.exit(run(main))
