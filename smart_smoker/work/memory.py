"""What a consumer remembers of its probe, and how it learns that again from the history."""

import json
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain

from ..core.alert import TOO_OLD, Alert
from ..core.errors import Doubtful, UnreadableMessage
from ..core.probes import Probe
from ..core.readings import Reading
from ..core.rules import Rule
from ..core.state import MISSHAPEN
from ..core.text import excerpt
from ..core.watch import Watch
from .watches import Watches, encode


class Memory:
    """A watch for each cook, and the past from which the watches can be made again.

    The past is told first: `begin`, perhaps with what another one knew, then `recall` each of the
    history's readings and alerts since. A cook's readings before the first that the queue gives
    were acknowledged, so they are judged silently; from that one on all is judged aloud, but for
    the alerts that the history has.
    `now` is in seconds of a clock that only goes forward; silences are in seconds, 0 for never;
    `rules` has the probe's own first; `clock` is a watch's.
    """

    def __init__(
        self,
        probe: Probe,
        rules: Sequence[Rule],
        remind_minutes: float,
        silence: float,
        clock: str = "readings",
    ):
        self._watches = Watches(probe, rules, remind_minutes, clock)
        self._silence = silence
        self.how = self._watches.how
        self.begin()

    def begin(
        self, lines: Sequence[str] = (), now: float = 0, age: float = 0, held: float = math.inf
    ):
        """Begin anew, with the `lines` of another one `age` seconds ago, or with nothing.

        Foreign readings, which no history numbers, stay as they are. So does when each cook's
        newest reading was heard. Up to `held` of the past's readings are kept until it is known
        whether the queue gives them. Raises Doubtful where the lines are none.
        """
        self._joins = bool(lines)
        self._held, self._order = held, deque()
        self._past: dict[str, deque[Reading]] = {}
        self._known: set[str] = set()
        self._untold: dict[str, list[Alert]] = {}  # by the ids of their readings
        try:
            for alert in map(Alert.made, json.loads(lines[0] if lines else "[]")):
                self._untold.setdefault(_cause(alert), []).append(alert)
        except MISSHAPEN as error:
            reason = excerpt(str(error))
            raise Doubtful(f"the checkpoint's alerts are none: {reason}", lines[0]) from None
        self._heard = self._watches.begin(lines[1:], now, age)

    @property
    def cooks(self) -> int:
        """Of how many cooks it knows something."""
        return len(self._watches)

    def lines(self, now: float) -> Iterator[str]:
        """What it knows once all is settled, for another one to begin with."""
        yield encode([asdict(alert) for alert in chain.from_iterable(self._untold.values())])
        yield from self._watches.lines(now)

    def has_forgotten(self, past: Reading) -> bool:
        """Whether who left the checkpoint had forgotten the cook of one of the history's readings.

        So it is unless the cook begins with it.
        """
        return past.seq > 1 and past.cook not in self._past and past.cook not in self._watches

    def recall(self, past: Reading | str, now: float = 0):
        """Take one of the history's readings, or the id of an alert, in their order.

        Raises Doubtful where a reading does not join what is known of its cook.
        """
        if isinstance(past, str):
            self._known.add(past)
        elif past.cook:
            self._past.setdefault(past.cook, deque()).append(past)
            self._order.append(past.cook)
            if len(self._order) > self._held:
                cook = self._order.popleft()
                self._judge_silently(self._watches.of(cook, now), self._past[cook].popleft(), now)

    def settle(self, now: float, today: float):
        """The queue is empty: all that is left of the past was acknowledged.

        `today` is the time in seconds since 1970: what was silent for a day stays so untold.
        """
        for cook in list(self._past):
            watch = self._caught_up(cook, None, now)
            if watch.newest and 0 < watch.newest.sent < today - TOO_OLD:
                watch.given_up = True
        if self._known:
            self._untold = {id: new for id in self._untold if (new := self._new(id))}
            # Only a silence can still be met, by a watch that has had no reading since.
            self._known = {id for id in self._known if id.endswith("/lost")}
        self._heard, self._joins = {}, False
        self._watches.put_ended_to_rest()

    def watch_of(self, reading: Reading, now: float) -> Watch:
        """The watch that a delivered reading belongs to.

        Raises Doubtful where the reading does not join what is known of its cook.
        """
        if reading.cook in self._past:
            watch = self._caught_up(reading.cook, reading.seq, now)
        else:
            watch = self._watches.of(reading.cook, now)
            self._recall_silence(watch)
        self._check(watch, reading)
        return watch

    def is_new(self, alert: Alert) -> bool:
        """Whether nobody has raised the alert yet."""
        return alert.id not in self._known

    def untold(self, reading: Reading) -> list[Alert]:
        """The alerts of a reading that was taken for acknowledged, and that comes all the same.

        A broker that crashed can have a reading in the history and not yet in its queue: the
        producer sends it again.
        """
        return list(filter(self.is_new, self._untold.pop(reading.id, ())))

    def owed(self, watch: Watch) -> list[Alert]:
        """The alerts of what goes on in a cook and that nobody was told of, each once.

        Whoever gives a consumer a target in the midst of a cook wants to hear that it is reached.
        """
        if not self._untold:
            return []
        owed = [alert for alert in watch.going_on if alert in self._new(_cause(alert))]
        for alert in owed:
            self._untold[_cause(alert)].remove(alert)
        return owed

    def silences(self, now: float) -> list[Alert]:
        """The alerts of the cooks whose probe has fallen silent, each once."""
        return list(filter(self.is_new, self._watches.silences(now, self._silence)))

    def _caught_up(self, cook: str, before: int | None, now: float) -> Watch:
        """A cook's watch that has judged its past, or what of it is before a number."""
        watch = self._watches.of(cook, now)
        for reading in self._past.pop(cook):
            if before is None or reading.seq < before:
                self._judge_silently(watch, reading, now)
        self._recall_silence(watch)
        seq, heard = self._heard.pop(cook, (0, now))
        if watch.newest and watch.newest.seq == seq:
            watch.heard = heard
        return watch

    def _judge_silently(self, watch: Watch, reading: Reading, now: float):
        self._check(watch, reading)
        try:
            judgement = watch.judge(reading, now)
        except UnreadableMessage:  # Whoever acknowledged it has put it aside.
            return
        if judgement and (alerts := list(filter(self.is_new, judgement.alerts))):
            self._untold[reading.id] = alerts
        self._recall_silence(watch)

    def _recall_silence(self, watch: Watch):
        if self._known and watch.newest and f"{watch.newest.id}/lost" in self._known:
            watch.silent = True

    def _check(self, watch: Watch, reading: Reading):
        """Raise Doubtful where a reading is missing between what a checkpoint knew and this one.

        Once all is settled a gap says nothing of the checkpoint any more.
        """
        newest = watch.newest.seq if watch.newest else 0
        if self._joins and reading.seq > newest + 1:
            raise Doubtful(f"after {newest} of {reading.cook} comes {reading.seq}", reading)

    def _new(self, reading_id: str) -> list[Alert]:
        return list(filter(self.is_new, self._untold.get(reading_id, ())))


def _cause(alert: Alert) -> str:
    """The id of the reading that caused an alert."""
    return alert.id.rpartition("/")[0]
