"""Answers: what nobody is told of any more, and what rings until somebody answers."""

import json
from contextlib import suppress

import pytest
from forged import JSON
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from smart_smoker.core.answers import Answer, heard
from smart_smoker.core.clock import elapsed
from smart_smoker.core.errors import UnreadableMessage
from smart_smoker.core.limits import FoodDone, SmokerLow
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.core.ring import Ring
from smart_smoker.core.rules import FoodStall, SmokerDrop
from smart_smoker.core.watch import Watch

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

DYING = [225.0] * 5 + [205.0 - n for n in range(100)]
"""A fire that goes out: a drop from the sixth reading on that is never over."""

FIVE = Ring(every=300, most=3, second=600)


def told(watch: Watch, temperatures, probe=SMOKER, answers=(), heard_at=lambda n: 30.0 * n) -> list:
    """What is told, by the number of the reading: answers come in behind those of theirs."""
    answers, found = dict(answers), []
    for number, temperature in enumerate(temperatures, watch.number + 1):
        now = heard_at(number)
        reading = numbered(probe, "brisket", number, elapsed(30 * number), temperature)
        alerts = watch.judge(reading, now).alerts
        found += [(number, alert.state) for alert in alerts]
        if number in answers:
            watch.answer(answers[number], now)
    return found


def hears(kind: str, number: int, probe=SMOKER) -> Answer:
    return Answer("an answer", kind, f"brisket/{probe.queue}/{number}")


# --- what was heard ------------------------------------------------------------------------------


def test_an_episode_that_was_heard_is_not_reminded_of_and_its_end_is_told():
    watch = Watch(SmokerDrop(), remind_minutes=5)
    assert told(watch, DYING[:26]) == [(6, "raised"), (16, "reminder"), (26, "reminder")]
    watch.answer(hears("drop", 6), 0)
    assert told(watch, [*DYING[26:60], 230]) == [(61, "cleared")]


def test_another_drop_within_one_that_was_heard_is_news_and_reminded_of_again():
    watch = Watch(SmokerDrop(), remind_minutes=10)
    falls = [*DYING[:20], *[DYING[20] - 20 - n for n in range(30)]]
    answers = {7: hears("drop", 6)}
    assert told(watch, falls, answers=answers) == [
        (6, "raised"),
        (21, "reminder"),
        (41, "reminder"),
    ]


@pytest.mark.parametrize(
    "answer",
    [hears("drop", 5), hears("low", 6), hears("stall", 6), hears("silence", 6)],
    ids=["another episode", "another rule", "a rule of others", "a silence"],
)
def test_an_answer_about_something_else_changes_nothing(answer):
    watch = Watch(SmokerDrop(), remind_minutes=5)
    assert told(watch, DYING[:16], answers={7: answer}) == [(6, "raised"), (16, "reminder")]


def test_the_answer_to_an_episode_is_the_same_for_each_of_its_alerts():
    watch, answers = Watch(SmokerDrop(), 5, others=[SmokerLow(210)]), set()
    for number, temperature in enumerate(DYING[:40], 1):
        reading = numbered(SMOKER, "brisket", number, "12:00", temperature)
        for alert in watch.judge(reading).alerts:
            answers.add(heard(alert))
    assert {(a.kind, a.began) for a in answers} == {
        ("drop", "brisket/01-smoker/6"),
        ("low", "brisket/01-smoker/9"),
    }
    assert len({answer.id for answer in answers}) == len(answers) == 2


# --- what rings ----------------------------------------------------------------------------------


def test_what_is_urgent_rings_every_so_often_and_after_a_while_at_a_second_persons():
    watch = Watch(SmokerDrop(), 0, ring=FIVE)
    rings = [(6, "raised"), (16, "ring"), (26, "second"), (36, "second")]
    assert told(watch, DYING) == rings


def test_what_is_news_behind_an_answer_rings_first_where_somebody_has_answered():
    watch = Watch(SmokerDrop(), 0, ring=FIVE)
    falls = [225.0] * 5 + [205.0] * 3 + [204.0] * 13 + [184.0] * 18
    assert told(watch, falls, answers={20: hears("drop", 6)}) == [
        (6, "raised"),
        (16, "ring"),
        (22, "reminder"),
        (32, "ring"),
    ]


