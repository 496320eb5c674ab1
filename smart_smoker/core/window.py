"""The window: the last readings of a probe, and the highest and lowest among them."""

import marshal
import math
from collections import deque
from itertools import chain, islice, takewhile

from .state import check_numbers

LONGEST_GAP = 5 * 60
"""Seconds without a reading after which nobody knows what the probe did in between."""


class Window:
    """The last readings of one probe: what is within `span` seconds of the newest moment.

    A moment is in seconds of any clock. `step` is what one reading stands for by itself, in
    seconds: 5 readings of 30 seconds span 2.5 minutes, and so do two moments 2.5 minutes apart.
    `moment` is the newest one; `highest`, `lowest` and `newest` are in °F. A reading costs the same
    however many there are, but for one that comes late. As long as it `keeps`, nothing leaves it.
    At rest it takes little room, and no reading until it is woken.
    """

    # There can be a hundred thousand; without a dictionary each takes a tenth less.
    __slots__ = (
        *("keeps", "moment", "highest", "lowest", "newest", "_step", "_reach", "_longest_gap"),
        *("_left", "_unbroken_since", "_readings", "_falling", "_rising", "_packed"),
    )

    def __init__(self, span: float, step: float = 0):
        self.keeps = False
        self._packed = b""
        self._step = step
        self._reach = span - step
        self._longest_gap = min(LONGEST_GAP, span)
        self._begin(-math.inf)

    def clear(self):
        """Begin anew."""
        if self._readings:
            self._begin(-math.inf)

    def _begin(self, left: float):
        self._left = left  # the moment of the last reading that was too old
        self.moment = self._unbroken_since = left
        self._readings = deque()
        # A reading that a later one exceeds can never be the highest again, so `falling` has it no
        # more, and its first is the highest. `rising` is the same for the lowest.
        self._falling, self._rising = deque(), deque()

    def state(self) -> list:
        """What `resume` needs to make the same window, in JSON; empty for one without readings."""
        if self._packed:
            return marshal.loads(self._packed)
        if not self._readings:
            return []
        left = None if math.isinf(self._left) else self._left
        since = None if math.isinf(self._unbroken_since) else self._unbroken_since
        return [self.keeps, left, since, *chain.from_iterable(self._readings)]

    def resume(self, state: list):
        """Become, of a new one, the window that has given this state.

        Raises one of MISSHAPEN where none has.
        """
        _, left, since, *numbers = state or (False, None, None)
        check_numbers([*numbers, *(each for each in (left, since) if each is not None)])
        moments = numbers[::2] if left is None else [left, *numbers[::2]]
        if moments != sorted(moments):
            raise ValueError("moments out of their order")
        self._fill(state)

    def _fill(self, state: list):
        if not state:
            return
        self.keeps, left, since, *numbers = state
        self._left = -math.inf if left is None else left
        self._unbroken_since = -math.inf if since is None else since
        self._readings.extend(zip(numbers[::2], numbers[1::2], strict=True))
        highest, lowest = -math.inf, math.inf
        for reading in reversed(self._readings):
            if reading[1] > highest:
                self._falling.appendleft(reading)
                highest = reading[1]
            if reading[1] < lowest:
                self._rising.appendleft(reading)
                lowest = reading[1]
        self.moment, self.newest = self._readings[-1]
        self.highest, self.lowest = highest, lowest

    def rest(self):
        """Take a sixth of the room until `wake`. Only this process reads what marshal makes."""
        self._packed = marshal.dumps(self.state())
        self._readings = self._falling = self._rising = ()

    def wake(self):
        """Be what it was before its rest."""
        packed, self._packed = self._packed, b""
        self._begin(-math.inf)
        self._fill(marshal.loads(packed))

    def __len__(self) -> int:
        return len(self._readings)

    @property
    def covers(self) -> float:
        """The seconds from the oldest reading to the newest, with what a reading stands for."""
        return self.moment - self._readings[0][0] + self._step

    @property
    def spans(self) -> bool:
        """Whether the readings reach all the way back, with no gap that is too long."""
        return self.moment - self._unbroken_since >= self._reach

    def last(self, count: int) -> list[float]:
        """The newest so many temperatures in °F, in order, or fewer where there are not so many."""
        return [reading[1] for reading in islice(reversed(self._readings), count)][::-1]

    def add(self, moment: float, temperature: float):
        """Take a reading: a late one in its place, one from before the window as a new beginning.

        What is there already counts once.
        """
        reading = moment, temperature
        gap = moment - self.moment
        if gap > self._longest_gap:
            self._unbroken_since = moment
        elif gap < 0:
            self._add_late(reading)
            return
        elif gap == 0 and self._has_now(reading):
            return
        readings, falling, rising = self._readings, self._falling, self._rising
        readings.append(reading)
        while falling and falling[-1][1] <= temperature:
            falling.pop()
        falling.append(reading)
        while rising and rising[-1][1] >= temperature:
            rising.pop()
        rising.append(reading)
        oldest = -math.inf if self.keeps else moment - self._reach
        while readings[0][0] < oldest:
            self._left = readings.popleft()[0]
        while falling[0][0] < oldest:
            falling.popleft()
        while rising[0][0] < oldest:
            rising.popleft()
        self.moment, self.newest = reading
        self.highest, self.lowest = falling[0][1], rising[0][1]

    def _has_now(self, reading: tuple[float, float]) -> bool:
        of_now = takewhile(lambda taken: taken[0] == self.moment, reversed(self._readings))
        return reading in of_now

    def _add_late(self, late: tuple[float, float]):
        readings = [late]
        if late[0] < self.moment - self._reach:
            self.clear()
        else:
            readings = sorted([*self._readings, late], key=lambda reading: reading[0])
            self._begin(self._left)
        for reading in readings:
            self.add(*reading)
