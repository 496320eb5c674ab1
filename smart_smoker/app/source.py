"""Where the rows of a cook come from, and how it goes on when its producer is started again."""

import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from shlex import quote

from ..cli.options import ProducerOptions, column_names
from ..cli.questions import ask_for, on_terminal
from ..cli.signals import Stop
from ..core.cooks import is_of
from ..core.errors import BrokerRefused, InputError, UnclearColumns, UnreadableMessage
from ..core.probes import Probe
from ..core.readings import SECONDS_PER_READING, Reading
from ..core.rows import Row, Table, Wanted, oldest_first, read_rows, require_readings
from ..core.text import excerpt
from ..rabbitmq.connection import Broker
from ..rabbitmq.events import parse
from ..rabbitmq.history import replay
from ..rabbitmq.link import stay_connected
from .lines import file_lines, followed_lines, input_lines
from .producer import Cook, last_rows

log = logging.getLogger(__name__)

FOLLOWED, PIPED = "3D", "1D"
"""How far back a cook is looked for, by the broker's clock: a machine's own can have been set."""

ALREADY_SENT = "Going on after %d readings that were sent before."


class Source:
    """Where the rows of a cook come from.

    `name` is for people. Among the `rows` None stands where there is none yet; between two are
    `interval` seconds. Of a live source nobody knows how many rows there are, the `count`, nor the
    `last_rows` of the probes.
    """

    name: str
    rows: Iterable[Row | None]
    interval: float = 0
    count: int | None = None
    last_rows: Mapping[Probe, int] | None = None

    def begun(self, urls: Iterable[str]) -> Cook | None:
        """The cook that goes on with these rows; where one is looked for in vain, that is said."""
        return None


class WholeFile(Source):
    """A file that nobody writes to any more: a cook that is over, replayed."""

    interval: float = SECONDS_PER_READING

    def __init__(self, options: ProducerOptions):
        self.name, self.rows = options.csv, (rows := file_rows(options.csv, options.wanted))
        self.count, self.last_rows = len(rows), last_rows(rows)


class FollowedFile(Source):
    """A file that a logger appends to."""

    def __init__(self, options: ProducerOptions, stop: Stop):
        self.name, self._options, self._stop = options.csv, options, stop
        self._wanted = ask_columns(options.csv, options.wanted)
        self.rows = read_rows(followed_lines(self.name, stop), self._wanted, tell)

    def begun(self, urls: Iterable[str]) -> Cook | None:
        """The cook that was begun with the rows of the file: what was sent is not sent again."""
        if self._options.fresh or not os.path.isfile(self.name):
            return None
        # Line by line, as they are followed: all of a file at once can be understood otherwise.
        rows = [row for row in read_rows(iter(file_lines(self.name)), self._wanted) if row]
        if not rows:
            return None
        begun = newest_cook(self._options.cook, FOLLOWED, urls, self._stop)
        if begun:
            again = Cook(begun[0].cook)
            of_rows = {reading.id: reading.body() for row in rows for reading in again.take(row)}
            if all(of_rows.get(reading.id) == reading.body() for reading in begun):
                log.info(ALREADY_SENT, len(begun))
                return Cook(again.id, known={reading.probe: reading.seq for reading in begun})
        words = "The rows that %s has already, %d of them, are a new cook."
        log.info(words, self.name, len(rows))
        return None


class Pipe(Source):
    """Standard input, from whatever reads the thermometers: what came once does not come again."""

    name = "standard input"

    def __init__(self, options: ProducerOptions, stop: Stop):
        self._options, self._stop = options, stop
        self.rows = read_rows(input_lines(stop), options.wanted, tell)

    def begun(self, urls: Iterable[str]) -> Cook | None:
        """The newest cook of the last day, if it is wanted and no producer has ended it."""
        if not self._options.resume:
            return None
        begun = newest_cook(self._options.cook, PIPED, urls, self._stop)
        newest = {reading.probe: reading for reading in begun}
        if not begun or any(reading.last for reading in newest.values()):
            log.info("No cook %r goes on: this is a new one.", self._options.cook)
            return None
        log.info(ALREADY_SENT, len(begun))
        return Cook(begun[0].cook, newest=newest)


def source_of(options: ProducerOptions, stop: Stop) -> Source:
    """The source that is asked for. Raises InputError where it cannot be read, or not like that."""
    piped = options.csv == "-"
    if options.resume and not piped:
        raise InputError("--resume: goes with - alone; --follow goes on by itself", "--resume")
    if options.check and (piped or options.follow):
        raise InputError("--check: goes with a whole file", "--check")
    if piped:
        source: Source = Pipe(options, stop)
    else:
        source = FollowedFile(options, stop) if options.follow else WholeFile(options)
    if options.interval is not None:
        source.interval = options.interval
    return source


def newest_cook(name: str, since: str, urls: Iterable[str], stop: Stop) -> list[Reading]:
    """The readings of the cook of this name that began last in the history, in their order.

    Of readings that were sent again the later ones; none where this user may not read the history.
    """

    def read(broker: Broker) -> list[Reading]:
        begun: set[str] = set()
        newest: dict[str, Reading] = {}
        cook = ""
        with suppress(BrokerRefused):
            for arrival in replay(broker, since, stop):
                with suppress(UnreadableMessage):
                    reading = parse(arrival)
                    if not (isinstance(reading, Reading) and is_of(reading.cook, name)):
                        continue
                    if reading.cook not in begun:
                        begun.add(reading.cook)
                        cook, newest = reading.cook, {}
                    if reading.cook == cook:
                        newest[reading.id] = reading
        return list(newest.values())

    return stay_connected(urls, "producer", stop, read) or []


def file_rows(path: str, wanted: Wanted) -> list[Row]:
    """The rows of a file, the oldest first; what was understood of it is told.

    Raises InputError when it cannot be read, or holds no reading.
    """
    told: list[str] = []
    wanted = ask_columns(path, wanted)
    every = read_rows(file_lines(path), wanted, lambda table: told.append(table.said))
    found = [row for row in every if row]
    require_readings(found, path)
    for said in filter(None, told):
        log.info("%s.", said)
    rows = oldest_first(found)
    if rows is not found:
        log.info("The newest row stands first: they go out from the last one on.")
    return rows


def ask_columns(path: str, wanted: Wanted) -> Wanted:
    """What is wanted of a file, with the columns that somebody at the terminal says are meant.

    Nobody is asked where that is clear, nor where nobody is there: whoever reads it is told.
    """
    if not (on_terminal() and os.path.isfile(path)):
        return wanted
    lines = file_lines(path)

    def chosen(answer: str) -> Wanted:
        choice = replace(wanted, columns=column_names(answer))
        next(read_rows(lines, choice), None)
        log.info("Not to be asked again: --columns %s", quote(answer))
        return choice

    try:
        next(read_rows(lines, wanted), None)
    except UnclearColumns as error:
        log.warning("%s.", error)
        log.info("%s", ", ".join(f"{n} {excerpt(said)}" for n, said in enumerate(error.value, 1)))
        return ask_for("The time, the smoker and the foods, as 1,2,3: ", chosen) or wanted
    return wanted


def tell(table: Table) -> None:
    """Say in a line what was understood of a table."""
    if table.said:
        log.info("%s.", table.said)
