"""The story of one cook: its probes, its rows and its alerts.

A moment is in seconds since 1970 on the wall clock of the cook's timestamps, as if that were UTC,
or since the cook's beginning where none of them names a time of the day; `sent` and `now` are in
seconds since 1970 by the clocks of whoever sent and of whoever asks.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from ..core.alert import TOO_OLD, Alert
from ..core.clock import DAWN, parse_moment
from ..core.cooks import label_of
from ..core.probes import PROBE_OF_NAME, PROBES
from ..core.readings import NUMBER, SECONDS_PER_READING, Reading
from ..core.units import celsius
from .probe_story import Episode, ProbeStory
from .records import AlertRecord, DeliveryRecord, RemarkRecord

MOST_ALERTS, MOST_REMARKS, MOST_CHANNELS = 1000, 200, 100
"""Of a cook, and channels of an alert, above which the oldest are forgotten: a week of stalls has
some 500 alerts, but anybody who may publish can fill the history."""

DAY = 24 * 3600
"""Seconds; a timestamp that is further from the one before comes from a clock that was set."""

JITTER = 5 * 60
"""Seconds that a probe's timestamps may go back without being taken for a clock that was set."""

MOST_ROWS = 10**7
"""So many can be missing from before what is known: anybody who may publish can number as they
like."""

Kept = TypeVar("Kept")

FORMULA = re.compile("[-=+@\t\r\n＝＋－＠]")
"""How a cell begins that a spreadsheet runs."""


