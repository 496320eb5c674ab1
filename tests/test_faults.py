"""A short form of the fault harness; the long one is `python -m tests.faults`."""

import secrets
from random import Random

import pytest
from faults.__main__ import one_round
from faults.cooks import RULES, SETTINGS, cook, expected
from faults.scenarios import SCENARIOS

ALL_RULES = ("consumers", "network")
SHORT = {
    "consumers": 80,
    "network": 60,
    "forger": 60,
}
"""Rows of a cook, by scenario; what is not here takes too long for the suite."""


@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost_and_nothing_is_said_twice(broker, name):
    seed = secrets.token_hex(4)
    print(f"seed: {seed}")
    scenario = SCENARIOS[name]()
    count = one_round(scenario, broker, seed, SHORT[name], name in ALL_RULES)
    assert not count.bad, "\n".join(count.details)
    assert count.alerts > 0
    assert count.faults > 0


def test_a_cook_has_an_episode_every_thirty_to_sixty_readings():
    bodies, alerts, notes = expected(cook(Random(7), 1000), "cook", {})
    assert not notes
    for probe in RULES:
        readings = sum(f"/{probe.queue}/" in id for id in bodies)
        raised = sum(f"/{probe.queue}/" in id and id.endswith("/raised") for id in alerts)
        assert 30 < readings / raised < 60


def test_with_all_rules_on_each_of_them_finds_something_in_a_cook():
    _, alerts, notes = expected(cook(Random(7), 1000), "cook", SETTINGS)
    found = {id.rpartition("/")[2] for id in alerts + notes}
    assert found >= {"raised", "cleared", "lid", "low-raised", "high-raised", "done-raised"}
