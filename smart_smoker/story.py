"""The story: what the history tells of each cook, as the panel shows it.

A moment is in seconds since 1970 on the wall clock of the cook's timestamps, as if that were UTC;
`sent` and `now` are in seconds since 1970 by the clocks of whoever sent and of whoever asks.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from .clock import parse_moment
from .errors import UnreadableMessage
from .messages import ALERTS, HISTORY, Arrival, reading_of
from .readings import FOOD_A, FOOD_B, PROBES, SECONDS_PER_READING, SMOKER, Probe, Reading
from .rules import DECIMALS, FoodStall, Rule, SmokerDrop
from .watch import PREFIXES, TOO_OLD, Alert

SILENCE = 5 * 60
"""Seconds after which a reading is no longer taken for the present."""

RULES: dict[Probe, Rule] = {SMOKER: SmokerDrop(), FOOD_A: FoodStall(), FOOD_B: FoodStall()}
"""Whose windows the changes are told over."""

MOST_COOKS, MOST_WEIGHT = 1000, 1_000_000
"""Above either, the oldest cooks are forgotten. An event weighs 1, and 1 more for every 100 bytes:
a week has some 60,000 readings."""

MOST_ALERTS, MOST_EPISODES, MOST_CHANNELS = 1000, 1000, 100
"""Of a cook, of a probe and of an alert, above which the oldest are forgotten: a week of stalls
has some 500 alerts, but anybody who may publish can fill the history."""

LONGEST_WORD = 255
"""Characters of an id or a channel's name."""

LONGEST_BODY, LONGEST_REASON = 10_000, 1000
"""Bytes; no alert of ours is longer, and no reason is shown further."""

DAY = 24 * 3600
"""Seconds; a timestamp that is further from the one before comes from a clock that was set."""

JITTER = 5 * 60
"""Seconds that a probe's timestamps may go back without being taken for a clock that was set."""

PROBE_OF_QUEUE = {probe.queue: probe for probe in PROBES}
PROBE_OF_NAME = {probe.name: probe for probe in PROBES}
OUTCOMES = ("accepted", "refused", "failed")
DAWN = datetime(1970, 1, 1)
_OURS = re.compile(r"^(.+)-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}$", re.ASCII)
"""The ids that the producer gives."""


@dataclass
class Episode:
    """A drop, a stall or a silence, from moment to moment; without an end it goes on."""

    kind: str
    begin: float
    end: float | None = None


@dataclass(frozen=True)
class State:
    """How a probe is: never, ended, no signal, dropping, stalled or steady, and in words."""

    kind: str
    words: str


@dataclass
class Told:
    """An alert with its moment, and by channel the outcome and the reason of its delivery."""

    alert: Alert
    sent: float
    moment: float
    deliveries: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def failing(self) -> bool:
        """Whether a channel did not take it when it was tried last."""
        return any(outcome == "failed" for outcome, _ in self.deliveries.values())


