"""Two ways to one memory: from a checkpoint and what came after it, or from all of the history."""

import json
import time
from collections.abc import Iterable
from contextlib import suppress

from smart_smoker.core.errors import UnreadableMessage
from smart_smoker.core.probes import Probe
from smart_smoker.core.rules import Rule
from smart_smoker.script.signals import Stop
from smart_smoker.wire.checkpoints import Checkpoint, Checkpoints
from smart_smoker.wire.connection import Broker
from smart_smoker.wire.messages import Arrival, reading_of
from smart_smoker.work.memory import Memory


def ways(url: str, probe: Probe, rules: list[Rule]) -> tuple[list | None, list | None]:
    """The watches that each of the ways makes, None where no checkpoint has been left."""
    with Broker(url, "faults") as broker:
        checkpoints = Checkpoints(probe.queue, Memory(probe, rules, 60, 300).how)
        found, events = checkpoints.replay(broker, "first", Stop())
        if found is None:
            return None, None
        events = list(events)
        # Both see the history at the same moment.
        all_events = list(checkpoints.replay(broker, "first", Stop(), believed=False)[1])
    newest = max((event.number for event in events), default=found.begin)
    return (
        _watches(probe, rules, events, found),
        _watches(probe, rules, (event for event in all_events if event.number <= newest)),
    )


def _watches(
    probe: Probe, rules: list[Rule], events: Iterable[Arrival], found: Checkpoint | None = None
) -> list:
    memory = Memory(probe, rules, 60, 300)
    memory.begin(found.lines if found else ())
    for event in events:
        if event.type in ("alert", "note"):
            memory.recall(event.id)
        elif event.queue == probe.queue:
            with suppress(UnreadableMessage):
                memory.recall(reading_of(event, probe))
    memory.settle(0, time.time())
    watches = {}
    for cook, _, state in (line.split("\t") for line in list(memory.lines(0))[1:]):
        watches[cook] = json.loads(state)
        # Only who judges aloud tells the limits, so this alone cannot be learned silently.
        watches[cook][6] = None
    return sorted(watches.items())
