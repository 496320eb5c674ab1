"""What a watch says of a forecast: now and then to who looks on, once as an alert."""

import json

import pytest

from smart_smoker.core.answers import Answer
from smart_smoker.core.limits import FoodDone
from smart_smoker.core.probes import FOOD_A
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import FoodStall
from smart_smoker.core.watch import Watch

COOK = [160 + 0.5 * (n > 30) * (n - 30) / 2 for n in range(220)]
"""°F, each half minute: a quarter of an hour of a stall, and then 30 °F an hour to 207 °F."""


def watch(warn=30, by="readings", target=203, unit="F"):
    return Watch(FoodStall(), 60, by, [FoodDone(target, warn_minutes=warn)], unit)


def reading(n, temperature, seconds=30):
    minutes, second = divmod(n * seconds, 60)
    time = f"05/22/21 {12 + minutes // 60}:{minutes % 60:02}:{second:02}"
    return Reading(FOOD_A, time, temperature, f"brisket/02-food-A/{n + 1}", "brisket", n + 1)


def judged(watch, temperatures=COOK, seconds=30, first=0):
    taken = enumerate(temperatures[first:], first)
    return [watch.judge(reading(n, temperature, seconds)) for n, temperature in taken]


def soon(judgements):
    return [alert for each in judgements for alert in each.alerts if alert.state == "soon"]


def said(judgements):
    return [each.forecast for each in judgements if each.forecast]


@pytest.mark.parametrize("by", ["readings", "time"])
def test_it_is_told_once_when_the_early_end_is_within_the_minutes(by):
    judgements = judged(watch(by=by))
    (alert,) = soon(judgements)
    place = next(n for n, each in enumerate(judgements) if soon([each]))
    assert 25 < (203 - COOK[place]) / 30 * 60 <= 46
    assert alert.subject.startswith("Food A Done Soon! 18")
    assert ", done between 13:2" in alert.subject
    assert alert.id == f"brisket/02-food-A/{place + 1}/done-soon"
    assert not alert.quiet
    assert not alert.urgent


@pytest.mark.parametrize("killed_at", [0, 150])
def test_the_mail_that_it_is_done_says_what_was_foretold_first(killed_at):
    first, second = watch(), watch()
    judged(first, COOK[:killed_at])
    second.resume(FOOD_A, "brisket", json.loads(json.dumps(first.state())))
    alerts = [alert for each in judged(second, first=killed_at) for alert in each.alerts]
    (done,) = (alert for alert in alerts if alert.rule == "done" and alert.state == "raised")
    assert done.text.splitlines()[-1] == (
        "The first forecast, at 12:55: done between 13:25 and 14:15"
    )
    assert "forecast" not in done.sms


def test_while_the_probe_is_quiet_it_is_not_told_that_it_is_done_soon_and_then_it_is():
    (place,) = (n for n, each in enumerate(judged(watch())) if soon([each]))
    quiet = watch()
    before = judged(quiet, COOK[: place - 5])
    quiet.answer(Answer("q", minutes=10), 0)
    hushed = [quiet.judge(reading(n, COOK[n]), 599) for n in range(place - 5, place + 5)]
    after = [quiet.judge(reading(n, COOK[n]), 600) for n in range(place + 5, place + 9)]
    assert soon([*before, *hushed]) == []
    assert len(soon(after)) == 1


def test_what_was_told_to_be_done_is_not_told_to_be_done_soon():
    known = watch(warn=0)
    judged(known)
    warns = watch(warn=30)
    warns.resume(FOOD_A, "brisket", known.state())
    cooled = [reading(len(COOK) + n, 202.0 + n / 100) for n in range(90)]
    judgements = [warns.judge(each) for each in cooled]
    assert any(words.startswith("done ") for words in said(judgements))
    assert soon(judgements) == []


def test_nothing_is_told_without_minutes_but_the_forecast_is_said():
    judgements = judged(watch(warn=0))
    assert not soon(judgements)
    assert any(words.startswith("done between") for words in said(judgements))


def test_a_watch_without_a_target_says_nothing():
    assert not said(judged(Watch(FoodStall())))
    assert "outlook" not in Watch(FoodStall()).state()


def test_the_forecast_is_said_when_it_becomes_known_and_else_twice_an_hour():
    words = said(judged(watch()))
    assert words[0] == "when it is done is not known yet: that takes 20 minutes of readings"
    assert words[1].startswith("when it is done is not known yet: ")
    assert sum(each.startswith("done ") for each in words) <= 3
    assert len(words) <= 6
    known = next(n for n, temperature in enumerate(COOK) if temperature >= 180)
    assert judged(watch())[known].forecast == "done between 13:25 and 14:15"


def test_it_goes_by_timestamps_and_not_by_the_number_of_readings():
    slow = judged(watch(), COOK[::4], seconds=120)
    (alert,) = soon(slow)
    assert ", done between 13:2" in alert.subject


@pytest.mark.parametrize("killed_at", range(1, 220, 9))
def test_after_a_kill_it_is_told_once_and_foretold_as_without(killed_at):
    whole = judged(watch())
    first, second = watch(), watch()
    before = judged(first, COOK[:killed_at])
    second.resume(FOOD_A, "brisket", json.loads(json.dumps(first.state())))
    after = judged(second, first=killed_at)
    assert soon([*before, *after]) == soon(whole)


def test_what_a_watch_remembers_of_a_cook_that_has_ended_is_small():
    ended = watch()
    judged(ended, COOK[:100])
    last = reading(100, 177.5)
    ended.judge(
        Reading(
            *(getattr(last, n) for n in ("probe", "time", "temperature", "id", "cook", "seq")),
            last=True,
        )
    )
    assert "course" not in json.dumps(ended.state())


def test_times_that_name_no_moment_have_no_forecast():
    strange = watch()
    for n, temperature in enumerate(COOK):
        each = Reading(
            FOOD_A, f"tick {n}", temperature, f"brisket/02-food-A/{n + 1}", "brisket", n + 1
        )
        assert not strange.judge(each).forecast
    assert "outlook" not in strange.state()
