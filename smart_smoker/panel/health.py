"""How the program itself is, in words that a cook understands: who reads the queues, what waits."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..cli.commands import typed
from ..core.probes import PROBES, Probe
from ..rabbitmq.broker import Counts
from ..rabbitmq.link import START
from ..rabbitmq.messages import ALERTS, REJECTED
from .follower import Follower
from .words import shortened

BEHIND = 20
"""Readings that may wait in a queue before its consumer is called behind."""


@dataclass(frozen=True)
class Finding:
    """What there is to say of one queue; `wrong` is what somebody should mend now."""

    queue: str
    words: str
    fine: bool = False
    wrong: bool = False


def findings(queues: Mapping[str, Counts | None], failing: int, cooking: bool) -> list[Finding]:
    """A finding for each queue that people should know of.

    `queues` has None for one that is not there or not for us to see; `failing` is how many alerts a
    channel did not take when it was tried last; `cooking` is whether a cook goes on.
    """
    found = [_readings(probe, queues.get(probe.queue), cooking) for probe in PROBES]
    return [*found, _alerts(queues.get(ALERTS), failing), _rejected(queues.get(REJECTED))]


def findings_of(follower: Follower, now: float) -> list[Finding]:
    """What is found of a follower's queues, nothing while RabbitMQ is away.

    For whoever holds its lock.
    """
    if follower.away is not None:
        return []
    story = follower.story
    return findings(follower.queues, story.failing(now), bool(story.going_on(now)))


def troubles(follower: Follower, said: Sequence[Finding]) -> list[str]:
    """What somebody should mend now, each in a line, by the findings of a follower's queues."""
    if follower.away is None:
        return [each.words for each in said if each.wrong]
    since = time.strftime("%H:%M", time.localtime(follower.away_since))
    old = "What is shown is from before. " if follower.loaded else ""
    return [
        f"RabbitMQ has been away since {since}: is it running? {START} {old}Trying goes on."
        f" ({shortened(follower.away)})"
    ]


def _readings(probe: Probe, queue: Counts | None, cooking: bool) -> Finding:
    if queue is None:
        return Finding(
            probe.queue, f"{probe.name}: its queue is not there yet, or not for us to see."
        )
    waiting, consumers = queue
    if consumers:
        behind = f", {waiting:,} readings behind" if waiting > BEHIND else ""
        return Finding(probe.queue, f"{probe.name} is watched{behind}.", fine=not behind)
    wait = f", and {_count(waiting, 'reading')} {_verb(waiting)}" if waiting else ""
    words = f"Nobody watches {probe.name}{wait}: start {probe.script}."
    return Finding(probe.queue, words, wrong=cooking or waiting > 0)


def _alerts(queue: Counts | None, failing: int) -> Finding:
    if queue is None:
        return Finding(ALERTS, "Alerts: their queue is not there yet, or not for us to see.")
    waiting, consumers = queue
    if not consumers and waiting:
        words = f"{_count(waiting, 'alert')} {_verb(waiting)}, and nobody sends them"
        return Finding(ALERTS, f"{words}: set up mail or push in .env.toml.", wrong=True)
    if not consumers:
        return Finding(ALERTS, "No alert waits. Nobody would send one: no mail or push is set up.")
    if failing:
        words = f"{_count(failing, 'alert')} could not be sent yet; trying goes on."
        return Finding(ALERTS, words, wrong=True)
    return Finding(ALERTS, "Alerts are sent as they come.", fine=True)


def _rejected(queue: Counts | None) -> Finding:
    waiting = queue.messages if queue else 0
    if not waiting:
        return Finding(REJECTED, "Nothing was put aside.", fine=True)
    why = typed("python3 run.py rejected tells why.")
    words = f"{_count(waiting, 'message')} could not be used: {why}"
    return Finding(REJECTED, words)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _verb(number: int) -> str:
    return "waits" if number == 1 else "wait"