@dataclass
class ProbeStory:
    """One probe in one cook: its temperatures in °F, each with its moment, and its episodes.

    `heard` is when the newest reading came, in seconds since 1970, 0 where nobody knows.
    """

    probe: Probe
    moments: array = field(default_factory=lambda: array("d"))
    temperatures: array = field(default_factory=lambda: array("d"))
    seqs: array = field(default_factory=lambda: array("q"))
    rows: array = field(default_factory=lambda: array("L"))
    newest: Reading | None = None
    heard: float = 0
    ended: bool = False
    episodes: list[Episode] = field(default_factory=list)
    _open: dict[str, Episode] = field(default_factory=dict)  # by kind, raised and not cleared

    def window(self) -> array:
        """The newest readings, as many as the probe's rule looks at by default."""
        return self.temperatures[-RULES[self.probe].window :]

    def change(self) -> float | None:
        """The newest temperature less the one of its window that is furthest from it, in °F."""
        window = self.window()
        if len(window) < 2:
            return None
        changes = (window[-1] - temperature for temperature in window)
        return round(max(changes, key=abs), DECIMALS)

    def age(self, now: float) -> float | None:
        """Seconds since the newest reading; None where no clock can be believed."""
        if not self.heard or self.heard > now + SECONDS_PER_READING:
            return None
        return max(0.0, now - self.heard)

    def state(self, now: float) -> State:
        """How the probe is at this time."""
        if self.newest is None:
            return State("never", "no reading yet")
        if self.ended:
            return State("ended", "over")
        age, going_on = self.age(now), self._open
        if age is None:
            return State("no signal", "no signal since an unknown time")
        if age >= SILENCE or "silence" in going_on:
            return State("no signal", f"no signal for {duration(age)}")
        if "drop" in going_on:
            return State("dropping", "dropping")
        if "stall" in going_on:
            seconds = self.moments[-1] - going_on["stall"].begin
            return State("stalled", f"stalled for {duration(seconds)}")
        return State("steady", "steady")

    def points(self, begin: float, end: float, most: int) -> list[tuple[float, float | None]]:
        """At most so many points, 8 or more, for a line from moment to moment and a reading beyond.

        Of readings that are too many the lowest and the highest stay. None is where a gap is.
        """
        first = max(0, bisect_left(self.moments, begin) - 1)
        behind = min(len(self.moments), bisect_right(self.moments, end) + 1)
        gaps = self._gaps(first, behind)
        kept = range(first, behind)
        if len(kept) + len(gaps) > most:
            kept = self._extremes(first, behind, max(most // 4, (most - len(gaps)) // 2) - 1)
        points, passed = [], 0
        for i in kept:
            if gaps[passed : passed + 1] and gaps[passed] <= i:
                gap = gaps[passed]
                points.append(((self.moments[gap - 1] + self.moments[gap]) / 2, None))
                passed = bisect_right(gaps, i)
            points.append((self.moments[i], self.temperatures[i]))
        return points

    def _extremes(self, first: int, behind: int, parts: int) -> list[int]:
        """The lowest and the highest reading of each part, and both ends."""
        bounds = [first + (behind - first) * i // parts for i in range(parts + 1)]
        spans = (range(*pair) for pair in zip(bounds, bounds[1:], strict=False))
        found = {f(s, key=self.temperatures.__getitem__) for s in spans if s for f in (min, max)}
        return sorted(found | {first, behind - 1})

    def _gaps(self, first: int, behind: int) -> list[int]:
        """The readings before which the probe was silent for long."""
        moments = self.moments[first:behind]
        steps = [after - before for before, after in zip(moments, moments[1:], strict=False)]
        if not steps:
            return []
        longest = max(5 * median(steps[:: len(steps) // 500 + 1]), SILENCE)
        return [first + 1 + i for i, step in enumerate(steps) if step > longest]

    def take(self, reading: Reading, moment: float, row: int, heard: float) -> None:
        """Add the next reading."""
        self.moments.append(moment)
        self.temperatures.append(reading.temperature)
        self.seqs.append(reading.seq)
        self.rows.append(row)
        if self.ended:
            self._open.clear()
        self.newest, self.heard, self.ended = reading, heard, False
        if silence := self._open.pop("silence", None):
            silence.end = moment

    def end(self) -> None:
        """The newest reading was the last of the cook, and ended whatever went on."""
        self.ended = True
        for episode in self._open.values():
            episode.end = self.moments[-1]

    def moment_of(self, seq: int) -> float:
        """The moment of the reading of this number, or of the one before it that is known."""
        return self.moments[max(0, bisect_right(self.seqs, seq) - 1)]

    def tell(self, state: str, seq: int) -> None:
        """An alert of this state was raised by the reading of this number."""
        moment, kind = self.moment_of(seq), "drop" if self.probe == SMOKER else "stall"
        if state == "lost":
            after = bisect_right(self.seqs, seq)
            if after < len(self.seqs):  # It has spoken again already.
                self._keep(Episode("silence", moment, self.moments[after]))
            elif "silence" not in self._open:
                self._begin("silence", moment)
        elif state in ("raised", "reminder") and kind not in self._open:
            self._begin(kind, moment)
        elif state == "cleared" and kind in self._open:
            self._open.pop(kind).end = moment

    def _begin(self, kind: str, moment: float) -> None:
        # The alerts can come after the end of the cook, from a consumer that was started late.
        episode = Episode(kind, moment, self.moments[-1] if self.ended else None)
        self._open[kind] = episode
        self._keep(episode)

    def _keep(self, episode: Episode) -> None:
        self.episodes.append(episode)
        del self.episodes[:-MOST_EPISODES]


class CookStory:
    """One cook: its probes, its alerts in order, and its readings as a CSV.

    `sent` is when its first reading was sent, 0 where nobody said.
    """

    def __init__(self, id: str, sent: float):
        self.id = id
        self.probes = {probe: ProbeStory(probe) for probe in PROBES}
        self.weight = 0
        self._told: dict[str, Told] = {}  # by the alert's id
        self._times: list[str] = []  # of the rows
        self._wall: float | None = None  # what the newest row's timestamp says
        self._zone: timedelta | None = None  # of the first timestamp that has one
        self._shift = 0.0  # seconds from what timestamps say to moments, since a clock was set
        # Of the newest row and the one before it. Without a timestamp that can be read a cook
        # begins when this machine's wall clock shows that it was sent.
        self._moment = _seconds(datetime.fromtimestamp(sent)) - SECONDS_PER_READING
        self._before = self._moment

    @property
    def label(self) -> str:
        """What people call it: `brisket, 2025-09-06 11:00:05`, or its id as it is."""
        return _OURS.sub(r"\1, \2-\3-\4 \5:\6:\7", self.id)

    @property
    def alerts(self) -> list[Told]:
        """The alerts in the order in which they were raised."""
        return list(self._told.values())

    @property
    def begin(self) -> float:
        """The moment of the first reading."""
        return min(story.moments[0] for story in self.probes.values() if story.moments)

    @property
    def end(self) -> float:
        """The moment of the newest reading."""
        return max(story.moments[-1] for story in self.probes.values() if story.moments)

    @property
    def ended(self) -> bool:
        """Whether every probe that spoke has said its last."""
        return all(story.ended for story in self.probes.values() if story.newest)

    def goes_on(self, now: float) -> bool:
        """Whether more is to be heard: a producer that lost its power never said its last."""
        ages = [story.age(now) for story in self.probes.values()]
        return not self.ended and any(age is not None and age < TOO_OLD for age in ages)

    def csv(self) -> Iterator[str]:
        """The lines of a CSV that the producer reads, with a header and their line ends."""
        yield ",".join(["Time", *(f"{probe.name} (°F)" for probe in PROBES)]) + "\n"
        columns = [
            dict(zip(story.rows, map(repr, story.temperatures), strict=True))
            for story in self.probes.values()
        ]
        for row, time in enumerate(self._times):
            quoted = '"' + time.replace('"', '""') + '"' if {",", '"'} & set(time) else time
            yield ",".join([quoted, *(column.get(row, "") for column in columns)]) + "\n"

    def take_reading(self, reading: Reading, heard: float) -> bool:
        """Add a reading; False for one that was there before."""
        story = self.probes[reading.probe]
        if new := not story.seqs or reading.seq > story.seqs[-1]:
            moment = self._place(reading, story)
            story.take(reading, moment, len(self._times) - 1, heard)
        if ends := reading.last and not story.ended:
            story.end()
        return new or ends

    def _place(self, reading: Reading, story: ProbeStory) -> float:
        """Find the reading's row, or begin one, and tell its moment."""
        row = len(self._times) - 1
        if row < 0 or reading.time != self._times[row] or (story.rows and story.rows[-1] == row):
            self._times.append(reading.time)
            self._wall = self._read_clock(reading.time)
            self._before, self._moment = self._moment, self._moment + SECONDS_PER_READING
        if self._wall is not None:
            self._moment = self._by_the_clock(story)
        return max(self._moment, story.moments[-1]) if story.moments else self._moment

    def _read_clock(self, time: str) -> float | None:
        """What a timestamp says, in seconds like a moment."""
        moment = parse_moment(time)
        if moment is None:
            return None
        seconds, offset = _seconds(moment.replace(tzinfo=None)), moment.utcoffset()
        if offset is None:
            return seconds
        if self._zone is None:
            self._zone = offset
        return seconds + (self._zone - offset).total_seconds()

    def _by_the_clock(self, story: ProbeStory) -> float:
        """The moment of a probe's reading in the newest row, whose timestamp could be read."""
        if len(self._times) == 1:
            return self._wall
        before, back = (story.moments[-1], JITTER) if story.moments else (self._before, DAY)
        for shift in (0, self._shift):
            if -back <= self._wall + shift - before <= DAY:
                return self._wall + shift
        self._shift = before + SECONDS_PER_READING - self._wall
        return self._wall + self._shift

    def take_alert(self, alert: Alert, sent: float) -> bool:
        """Add an alert; False for one that was there before."""
        if alert.id in self._told:
            return False
        story = self.probes[PROBE_OF_NAME[alert.probe]]
        moment = self._moment
        if story.newest:
            seq = _seq_of(alert, story)
            story.tell(alert.state, seq)
            moment = story.moment_of(seq)
        self._told[alert.id] = Told(alert, sent, moment)
        _forget(self._told, MOST_ALERTS)
        return True

    def take_delivery(self, id: str, channel: str, outcome: str, reason: str) -> bool:
        """Note what a channel did with an alert; False where that says nothing new."""
        told = self._told.get(id)
        if not told or told.deliveries.get(channel) == (outcome, reason):
            return False
        told.deliveries[channel] = (outcome, reason)
        _forget(told.deliveries, MOST_CHANNELS)
        return True


class Story:
    """All cooks that the history tells of, in the order in which they began."""

    def __init__(self):
        self.cooks: dict[str, CookStory] = {}
        self._weight = 0

    @property
    def latest(self) -> CookStory | None:
        """The cook that began last."""
        return next(reversed(self.cooks.values()), None)

    def failing(self, now: float) -> int:
        """How many alerts of the last day a channel did not take when it was tried last."""
        alerts = (told for cook in self.cooks.values() for told in cook.alerts)
        return sum(told.failing and now - told.sent < TOO_OLD for told in alerts)

    def take(self, arrival: Arrival, heard: float | None = None) -> bool:
        """Take one of the history's events; False where it says nothing new, or nothing of ours.

        `heard` is when it came, where that was just now; otherwise its sender's clock is believed.
        """
        with suppress(UnreadableMessage):
            if arrival.queue in PROBE_OF_QUEUE:
                return self._take_reading(arrival, heard)
            if arrival.queue == ALERTS and arrival.type == "alert":
                return self._take_alert(arrival)
            if arrival.queue == HISTORY and arrival.type == "delivery":
                return self._take_delivery(arrival)
        return False

    def _take_reading(self, arrival: Arrival, heard: float | None) -> bool:
        reading = reading_of(arrival, PROBE_OF_QUEUE[arrival.queue])
        if not reading.cook or reading.seq >= 2**63:
            return False
        sent = _sane(reading.sent)
        cook = self.cooks.get(reading.cook)
        if cook is None:
            cook = self.cooks[reading.cook] = CookStory(reading.cook, sent)
        return self._count(cook, cook.take_reading(reading, heard or sent), arrival)

    def _take_alert(self, arrival: Arrival) -> bool:
        if len(arrival.body) > LONGEST_BODY:
            return False
        alert = Alert.parse(arrival.body)
        cook = self.cooks.get(alert.cook)
        if cook is None or alert.probe not in PROBE_OF_NAME or alert.state not in PREFIXES:
            return False
        return self._count(cook, cook.take_alert(alert, _sane(arrival.sent)), arrival)

    def _take_delivery(self, arrival: Arrival) -> bool:
        said = [arrival.headers.get(name) for name in ("cook", "alert", "channel", "outcome")]
        if not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in said):
            return False
        if said[-1] not in OUTCOMES:
            return False
        cook = self.cooks.get(said[0])
        if cook is None:
            return False
        reason = arrival.body[:LONGEST_REASON].decode(errors="replace")
        return self._count(cook, cook.take_delivery(*said[1:], reason), arrival)

    def _count(self, cook: CookStory, new: bool, arrival: Arrival) -> bool:
        weight = new * (1 + len(arrival.body) // 100)
        cook.weight += weight
        self._weight += weight
        while len(self.cooks) > 1 and (len(self.cooks) > MOST_COOKS or self._weight > MOST_WEIGHT):
            self._weight -= self.cooks.pop(next(iter(self.cooks))).weight
        return new


def _forget(kept: dict, most: int) -> None:
    """Take out what was put in first, where there is more than so much."""
    while len(kept) > most:
        del kept[next(iter(kept))]


def _seconds(moment: datetime) -> float:
    return (moment - DAWN).total_seconds()


def _sane(sent: float) -> float:
    """When something was sent; 0 where that is no time of this millennium's people."""
    return sent if 0 < sent < 2**33 else 0


def _seq_of(alert: Alert, story: ProbeStory) -> int:
    """The number of the reading that caused an alert; the newest's where its id does not tell."""
    before, after = f"{alert.cook}/{story.probe.queue}/", f"/{alert.state}"
    ours = re.fullmatch(f"{re.escape(before)}([0-9]{{1,18}}){re.escape(after)}", alert.id)
    return int(ours[1]) if ours else story.seqs[-1]


def duration(seconds: float) -> str:
    """A time that has passed, for people: `40 s`, `6 min`, `1 h 12 min`, `2 d 3 h`."""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if minutes < 1:
        return f"{int(seconds)} s"
    if hours < 1:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} d {hours % 24} h"
