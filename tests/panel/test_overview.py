"""The overview: which cooks go on, in which order, and what is said of those that are left out."""

import random
import re

import pytest

from smart_smoker.core.alert import TOO_OLD, Alert
from smart_smoker.core.probes import FOOD_A, FOOD_B, PROBES, SMOKER, Probe
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import RULES, gravest_first
from smart_smoker.panel import overview as module
from smart_smoker.panel import story as story_
from smart_smoker.panel.overview import WORST, Cell, headline, kind_of, overview, worst_first
from smart_smoker.panel.probe_story import LATE, SILENCE
from smart_smoker.panel.story import Story
from smart_smoker.panel.words import clock
from smart_smoker.rabbitmq.messages import Arrival, Message, alert_message, reading_message

NOW = 1_621_686_000.0


def take(story: Story, message: Message, sent: float = NOW):
    arrival = Arrival(message.queue, 1, message.body, message.id, message.type, message.headers, 0)
    story.take(arrival, sent)


def say(story: Story, cook: str, probe: Probe = SMOKER, seq: int = 1, ago: float = 0, last=False):
    id = f"{cook}/{probe.queue}/{seq}"
    reading = Reading(probe, "12:00", 200.0, id, cook, seq, last)
    take(story, reading_message(reading), NOW - ago)


def tell(story: Story, cook: str, probe: Probe, rule: str = ""):
    id, words = f"{cook}/{probe.queue}/1/raised", "Alert!"
    alert = Alert(id, cook, probe.name, "raised", "", 200, 20, words, words, words, rule)
    take(story, alert_message(alert))


def one_of(kind: str) -> Story:
    """A story of one cook, named by how its smoker is."""
    story, seq = Story(), 2 if kind == "unclear" else 1
    if kind == "never":
        say(story, kind, FOOD_A)
        return story
    ago = {"no signal": SILENCE, "gone": -3600, "late": LATE + 1}.get(kind, 0)
    say(story, kind, seq=seq, ago=ago, last=kind == "ended")
    if kind in RULES:
        tell(story, kind, SMOKER, kind)
    return story


def order(story: Story) -> list[str]:
    return [cook.id for cook in worst_first(story.going_on(NOW), NOW)]


# --- the order -----------------------------------------------------------------------------------


def test_what_a_sleeper_must_wake_up_for_is_worse_than_what_nobody_knows_and_that_than_the_rest():
    kinds = [rule.kind for rule in gravest_first()]
    urgent = sum(rule.urgent for rule in RULES.values())
    unknown, well = ("no signal", "gone", "late"), ("unclear", "steady", "ended", "never")
    assert (*kinds[:urgent], *unknown, *kinds[urgent:], *well) == WORST


@pytest.mark.parametrize("kind", WORST)
def test_a_probe_can_be_each_of_these(kind):
    cook = one_of(kind).latest
    assert kind_of(cook.probes[SMOKER], NOW) == kind


def test_cooks_stand_in_the_order_of_their_worst_probes():
    cooks = [one_of(kind).latest for kind in WORST if kind not in ("never", "ended")]
    shuffled = random.Random(1).sample(cooks, len(cooks))
    assert [cook.id for cook in worst_first(shuffled, NOW)] == list(WORST[:-2])


def test_of_those_that_are_alike_the_next_worst_probe_counts_and_at_last_the_name():
    story = Story()
    for cook in ("c", "b", "a", "d"):
        for probe in PROBES:
            say(story, cook, probe)
    tell(story, "c", FOOD_A, "stall")
    tell(story, "d", FOOD_B, "stall")
    assert order(story) == ["c", "d", "a", "b"]
    tell(story, "d", SMOKER, "stall")
    assert order(story) == ["d", "c", "a", "b"]


def test_what_is_late_is_no_better_for_being_steady_and_a_drop_no_better_for_being_late():
    story = Story()
    for cook, ago in (("steady", 0), ("late", LATE + 1), ("drop", LATE + 1)):
        say(story, cook, ago=ago)
    tell(story, "drop", SMOKER, "drop")
    assert order(story) == ["drop", "late", "steady"]


