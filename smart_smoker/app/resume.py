"""Going on: a producer that is started again finds the cook that it had begun."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ..cli.signals import Stop
from ..core.cooks import is_of
from ..core.errors import BrokerRefused, UnreadableMessage
from ..core.readings import Reading
from ..core.rows import Wanted, read_rows
from ..rabbitmq.connection import Broker
from ..rabbitmq.events import parse
from ..rabbitmq.history import replay
from ..rabbitmq.link import stay_connected
from .producer import Cook
from .source import file_lines

log = logging.getLogger(__name__)

FOLLOWED, RESUMED = "3D", "1D"
"""How far back a cook is looked for, by the broker's clock: a machine's own can have been set."""

GOING_ON = "Going on after %d readings that were sent before."


def go_on(path: str, wanted: Wanted, name: str, urls: Iterable[str], stop: Stop) -> Cook | None:
    """The cook of this name that was begun with the rows of a file, if the history has it.

    What was sent of it is not sent again; where it is not found, that is said.
    """
    # Line by line, as they are followed: what is learned from all of a file could be another thing.
    rows = list(read_rows(iter(file_lines(path)), wanted)) if Path(path).is_file() else []
    if not rows:
        return None
    begun = newest_cook(name, FOLLOWED, urls, stop)
    again = Cook(begun[0].cook if begun else "")
    of_rows = {reading.id: reading.body() for row in rows for reading in again.take(row)}
    if not begun or any(of_rows.get(reading.id) != reading.body() for reading in begun):
        log.info("The rows that %s has already, %d of them, are a new cook.", path, len(rows))
        return None
    log.info(GOING_ON, len(begun))
    return Cook(again.id, known={reading.probe: reading.seq for reading in begun})


def resume(name: str, urls: Iterable[str], stop: Stop) -> Cook | None:
    """The newest cook of this name, to go on after its newest readings.

    None, and that is said, where the history has none that goes on: of the last day, and whose
    producer has not ended it.
    """
    begun = newest_cook(name, RESUMED, urls, stop)
    newest = {reading.probe: reading for reading in begun}
    if not begun or any(reading.last for reading in newest.values()):
        log.info("No cook %r goes on: this is a new one.", name)
        return None
    log.info(GOING_ON, len(begun))
    return Cook(begun[0].cook, newest=newest)


def newest_cook(name: str, since: str, urls: Iterable[str], stop: Stop) -> list[Reading]:
    """The readings of the cook of this name that began last in the history, in their order.

    Of those that were sent twice the later ones; none where this user may not read the history.
    """

    def read(broker: Broker) -> list[Reading]:
        begun: set[str] = set()
        readings: dict[str, Reading] = {}
        newest = ""
        with suppress(BrokerRefused):
            for arrival in replay(broker, since, stop):
                with suppress(UnreadableMessage):
                    reading = parse(arrival)
                    if not (isinstance(reading, Reading) and is_of(reading.cook, name)):
                        continue
                    if reading.cook not in begun:
                        begun.add(reading.cook)
                        newest, readings = reading.cook, {}
                    if reading.cook == newest:
                        readings[reading.id] = reading
        return list(readings.values())

    return stay_connected(urls, "producer", stop, read) or []
