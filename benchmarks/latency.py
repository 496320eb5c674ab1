"""Latency: from a reading to the mail about it, on an otherwise idle system."""

import random
import time
from queue import SimpleQueue

from smart_smoker.broker import Broker, connect
from smart_smoker.inbox import Inbox
from smart_smoker.messages import reading_message

from .consumer import SCRIPTS, reading
from .scripts import Script, clear

PAUSE = 0.1, 0.7
"""Seconds from and to: enough for what follows a mail, and by chance, so that readings come at
every moment of loops that wait 0.5 s."""


def latencies(url: str, alerts: int) -> list[float]:
    """Milliseconds from just before publishing the reading that begins an episode until the mail
    server, with the whole mail, is about to answer 250; for so many alerts, one at a time."""
    clear(url)
    received: SimpleQueue[float] = SimpleQueue()
    with Inbox(show=lambda mail: received.put(time.perf_counter())) as inbox:
        mail = {
            "OUTGOING_EMAIL_HOST": "127.0.0.1",
            "OUTGOING_EMAIL_PORT": str(inbox.port),
            "OUTGOING_EMAIL_SECURITY": "none",
            "OUTGOING_EMAIL_ADDRESS": "smoker@smart-smoker.test",
            "OUTGOING_EMAIL_PASSWORD": "",
            "EMAIL_ADDRESS_FOR_ALERTS": "pitmaster@smart-smoker.test",
        }
        with Script(url, *SCRIPTS["ours"], **mail) as script, connect([url], "benchmark") as broker:
            script.wait_for("Waiting for readings")
            _publish(broker, 1, 225)
            found = [_episode(broker, 2 * number, received) for number in range(1, alerts + 2)]
            return found[1:]  # In the first the sender may still be connecting.


def _episode(broker: Broker, seq: int, received: SimpleQueue) -> float:
    broker.wait(random.uniform(*PAUSE))
    began = time.perf_counter()
    _publish(broker, seq, 180)
    raised = received.get(timeout=60)
    _publish(broker, seq + 1, 225)
    received.get(timeout=60)  # "Cleared"
    return 1000 * (raised - began)


def _publish(broker: Broker, seq: int, temperature: float):
    broker.publish([reading_message(reading(seq, temperature))])
