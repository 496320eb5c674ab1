"""Watches: one for each cook, and most of them at rest, so that ten thousand take little room."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

from ..core.alert import TOO_OLD, Alert
from ..core.errors import Doubtful
from ..core.probes import Probe
from ..core.rules import Rule
from ..core.state import MISSHAPEN, check_numbers
from ..core.text import excerpt
from ..core.watch import Watch
from ..wire.messages import is_cook

AWAKE = 200
"""Watches that are kept ready; the others rest, a quarter as large, until they are needed."""

MOST_ENDED = 300
"""Ended cooks that are remembered: a producer that was away may send the last of one again."""

FORGOTTEN = 3 * 24 * 3600
"""Seconds without a reading after which nothing is expected of a cook any more."""

encode = json.JSONEncoder(separators=(",", ":")).encode


class Watches:
    """A watch for each cook of a probe, by the same rules, the probe's own first.

    Foreign readings have the cook "", which has no line and is never forgotten. `now` is in seconds
    of a clock that only goes forward.
    """

    def __init__(self, probe: Probe, rules: Sequence[Rule], remind_minutes: float, clock: str):
        self._probe = probe
        self._how = rules[0], remind_minutes, clock, tuple(rules[1:])
        self._all: dict[str, Watch] = {}
        self._awake: OrderedDict[str, Watch] = OrderedDict()  # as they were needed, newest last
        self._ended: dict[str, None] = {}  # in the order in which they ended

    @property
    def how(self) -> str:
        """By which rules and clock they judge: whoever has others cannot take their lines."""
        return repr(self._how)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, cook: str) -> bool:
        return cook in self._all

    def of(self, cook: str, now: float) -> Watch:
        """A cook's watch, which is from now on the last to be put to rest."""
        watch = self._awake.get(cook)
        if watch:
            self._awake.move_to_end(cook)
            return watch
        watch = self._all.get(cook)
        if watch:
            watch.wake()
            self._ended.pop(cook, None)
        else:
            watch = Watch(*self._how)
            watch.heard = now
        self._keep(cook, watch)
        return watch

    def begin(self, lines: Iterable[str], now: float, age: float) -> dict[str, tuple[int, float]]:
        """Forget all but foreign readings, and take the `lines` of `age` seconds ago.

        Returns the number of each cook's newest reading until now, and when it was heard. Raises
        Doubtful where a line is none.
        """
        heard = {cook: (_seq(watch), watch.heard) for cook, watch in self._all.items() if cook}
        found: dict[str, Watch] = {}
        for line in lines:
            try:
                cook, since, state = line.split("\t")
                passed = float(since)
                check_numbers([passed])
                if not is_cook(cook) or cook in found:
                    raise ValueError(f"{excerpt(cook)} is no cook, or there twice")
                watch = found[cook] = Watch(*self._how)
                watch.resume(self._probe, cook, json.loads(state))
                seq, then = heard.get(cook, (-1, 0.0))
                watch.heard = then if seq == _seq(watch) else now - passed
                # What was silent for a day stays so untold.
                watch.given_up = watch.given_up or passed + age > TOO_OLD
                watch.rest()
            except MISSHAPEN as error:
                reason = excerpt(str(error), 100)
                raise Doubtful(f"a line of the checkpoint is none: {reason}", line) from None
        for cook in heard:
            self._forget(cook)
        self._all |= found
        self._ended |= dict.fromkeys(cook for cook, watch in found.items() if watch.ended)
        return heard

    def lines(self, now: float) -> Iterator[str]:
        """What is known, a line for each cook."""
        for cook, watch in self._all.items():
            if cook:
                yield f"{cook}\t{now - watch.heard:.0f}\t{encode(watch.state())}"

    def put_ended_to_rest(self):
        """Put to rest what has ended, of which only the newest are remembered."""
        for cook in [cook for cook, watch in self._awake.items() if watch.ended]:
            self._put_to_rest(cook)

    def silences(self, now: float, seconds: float) -> list[Alert]:
        """The alerts of the cooks whose probe has said nothing for so long, each once.

        What has been silent for days is forgotten.
        """
        told = []
        for cook, watch in list(self._all.items()):
            passed = now - watch.heard
            if cook and passed > FORGOTTEN:
                self._forget(cook)
            elif cook and 0 < seconds <= passed:
                told.append(watch.silence(now, seconds))
        return [alert for alert in told if alert]

    def _keep(self, cook: str, watch: Watch):
        self._all[cook] = self._awake[cook] = watch
        if len(self._awake) > AWAKE:
            self._put_to_rest(next(iter(self._awake)))

    def _put_to_rest(self, cook: str):
        watch = self._awake.pop(cook)
        watch.rest()
        if watch.ended:
            self._ended[cook] = None
            self._all[cook] = self._all.pop(cook)  # Whoever takes our lines knows the order too.
            if len(self._ended) > MOST_ENDED:
                self._forget(next(iter(self._ended)))

    def _forget(self, cook: str):
        for known in (self._all, self._awake, self._ended):
            known.pop(cook, None)


def _seq(watch: Watch) -> int:
    return watch.newest.seq if watch.newest else 0
