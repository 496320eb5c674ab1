"""The health: what is said of the queues, and what somebody should mend."""

import pytest

from smart_smoker.core.probes import PROBES
from smart_smoker.panel.health import Finding, findings
from smart_smoker.rabbitmq.broker import Counts
from smart_smoker.rabbitmq.messages import ALERTS, REJECTED

WELL = {probe.queue: Counts(0, 1) for probe in PROBES} | {
    ALERTS: Counts(0, 1),
    REJECTED: Counts(0, 0),
}


def found(queue: str, seen: tuple | None, failing: int = 0, cooking: bool = True) -> Finding:
    """What is said of one queue while all is well with the others."""
    queues = WELL | {queue: seen and Counts(*seen)}
    return next(each for each in findings(queues, failing, cooking) if each.queue == queue)


def test_what_is_well_is_said_in_a_word_each():
    said = findings(WELL, 0, True)
    assert [(each.queue, each.fine, each.wrong) for each in said] == [
        (queue, True, False) for queue in WELL
    ]


def test_a_queue_that_nobody_reads_is_wrong_while_a_cook_goes_on():
    assert found("02-food-A", (1, 0)) == Finding(
        "02-food-A",
        "Nobody watches Food A, and 1 reading waits: start consumer_food_a.py.",
        wrong=True,
    )
    assert found("01-smoker", (0, 0)).wrong
    assert not found("01-smoker", (0, 0), cooking=False).wrong


def test_readings_that_wait_for_nobody_are_wrong_also_after_the_cook():
    assert found("01-smoker", (1, 0), cooking=False).wrong


def test_a_consumer_that_is_behind_is_told_and_left_to_catch_up():
    behind = found("03-food-B", (1234, 1))
    assert behind.words == "Food B is watched, 1,234 readings behind."
    assert (behind.fine, behind.wrong) == (False, False)


@pytest.mark.parametrize(
    ("seen", "failing", "words", "wrong"),
    [
        ((0, 1), 3, "3 alerts could not be sent yet", True),
        ((2, 0), 0, "2 alerts wait, and nobody sends them", True),
        ((0, 0), 0, "Nobody would send one", False),
        (None, 0, "not there", False),
    ],
)
def test_alerts_that_do_not_get_out_are_counted(seen, failing, words, wrong):
    said = found(ALERTS, seen, failing)
    assert words in said.words
    assert said.wrong == wrong


def test_what_was_put_aside_is_told_with_the_way_to_its_reasons():
    assert "1 message could not be used: python3 run.py rejected" in found(REJECTED, (1, 0)).words


def test_queues_that_are_not_there_yet_are_no_failure():
    assert not any(each.wrong for each in findings({}, 0, True))
