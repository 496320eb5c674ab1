"""The consumer of the smoker's queue: its speed with a full one, its start, its memory."""

from collections.abc import Sequence

from smart_smoker.app.lines import file_lines
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rows import read_rows
from smart_smoker.rabbitmq.link import connect
from smart_smoker.rabbitmq.messages import ALERTS, reading_message

from .job import Drop
from .rounds import Group, Run
from .scripts import SAMPLE, Script, clear

READINGS, QUICK = 200_000, 20_000
"""In a full queue, and for a quick look."""

FEW = {"plain pika": 20_000, "amqp-tools": 2_000}
"""For what would take too long."""

SCRIPTS = {
    "ours": ("consumer_smoker.py",),
    "plain pika": ("-m", "benchmarks.with_pika", "plain_consumer"),
    "kombu": ("-m", "benchmarks.with_kombu", "consumer"),
    "aio-pika": ("-m", "benchmarks.with_aio_pika", "consumer"),
    "bare pika": ("-m", "benchmarks.with_pika", "bare_consumer"),
    "amqp-tools": ("-m", "benchmarks.with_amqp_tools", "consumer"),
}

COOK = [r.temperatures[0] for r in read_rows(file_lines(SAMPLE)) if r.temperatures[0] is not None]
"""The smoker of the sample cook."""


def measure(run: Run, who: str) -> dict[str, float]:
    readings = FEW.get(who, QUICK if run.quick else READINGS)
    return {"readings/s": rate(run.url, who, readings)}


def rate(url: str, who: str, readings: int) -> float:
    """Readings a second of a full queue, each alert raised on the way.

    Its time begins with its process: nothing that the broker sends ahead comes for nothing.
    """
    clear(url)
    last = reading(readings, COOK[readings % len(COOK)], last=True)
    publish(url, 0, readings - 1, 1, [last])
    with Script(url, *command(who, readings)) as script:
        found = readings / (script.wait_for("has ended") - script.started)
    check(url, who, readings)
    return found


def command(who: str, readings: int) -> tuple[str, ...]:
    return SCRIPTS[who] if who == "ours" else (*SCRIPTS[who], str(readings))


def check(url: str, who: str, readings: int):
    """Raise RuntimeError unless it has done its whole job: no reading waits, each alert does."""
    drop = Drop()
    alerts = [drop.judge(b"now, %r" % COOK[seq % len(COOK)]) for seq in range(1, readings + 1)]
    expected = 0 if who in ("bare pika", "amqp-tools") else sum(map(bool, alerts))
    with connect([url], "benchmark") as broker:
        found = broker.counts(SMOKER.queue).messages, broker.counts(ALERTS).messages
    if found != (0, expected):
        raise RuntimeError(f"{who} has left {found[0]} readings and raised {found[1]} alerts")


def publish(url: str, first: int, count: int, cooks: int, last: Sequence[Reading] = ()):
    """Publish so many more readings of so many cooks that take turns and do not end, and `last`."""
    with connect([url], "benchmark") as broker:
        for begin in range(first, first + count, 1000):
            batch = [
                reading(
                    1 + n // cooks,
                    # Each cook begins elsewhere, so that they do not all drop at once.
                    COOK[(1 + n // cooks + 7 * (n % cooks)) % len(COOK)],
                    cook=f"benchmark-{n % cooks}",
                )
                for n in range(begin, min(begin + 1000, first + count))
            ]
            broker.publish(list(map(reading_message, batch)))
        broker.publish(list(map(reading_message, last)))


def reading(seq: int, temperature: float, last: bool = False, cook: str = "benchmark-0") -> Reading:
    """A reading of the smoker in a cook of this benchmark."""
    id = f"{cook}/{SMOKER.queue}/{seq}"
    return Reading(SMOKER, "09/06/25 11:00:05", temperature, id, cook, seq, last)


GROUP = Group(
    "consumer",
    "Consumer",
    {
        "ours": "`consumer_smoker.py`",
        "plain pika": "the plainest pika script",
        "kombu": "kombu",
        "aio-pika": "aio-pika",
        "bare pika": "bare pika, acknowledges by the hundred",
        "amqp-tools": "`amqp-consume cat`, a process for each",
    },
    measure,
    {"readings/s": "{:,.0f}"},
    f"A queue of {READINGS:,} readings of one cook, from the start of a process until it has judged"
    f" the last one; {FEW['plain pika']:,} for the plainest script, and {FEW['amqp-tools']:,} where"
    " each takes a process.",
    ratio="ours ÷ it",
    base="ours",
    base_above=True,
)


def measure_start(run: Run, who: str) -> dict[str, float]:
    clear(run.url)
    with Script(run.url, *command(who, 1)) as script:
        waits = script.wait_for("Waiting for readings")
        return {"start, s": waits - script.started, "memory, MB": script.memory()}


START = Group(
    "start",
    "Start and memory",
    {who: label for who, label in GROUP.entrants.items() if who != "amqp-tools"},
    measure_start,
    {"start, s": "{:.2f}", "memory, MB": "{:.1f}"},
    "Of a consumer, from the start of its process until it waits for readings, with an empty"
    " queue; resident memory at that moment.",
)
