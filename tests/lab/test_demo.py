"""The demo, as far as it comes before its scripts start."""

import signal
import sys

import pytest

DEMO = """
import sys
from smart_smoker.cli.signals import run
from smart_smoker.lab.demo import demo
sys.exit(run(lambda: demo(0, sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_broker_that_is_read_already_is_refused_before_it_is_asked_whom_to_tell(program):
    program.write(".env.toml", 'notify_urls = ["json://127.0.0.1:1"]\n').chmod(0o600)
    script = program.write("demo.py", DEMO)
    consumer = program.start("consumer_smoker.py")
    consumer.said("Waiting for readings")
    code, said = program.start(script.name, program.url, terminal=True).ended()
    assert (code, "01-smoker is being read already" in said, "Send the" in said) == (2, True, False)
    consumer.end(signal.SIGTERM)
