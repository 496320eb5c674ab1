"""Try the ways of alerts to people: e-mails, texts through a carrier's gateway, push messages.

Run as a script it sends a test alert to every configured channel and says what became of it, or
shows the alerts that still wait to be sent:

    .venv/bin/python alerts.py [--pending]
"""

import argparse
import logging
import sys
import time
from pathlib import Path

import smart_smoker.cli.installed  # noqa: F401 - first: says what is missing
from smart_smoker.app.deliveries import pending
from smart_smoker.channels.channel import Channel
from smart_smoker.channels.configured import channels
from smart_smoker.cli.settings import Settings, load
from smart_smoker.cli.signals import run
from smart_smoker.core.alert import Alert
from smart_smoker.core.errors import (
    DeliveryFailed,
    DeliveryRefused,
    DeliveryUnknown,
    InputError,
)
from smart_smoker.rabbitmq.link import connect_once
from smart_smoker.rabbitmq.messages import ALERTS
from util_logger import setup_logger


def main() -> int:
    parser = argparse.ArgumentParser(description="Send a test alert to every channel.")
    parser.add_argument("--pending", action="store_true", help="show instead which alerts wait")
    options = parser.parse_args()
    logger, _ = setup_logger(__file__)
    settings = load(Path(__file__).parent)
    configured = channels(settings)
    if options.pending:
        return show_pending(settings, configured, logger)
    if not configured:
        what_to_do = "copy .env.toml.example to .env.toml, fill in your mail server or notify_urls"
        raise InputError(f"nothing is configured: {what_to_do}, and run this again")
    words = "Smart Smoker test: alerts will come this way."
    # A new id each time, as mail programs can hide a second mail with the Message-ID of the first.
    alert = Alert(f"test/{time.time_ns()}", "", "", "raised", "", 0, 0, words, words, words)
    refused = 0
    for channel in configured:
        # A push is known to the panel by its name, as whoever has only the history knows no label.
        whom = f"to {channel.to}" if channel.to else f"({channel.name} on the panel)"
        try:
            channel.send(alert)
            but = f", but {channel.caveat}" if channel.caveat else ""
            logger.info("%s %s: accepted%s", channel.label, whom, but)
        except (DeliveryFailed, DeliveryRefused) as error:
            refused += 1
            unknown = isinstance(error, DeliveryUnknown)
            verdict = "perhaps accepted" if unknown else "not accepted"
            logger.error("%s %s: %s: %s", channel.label, whom, verdict, error)
    return 2 if refused else 0


def show_pending(settings: Settings, configured: list[Channel], logger: logging.Logger) -> int:
    """Say which alerts wait for which channel, and why."""
    with connect_once(settings.rabbitmq_urls, "alerts.py --pending") as broker:
        if not configured:
            words = "Alerts that wait in %s: %d. Nothing is set up to send them."
            logger.info(words, ALERTS, broker.counts(ALERTS).messages)
            return 0
        waiting = pending(broker, configured)
    labels = {channel.name: channel.label for channel in configured}
    for alert, name, reason in waiting:
        why = reason or "not tried yet"
        logger.info("%s has not taken: %s (%s)", labels[name], alert.subject, why)
    logger.info("Alerts that wait to be sent: %d.", len(waiting))
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