def test_it_rings_no_more_once_it_was_heard_or_is_over():
    watch = Watch(SmokerDrop(), 0, ring=FIVE)
    assert told(watch, DYING, answers={17: hears("drop", 6)}) == [(6, "raised"), (16, "ring")]
    watch = Watch(SmokerDrop(), 0, ring=FIVE)
    assert told(watch, [*DYING[:12], *[225] * 40]) == [(6, "raised"), (13, "cleared")]


def test_what_can_wait_does_not_ring():
    stall = Watch(FoodStall(), 0, ring=FIVE)
    assert told(stall, [160.0] * 60, FOOD_A) == [(20, "raised")]


def test_meat_that_is_done_rings_until_somebody_answers():
    watch = Watch(FoodStall(), 60, others=[FoodDone(203)], ring=FIVE)
    warming = [200.0 + n / 10 for n in range(100)]
    found = told(watch, warming, FOOD_A, {43: hears("done", 32, FOOD_A)})
    assert found == [(32, "raised"), (42, "ring")]


def test_a_probe_that_has_fallen_silent_rings_until_somebody_answers():
    watch = Watch(SmokerDrop(), 0, ring=FIVE)
    told(watch, [225.0])
    found = [(now, alert.state) for now in range(0, 3000, 10) if (alert := watch.silence(now, 300))]
    assert found == [(330, "lost"), (630, "ring"), (930, "second"), (1230, "second")]
    watch = Watch(SmokerDrop(), 0, ring=FIVE)
    told(watch, [225.0])
    lost = watch.silence(330, 300)
    watch.answer(heard(lost), 400)
    assert [watch.silence(now, 300) for now in range(400, 3000, 10)] == [None] * 260


def unread(watch: Watch, *numbers: int):
    """Readings without a time, for a watch that needs one."""
    for number in numbers:
        with pytest.raises(UnreadableMessage):
            watch.judge(numbered(SMOKER, "brisket", number, "no time", 225.0))


def test_a_silence_of_readings_without_times_is_heard_by_its_first_alert_however_many_come():
    watch = Watch(SmokerDrop(), 0, "time", ring=FIVE)
    unread(watch, 1, 2)
    lost = watch.silence(330, 300)
    unread(watch, 3)
    ring = watch.silence(630, 300)
    assert heard(ring) == heard(lost)
    unread(watch, 4)
    watch.answer(heard(lost), 640)
    assert watch.silence(940, 300) is None


def test_the_end_of_a_silence_says_which_one_it_is():
    watch = Watch(SmokerDrop())
    watch.judge(numbered(SMOKER, "brisket", 1, "12:00", 225.0))
    lost = watch.silence(330, 300)
    (found,) = watch.judge(numbered(SMOKER, "brisket", 2, "12:06", 225.0), 360).alerts
    assert (found.state, found.began) == ("found", lost.began)
    assert found.began


def test_an_answer_to_a_silence_of_which_a_state_knows_no_reading_is_heeded():
    first, second = (Watch(SmokerDrop(), 0, "time", ring=FIVE) for _ in range(2))
    unread(first, 1)
    lost = first.silence(330, 300)
    second.resume(SMOKER, "brisket", json.loads(json.dumps(first.state())))
    for answer in (heard(lost), Answer("q", minutes=10)):
        second.answer(answer, 0)
    assert second.quiet_until == 600
    unread(second, 2)
    assert second.silence(9000, 300) is None


# --- what is quiet -------------------------------------------------------------------------------


def test_while_a_probe_is_quiet_nobody_is_told_and_what_goes_on_behind_it_is():
    quiet = Answer("q", minutes=10)
    watch = Watch(SmokerDrop(), 1)
    assert told(watch, DYING[:24], answers={2: quiet}) == [(22, "raised"), (24, "reminder")]


