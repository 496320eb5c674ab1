"""Watches: one for each cook, and most of them at rest, so that ten thousand take little room."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..core.alert import TOO_OLD, Alert
from ..core.errors import Doubtful
from ..core.probes import Probe
from ..core.rules import Rule
from ..core.watch import Watch

AWAKE = 1200
"""Watches that are kept ready; the others rest, a tenth as large, until they are needed."""

MOST_ENDED = 300
"""Ended cooks that are remembered, beside those of a checkpoint: a producer that was away may send
the last of one again."""

FORGOTTEN = 3 * 24 * 3600
"""Seconds without a reading after which nothing is expected of a cook any more."""

_NO_WATCH = ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError
"""What reading a state raises that was not left by a watch."""

encode = json.JSONEncoder(separators=(",", ":")).encode


class Rest(NamedTuple):
    """A watch at rest: its state in JSON, and what must be known of it without waking it.

    `seq` is the number of its newest reading and `heard` the watch's own. Of one that is `quiet`
    no silence is to be told any more.
    """

    state: str
    seq: int
    heard: float
    quiet: bool


class Watches:
    """A watch for each cook of a probe, by the same rules, the probe's own first.

    `now` is in seconds of a clock that only goes forward.
    """

    def __init__(self, probe: Probe, rules: Sequence[Rule], remind_minutes: float, clock: str):
        self._probe = probe
        self._how = rules[0], remind_minutes, clock, tuple(rules[1:])
        self._awake: dict[str, Watch] = {}  # in the order in which they were needed
        self._resting: dict[str, Rest] = {}
        self._ended: dict[str, None] = {}  # in the order in which they ended

    @property
    def how(self) -> str:
        """By which rules and clock they judge: whoever has others cannot take their lines."""
        return repr(self._how)

    def __len__(self) -> int:
        return len(self._awake) + len(self._resting)

    def of(self, cook: str, now: float) -> Watch:
        """A cook's watch, which is from now on the last to be put to rest.

        Raises Doubtful where what is known of it is no watch.
        """
        watch = self._awake.pop(cook, None) or self._woken(cook, now)
        self._awake[cook] = watch
        if len(self._awake) > AWAKE:
            self._put_to_rest(next(filter(None, self._awake)))
        return watch

    def begin(self, lines: Iterable[str], now: float, age: float) -> dict[str, tuple[int, float]]:
        """Forget all but foreign readings, and take the `lines` of `age` seconds ago.

        Returns the number of each cook's newest reading until now, and when it was heard. Raises
        Doubtful where a line is none.
        """
        self._all_to_rest()
        heard = {cook: (rest.seq, rest.heard) for cook, rest in self._resting.items()}
        self._resting, self._ended = {}, {}
        for line in lines:
            try:
                cook, seq, since, quiet, state = line.split("\t")
                before, then = heard.get(cook, (0, 0.0))
                then = then if before == int(seq) else now - float(since)
                # What was silent for a day stays so untold.
                quiet = quiet == "1" or float(since) + age > TOO_OLD
                self._resting[cook] = Rest(state, int(seq), then, quiet)
            except ValueError as error:
                raise Doubtful(f"a line of the checkpoint is none: {error}", line) from None
        return heard

    def lines(self, now: float) -> Iterator[str]:
        """What is known, a line for each cook."""
        self._all_to_rest()
        for cook, rest in self._resting.items():
            yield f"{cook}\t{rest.seq}\t{now - rest.heard:.0f}\t{rest.quiet:d}\t{rest.state}"

    def put_ended_to_rest(self):
        """Put to rest what has ended, of which only the newest are remembered."""
        for cook in [cook for cook, watch in self._awake.items() if cook and watch.ended]:
            self._put_to_rest(cook)

    def silences(self, now: float, seconds: float) -> list[Alert]:
        """The alerts of the cooks whose probe has said nothing for so long, each once.

        What has been silent for days is forgotten.
        """
        cooks = [cook for cook in self._awake if cook and seconds]
        for cook, rest in list(self._resting.items()):
            passed = now - rest.heard
            if passed > FORGOTTEN:
                del self._resting[cook]
                self._ended.pop(cook, None)
            elif 0 < seconds <= passed and not rest.quiet:
                cooks.append(cook)
        told = [self.of(cook, now).silence(now, seconds) for cook in cooks]
        return [alert for alert in told if alert]

    def _woken(self, cook: str, now: float) -> Watch:
        watch, rest = Watch(*self._how), self._resting.pop(cook, None)
        watch.heard = rest.heard if rest else now
        if rest:
            self._ended.pop(cook, None)
            try:
                watch.resume(self._probe, cook, json.loads(rest.state))
            except _NO_WATCH as error:
                raise Doubtful(f"what is known of {cook} is no watch: {error!r}", rest) from None
            watch.given_up = rest.quiet
        return watch

    def _all_to_rest(self):
        for cook in filter(None, list(self._awake)):
            self._put_to_rest(cook)

    def _put_to_rest(self, cook: str):
        watch = self._awake.pop(cook)
        self._resting[cook] = _at_rest(watch)
        if watch.ended:
            self._ended[cook] = None
            if len(self._ended) > MOST_ENDED:
                oldest = next(iter(self._ended))
                del self._ended[oldest], self._resting[oldest]


def _at_rest(watch: Watch) -> Rest:
    newest = watch.newest
    quiet = watch.ended or watch.silent or watch.given_up or newest is None
    return Rest(encode(watch.state()), newest.seq if newest else 0, watch.heard, quiet)
