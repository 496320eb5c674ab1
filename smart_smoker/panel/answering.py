"""Answering: what the panel writes, which is answers and remarks and nothing else."""

import logging
import secrets
import time
from collections import deque
from collections.abc import Sequence

from ..core.answers import Answer
from ..core.errors import InputError, SmartSmokerError
from ..core.probes import Probe
from ..rabbitmq.link import connect
from ..rabbitmq.messages import REMARKS, Message, answer_message, remark_message
from .crowd import network_of

log = logging.getLogger(__name__)

MOST, LATELY = 20, 60
"""How many answers a network may give in so many seconds: nobody presses more buttons than that."""

MOST_NETWORKS = 1000


class Answering:
    """Hands what people say over to the broker, by a connection for each.

    It declares nothing: what an answer is for was there before.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self._given: dict[str, deque[float]] = {}  # by network, when

    def answer(self, probes: Sequence[Probe], cook: str, answer: Answer, address: str) -> None:
        """Return when the broker has an answer for each of these probes of a cook.

        Raises InputError where this address gives too many, and BrokerAway or BrokerRefused.
        """
        self._count(network_of(address))
        self._publish([answer_message(probe, cook, answer) for probe in probes])

    def write_down(self, cook: str, text: str, address: str, names: bool = False) -> None:
        """Return when the broker has a remark about a cook, or its name; raises as `answer`."""
        self._count(network_of(address))
        self._publish([remark_message(cook, text, f"{REMARKS}-{secrets.token_hex(8)}", names)])

    def _publish(self, messages: Sequence[Message]) -> None:
        try:
            with connect(self._urls, "panel, answers", only_looks=True) as broker:
                broker.publish(messages)
        except SmartSmokerError as error:
            log.warning("An answer could not be given: %s", error)
            raise

    def _count(self, network: str) -> None:
        """Note that a network gives an answer. Raises InputError where it has given too many."""
        now = time.monotonic()
        given = self._given.setdefault(network, deque(maxlen=MOST))
        if len(given) == MOST and now - given[0] < LATELY:
            raise InputError("too many answers from here: try again in a minute", network)
        given.append(now)
        while len(self._given) > MOST_NETWORKS:
            del self._given[next(iter(self._given))]


def quiet(minutes: float) -> Answer:
    """The answer that nothing is to be told for so many minutes, each time another one."""
    return Answer(f"quiet-{secrets.token_hex(8)}", minutes=minutes)
