"""What a consumer remembers of its probe, and how it learns that again from the history."""

from collections.abc import Sequence

from ..core.alert import TOO_OLD, Alert
from ..core.errors import UnreadableMessage
from ..core.readings import Reading
from ..core.rules import Rule
from ..core.watch import Watch


class Memory:
    """A watch for each cook, and the past from which the watches can be made again.

    The past is told first: `recall` each of the history's readings and alerts. Then a cook's
    readings before the first that the queue gives were acknowledged, so they are judged silently;
    from that one on all is judged aloud, but for the alerts that the history has.
    `now` is in seconds of a clock that only goes forward; silences are in seconds, 0 for never;
    `clock` is a watch's, and so are the rules `beside` the probe's own.
    """

    def __init__(
        self,
        rule: Rule,
        remind_minutes: float,
        silence: float,
        clock: str = "readings",
        beside: Sequence[Rule] = (),
    ):
        self._how = rule, remind_minutes, clock, beside
        self._silence = silence
        self._watches: dict[str, Watch] = {}
        self._heard: dict[str, tuple[int, float]] = {}
        self._past: dict[str, list[Reading]] = {}
        self._raised: set[str] = set()
        self._untold: dict[str, list[Alert]] = {}
        self._owed: dict[str, list[Alert]] = {}

    def forget(self):
        """Begin anew; only foreign readings, which no history numbers, stay as they are.

        So does when each cook's newest reading was heard, which no history knows.
        """
        self._heard |= {
            cook: (watch.newest.seq, watch.heard)
            for cook, watch in self._watches.items()
            if watch.newest and not watch.ended
        }
        self._watches = {cook: watch for cook, watch in self._watches.items() if cook == ""}
        self._past, self._raised, self._untold, self._owed = {}, set(), {}, {}

    def recall(self, past: Reading | str):
        """Take one of the history's readings, or the id of something else, in their order."""
        if isinstance(past, str):
            self._raised.add(past)
        elif past.cook:
            self._past.setdefault(past.cook, []).append(past)

    def settle(self, now: float, today: float):
        """The queue is empty: all that is left of the past was acknowledged.

        `today` is the time in seconds since 1970: what was silent for a day stays so untold.
        """
        for cook in list(self._past):
            watch = self._restore(cook, None, now)
            if watch.newest and today - watch.newest.sent > TOO_OLD:
                watch.ended = True

    def watch_of(self, reading: Reading, now: float) -> Watch:
        """The watch that a delivered reading belongs to."""
        watch = self._watches.get(reading.cook)
        return watch or self._restore(reading.cook, reading.seq, now)

    def is_new(self, alert: Alert) -> bool:
        """Whether nobody has raised the alert yet."""
        return not self.has(alert.id)

    def has(self, id: str) -> bool:
        """Whether something of this id was recalled."""
        return id in self._raised

    def untold(self, reading: Reading) -> list[Alert]:
        """The alerts of a reading that was taken for acknowledged, and that comes all the same.

        A broker that crashed can have a reading in the history and not yet in its queue: the
        producer sends it again.
        """
        return self._untold.pop(reading.id, [])

    def owed(self, reading: Reading) -> list[Alert]:
        """The alerts of what goes on in the reading's cook and that nobody was told of.

        Whoever gives a consumer a target in the midst of a cook wants to hear that it is reached.
        """
        return [alert for alert in self._owed.pop(reading.cook, ()) if self.is_new(alert)]

    def silences(self, now: float) -> list[Alert]:
        """The alerts of the cooks whose probe has fallen silent, each once."""
        if not self._silence:
            return []
        told = [watch.silence(now, self._silence) for cook, watch in self._watches.items() if cook]
        return [alert for alert in told if alert and self.is_new(alert)]

    def _restore(self, cook: str, before: int | None, now: float) -> Watch:
        watch = self._watches[cook] = Watch(*self._how)
        for reading in self._past.pop(cook, ()):
            if before is None or reading.seq < before:
                try:
                    judgement = watch.judge(reading, now)
                except UnreadableMessage:  # Whoever acknowledged it has put it aside.
                    continue
                if judgement and (alerts := list(filter(self.is_new, judgement.alerts))):
                    self._untold[reading.id] = alerts
                watch.silent = f"{reading.id}/lost" in self._raised
        if watch.newest and (heard := self._heard.pop(cook, None)) and heard[0] == watch.newest.seq:
            watch.heard = heard[1]
        # The probe's own rule is left out: of a cook that is older than what we look back upon it
        # would find another beginning each time.
        self._owed[cook] = [alert for alert in watch.going_on if alert.rule]
        return watch
