"""Silence: a probe that says nothing is told once, until it speaks again, and rings until then."""

from dataclasses import replace

from .alert import Alert, lost_alert, still_lost_alert
from .readings import Reading
from .ring import Ring
from .state import check_numbers


class Silence:
    """The silence of one probe in one cook, if it `goes_on`."""

    def __init__(self, ring: Ring, unit: str):
        self._ring, self._unit = ring, unit
        self.end()

    def end(self):
        """The probe has spoken."""
        self.goes_on, self._began, self._rings, self._rang = False, "", 0, 0.0

    def take(self, newest: Reading, passed: float, seconds: float, unread: bool) -> Alert | None:
        """The alert that is due now, when so many have `passed`, of which so many `seconds` are it.

        `newest` came last; it is `unread` where its time could not be read.
        """
        if not self.goes_on:
            self.goes_on, self._began, self._rang = True, newest.id, passed
            return lost_alert(newest, seconds, self._unit, unread)
        ring, rings = self._ring, self._rings
        if not ring.is_due(passed - self._rang, rings):
            return None
        self._rings, self._rang = rings + 1, passed
        self._began = self._began or newest.id  # An earlier version's state does not say it.
        alert = still_lost_alert(ring.state(rings), newest, passed, self._rings, self._unit)
        return replace(alert, began=self._began)

    def hear(self, began: str):
        """Somebody has heard of what was told first of this reading: it rings no more."""
        if self.goes_on and began == self._began:
            self._rings = self._ring.most

    def state(self) -> dict:
        """What `resume` needs, in JSON; empty where the probe has spoken."""
        rings = {"rings": self._rings, "rang": self._rang}
        return {"silent": True, "lost": self._began} | rings if self.goes_on else {}

    def resume(self, state: dict):
        """Become the silence that has given this state. Raises one of MISSHAPEN."""
        self.goes_on, self._began = state.get("silent") is True, state.get("lost", "")
        self._began.encode()
        self._rings, self._rang = state.get("rings", 0), state.get("rang", state["unheard"])
        check_numbers([self._rings, self._rang])
