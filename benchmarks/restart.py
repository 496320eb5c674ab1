"""Restart: catching up on what waits, and what a start takes when all of it is judged."""

from .consumer import SCRIPTS, publish
from .cooks import judged
from .rounds import Group, Run
from .scripts import Script

SIZES = {"0": (0, 1), "100": (300_000, 100), "10000": (300_000, 10_000)}
"""Readings that wait, and are in the history since; and of how many cooks that go on."""

QUICK = 10_000
MORE = 20_000
"""Readings that come just before a consumer is killed."""


def measure(run: Run, who: str) -> dict[str, float]:
    readings, cooks = SIZES[who]
    if run.quick:
        readings, cooks = min(readings, QUICK), min(cooks, 1000)
    backlog = judged(run.url, readings, cooks)
    with Script(run.url, *SCRIPTS["ours"]) as script:
        ended = script.wait_for("Waiting for readings") - script.started
        memory = script.memory()
        publish(run.url, readings, MORE if readings else 0, cooks)
        script.kill()
    with Script(run.url, *SCRIPTS["ours"]) as script:
        killed = script.wait_for("Waiting for readings") - script.started
    found = {"after a good end, s": ended, "after a kill, s": killed, "memory, MB": memory}
    if readings:
        nothing = run.of("restart", "0", "memory, MB")[-1]
        found["kB a cook"] = 1000 * (memory - nothing) / cooks
        found["caught up, readings/s"] = backlog["readings/s"]
    return found


GROUP = Group(
    "restart",
    "Restart and catching up",
    {who: f"{n:,} of {cooks:,} cooks" if n else "nothing" for who, (n, cooks) in SIZES.items()},
    measure,
    {
        "after a good end, s": "{:.2f}",
        "after a kill, s": "{:.2f}",
        "memory, MB": "{:.1f}",
        "kB a cook": "{:.1f}",
        "caught up, readings/s": "{:,.0f}",
    },
    "From the start of a consumer's process until it waits for readings and knows all that went"
    " before, behind so many readings that it has judged; its memory at that moment. Before that"
    " all of them have waited for a consumer, which has caught up from the start of its process.",
    ratio="÷ nothing",
    base="0",
)
