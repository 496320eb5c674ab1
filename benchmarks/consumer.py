"""The consumer of the smoker's queue: its speed with a full one, its start, its memory."""

from smart_smoker.broker import connect
from smart_smoker.messages import reading_message
from smart_smoker.producer import file_lines
from smart_smoker.readings import SMOKER, Reading, read_rows

from .scripts import SAMPLE, Script, clear

SCRIPTS = {"ours": ("consumer_smoker.py",), "plain": ("-m", "benchmarks.plain", "consumer")}


def rate(url: str, who: str, readings: int = 30_000) -> float:
    """Readings a second of a full queue, each alert raised on the way."""
    fill(url, readings)
    with Script(url, *SCRIPTS[who]) as script:
        began = script.wait_for("Waiting for readings")
        return readings / (script.wait_for("has ended") - began)


def start(url: str, who: str) -> float:
    """Seconds from the start of the process until it waits for readings."""
    clear(url)
    with Script(url, *SCRIPTS[who]) as script:
        return script.wait_for("Waiting for readings") - script.started


def memory(url: str, who: str, readings: int = 0) -> float:
    """MB when it waits for readings, or after so many of them."""
    fill(url, readings)
    with Script(url, *SCRIPTS[who]) as script:
        script.wait_for("has ended" if readings else "Waiting for readings")
        return script.memory()


def fill(url: str, readings: int):
    """Queue the smoker of the sample cook, over and over, as one cook with all its drops."""
    clear(url)
    rows = read_rows(file_lines(SAMPLE))
    cook = [row.temperatures[0] for row in rows if row.temperatures[0] is not None]
    with connect([url], "benchmark") as broker:
        for first in range(1, readings + 1, 1000):
            seqs = range(first, min(first + 1000, readings + 1))
            batch = [reading(seq, cook[seq % len(cook)], seq == readings) for seq in seqs]
            broker.publish(map(reading_message, batch))


def reading(seq: int, temperature: float, last: bool = False) -> Reading:
    """A reading of the smoker in the one cook of this benchmark."""
    id = f"benchmark/{SMOKER.queue}/{seq}"
    return Reading(SMOKER, "09/06/25 11:00:05", temperature, id, "benchmark", seq, last)
