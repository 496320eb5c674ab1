"""An hour of a cook: the processor time of the producer and the three consumers, at 30 s a row."""

import time
from contextlib import ExitStack

from smart_smoker.core.probes import PROBES
from smart_smoker.lab.inbox import Inbox

from .rounds import Group, Run
from .scripts import Script, clear, mailing_to

BEATS = 2
"""Rows of 30 seconds, over which the time is measured."""

CONSUMERS = [probe.script for probe in PROBES]
PRODUCER = ("smoker_producer.py", "--no-admin")


def measure(run: Run, who: str) -> dict[str, float]:
    """Seconds of processor time, user and system, in an hour; of all of ours and of one kind.

    At its pace a cook is measured from one row to another, idle for as long without a producer;
    one of the consumers sends mail, as is usual.
    """
    beats = 1 if run.quick else BEATS
    clear(run.url)
    with ExitStack() as stack:
        inbox = stack.enter_context(Inbox())
        scripts = [
            stack.enter_context(Script(run.url, name, **mailing_to(inbox.port)))
            for name in CONSUMERS
        ]
        for script in scripts:
            script.wait_for("Waiting for readings")
        if who == "pace":
            producer = stack.enter_context(Script(run.url, *PRODUCER))
            scripts.append(producer)
            producer.wait_for("Smoker ")
        before, began = [script.cpu() for script in scripts], time.perf_counter()
        if who == "pace":
            for _ in range(beats):
                producer.wait_for("Smoker ")
        else:
            time.sleep(30 * beats)  # Nothing is waited for: this is the time that is measured.
        hours = (time.perf_counter() - began) / 3600
        spent = [(s.cpu() - b) / hours for s, b in zip(scripts, before, strict=True)]
    found = {"all four, s/h": sum(spent), "a consumer, s/h": sum(spent[:3]) / 3}
    if who == "pace":
        found |= {"the producer, s/h": spent[3], "once, to start all four, s": sum(before)}
    return found


GROUP = Group(
    "hour",
    "Processor time of an hour",
    {"pace": "a cook, a row every 30 s", "idle": "three consumers that wait"},
    measure,
    {
        "all four, s/h": "{:.1f}",
        "a consumer, s/h": "{:.1f}",
        "the producer, s/h": "{:.1f}",
        "once, to start all four, s": "{:.1f}",
    },
    f"User and system time of our processes over {BEATS} rows (60 seconds), times 60; it is"
    " counted in steps of 10 ms, which are 0.6 s of an hour for each process. RabbitMQ is not in"
    " it.",
)
