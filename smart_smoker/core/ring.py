"""Rings: how something urgent is told again until somebody answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ring:
    """How something urgent is told again: every so many seconds, 0 for never, `most` times at most.

    After `second` seconds it is told to somebody else as well.
    """

    every: float = 0
    most: int = 12
    second: float = 15 * 60

    def is_due(self, passed: float, rings: int) -> bool:
        """Whether it rings, so many seconds after it did so last."""
        return passed >= self.every > 0 and rings < self.most

    def is_second(self, rings: int) -> bool:
        """Whether the next ring after so many goes to somebody else as well."""
        return (rings + 1) * self.every >= self.second
