"""Limits, targets, lids and what rings: the consumers as people start them, killed on the way."""

import re
import signal

import pytest
from scripts import alerts_of, cook_csv, history, until

from smart_smoker.lab.inbox import Inbox

WAITING = "Waiting for readings in "

# The fire dies slowly and comes back; somebody looks under the lid; food A reaches its target.
FIRE = [225] * 5 + [225 - 3 * n for n in range(1, 13)] + [201] * 4 + [225] * 6
LID = [205, 190, 200, 215, 220, 222, 223, 224]
ROWS = len(FIRE + LID)
COOK = cook_csv(FIRE + LID, [150 + 2 * n for n in range(ROWS)], [60 + n for n in range(ROWS)])


@pytest.fixture
def inbox():
    with Inbox() as inbox:
        yield inbox


def test_a_slow_fire_and_meat_that_is_done_are_told_and_ring_and_a_lid_is_noted(
    program, url, inbox, push_service
):
    program.configure_mail(inbox.port)
    with (program.folder / ".env.toml").open("a") as settings:
        settings.write("smoker_low = 200\nsmoker_high = 300\nsmoker_lid_minutes = 3\n")
        settings.write(f'urgent_notify_urls = ["{push_service.url}"]\n')
    smoker = program.start("consumer_smoker.py")
    food = program.start("consumer_food_a.py", "--done", 203)
    smoker.said("Smoker: told when it is below 200 °F for 2 minutes")
    food.said("Food A: told when it is 203 °F warm")
    for consumer in (smoker, food):
        consumer.said(WAITING)
    produce = ("smoker_producer.py", program.write("cook.csv", COOK), "--interval", 0)
    assert program.run(*produce)[0] == 0
    for consumer in (smoker, food):
        consumer.said("has ended after")

    def told() -> list[list[str]]:
        """What is mailed and what is pushed of the fire, the lid and the target."""
        ways = [m.subject or "" for m in inbox.messages], [p["title"] for p in push_service.posted]
        return [sorted(s for s in way if re.search("(Alert|Low|High|Done)!", s)) for way in ways]

    expected = [
        "Cleared: Smoker Low! 201.0 °F, no longer below 200 °F",
        "Food A Done! 206.0 °F, the target is 203 °F",
        "Smoker Low! 189.0 °F, below 200 °F for 2 minutes",
    ]
    until(lambda: told() == [expected, expected[1:]], "three e-mails and two urgent pushes")
    notes = [event.id.rpartition("/")[2] for event in history(url) if event.type == "note"]
    assert notes == ["lid"]
    limits = {e.headers["queue"]: e.body for e in history(url) if e.type == "limits"}
    assert limits == {
        "01-smoker": b'{"low": 200.0, "high": 300.0}',
        "02-food-A": b'{"done": 203.0}',
    }
    for consumer in (smoker, food):
        code, words = consumer.end(signal.SIGTERM)
        assert code == 0
    assert program.run("alerts.py", "--pending")[0] == 0
    assert told() == [expected, expected[1:]]


def test_a_consumer_that_is_killed_tells_no_limit_twice(program, url, stranger):
    consumer = program.start("consumer_smoker.py", "--low", 200)
    consumer.said(WAITING)
    stranger.put_readings("01-smoker", "cook", [205] + [199] * 4)
    consumer.said("!!! Smoker Low!")
    until(lambda: len(alerts_of(url, "low")) == 1, "an alert")
    consumer.kill()
    again = program.start("consumer_smoker.py", "--low", 200)
    again.said(WAITING)
    stranger.put_readings("01-smoker", "cook", [198] * 3 + [201], 6)
    again.said("!!! Cleared: Smoker Low!")
    again.end(signal.SIGTERM)
    assert len({alert.id for alert in alerts_of(url, "low")}) == 2
    assert len({event.id for event in history(url) if event.type == "limits"}) == 1


def test_limits_that_contradict_each_other_are_one_line_and_exit_code_2(offline):
    code, said = offline.run("consumer_smoker.py", "--low", 300, SMOKER_HIGH="200")
    assert code == 2
    assert said.endswith("error: smoker_low, 300 °F, is not below smoker_high, 200 °F\n")
    assert len(said.splitlines()) == 1


def test_food_that_is_done_soon_is_told_once_by_mail_also_across_a_kill(
    program, url, inbox, stranger
):
    program.configure_mail(inbox.port)
    how = "--done", 203, "--warn-minutes", 30
    consumer = program.start("consumer_food_a.py", *how)
    consumer.said("Food A: told when it is 203 °F warm, and 30 minutes before")
    consumer.said(WAITING)
    rising = [182 + n / 8 for n in range(180)]
    stranger.put_readings("02-food-A", "cook", rising[:100])
    consumer.said("; when it is done is not known yet: that takes 20 minutes of readings")
    consumer.said("!!! Food A Done Soon! 191.6 °F, done between 13:05 and 14:00")
    consumer.kill()
    again = program.start("consumer_food_a.py", *how)
    again.said(WAITING)
    stranger.put_readings("02-food-A", "cook", rising[100:], 101)
    again.said("!!! Food A Done! 203")
    until(lambda: len(inbox.messages) >= 4, "two e-mails and two texts")
    again.end(signal.SIGTERM)
    # What was raised just before the kill can be published again, under the same id.
    told = {alert.id.rpartition("/")[2] for alert in alerts_of(url, "done", "stall")}
    assert told == {"done-raised", "done-soon"}
