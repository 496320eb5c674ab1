"""The job that each library does here, as far as it is the same for all: what goes out, and what
an incoming reading means. So they differ in what the library does, and in nothing else."""

import csv
import json
import os
import time
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

URL = os.environ.get("RABBITMQ_URL", "")
EXCHANGE, ALERTS = "smart-smoker", "04-alerts"
QUEUES = ("01-smoker", "02-food-A", "03-food-B")

TOGETHER = 500
"""Rows that are confirmed together, as in smart_smoker/app/producer.py."""

PREFETCH, ACKNOWLEDGE = 1000, 100
"""Readings that the broker sends ahead, and after how many they are acknowledged together."""

WINDOW, DEGREES, REMIND = 5, 15, 120
"""Our rule: readings, °F, and readings until a lasting episode is told again."""


class Sending(NamedTuple):
    """A reading as it goes out."""

    queue: str
    body: bytes
    properties: dict


def rows_of(path: str) -> list[list[str]]:
    """The rows of a CSV, without its header."""
    with open(path, newline="") as file:
        return list(csv.reader(file))[1:]


def batches(rows: list[list[str]], together: int = TOGETHER) -> Iterator[list[Sending]]:
    """What our producer sends of so many rows together: same bodies, same properties."""
    seqs = dict.fromkeys(QUEUES, 0)
    last = {q: max(n for n, r in enumerate(rows) if r[i]) for i, q in enumerate(QUEUES, 1)}
    for first in range(0, len(rows), together):
        batch = []
        for number, (timestamp, *cells) in enumerate(rows[first : first + together], first):
            for queue, cell in zip(QUEUES, cells, strict=True):
                if cell:
                    seqs[queue] += 1
                    headers = {"cook": "plain", "seq": seqs[queue]}
                    if number == last[queue]:
                        headers["last"] = True
                    properties = {
                        "app_id": "smart-smoker",
                        "headers": headers,
                        "message_id": f"plain/{queue}/{seqs[queue]}",
                        "timestamp": int(time.time()),
                        "type": "reading",
                    }
                    batch.append(Sending(queue, f"{timestamp}, {cell}".encode(), properties))
        yield batch


class Drop:
    """Our rule for a smoker with its episodes, in the fewest lines; the window is one cook's."""

    def __init__(self):
        self._window = deque(maxlen=WINDOW)
        self._judged = 0
        self._last_alert = None  # the reading of this episode's last alert

    def judge(self, body: bytes) -> bytes | None:
        """The alert that a reading causes, if any."""
        timestamp, temperature = body.decode().split(", ")
        self._window.append(float(temperature))
        self._judged += 1
        drop = round(max(self._window) - self._window[-1], 2)
        if self._last_alert is None:
            state = "raised" if drop >= DEGREES else None
        elif drop < DEGREES / 2:
            state = "cleared"
        else:
            state = "reminder" if self._judged - self._last_alert >= REMIND else None
        if state is None:
            return None
        self._last_alert = None if state == "cleared" else self._judged
        alert = {"state": state, "time": timestamp, "temperature": temperature, "change": drop}
        return json.dumps(alert).encode()


def say(words: str):
    """A line by which the benchmark tells the time."""
    print(words, flush=True)
