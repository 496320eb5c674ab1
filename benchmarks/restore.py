"""Restore: what a consumer needs after a start to go on where the last one was."""

from smart_smoker.core.probes import SMOKER
from smart_smoker.wire.link import connect
from smart_smoker.wire.messages import reading_message

from .consumer import COOK, SCRIPTS, fill, reading
from .rounds import Group, Run
from .scripts import Script

LENGTHS = (0, 1_000, 10_000, 100_000)


def measure(run: Run, who: str) -> dict[str, float]:
    return {"s": seconds(run.url, int(who))}


def seconds(url: str, readings: int) -> float:
    """From the start of the process until it has judged the next reading of its cook, and so
    learned all before it again; nothing waits in the queue but that one."""
    fill(url, readings, ends=False)
    with connect([url], "benchmark") as broker:
        broker.purge(SMOKER.queue)
        following = reading(readings + 1, COOK[0], last=True)
        broker.publish([reading_message(following)])
    with Script(url, *SCRIPTS["ours"]) as script:
        return script.wait_for("has ended") - script.started


GROUP = Group(
    "restore",
    "Restore",
    {str(length): f"{length:,}" for length in LENGTHS},
    measure,
    {"s": "{:.2f}"},
    "From the start of a consumer until it has judged the reading after so many of its own probe's"
    " in the history. Ten hours of a cook at 30 s are 1,200.",
)
