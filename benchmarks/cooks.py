"""Cooks at once: one consumer with the readings of many cooks in one queue."""

from .consumer import COOK, QUICK, READINGS, SCRIPTS, publish, reading
from .rounds import Group, Run
from .scripts import Script, clear


def measure(run: Run, who: str) -> dict[str, float]:
    return judged(run.url, QUICK if run.quick else READINGS, int(who))


def judged(url: str, readings: int, cooks: int) -> dict[str, float]:
    """Have a consumer judge what waits in its queue, of cooks that take turns and go on."""
    clear(url)
    end = reading(1, COOK[0], last=True, cook="benchmark-end")
    publish(url, 0, readings, cooks, [end])
    with Script(url, *SCRIPTS["ours"]) as script:
        seconds = script.wait_for("has ended") - script.started
        return {"readings/s": readings / seconds, "memory, MB": script.memory()}


GROUP = Group(
    "cooks",
    "Cooks at once",
    {str(cooks): f"{cooks:,}" for cooks in (1, 100, 1_000, 10_000)},
    measure,
    {"readings/s": "{:,.0f}", "memory, MB": "{:.0f}"},
    f"{READINGS:,} readings in one queue, of so many cooks in turn, from the start of a consumer's"
    " process until it has judged the last one. Its memory has what the broker sends ahead in it.",
    ratio="÷ one cook",
    base="1",
)
