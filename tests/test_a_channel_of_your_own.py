"""docs/a-channel-of-your-own.md, done to the letter in a copy of the program."""

import re
from pathlib import Path

import pytest
from scripts import Program, Stranger, apply

PAGE = Path(__file__).parent.parent / "docs" / "a-channel-of-your-own.md"
RING = '#!/bin/sh\necho "$1" >> "$0.rung"\n'


def block(kind: str) -> str:
    """What stands in the page's only block of a kind."""
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    return str(found)


@pytest.fixture
def command(program: Program) -> Path:
    """The command of the setting; all that the page says is done."""
    change = block("diff")
    assert len(re.findall(r"^\+[^+]", change, re.M)) == 5
    apply(change, program.folder)
    program.write("smart_smoker/channels/command.py", block("python"))
    ring = program.write("ring-the-bell", RING)
    ring.chmod(0o755)
    program.write(".env.toml", f'alert_command = "{ring}"\n').chmod(0o600)
    return ring


def test_it_is_tried_by_alerts_py(program: Program, command: Path):
    code, said = program.run("alerts.py")
    assert (code, f"command to {command}: accepted" in said) == (0, True), said
    assert "Smart Smoker test" in Path(f"{command}.rung").read_text("utf-8")


def test_it_gets_the_alerts_of_a_cook_and_tries_again_until_it_works(
    program: Program, stranger: Stranger, command: Path
):
    command.chmod(0o600)
    consumer = program.start("consumer_smoker.py")
    consumer.said("Waiting for readings")
    stranger.put_readings("01-smoker", "cook", [225, 200])
    consumer.said("command failed .*Permission denied")
    assert "command has not taken: Smoker Alert!" in program.run("alerts.py", "--pending")[1]
    command.chmod(0o755)
    consumer.said("command accepted: Smoker Alert!")
    assert "Smoker Alert! 200.0" in Path(f"{command}.rung").read_text("utf-8")
