"""Texts: what the last readings said, so that one that comes again is told from another one."""

from binascii import crc_hqx
from collections import deque

from .errors import TwoProducers
from .readings import Reading

REMEMBERED = 20
"""Readings whose texts are known."""

UNKNOWN = "????"
"""In the place of a checksum, where a number was left out."""


class Texts:
    """The texts of the last readings of a cook."""

    def __init__(self) -> None:
        self._sums, self._number = "", 0  # and the number of the last reading that they have
        self._newer: deque[Reading] = deque(maxlen=REMEMBERED)

    def sums(self) -> str:
        """Four signs of a checksum for each: made here, as few readings are ever asked for."""
        for reading in self._newer:
            left_out = UNKNOWN * min(reading.seq - self._number - 1, REMEMBERED)
            self.resume(self._sums + left_out + _checksum(reading), reading.seq)
        self._newer.clear()
        return self._sums

    def compare(self, reading: Reading) -> None:
        """Raise TwoProducers where a number that is not new has come with another text."""
        sums = self.sums()
        end = len(sums) - 4 * (self._number - reading.seq)
        if sums[max(0, end - 4) : max(0, end)] not in ("", UNKNOWN, _checksum(reading)):
            raise TwoProducers(
                f"number {reading.seq} of {reading.cook} has come before with another text: two"
                " producers send the same cook; start each with a --cook of its own",
                reading.cook,
            )

    def add(self, reading: Reading) -> None:
        """Remember the text of the next reading; a foreign one has no number."""
        if reading.seq:
            self._newer.append(reading)

    def resume(self, sums: str, number: int) -> None:
        """Go on with these checksums, up to a number. Raises ValueError where they are none."""
        self._sums, self._number = sums[-4 * REMEMBERED :], number
        if not self._sums.isascii():
            raise ValueError("checksums that are none")


def _checksum(reading: Reading) -> str:
    return f"{crc_hqx(reading.body(), 0):04x}"
