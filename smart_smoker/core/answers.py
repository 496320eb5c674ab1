"""Answers: somebody has heard of an episode, or wants to hear nothing of a probe for a while."""

import json
from dataclasses import dataclass

from .alert import NO_SIGNAL, RINGS, Alert
from .errors import UnreadableMessage
from .rules import RULES
from .state import MISSHAPEN, check_numbers

LONGEST_QUIET = 24 * 60
"""Minutes for which a probe can be quiet."""

GOING_ON = ("raised", "reminder", *RINGS, "lost")
"""States of alerts whose episode goes on, and can be answered."""


@dataclass(frozen=True)
class Answer:
    """What somebody says of one probe of one cook.

    That they have heard of the episode of this `kind` that `began` with a reading of this id; or,
    without a kind, that nobody is to be told anything for so many `minutes`, 0 to be told again.
    The same `id` is the same answer.
    """

    id: str
    kind: str = ""
    began: str = ""
    minutes: float = 0

    def body(self) -> bytes:
        """The JSON on the wire."""
        said = {"kind": self.kind, "began": self.began} if self.kind else {"minutes": self.minutes}
        return json.dumps(said, ensure_ascii=False).encode()

    @classmethod
    def parse(cls, id: str, body: bytes) -> "Answer":
        """The answer of a message's id and JSON. Raises UnreadableMessage with the reason."""
        try:
            found = json.loads(body)
            answer = cls(id, **found)
            check_numbers([answer.minutes])
            if answer.kind in (*RULES, NO_SIGNAL):
                said = isinstance(answer.began, str) and not answer.minutes
            else:
                said = found.keys() == {"minutes"} and 0 <= answer.minutes <= LONGEST_QUIET
            if not said:
                raise ValueError("it says neither what was heard nor for how long to be quiet")
        except MISSHAPEN as error:
            raise UnreadableMessage(f"not an answer: {error}", body) from None
        return answer


def heard(alert: Alert) -> Answer:
    """The answer that somebody has heard of the episode of an alert: the same for each alert."""
    return Answer(f"{alert.began}/{alert.kind}-heard", alert.kind, alert.began)