class CookStory:
    """One cook: its probes, its alerts in order, and its readings as a CSV.

    `label` is what people call it: `brisket, 2025-09-06 11:00:05`, or its id as it is. It is
    `counted` while its moments are since its beginning.
    """

    def __init__(self, id: str) -> None:
        self.id = id
        self.name, self._label = "", label_of(id)
        self.probes = {probe: ProbeStory(probe) for probe in PROBES}
        self.weight = 0
        self.counted = True
        self._alerts: dict[str, AlertRecord] = {}  # by their ids
        self._remarks: dict[str, RemarkRecord] = {}  # by their ids
        self._times: list[str] = []  # of the rows that are kept
        self._forgotten = 0  # rows before those
        self._wall: float | None = None  # what the newest row's timestamp says
        self._zone: timedelta | None = None  # of the first timestamp that has one
        self._shift = 0.0  # seconds from what timestamps say to moments, since a clock was set
        self._moment = self._before = 0.0  # of the newest row and the one before it

    @property
    def label(self) -> str:
        """What people call it: as somebody has named it, or by its id."""
        return f"{self.name} ({self._label})" if self.name else self._label

    @property
    def remarks(self) -> list[RemarkRecord]:
        """What people have written down, in the order in which they did."""
        return list(self._remarks.values())

    def remarks_by(self, place: Callable[[RemarkRecord], float]) -> dict[float, str]:
        """What was written down at each place: a row or a moment."""
        found: dict[float, list[str]] = {}
        for remark in self.remarks:
            found.setdefault(place(remark), []).append(remark.text)
        return {where: "; ".join(texts) for where, texts in found.items()}

    @property
    def alerts(self) -> list[AlertRecord]:
        """The alerts in the order in which they were raised."""
        return list(self._alerts.values())

    @property
    def begin(self) -> float:
        """The moment of the first reading."""
        return min(story.moments[0] for story in self.probes.values() if story.moments)

    @property
    def end(self) -> float:
        """The moment of the newest reading."""
        return max(story.moments[-1] for story in self.probes.values() if story.moments)

    @property
    def known_since(self) -> float | None:
        """The moment from which on no reading is missing; None where none is missing at all."""
        late = (story.moments[0] for story in self.probes.values() if story.begins_late)
        return max(late, default=None)

    @property
    def ended(self) -> bool:
        """Whether every probe that spoke has said its last."""
        return all(story.ended for story in self.probes.values() if story.newest)

    def goes_on(self, now: float) -> bool:
        """Whether more is to be heard: a producer that lost its power never said its last."""
        heard = (story.heard for story in self.probes.values())
        return not self.ended and any(abs(now - moment) < TOO_OLD for moment in heard)

    def forget_half(self) -> int:
        """Forget the readings of the older half of the rows; tells how many those were."""
        half = len(self._times) // 2
        del self._times[:half]
        self._forgotten += half
        count = sum(story.forget(self._forgotten) for story in self.probes.values())
        self.weight -= count
        return count

    def hear(self, other: "CookStory") -> None:
        """Take over when each newest reading came, where another story of the cook has the same."""
        for probe, story in self.probes.items():
            theirs = other.probes[probe]
            if story.newest and story.newest == theirs.newest:
                story.heard = theirs.heard

    def csv(self, unit: str = "F") -> Iterator[str]:
        """The lines of a CSV in "F" or "C" that the producer reads, with a header and line ends."""
        remarks = self.remarks_by(lambda remark: remark.row)
        more = ["Note"] if remarks else []
        yield ",".join(["Time", *(f"{probe.name} (°{unit})" for probe in PROBES), *more]) + "\n"
        shown = repr if unit == "F" else _in_celsius
        columns = [
            dict(zip(story.rows, map(shown, story.temperatures), strict=True))
            for story in self.probes.values()
        ]
        for row, time in enumerate(self._times, self._forgotten):
            cells = [_cell(time), *(column.get(row, "") for column in columns)]
            yield ",".join([*cells, *([_cell(remarks.get(row, ""))] if remarks else [])]) + "\n"

    def take_reading(self, reading: Reading, heard: float) -> bool:
        """Add a reading; False for one that was there before."""
        story = self.probes[reading.probe]
        if new := not story.seqs or reading.seq > story.seqs[-1]:
            moment = self._place(reading, story)
            story.take(reading, moment, self._row, heard)
        if ends := reading.last and not story.ended:
            story.end()
        return new or ends

    def _place(self, reading: Reading, story: ProbeStory) -> float:
        """Find the reading's row, or begin one, and tell its moment."""
        row, time, wall = self._row, reading.time, self._wall
        if row < 0:
            self._moment = (min(reading.seq, MOST_ROWS) - 2) * SECONDS_PER_READING
        if row < 0 or time != self._times[-1] or (story.rows and story.rows[-1] == row):
            self._times.append(time)
            wall = self._wall = self._read_clock(time)
            self._before, self._moment = self._moment, self._moment + SECONDS_PER_READING
            # Of what can be read only a time since the beginning begins with a plus.
            if self.counted and wall is not None and not time.startswith("+"):
                self._go_by_the_clock(wall)
        if wall is not None:
            self._moment = self._by_the_clock(wall, story)
        return max(self._moment, story.moments[-1]) if story.moments else self._moment

    def _go_by_the_clock(self, wall: float) -> None:
        """Have the rows so far lead up to the newest, the first that names a time of the day."""
        self.counted, by = False, wall - self._moment
        self._moment, self._before = wall, self._before + by
        for story in self.probes.values():
            story.move(by)
        for record in self._alerts.values():
            record.moment += by
        for id, remark in self._remarks.items():
            self._remarks[id] = replace(remark, moment=remark.moment + by)

    @property
    def _row(self) -> int:
        """The number of the newest row, -1 before the first."""
        return self._forgotten + len(self._times) - 1

    def _read_clock(self, time: str) -> float | None:
        """What a timestamp says, in seconds like a moment."""
        moment = parse_moment(time)
        if moment is None:
            return None
        seconds, offset = (moment.replace(tzinfo=None) - DAWN).total_seconds(), moment.utcoffset()
        if offset is None:
            return seconds
        if self._zone is None:
            self._zone = offset
        return seconds + (self._zone - offset).total_seconds()

    def _by_the_clock(self, wall: float, story: ProbeStory) -> float:
        """The moment of a probe's reading in the newest row, whose timestamp says `wall`."""
        if self._row == 0:
            return wall
        before, back = (story.moments[-1], JITTER) if story.moments else (self._before, DAY)
        for shift in (0, self._shift):
            if -back <= wall + shift - before <= DAY:
                return wall + shift
        self._shift = before + SECONDS_PER_READING - wall
        return wall + self._shift

    def take_alert(self, alert: Alert, sent: float) -> bool:
        """Add an alert; False for one that was there before."""
        if alert.id in self._alerts:
            return False
        story = self.probes[PROBE_OF_NAME[alert.probe]]
        moment = self._moment
        if story.newest:
            seq = _seq_of(alert.id, alert, story)
            story.tell(alert, seq, _seq_of(alert.began, alert, story))
            moment = story.moment_of(seq)
        self._alerts[alert.id] = AlertRecord(alert, sent, moment)
        _forget(self._alerts, MOST_ALERTS)
        return True

    def take_remark(self, id: str, text: str) -> bool:
        """Add a remark, about now; False for one that was there before."""
        if id in self._remarks:
            return False
        self._remarks[id] = RemarkRecord(text, self._moment, self._row)
        _forget(self._remarks, MOST_REMARKS)
        return True

    def episode_of(self, alert: Alert) -> Episode | None:
        """The episode that an alert is about, where it goes on."""
        return self.probes[PROBE_OF_NAME[alert.probe]].going_on(alert.kind, alert.began)

    def take_delivery(self, id: str, channel: str, delivery: DeliveryRecord) -> bool:
        """Note what a channel did with an alert; False where that says nothing new."""
        record = self._alerts.get(id)
        known = record and record.deliveries.get(channel)
        if not record or (known and known[:2] == delivery[:2]):
            return False
        record.deliveries[channel] = delivery
        _forget(record.deliveries, MOST_CHANNELS)
        return True


def _forget(kept: dict[str, Kept], most: int) -> None:
    """Take out what was put in first, where there is more than so much."""
    while len(kept) > most:
        del kept[next(iter(kept))]


def _cell(text: str) -> str:
    """A cell of a CSV; with an apostrophe where a spreadsheet would run it as a formula (OWASP)."""
    if FORMULA.match(text) and not (NUMBER.fullmatch(text) or parse_moment(text)):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if set(',;\t"') & set(text) else text


def _in_celsius(fahrenheit: float) -> str:
    """A temperature in °C, so exactly that a hundredth of a °F comes back."""
    return repr(round(celsius(fahrenheit), 3))


def _seq_of(id: str, alert: Alert, story: ProbeStory) -> int:
    """The number of the reading in an id of an alert's; the newest's where it does not tell."""
    before = f"{alert.cook}/{story.probe.queue}/"
    ours = re.fullmatch(f"{re.escape(before)}([0-9]{{1,18}})(/[a-z-]+)?", id)
    return int(ours[1]) if ours else story.seqs[-1]
