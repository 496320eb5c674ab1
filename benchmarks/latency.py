"""Latency: from a reading to the mail about it, alone and beside many other readings."""

import math
import random
import time
from contextlib import ExitStack
from queue import SimpleQueue

from smart_smoker.lab.inbox import Inbox
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.link import connect
from smart_smoker.rabbitmq.messages import reading_message

from . import consumer, producer
from .consumer import SCRIPTS, reading
from .rounds import Group, Run, median
from .scripts import Script, clear, mailing_to

SHARES = {"idle": 0, "tenth": 0.1, "half": 0.5, "nine tenths": 0.9}
"""Of the capacity that is taken by other readings."""

ALERTS = 75
"""In each round: of two rounds the second slowest is p99."""

PAUSE = 0.1, 0.7
"""Seconds from and to: enough for what follows a mail, and by chance, so that readings come at
every moment of loops that wait 0.5 s."""


def measure(run: Run, who: str) -> dict[str, float | list[float]]:
    alerts = 5 if run.quick else ALERTS
    if not SHARES[who]:
        return {"ms": latencies(run.url, alerts)[0]}
    delays, judged = latencies(run.url, alerts, round(capacity(run) * SHARES[who]))
    return {"ms": delays, "readings/s": judged}


def capacity(run: Run) -> float:
    """Readings a second of the slower of our two, as this run has measured them."""
    found = []
    for module in (producer, consumer):
        rates = run.of(module.GROUP.name, "ours", "readings/s")
        found.append(median(rates or run.measure(module.GROUP, "ours")["readings/s"]))
    return min(found)


def latencies(url: str, alerts: int, load: int = 0) -> tuple[list[float], float]:
    """Milliseconds from just before publishing the reading that begins an episode until the mail
    server, with the whole mail, is about to answer 250; for so many alerts, one at a time.

    `load` is how many readings a second another cook has meanwhile, none of them worth an alert.
    The second figure is how many of all readings were judged in a second.
    """
    clear(url)
    received: SimpleQueue[float] = SimpleQueue()
    with (
        Inbox(show=lambda mail: received.put(time.perf_counter())) as inbox,
        Script(url, *SCRIPTS["ours"], **mailing_to(inbox.port)) as script,
        connect([url], "benchmark") as broker,
    ):
        script.wait_for("Waiting for readings")
        began = time.perf_counter()
        with ExitStack() as stack:
            if load:
                other = stack.enter_context(Script(url, "-m", "benchmarks.load", str(load)))
                began = other.wait_for("On.")
            _publish(broker, 1, 225)
            found = [_episode(broker, 2 * number, received) for number in range(1, alerts + 2)]
        seconds = time.perf_counter() - began
        judged = int(script.end("judged ").partition("judged ")[2].split()[0])
    return found[1:], judged / seconds  # In the first the sender may still be connecting.


def _episode(broker: Broker, seq: int, received: SimpleQueue) -> float:
    broker.wait(random.uniform(*PAUSE))
    began = time.perf_counter()
    _publish(broker, seq, 180)
    raised = received.get(timeout=60)
    _publish(broker, seq + 1, 225)
    received.get(timeout=60)  # "Cleared"
    return 1000 * (raised - began)


def _publish(broker: Broker, seq: int, temperature: float):
    broker.publish([reading_message(reading(seq, temperature))])


def percentile(values: list[float], percent: int) -> float:
    """The smallest that so many percent did not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


GROUP = Group(
    "latency",
    "From a reading to the mail about it",
    {
        "idle": "nothing else to do",
        "tenth": "at a tenth of the capacity",
        "half": "at half of it",
        "nine tenths": "at nine tenths of it",
    },
    measure,
    {"ms": "{:.1f}", "readings/s": "{:,.0f}"},
    "From just before a reading is published, until the mail server has the whole mail. The"
    " capacity is what our producer and our consumer have both reached, the other one being idle.",
)
