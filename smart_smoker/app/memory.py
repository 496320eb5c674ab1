"""What a consumer knows of its probe: a watch for each cook, and all of it as one state."""

from collections.abc import Callable, Iterable, Iterator

from ..core.alert import Alert
from ..core.answers import Answer
from ..core.cooks import is_named, name_of
from ..core.probes import Probe
from ..core.readings import Reading
from ..core.state import State
from ..core.text import excerpt
from ..core.watch import Judgement, Watch
from ..rabbitmq.messages import is_cook

MOST_ENDED = 300
"""Ended cooks that are remembered: a producer that was away may send the last of one again."""

FORGOTTEN = 3 * 24 * 3600
"""Seconds without a reading after which nothing is expected of a cook any more."""


class Memory:
    """A watch for each cook of a probe; foreign readings have the cook "".

    `now` is in seconds of a clock that only goes forward; `silence` is in seconds, 0 for never.
    """

    def __init__(self, probe: Probe, new_watch: Callable[[], Watch], silence: float):
        self._probe, self._new_watch, self._silence = probe, new_watch, silence
        self._watches: dict[str, Watch] = {}

    @property
    def cooks(self) -> int:
        """Of how many cooks it knows something."""
        return len(self._watches)

    def judge(self, reading: Reading, now: float) -> Judgement:
        """Judge the next reading of the queue. Raises UnreadableMessage as a watch does.

        Its alerts name their cook where it has a name, or is not the only one that goes on.
        """
        cook = reading.cook
        watch = self._watches.get(cook)
        if watch is None:
            watch = self._watches[cook] = self._new_watch()
            watch.heard = now
        had_ended = watch.ended
        try:
            judgement = watch.judge(reading, now)
        finally:
            if watch.ended and not had_ended:
                self._remember_ended(cook)
        if judgement.alerts:
            return judgement._replace(alerts=self._named(judgement.alerts))
        return judgement

    def _remember_ended(self, cook: str) -> None:
        """Put the one that has ended last, as a state has it too, and forget what ended first."""
        self._watches[cook] = self._watches.pop(cook)
        ended = [other for other, watch in self._watches.items() if watch.ended]
        for other in ended[:-MOST_ENDED]:
            del self._watches[other]

    def answer(self, cook: str, answer: Answer, now: float) -> None:
        """Heed an answer about a cook; one that is not known has nothing to be heard of."""
        if cook in self._watches:
            self._watches[cook].answer(answer, now)

    def silences(self, now: float) -> list[Alert]:
        """The alerts of the cooks whose probe has fallen silent, each once.

        What has been silent for days is forgotten.
        """
        told = []
        for cook, watch in list(self._watches.items()):
            passed = now - watch.heard
            if cook and passed > FORGOTTEN:
                del self._watches[cook]
            elif cook and 0 < self._silence <= passed:
                told.append(watch.silence(now, self._silence))
        return self._named(filter(None, told))

    def whose(self, cook: str) -> str:
        """What a cook is called, where it has a name or others go on; else empty."""
        if not cook or not (is_named(cook) or any(self.going_on(beside=cook))):
            return ""
        name = name_of(cook)
        if name == cook:  # An id of others' making has no longer form to choose.
            return name
        # An id begins with its name: of thousands few are looked at further.
        alike = (other for other in self.going_on(beside=cook) if other.startswith(name))
        return cook if name in map(name_of, alike) else name

    def _named(self, alerts: Iterable[Alert]) -> list[Alert]:
        """The alerts, in words that say whose smoker it is where somebody could ask."""
        return [alert.named(w) if (w := self.whose(alert.cook)) else alert for alert in alerts]

    def going_on(self, beside: str = "") -> Iterator[str]:
        """The cooks that go on, but for one of them and for foreign readings."""
        watches = self._watches.items()
        return (cook for cook, watch in watches if cook and cook != beside and not watch.ended)

    def forget_oldest(self) -> None:
        """Forget a tenth of the cooks, those that were heard longest ago."""
        heard = sorted(self._watches, key=lambda cook: self._watches[cook].heard)
        for cook in heard[: len(heard) // 10 + 1]:
            del self._watches[cook]

    def state(self, now: float) -> State:
        """All that is known, in JSON: a watch's state by its cook."""
        return {cook: watch.state(now) for cook, watch in self._watches.items()}

    def resume(self, state: State, now: float) -> None:
        """Know what somebody has left, and nothing else.

        A cook whose newest reading we know ourselves was heard when we heard it. Raises one of
        MISSHAPEN, and changes nothing, where it is no state of a memory.
        """
        watches = {}
        for cook, said in state.items():
            if cook and not is_cook(cook):
                raise ValueError(f"{excerpt(cook)} is no cook")
            watch = watches[cook] = self._new_watch()
            watch.resume(self._probe, cook, said, now)
            known = self._watches.get(cook)
            if known is not None and known.number == watch.number:
                watch.heard = known.heard
        self._watches = watches
