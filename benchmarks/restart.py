"""Restart: what a consumer needs after a start, by how much the history has."""

from smart_smoker.core.probes import SMOKER
from smart_smoker.wire.link import connect
from smart_smoker.work.consumer import PER_COOK, READINGS

from .consumer import COOK, SCRIPTS, publish, reading
from .rounds import Group, Run
from .scripts import Script, clear

SIZES = {
    "0": (0, 1),
    "1000": (1_000, 100),
    "10000": (10_000, 100),
    "100000": (100_000, 100),
    "300000": (300_000, 10_000),
    "1000000": (1_000_000, 100),
    "2600000": (2_600_000, 100),
}
"""Readings in the history, and of how many cooks that go on."""

LONG = ("1000000", "2600000")
"""Of which it is not measured what they take without a checkpoint: many minutes."""

QUICK = 10_000
AT_ONCE = 20_000
"""Readings in the queue before it is emptied."""


def measure(run: Run, who: str) -> dict[str, float]:
    readings, cooks = SIZES[who]
    if run.quick:
        readings, cooks = min(readings, QUICK), min(cooks, 100)
    clear(run.url)
    found = (live if who in LONG else read_all)(run.url, readings, cooks)
    # It has ended well, and left a checkpoint.
    with Script(run.url, *SCRIPTS["ours"]) as script:
        short = script.wait_for("Waiting for readings") - script.started
        memory = script.memory()
        # As many more as never were without a checkpoint, and then it is killed.
        more = max(READINGS, PER_COOK * cooks) - 1 if readings else 0
        publish(run.url, readings, more, cooks)
        with connect([run.url], "benchmark") as broker:
            while more and broker.state(SMOKER.queue)[0]:
                broker.wait(0.1)
        script.kill()
    with Script(run.url, *SCRIPTS["ours"]) as script:
        killed = script.wait_for("Waiting for readings") - script.started
    return {
        "after a good end, s": short,
        "after a kill, s": killed,
        "memory, MB": memory,
    } | found


def read_all(url: str, readings: int, cooks: int) -> dict[str, float]:
    """Fill the history while nobody has left a checkpoint, and have a consumer read all of it."""
    for begin in range(0, readings, AT_ONCE):
        publish(url, begin, min(AT_ONCE, readings - begin), cooks)
        with connect([url], "benchmark") as broker:
            broker.purge(SMOKER.queue)
    with Script(url, *SCRIPTS["ours"]) as script:
        long = script.wait_for("Waiting for readings") - script.started
        return {"without a checkpoint, s": long, "memory then, MB": script.memory()}


def live(url: str, readings: int, cooks: int) -> dict[str, float]:
    """Have a consumer judge all of it as it comes, in less time than reading it again takes."""
    with Script(url, *SCRIPTS["ours"]) as script, connect([url], "benchmark") as broker:
        script.wait_for("Waiting for readings")
        for begin in range(0, readings, AT_ONCE):
            publish(url, begin, min(AT_ONCE, readings - begin), cooks)
            while broker.state(SMOKER.queue)[0]:
                broker.wait(0.1)
        publish(url, 0, 0, 1, [reading(1, COOK[0], last=True, cook="benchmark-end")])
        script.wait_for("has ended")
    return {}


GROUP = Group(
    "restart",
    "Restart against history",
    {who: f"{n:,} of {cooks:,} cooks" for who, (n, cooks) in SIZES.items()},
    measure,
    {
        "after a good end, s": "{:.2f}",
        "after a kill, s": "{:.2f}",
        "memory, MB": "{:.0f}",
        "without a checkpoint, s": "{:.1f}",
        "memory then, MB": "{:.0f}",
    },
    "From the start of a consumer's process until it waits for readings and knows all that went"
    " before; by the readings of its own probe in the history. The one that is killed had judged as"
    " many readings since its last checkpoint as can be.",
    ratio="÷ an empty history",
    base="0",
    once=LONG,
)
