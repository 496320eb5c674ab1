"""A stranger's readings wait in their queue until a consumer comes, and are judged like ours."""

import os
import subprocess
import sys
from pathlib import Path

from smart_smoker.rabbitmq.connection import Broker

ANSWER = Path(__file__).with_name("answer.py")


def test_readings_that_were_published_before_the_consumer_came_raise_the_alert(request):
    assert ANSWER.exists(), f"write {ANSWER.name} first"
    program = request.getfixturevalue("program")
    with Broker(program.url, "exercise") as broker:  # declares exchange and queues
        environment = {**os.environ, "RABBITMQ_URL": program.url}
        command = [sys.executable, str(ANSWER)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert broker.counts("01-smoker") == (6, 0), "six readings should wait, with nobody reading"
    program.start("consumer_smoker.py").said(r"Smoker Alert! 200\.0 °F, down 25 °F")
