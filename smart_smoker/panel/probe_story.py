"""The story of one probe in one cook: its temperatures, its episodes, and how it is now."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from ..core.alert import NO_SIGNAL, TOO_OLD, Alert
from ..core.answers import GOING_ON, Answer
from ..core.forecast import Forecast, forecast
from ..core.limits import FoodDone
from ..core.probes import Probe
from ..core.readings import SECONDS_PER_READING, Reading
from ..core.rules import DECIMALS, FoodStall, gravest_first
from .trend import MEAT, PIT, direction, trend

MOST_EPISODES = 1000
"""Above which the oldest are forgotten: a week of stalls has some 500, but anybody who may publish
can fill the history."""

LATE = 150
"""Seconds after which a reading is not shown as live any more, long before it is called silent."""

SILENCE = 5 * 60
"""Seconds after which a reading is no longer taken for the present."""

REMINDER = 60 * 60
"""Seconds, and as many readings as stand for them, in which what goes on is told once more."""

STALL_SHOWN, MOST_SAMPLES = 6 * 3600, 360
"""Seconds that a stall is followed back, and readings of them that a forecast looks at."""

Points = list[tuple[float, float | None]]
"""Moments and temperatures in °F of a line, None where a gap is."""


@dataclass
class Episode:
    """A drop, a lid, a stall or a silence, from moment to moment; without an end it goes on.

    `began` is the id of the reading that began it, and `heard` when somebody said that they have
    heard of it, in seconds since 1970.
    """

    kind: str
    begin: float
    end: float | None = None
    began: str = ""
    heard: float | None = None


@dataclass(frozen=True)
class Condition:
    """How a probe is: never, ended, no signal, steady or what its rule's episodes are called.

    It is steady while nothing is wrong, whichever way it goes, and unclear while too little of the
    cook is known to tell an episode from none. Gone is what was silent for a day, or since nobody
    knows when and without an alert: nobody is woken for that.
    """

    kind: str
    words: str


@dataclass
class ProbeStory:
    """One probe in one cook: its temperatures in °F, each with its moment, and its episodes.

    `heard` is when the newest reading came, in seconds since 1970, 0 where nobody knows.
    """

    probe: Probe
    moments: "array[float]" = field(default_factory=lambda: array("d"))
    temperatures: "array[float]" = field(default_factory=lambda: array("d"))
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("L"))
    newest: Reading | None = None
    heard: float = 0
    ended: bool = False
    episodes: list[Episode] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)  # in °F, by their rules' kinds
    quiet_until: float = 0  # in seconds since 1970
    _open: dict[str, Episode] = field(default_factory=dict)  # by kind, raised and not cleared

    @property
    def begins_late(self) -> bool:
        """Whether readings are missing from before the first one here: they count from 1."""
        return bool(self.seqs) and self.seqs[0] > 1

    def window(self) -> "array[float]":
        """The newest readings, as many as the probe's rule looks at by default."""
        return self.temperatures[-int(self.probe.rule.window) :]

    def change(self) -> float | None:
        """The newest temperature less the one of its window that is furthest from it, in °F."""
        window = self.window()
        if len(window) < 2:
            return None
        changes = (window[-1] - temperature for temperature in window)
        furthest = max(changes, key=abs)
        return round(furthest, DECIMALS)

    def age(self, now: float) -> float | None:
        """Seconds since the newest reading; None where no clock can be believed."""
        if not self.heard or self.heard > now + SECONDS_PER_READING:
            return None
        return max(0.0, now - self.heard)

    def condition(self, now: float) -> Condition:
        """How the probe is at this time."""
        if self.newest is None:
            return Condition("never", "no reading yet")
        if self.ended:
            return Condition("ended", "over")
        age, going_on = self.age(now), self._open
        lost = NO_SIGNAL in going_on
        if age is None:
            return Condition("no signal" if lost else "gone", "no signal since an unknown time")
        if lost or age >= SILENCE:
            kind = "no signal" if age < TOO_OLD else "gone"
            return Condition(kind, f"no signal for {duration(age)}")
        for rule in gravest_first():
            if episode := going_on.get(rule.kind):
                passed = self.moments[-1] - episode.begin
                if rule is FoodStall:  # It was told when it had been so for a window.
                    passed += rule.window * SECONDS_PER_READING
                return Condition(rule.kind, rule.during.format(duration=duration(passed)))
        known = self.moments[-1] - self.moments[0]
        count = len(self.moments) * SECONDS_PER_READING
        if self.begins_late and min(known, count - SECONDS_PER_READING) < REMINDER:
            return Condition("unclear", f"no alert in {duration(known)}")
        band = MEAT if self.probe.rule.kind == FoodStall.kind else PIT
        rate = trend(self.moments, self.temperatures)
        return Condition("steady", direction(rate, band, self.change() or 0))

    def to_go(self) -> float | None:
        """How far the target is, in °F, at most 0 where it was reached; None where none is set."""
        target = self.limits.get(FoodDone.kind)
        if target is None:
            return None
        if any(episode.kind == FoodDone.kind for episode in self.episodes):
            return 0.0
        return round(target - self.temperatures[-1], DECIMALS)

    def forecast(self) -> Forecast:
        """When the target is reached, or why that is not known; empty where there is none to reach.

        Of many readings so many are taken that it costs the same.
        """
        if not self.to_go():
            return Forecast()
        count = len(self.moments) - bisect_left(self.moments, self.moments[-1] - STALL_SHOWN)
        step = -(-count // MOST_SAMPLES)
        taken = slice(-1, -count - 1, -step)
        samples = zip(self.moments[taken], self.temperatures[taken], strict=True)
        return forecast([*samples][::-1], self.limits[FoodDone.kind])

    def row_at(self, moment: float) -> int:
        """The row of the newest reading up to a moment; -1 where there was none yet."""
        place = bisect_right(self.moments, moment)
        return self.rows[place - 1] if place else -1

    def points(self, begin: float, end: float, most: int) -> Points:
        """At most so many points, 8 or more, for a line from moment to moment and a reading beyond.

        Of readings that are too many the lowest and the highest stay. None is where a gap is.
        """
        first = max(0, bisect_left(self.moments, begin) - 1)
        behind = min(len(self.moments), bisect_right(self.moments, end) + 1)
        gaps = self._gaps(first, behind)
        kept: Sequence[int] = range(first, behind)
        if len(kept) + len(gaps) > most:
            kept = self._extremes(first, behind, max(most // 4, (most - len(gaps)) // 2) - 1)
        points: Points = []
        passed = 0
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
        if silence := self._open.pop(NO_SIGNAL, None):
            silence.end = moment

    def move(self, by: float) -> None:
        """Put all that is known so many seconds later."""
        self.moments = array("d", (moment + by for moment in self.moments))
        for episode in self.episodes:
            episode.begin += by
            episode.end = None if episode.end is None else episode.end + by

    def forget(self, row: int) -> int:
        """Forget the readings of the rows before this one, all but the newest; tells how many."""
        count = min(bisect_left(self.rows, row), max(0, len(self.rows) - 1))
        for kept in (self.moments, self.temperatures, self.seqs, self.rows):
            del kept[:count]
        return count

    def end(self) -> None:
        """The newest reading was the last of the cook, and ended whatever went on."""
        self.ended = True
        for episode in self._open.values():
            episode.end = self.moments[-1]

    def moment_of(self, seq: int) -> float:
        """The moment of the reading of this number, or of the one before it that is known."""
        return self.moments[max(0, bisect_right(self.seqs, seq) - 1)]

    def tell(self, alert: Alert, seq: int, began: int) -> None:
        """An alert of this probe was raised by the reading of this number.

        `began` is the number of the reading that began what was a lid.
        """
        moment, kind, state = self.moment_of(seq), alert.kind, alert.state
        known = self._open.get(kind)
        if known and state in GOING_ON:
            # What was heard of is told again where it is news; an earlier version's alerts, or an
            # episode whose end nobody was told, say otherwise how it began.
            known.heard, known.began = None, alert.began or known.began
        if state == "lid":
            self._keep(Episode("lid", self.moment_of(began), moment))
        elif state == "lost":
            after = bisect_right(self.seqs, seq)
            if after < len(self.seqs):  # It has spoken again already.
                self._keep(Episode(kind, moment, self.moments[after]))
            elif kind not in self._open:
                self._begin(kind, moment, alert.began)
        elif state in GOING_ON and kind not in self._open and kind != NO_SIGNAL:
            self._begin(kind, moment, alert.began)
        elif state in ("cleared", "over") and kind in self._open:
            self._open.pop(kind).end = moment

    def going_on(self, kind: str, began: str) -> Episode | None:
        """The episode of this kind that goes on, if it began with the reading of this id."""
        known = self._open.get(kind)
        return known if known and began and known.began == began and not self.ended else None

    def take_answer(self, answer: Answer, sent: float) -> bool:
        """Note an answer; False for one that changes nothing."""
        if not answer.kind:
            self.quiet_until, before = sent + answer.minutes * 60, self.quiet_until
            return self.quiet_until != before
        episode = self.going_on(answer.kind, answer.began)
        if episode is None or episode.heard:
            return False
        episode.heard = sent
        return True

    def _begin(self, kind: str, moment: float, began: str) -> None:
        # The alerts can come after the end of the cook, from a consumer that was started late.
        end = self.moments[-1] if self.ended else None
        episode = Episode(kind, moment, end, began)
        self._open[kind] = episode
        self._keep(episode)

    def _keep(self, episode: Episode) -> None:
        self.episodes.append(episode)
        del self.episodes[:-MOST_EPISODES]


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
