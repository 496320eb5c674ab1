"""What nobody can read is found again with its reason, and stays where it is."""

import os
import subprocess
import sys
from pathlib import Path

ANSWER = Path(__file__).with_name("answer.py")


def test_the_reason_is_printed_and_the_rubbish_stays_in_06_rejected(request):
    assert ANSWER.exists(), f"write {ANSWER.name} first"
    program, stranger = map(request.getfixturevalue, ("program", "stranger"))
    program.start("consumer_smoker.py").said("Waiting for readings")
    environment = {**os.environ, "RABBITMQ_URL": program.url}
    command = [sys.executable, str(ANSWER)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "no comma between a timestamp and a temperature" in done.stdout
    ((properties, body),) = stranger.take_all("06-rejected")
    assert (body, properties.headers["queue"]) == (b"hot!", "01-smoker")
