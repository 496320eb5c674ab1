"""Texts: what the last readings said, so that one that comes again is told from another one."""

from binascii import crc_hqx

from .errors import TwoProducers
from .readings import Reading

REMEMBERED = 20
"""Readings whose texts are known."""

UNKNOWN = "????"
"""In the place of a checksum, where a number was left out."""


class Texts:
    """The texts of the last readings of a cook: `sums` has four signs of a checksum for each."""

    def __init__(self) -> None:
        self.sums = ""

    def compare(self, reading: Reading, newest: int) -> None:
        """Raise TwoProducers where a number up to the `newest` has come with another text."""
        end = len(self.sums) - 4 * (newest - reading.seq)
        if self.sums[max(0, end - 4) : max(0, end)] not in ("", UNKNOWN, _checksum(reading)):
            raise TwoProducers(
                f"number {reading.seq} of {reading.cook} has come before with another text: two"
                " producers send the same cook; start each with a --cook of its own",
                reading.cook,
            )

    def add(self, reading: Reading, newest: int) -> None:
        """Remember the text of the reading after the `newest`; a foreign one has no number."""
        if reading.seq:
            left_out = UNKNOWN * min(reading.seq - newest - 1, REMEMBERED)
            self.resume(self.sums + left_out + _checksum(reading))

    def resume(self, sums: str) -> None:
        """Go on with these checksums. Raises ValueError where they are none."""
        self.sums = sums[-4 * REMEMBERED :]
        if not self.sums.isascii():
            raise ValueError("checksums that are none")


def _checksum(reading: Reading) -> str:
    return f"{crc_hqx(reading.body(), 0):04x}"
