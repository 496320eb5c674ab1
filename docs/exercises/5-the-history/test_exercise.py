"""The stream can be counted, and counted again."""

import os
import subprocess
import sys
from pathlib import Path

from scripts import cook_csv, history

ANSWER = Path(__file__).with_name("answer.py")


def test_the_alerts_in_the_history_are_counted_twice_with_the_same_result(request):
    assert ANSWER.exists(), f"write {ANSWER.name} first"
    program = request.getfixturevalue("program")
    consumer = program.start("consumer_smoker.py")
    consumer.said("Waiting for readings")
    smoker = [225] * 9 + [200] * 9 + [225] * 9 + [190] * 8 + [225]
    csv = program.write("cook.csv", cook_csv(smoker, [None] * 36, [None] * 36))
    program.run("smoker_producer.py", csv, "--interval", 0, "--no-admin")
    consumer.said("has ended after 36 readings")
    alerts = sum(event.type == "alert" for event in history(program.url))
    assert alerts >= 4
    for _ in range(2):
        environment = {**os.environ, "RABBITMQ_URL": program.url}
        command = [sys.executable, str(ANSWER)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == str(alerts)
