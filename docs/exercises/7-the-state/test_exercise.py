"""A killed consumer's deque is read out of its state, and the next one still finds it there."""

import json
import os
import subprocess
import sys
from pathlib import Path

from scripts import until

from smart_smoker.rabbitmq.connection import Broker

ANSWER = Path(__file__).with_name("answer.py")


def newest_number(url: str) -> int:
    """The number of the brisket's newest reading that the consumer's state has."""
    with Broker(url, "exercise", only_looks=True) as broker:
        left = [json.loads(state.body) for state in broker.get_all("01-smoker.state")]
    return left[-1]["cooks"].get("brisket", {}).get("number", 0) if left else 0


def test_the_deque_is_printed_and_stays_for_the_next_consumer(request):
    assert ANSWER.exists(), f"write {ANSWER.name} first"
    program, stranger = map(request.getfixturevalue, ("program", "stranger"))
    consumer = program.start("consumer_smoker.py")
    consumer.said("Waiting for readings")
    stranger.put_readings("01-smoker", "ribs", [225, 225], last=True)
    stranger.put_readings("01-smoker", "brisket", [225, 224, 223, 222, 221, 200])
    until(lambda: newest_number(program.url) == 6, "a state with all six readings")
    consumer.kill()
    for _ in range(2):
        environment = {**os.environ, "RABBITMQ_URL": program.url}
        command = [sys.executable, str(ANSWER)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        said = sorted(line.strip() for line in done.stdout.splitlines())
        assert said == ["brisket 6: 225.0 224.0 223.0 222.0 221.0 200.0", "ribs 2:"]
    again = program.start("consumer_smoker.py")
    again.said(r"Going on where the last reader ended \(cooks: 2\)")
    stranger.put_readings("01-smoker", "brisket", [225], first=7)
    again.said("brisket: Cleared: Smoker Alert! 225.0 °F")