def test_what_goes_on_already_is_not_reminded_of_and_does_not_ring_while_a_probe_is_quiet():
    watch = Watch(SmokerDrop(), 5, ring=Ring(every=60))
    found = told(watch, DYING[:30], answers={7: Answer("q", minutes=10)})
    assert found == [(6, "raised"), (27, "reminder"), (29, "ring")]


def test_what_begins_and_ends_while_a_probe_is_quiet_is_told_to_nobody():
    quiet, watch = Answer("q", minutes=10), Watch(SmokerDrop(), 1)
    assert told(watch, [225, 225, 205, 204, 225, 225], answers={2: quiet}) == [(5, "over")]
    stalled = [150 + n for n in range(10)] + [160.0] * 25 + [170.0] * 3
    watch = Watch(FoodStall(), 1)
    assert told(watch, stalled, FOOD_A, {2: Answer("q", minutes=60)}) == [(36, "over")]


@pytest.mark.parametrize(("readings", "state"), [(3, "lid"), (20, "over")])
def test_behind_a_quiet_hour_only_a_short_drop_is_called_a_lid(readings, state):
    watch = Watch(SmokerDrop(lid_minutes=5), 0)
    fire = [225.0] * 3 + [205.0 - n for n in range(readings)] + [225.0] * 2
    quiet = {2: Answer("q", minutes=60)}
    assert told(watch, fire, answers=quiet) == [(4 + readings, state)]


def test_a_quiet_probe_can_be_silent_and_that_is_told_behind_it():
    watch = Watch(SmokerDrop(), 0)
    told(watch, [225.0], answers={1: Answer("q", minutes=30)})
    assert watch.silence(1000, 300) is None
    assert watch.silence(1831, 300).state == "lost"


def test_an_answer_without_an_id_makes_it_quiet():
    watch = Watch(SmokerDrop(), 0)
    watch.answer(Answer("", minutes=10), 0)
    assert watch.quiet_until == 600


def test_what_is_quiet_can_be_told_of_again():
    answers = {2: Answer("q", minutes=60), 10: Answer("again", minutes=0)}
    assert told(Watch(SmokerDrop(), 0), DYING[:20], answers=answers) == [(11, "raised")]


def test_the_same_answer_that_comes_again_makes_it_no_longer_and_another_one_does():
    watch, once = Watch(SmokerDrop(), 0), Answer("once", minutes=10)
    watch.answer(once, 0)
    watch.answer(once, 500)
    assert watch.quiet_until == 600
    watch.answer(Answer("twice", minutes=10), 500)
    assert watch.quiet_until == 1100


# --- as they are sent and kept -------------------------------------------------------------------

ANSWERS = st.builds(hears, st.sampled_from(["drop", "low"]), st.integers(1, 40)) | st.builds(
    Answer, st.text(max_size=5), minutes=st.floats(0.5, 30)
)


@untimed
@given(
    st.lists(st.sampled_from([225.0, 205.0, 190.0, 189.0, 150.0]), max_size=60),
    st.dictionaries(st.integers(1, 60), ANSWERS, max_size=4),
    st.integers(0, 60),
    st.sampled_from(["readings", "time"]),
)
def test_a_watch_that_goes_on_from_its_state_rings_and_is_quiet_as_if_nothing_had_been(
    temperatures, answers, cut, clock
):
    def fresh() -> Watch:
        return Watch(SmokerDrop(), 5, clock, [SmokerLow(200)], ring=Ring(60, 5, 120))

    whole, first, second = fresh(), fresh(), fresh()
    before, after = temperatures[:cut], temperatures[cut:]
    parts = told(first, before, answers=answers)
    second.resume(SMOKER, "brisket", json.loads(json.dumps(first.state())))
    second.quiet_until = first.quiet_until  # which the memory keeps, by its clock
    assert parts + told(second, after, answers=answers) == told(
        whole, temperatures, answers=answers
    )


