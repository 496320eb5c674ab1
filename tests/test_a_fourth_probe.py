"""docs/a-fourth-probe.md, done to the letter in a copy of the program."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
from scripts import apply, cook_csv, history, until

PAGE = Path(__file__).parent.parent / "docs" / "a-fourth-probe.md"


def blocks(kind: str) -> str:
    """What stands in the page's only block of a kind."""
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    return found


def test_it_takes_at_most_ten_lines_of_existing_files_and_a_script_of_thirty():
    changed = [line for line in blocks("diff").splitlines()[3:] if line[0] in "+-"]
    assert 0 < len(changed) <= 10
    assert blocks("python").count("\n") <= 30


@pytest.fixture
def changed(program):
    """The program after all that the page says."""
    apply(blocks("diff"), program.folder)
    program.write("consumer_food_c.py", blocks("python"))
    return program


def test_the_demo_waits_for_no_probe_that_the_sample_has_nothing_of(changed):
    changed.write("ask.py", "from smart_smoker.lab.demo import _sampled\nprint(len(_sampled()))\n")
    assert changed.run("ask.py") == (0, "3\n")


def test_a_cook_of_four_probes_is_streamed_watched_and_shown(changed):
    consumers = [changed.start(path.name) for path in sorted(changed.folder.glob("consumer_*.py"))]
    for consumer in consumers:
        consumer.said("Waiting for readings")
    panel = changed.start("panel.py", "--port", 0)
    address = panel.said(r"http://\S+")
    warming = [100 + 3 * i for i in range(30)]
    cook = [225] * 30, warming, warming, [70.5] * 30
    csv = changed.write("four.csv", cook_csv(*cook))
    code, said = changed.run("smoker_producer.py", csv, "--interval", 0, "--no-admin")
    assert (code, "Sent 120 readings" in said) == (0, True), said
    for consumer in consumers:
        consumer.said("has ended after 30 readings")

    events = history(changed.url)
    assert sum(event.queue == "07-food-C" for event in events) == 30
    (alert,) = [event for event in events if event.type == "alert"]
    assert json.loads(alert.body)["subject"].startswith("Food C Stall Alert! 70.5 °F")

    def chart() -> dict:
        with urllib.request.urlopen(f"{address}chart.json") as answer:
            return json.load(answer)

    until(lambda: chart()["episodes"], "the panel draws the stall")
    shown = chart()
    assert [probe["name"] for probe in shown["probes"]] == ["Smoker", "Food A", "Food B", "Food C"]
    assert [len(probe["points"]) for probe in shown["probes"]] == [30] * 4
    assert [(each["probe"], each["kind"]) for each in shown["episodes"]] == [(3, "stall")]
