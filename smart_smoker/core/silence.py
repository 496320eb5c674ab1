"""Silence: a probe that says nothing is told once, until it speaks again, and rings until then."""

from dataclasses import dataclass, replace

from .alert import Alert, lost_alert, still_lost_alert
from .readings import Reading
from .ring import Ring
from .state import State, check_numbers


@dataclass
class Lost:
    """A silence that goes on, first told by the id of the reading with which it `began`."""

    began: str
    rang: float  # after how many seconds of it, last
    rings: int = 0


class Silence:
    """The silence of one probe in one cook: `lost` while it goes on."""

    def __init__(self, ring: Ring, unit: str):
        self._ring, self._unit = ring, unit
        self.lost: Lost | None = None

    def take(self, newest: Reading, passed: float, seconds: float, unread: bool) -> Alert | None:
        """The alert that is due, if any: seconds have `passed` since the `newest` reading.

        They are a silence from so many `seconds` on. The reading is `unread` where its time is.
        """
        ring, lost = self._ring, self.lost
        if lost is None:
            self.lost = Lost(newest.id, passed)
            return lost_alert(newest, seconds, self._unit, unread)
        if not ring.is_due(passed - lost.rang, lost.rings):
            return None
        state = "second" if ring.is_second(lost.rings) else "ring"
        lost.rings, lost.rang = lost.rings + 1, passed
        lost.began = lost.began or newest.id  # An earlier version's state does not say it.
        alert = still_lost_alert(state, newest, passed, lost.rings, self._unit)
        return replace(alert, began=lost.began)

    def hear(self, began: str) -> None:
        """Somebody has heard of what was told first of this reading: it rings no more."""
        if self.lost and began == self.lost.began:
            self.lost.rings = self._ring.most

    def state(self) -> State:
        """What `resume` needs; empty where the probe has spoken."""
        if lost := self.lost:
            return {"silent": True, "lost": lost.began, "rings": lost.rings, "rang": lost.rang}
        return {}

    def resume(self, state: State) -> None:
        """Go on from this state. Raises one of MISSHAPEN where it is none."""
        rang = state["rang"] if "rang" in state else state["unheard"]
        lost = Lost(state.get("lost", ""), rang, state.get("rings", 0))
        lost.began.encode()
        check_numbers([lost.rings, lost.rang])
        self.lost = lost if state.get("silent") is True else None
