"""The producer: the sample cook, many times over, as fast as the broker confirms it."""

import tempfile
from pathlib import Path

from smart_smoker.app.lines import file_lines
from smart_smoker.core.rows import read_rows

from .rounds import Group, Run
from .scripts import SAMPLE, Script, clear

COOKS, FEW = 12, 1
"""How often the sample is repeated, and for what would take too long: 2,773 readings each."""

SCRIPTS = {
    "ours": ("smoker_producer.py", "--interval", "0", "--no-admin"),
    "plain pika": ("-m", "benchmarks.with_pika", "plain_producer"),
    "kombu": ("-m", "benchmarks.with_kombu", "producer"),
    "aio-pika": ("-m", "benchmarks.with_aio_pika", "producer"),
    "bare pika": ("-m", "benchmarks.with_pika", "bare_producer"),
    "amqp-tools": ("-m", "benchmarks.with_amqp_tools", "producer"),
}


def measure(run: Run, who: str) -> dict[str, float]:
    return {"readings/s": rate(run.url, who, FEW if run.quick or who == "plain pika" else COOKS)}


def rate(url: str, who: str, cooks: int = COOKS) -> float:
    """Readings a second, from before the connection until the last one is confirmed."""
    clear(url)
    header, *lines = SAMPLE.read_text().splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "cooks.csv"
        csv.write_text("".join([header, *(lines * cooks)]))
        readings = sum(t is not None for r in read_rows(file_lines(csv)) for t in r.temperatures)
        with Script(url, *SCRIPTS[who], str(csv)) as script:
            began = script.wait_for("The cook is ")
            return readings / (script.wait_for("The cook is over") - began)


GROUP = Group(
    "producer",
    "Producer",
    {
        "ours": "`smoker_producer.py --interval 0`",
        "plain pika": "the plainest pika script",
        "kombu": "kombu",
        "aio-pika": "aio-pika",
        "bare pika": "bare pika, no properties",
        "amqp-tools": "`amqp-publish -l`, unconfirmed",
    },
    measure,
    {"readings/s": "{:,.0f}"},
    "From before the connection until the broker has confirmed the last reading; what the cook is"
    " has been read before.",
    ratio="ours ÷ it",
    base="ours",
    base_above=True,
)