def test_what_is_over_does_not_go_on_and_a_producer_that_was_cut_off_does_for_a_day():
    story = Story()
    say(story, "over", last=True)
    say(story, "cut off", ago=TOO_OLD - 60)
    say(story, "long ago", ago=TOO_OLD)
    say(story, "on")
    say(story, "of a clock that is ahead", ago=-3600)
    say(story, "on", FOOD_A, ago=-2 * TOO_OLD)  # before its clock was set
    assert order(story) == ["cut off", "on", "of a clock that is ahead"]
    said = overview(story, NOW, "F", True, True)
    assert said.left_out == "2 cooks are over; the newest can be chosen above."


def test_no_cook_that_goes_on_is_forgotten_for_an_alert_from_a_clock_that_is_slow(monkeypatch):
    monkeypatch.setattr(story_, "MOST_WEIGHT", 40)
    story = Story()
    say(story, "short")
    for seq in range(1, 40):
        say(story, "long", seq=seq)
    words = "Alert!"
    alert = Alert("a", "long", "Smoker", "raised", "", 200, 20, words, words, words)
    said = alert_message(alert)
    story.take(Arrival(said.queue, 1, said.body, said.id, "alert", said.headers, NOW - 3600))
    assert list(story.cooks) == ["short", "long"]


def test_what_is_after_the_year_9999_has_a_time_of_day_all_the_same():
    story = Story()
    say(story, "late")
    cook = story.latest
    assert re.fullmatch(r"\d\d:\d\d", clock(cook, 1e12))


# --- the rows ------------------------------------------------------------------------------------


def test_a_row_has_what_each_probe_says_and_how_old_that_is():
    story = Story()
    say(story, "ribs-20250906-110005-ab12")
    say(story, "ribs-20250906-110005-ab12", FOOD_A, ago=LATE + 30)
    rows, *_ = vars(overview(story, NOW, "F", True, True)).values()
    assert [(row.label, row.cells) for row in rows] == [
        (
            "ribs, 2025-09-06 11:00:05",
            (
                Cell("steady", "200.0 °F", "steady", "now"),
                Cell("steady", "200.0 °F", "steady", "3 min ago", late=True),
                Cell("never", "–", "no reading yet"),
            ),
        )
    ]
    (row,) = overview(story, NOW, "C", False, True).rows
    assert row.cells[0] == Cell("away", "93.3 °C", "not known")


def test_the_worst_of_all_probes_is_told_in_a_few_words_and_whether_to_wake_up_for_it():
    story = Story()
    assert headline(story.going_on(NOW), NOW, "F") == ("", False)
    say(story, "fine")
    say(story, "other", FOOD_A)
    assert headline(story.going_on(NOW), NOW, "F") == ("● 200 °F Smoker", False)
    tell(story, "other", FOOD_A, "stall")
    assert headline(story.going_on(NOW), NOW, "F") == ("– 200 °F Food A", False)
    tell(story, "fine", SMOKER, "drop")
    assert headline(story.going_on(NOW), NOW, "C") == ("▼ 93 °C Smoker", True)


def test_the_rows_have_a_bound_and_the_rest_is_counted(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    story = Story()
    for number in range(5):
        say(story, f"cook {number}")
    tell(story, "cook 4", SMOKER, "drop")
    said = overview(story, NOW, "F", True, True)
    assert [row.id for row in said.rows] == ["cook 4", "cook 0", "cook 1"]
    assert said.left_out == "And 2 cooks more, none of them worse than steady."


def test_it_says_that_earlier_readings_are_still_being_read_or_are_left_out():
    story = Story()
    say(story, "whole")
    say(story, "cut", seq=1000)
    reading = overview(story, NOW, "F", True, False)
    assert (reading.missing[:37], reading.left_out) == ("What was earlier is still being read:", "")
    done = overview(story, NOW, "F", True, True)
    assert done.missing == ""
    assert done.left_out == "The beginning of 1 cook is not here."
