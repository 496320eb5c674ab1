"""Outage: how long a consumer needs to catch up, by how long nobody watched a hundred smokers."""

from .consumer import COOK, SCRIPTS, publish, reading
from .rounds import Group, Run
from .scripts import Script, clear

SMOKERS = 100
AN_HOUR = 120
"""Readings of one smoker, at 30 s."""


def measure(run: Run, who: str) -> dict[str, float]:
    readings = SMOKERS * AN_HOUR * int(who) // (20 if run.quick else 1)
    clear(run.url)
    end = reading(1, COOK[0], last=True, cook="benchmark-end")
    publish(run.url, 0, readings, SMOKERS, [end])
    with Script(run.url, *SCRIPTS["ours"]) as script:
        seconds = script.wait_for("has ended") - script.started
        return {"s": seconds, "s for an hour": seconds / int(who), "memory, MB": script.memory()}


GROUP = Group(
    "outage",
    "Catching up after an outage",
    {str(hours): f"{hours} h" for hours in (1, 2, 4, 8, 16, 32)},
    measure,
    {"s": "{:.1f}", "s for an hour": "{:.2f}", "memory, MB": "{:.0f}"},
    "From the start of a consumer's process until it has judged all that a hundred smokers have"
    " sent in so many hours without it.",
    ratio="÷ an hour",
    base="1",
    once=("8", "16", "32"),
)
