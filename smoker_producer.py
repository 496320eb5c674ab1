"""Streams a smoker's temperatures from a CSV into RabbitMQ, a queue a probe, a row every 30 s."""

import smart_smoker.cli.installed  # noqa: F401, I001 - first: says what is missing
import logging
import secrets
import sys
import webbrowser
from datetime import datetime
from pathlib import Path

from smart_smoker.app.check import check
from smart_smoker.app.producer import Cook, Producer
from smart_smoker.app.producer_report import ProducerReport
from smart_smoker.app.source import source_of
from smart_smoker.cli.options import producer_options
from smart_smoker.cli.questions import ask, on_terminal
from smart_smoker.cli.screen import cook_bar
from smart_smoker.cli.settings import load, masked
from smart_smoker.cli.signals import Stop, run
from smart_smoker.core.cooks import cook_id
from smart_smoker.core.errors import InputError
from smart_smoker.core.probes import PROBES
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.link import stay_connected
from util_logger import setup_logger

FOLDER = Path(__file__).resolve().parent

log = logging.getLogger("smoker_producer")


def main() -> None:
    setup_logger(__file__)
    options = producer_options(__doc__, FOLDER / "smoker-temps.csv")
    settings = load(FOLDER)
    urls = settings.rabbitmq_urls
    stop = Stop()
    source = source_of(options, stop)
    if options.check:
        check(source, settings)
        return

    offer_admin_page(options.admin, settings.admin_url)
    stop.listen()
    id = cook_id(options.cook, datetime.now(), secrets.token_hex(2))
    cook = source.begun(urls) or Cook(id, source.last_rows)
    clear_queues(options.fresh, urls, stop)

    log.info("The cook is %s, from %s. To end, press Ctrl+C.", cook.id, source.name)
    with cook_bar(source.count) as bar:
        report = ProducerReport(bar, source.interval, settings.units)
        producer = Producer(source.rows, cook, source.interval, stop, report)
        stay_connected(urls, "producer", stop, producer.work)
    log.info("%s %s.", "Stopped." if stop.requested else "The cook is over.", report.summary())
    if producer.unconfirmed:
        log.warning("%d readings were not confirmed by the broker.", len(producer.unconfirmed))
    if not (cook.readings or stop.requested):
        raise InputError(f"{source.name} held not one reading: is it the right input?")


def offer_admin_page(wanted: bool | None, url: str) -> None:
    if wanted is None and on_terminal():
        wanted = ask("Would you like to monitor RabbitMQ queues?")
    if wanted:
        log.info("The admin page: %s", masked(url))
        webbrowser.open(url)


def clear_queues(fresh: bool | None, urls: tuple[str, ...], stop: Stop) -> None:
    """Empty the probes' queues when asked to; a queue itself is never deleted."""

    def waiting(broker: Broker) -> int:
        return sum(broker.counts(probe.queue).messages for probe in PROBES)

    def purge(broker: Broker) -> None:
        for probe in PROBES:
            broker.purge(probe.queue)

    if fresh is None and on_terminal():
        count = stay_connected(urls, "producer", stop, waiting)
        if count:
            words = "Readings that wait in the queues, of an earlier cook or one that goes on: %d."
            log.info(words, count)
            fresh = ask("Clear the queues?")
    if fresh:
        stay_connected(urls, "producer", stop, purge)


if __name__ == "__main__":
    sys.exit(run(main))
