"""A table tried without sending it: how long it is, and which alerts it would cause."""

import logging
from argparse import Namespace
from collections.abc import Sequence

from ..cli.options import rules_of
from ..cli.settings import Settings
from ..core.alert import Alert
from ..core.clock import parse_moment
from ..core.probes import PROBES
from ..core.readings import SECONDS_PER_READING, numbered
from ..core.rows import Row, column_of
from ..core.rules import in_minutes
from ..core.units import at, in_unit
from ..core.watch import Watch
from .source import Source

log = logging.getLogger(__name__)

SHOWN = 5
"""Rows that are named of those of which a column was skipped."""


def check(source: Source, settings: Settings) -> None:
    """Tell what the producer would send of a file, and what the consumers would tell of it.

    They go by their usual degrees and windows, and by the limits of the settings.
    """
    rows = [row for row in source.rows if row]
    first, last = rows[0], rows[-1]
    many, span = f"{len(rows):,}", _span(first, last)
    log.info("%s: %s rows, from %s to %s%s.", source.name, many, first.time, last.time, span)
    for place, probe in enumerate(PROBES):
        found = [t for row in rows if (t := row.temperatures[place]) is not None]
        if not found:
            log.info("%s: no reading.", probe.name)
            continue
        span = in_unit(f"{at(min(found))} to {at(max(found))}", settings.units)
        log.info("%s: %s readings, %s.", probe.name, f"{len(found):,}", span)
    told = alerts(rows, settings)
    for alert in told:
        log.info("  %s  %s", alert.time, alert.subject)
    over = sum(alert.state == "cleared" for alert in told)
    more = f", and {over} that say{'s' * (over == 1)} that it is over" if over else ""
    log.info("Alerts that a cook like this causes: %d%s.", len(told) - over, more)
    _tell_skipped(rows)


def alerts(rows: Sequence[Row], settings: Settings) -> list[Alert]:
    """The alerts that these rows cause, in their order."""
    watches, told = {}, []
    for probe in PROBES:
        own, *others = rules_of(Namespace(rule=probe.rule), probe, settings)
        watches[probe] = Watch(own, others=others, unit=settings.units)
    for row in rows:
        for probe, temperature in row.filled():
            watch = watches[probe]
            reading = numbered(probe, "", watch.number + 1, row.time, temperature)
            told += [alert for alert in watch.judge(reading).alerts if not alert.quiet]
    return told


def _span(first: Row, last: Row) -> str:
    """How long that is by the rows' own times, where they tell."""
    begin, end = parse_moment(first.time), parse_moment(last.time)
    if begin is None or end is None or (begin.tzinfo is None) != (end.tzinfo is None):
        return f" (times that cannot be read: a row counts {SECONDS_PER_READING} seconds)"
    return f" ({in_minutes((end - begin).total_seconds())})"


def _tell_skipped(rows: Sequence[Row]) -> None:
    skipped: dict[str, list[int]] = {}
    for row in rows:
        for each in row.skipped:
            skipped.setdefault(column_of(each), []).append(row.number)
    for column, numbers in skipped.items():
        more = f", … ({len(numbers):,} in all)" if len(numbers) > SHOWN else ""
        log.warning("%s: skipped, row %s%s.", column, ", ".join(map(str, numbers[:SHOWN])), more)
