"""Which channels have taken which alerts, and what of it outlives a sender."""

import json

import pytest

from smart_smoker.app import taken
from smart_smoker.app.taken import Taken
from smart_smoker.core.state import MISSHAPEN

BOTH = {"email", "sms"}


def resumed(before: Taken) -> Taken:
    after = Taken()
    after.resume(json.loads(json.dumps(before.state())))
    return after


def test_a_channel_that_has_taken_an_alert_is_not_missing_for_whoever_comes_next():
    ours = Taken()
    ours.note("a", "email")
    assert ours.missing("a", BOTH) == resumed(ours).missing("a", BOTH) == {"sms"}
    ours.note("a", "sms")
    assert resumed(ours).missing("a", BOTH) == set()


def test_an_alert_that_is_done_with_is_so_for_channels_that_are_new_as_well():
    ours = Taken()
    ours.note("a", "email")
    ours.finish("a")
    assert resumed(ours).missing("a", {*BOTH, "push"}) == set()
    assert ours.state() == {"waiting": {}, "sent": ["a"]}


def test_what_others_have_left_is_known_beside_what_is_known_here():
    ours, others = Taken(), Taken()
    ours.note("a", "email")
    others.note("a", "sms")
    others.finish("b")
    ours.resume(others.state())
    assert ours.missing("a", BOTH) == ours.missing("b", BOTH) == set()


def test_the_newest_are_remembered(monkeypatch):
    monkeypatch.setattr(taken, "REMEMBERED", 3)
    monkeypatch.setattr(taken, "MOST_WAITING", 2)
    ours = Taken()
    for number in range(5):
        ours.finish(f"done {number}")
        ours.note(f"waits {number}", "email")
    assert ours.state()["sent"] == ["done 2", "done 3", "done 4"]
    assert list(ours.state()["waiting"]) == ["waits 3", "waits 4"]
    ours.forget_half()
    assert ours.state() == {"waiting": {"waits 4": ["email"]}, "sent": ["done 4"]}


def test_copies_that_nobody_answered_are_known_to_whoever_comes_next_until_one_is_taken():
    ours = Taken()
    ours.count("a", "email", 1)
    ours.count("a", "email", 1)
    ours.count("b", "email", 1)
    ours.count("b", "email", -1)
    assert ours.state()["copies"] == {"a": {"email": 2}}
    assert resumed(ours).copies("a", "email") == 2
    assert resumed(ours).copies("a", "sms") == resumed(ours).copies("b", "email") == 0
    ours.resume({"waiting": {}, "sent": [], "copies": {"a": {"email": 1, "sms": 1}}})
    assert (ours.copies("a", "email"), ours.copies("a", "sms")) == (2, 1)
    ours.note("a", "email")
    ours.finish("a")
    assert ours.copies("a", "sms") == 0
    assert ours.state() == {"waiting": {}, "sent": ["a"]}


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"sent": []},
        {"waiting": {}, "sent": 7},
        {"waiting": [], "sent": []},
        {"waiting": {}, "sent": ["\ud800"]},
        {"waiting": {}, "sent": [7]},
        {"waiting": {}, "sent": ["x" * 1001]},
        {"waiting": {"a": ["sms"], "b": 5}, "sent": []},
        {"waiting": {"a": ["sms"], "\ud800": []}, "sent": []},
        {"waiting": {"a": [["sms"]]}, "sent": []},
        {"waiting": {}, "sent": [], "copies": 7},
        {"waiting": {}, "sent": [], "copies": {"a": 7}},
        {"waiting": {}, "sent": [], "copies": {"a": {"sms": -1}}},
        {"waiting": {}, "sent": [], "copies": {"a": {"sms": 1e400}}},
    ],
    ids=str,
)
def test_a_forged_state_changes_nothing(state):
    ours = Taken()
    ours.note("a", "email")
    before = ours.state()
    with pytest.raises(MISSHAPEN):
        ours.resume(state)
    assert ours.state() == before
