"""Going on: who follows a file and is started again finds the cook that was begun with it."""

import logging
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from ..core.dialect import Dialect
from ..core.errors import BrokerRefused
from ..core.probes import PROBE_OF_QUEUE, Probe
from ..core.rows import Row, read_rows
from ..script.signals import Stop
from ..wire.connection import Broker
from ..wire.history import replay
from ..wire.link import stay_connected
from .producer import Cook
from .source import file_lines

log = logging.getLogger(__name__)

RESTORED = "3D"
"""How far back the cook is looked for."""


def go_on(path: str, dialect: Dialect, name: str, urls: Iterable[str], stop: Stop) -> Cook | None:
    """The cook of this name that was begun with the rows of a file, if the history has it.

    What was sent of it is not sent again; where it is not found, that is said.
    """
    rows = list(read_rows(file_lines(path), dialect)) if Path(path).is_file() else []
    if not rows:
        return None
    begun = stay_connected(urls, "producer", stop, partial(newest_cook, name=name))
    sent = known(rows, *begun) if begun else {}
    if not sent:
        log.info("The rows that %s has already, %d of them, are a new cook.", path, len(rows))
        return None
    log.info("Going on after %d readings that were sent before.", sum(sent.values()))
    return Cook(begun[0], known=sent)


def newest_cook(broker: Broker, name: str) -> tuple[str, dict[str, bytes]]:
    """The newest cook of this name that the history has, and its readings' bodies by their ids.

    Empty where there is none, or where this user may not read the history.
    """
    cook, bodies = "", {}
    ours = re.compile(re.escape(name) + r"-\d{8}-\d{6}-[0-9a-f]{4}")
    try:
        for event in replay(broker, RESTORED):
            of = event.headers.get("cook")
            if event.type != "reading" or not isinstance(of, str) or not ours.fullmatch(of):
                continue
            if of > cook:
                cook, bodies = of, {}
            if of == cook:
                bodies[event.id] = event.body
    except BrokerRefused:
        return "", {}
    return cook, bodies


def known(rows: list[Row], cook: str, bodies: dict[str, bytes]) -> dict[Probe, int]:
    """Up to which number each probe's readings of a cook were published, out of these rows.

    Empty where the cook is not that of these rows.
    """
    again = Cook(cook)
    found = {reading.id: reading.body() for row in rows for reading in again.take(row)}
    if not bodies or any(found.get(id) != body for id, body in bodies.items()):
        return {}
    newest: dict[Probe, int] = {}
    for id in bodies:
        _, queue, number = id.rsplit("/", 2)
        probe = PROBE_OF_QUEUE[queue]
        newest[probe] = max(newest.get(probe, 0), int(number))
    return newest