def test_what_an_earlier_version_has_told_rings_by_when_it_was_told():
    first, second = (Watch(SmokerDrop(), 0, ring=FIVE) for _ in range(2))
    told(first, DYING[:8])
    state = first.state()
    for new in ("rang_at", "rings", "heard"):
        del state["episodes"]["drop"][new]
    second.resume(SMOKER, "brisket", state)
    assert told(second, DYING[8:20]) == [(16, "ring")]
    assert first.silence(1000, 300).state == "lost"
    state = first.state(1000)
    for new in ("lost", "rings", "rang"):
        del state[new]
    third = Watch(SmokerDrop(), 0, ring=FIVE)
    third.resume(SMOKER, "brisket", state, 1000)
    assert third.silence(1299, 300) is None
    assert third.silence(1301, 300).state == "ring"


def test_what_a_later_version_says_besides_does_not_hide_an_episode_that_goes_on():
    first, second = Watch(SmokerDrop(), 0), Watch(SmokerDrop(), 0)
    told(first, DYING[:8])
    state = first.state() | {"mood": "fine"}
    state["episodes"]["drop"]["colour"] = "red"
    second.resume(SMOKER, "brisket", state)
    assert second.state() == first.state()


@untimed
@given(
    st.lists(st.sampled_from([190.0, 200.0, 202.0, 203.0]), max_size=60),
    st.dictionaries(st.integers(1, 60), st.builds(Answer, st.text(max_size=5), minutes=st.just(2))),
    st.integers(0, 60),
)
@example([190.0, 203.0, 203.0, 203.0, 190.0], {}, 3)
def test_meat_that_is_done_is_no_stall_behind_a_quiet_hour_either_nor_after_a_restart(
    temperatures, answers, cut
):
    def fresh() -> Watch:
        return Watch(FoodStall(2, 3), 5, others=[FoodDone(203)], ring=Ring(60, 5, 120))

    whole, first, second = fresh(), fresh(), fresh()
    before, after = temperatures[:cut], temperatures[cut:]
    parts = told(first, before, FOOD_A, answers)
    second.resume(FOOD_A, "brisket", json.loads(json.dumps(first.state())))
    second.quiet_until = first.quiet_until  # which the memory keeps, by its clock
    expected = told(whole, temperatures, FOOD_A, answers)
    assert parts + told(second, after, FOOD_A, answers) == expected
    pairs = zip(temperatures, temperatures[1:], strict=False)
    done = [
        n for n, pair in enumerate(pairs, 2) if pair == (203, 203) and min(temperatures[:n]) < 203
    ]
    stalls = [n for n, state in expected if state == "cleared"]
    assert not done or not [n for n in stalls if n >= done[0]]


def test_a_silence_goes_on_ringing_from_its_state_and_the_same_answer_is_known_there():
    first, second = (Watch(SmokerDrop(), 0, ring=FIVE) for _ in range(2))
    once = Answer("once", minutes=1)
    told(first, [225.0], answers={1: once})
    assert [first.silence(now, 300).state for now in (330, 640)] == ["lost", "ring"]
    second.resume(SMOKER, "brisket", json.loads(json.dumps(first.state())))
    second.heard = first.heard
    second.answer(once, 930)
    found = [(now, a.state) for now in range(650, 3000, 10) if (a := second.silence(now, 300))]
    assert found == [(940, "second"), (1240, "second")]


def test_an_answer_comes_back_from_its_json():
    for answer in (hears("drop", 6), Answer("q", minutes=0.5)):
        assert Answer.parse(answer.id, answer.body()) == answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"minutes": -1}',
        b'{"minutes": 1441}',
        b'{"minutes": "30"}',
        b'{"minutes": NaN}',
        b'{"kind": "drop", "began": 7}',
        b'{"kind": "fire", "began": "x"}',
        b'{"kind": "drop", "began": "x", "minutes": 30}',
        b'{"kind": ["drop"], "began": "x"}',
        b'{"minutes": 30, "more": 1}',
    ],
)
def test_what_is_no_answer_is_unreadable(body):
    with pytest.raises(UnreadableMessage, match="not an answer"):
        Answer.parse("id", body)


@untimed
@given(JSON)
def test_whatever_json_comes_is_an_answer_or_unreadable(said):
    with suppress(UnreadableMessage):
        Answer.parse("id", json.dumps(said).encode())
