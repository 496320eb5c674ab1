"""The producer: the sample cook, many times over, as fast as the broker confirms it."""

import tempfile
from pathlib import Path

from smart_smoker.producer import file_lines
from smart_smoker.readings import read_rows

from .scripts import SAMPLE, Script, clear

COOKS = 12
"""How often the sample is repeated: 33,000 readings."""

SCRIPTS = {
    "ours": ("smoker_producer.py", "--interval", "0", "--no-admin"),
    "plain": ("-m", "benchmarks.plain", "producer"),
}


def rate(url: str, who: str) -> float:
    """Readings a second, from before the connection until the last one is confirmed."""
    clear(url)
    header, *lines = SAMPLE.read_text().splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "cooks.csv"
        csv.write_text("".join([header, *(lines * COOKS)]))
        readings = sum(t is not None for r in read_rows(file_lines(csv)) for t in r.temperatures)
        with Script(url, *SCRIPTS[who], str(csv)) as script:
            began = script.wait_for("The cook is ")
            return readings / (script.wait_for("The cook is over") - began)
