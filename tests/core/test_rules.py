"""The rules: which windows are worth an alert, to a hundredth of a degree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import plain_window

from smart_smoker.core.limits import FoodDone, SmokerHigh, SmokerLow
from smart_smoker.core.probes import PROBES
from smart_smoker.core.readings import SECONDS_PER_READING
from smart_smoker.core.rules import RULES, Episode, FoodStall, SmokerDrop, gravest_first
from smart_smoker.core.window import MOST, Tail, Window

CENTS = 100


def of(rule, temperatures) -> Tail:
    """What a rule looks at after these temperatures, 30 seconds each."""
    span = rule.window * SECONDS_PER_READING
    window = Window(span, SECONDS_PER_READING, rule.looks_back)
    for number, temperature in enumerate(temperatures):
        window.add(number * SECONDS_PER_READING, temperature)
    return Tail(window, span)


def holds(rule, temperatures) -> bool:
    tail = of(rule, temperatures)
    return rule.holds(rule.change(tail), tail)


def is_over(rule, temperatures) -> bool:
    tail = of(rule, temperatures)
    episode = Episode("", 0, 0, max(temperatures), min(temperatures))
    return rule.is_over(rule.change(tail), tail, episode)


def test_the_shipped_rules_are_these_and_whoever_ships_another_changes_this_test_alone():
    own = [SmokerDrop(15, 5), FoodStall(1, 20), FoodStall(1, 20)]
    assert [probe.rule for probe in PROBES] == own == [SmokerDrop(), FoodStall(), FoodStall()]
    assert [probe.limits for probe in PROBES] == [(SmokerLow, SmokerHigh), (FoodDone,), (FoodDone,)]
    assert [probe.also for probe in PROBES] == [(), (), ()]
    assert [kind for kind, rule in RULES.items() if not rule.urgent] == ["stall"]


@pytest.mark.parametrize(
    ("window", "change"),
    [
        ([200], 0),
        ([185, 200], 0),
        ([200, 185], 15),
        ([190, 200, 180, 185], 15),
        ([70.1, 55.1], 15),
        ([200, 185.004], 15),
        ([200, 185.006], 14.99),
    ],
)
def test_a_drop_is_from_the_highest_to_the_newest_to_a_hundredth(window, change):
    assert SmokerDrop().change(of(SmokerDrop(), window)) == change


@pytest.mark.parametrize(
    ("window", "change"),
    [
        ([160], 0),
        ([160, 161], 1),
        ([161, 160], 1),
        ([160, 162.5, 159, 160], 3.5),
        ([16.1, 15.1], 1),
        ([160, 161.004], 1),
        ([160, 161.006], 1.01),
    ],
)
def test_a_food_has_changed_by_its_highest_less_its_lowest_to_a_hundredth(window, change):
    assert FoodStall().change(of(FoodStall(), window)) == change


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ([200], False),
        ([200, 185], True),
        ([200, 199, 198, 197, 185], True),
        ([185, 190, 195, 200], False),
        ([150, 165, 200, 185], True),
    ],
)
def test_a_drop_can_be_seen_from_the_second_reading_on(window, expected):
    assert holds(SmokerDrop(), window) == expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ([160] * 19, False),
        ([160] * 20, True),
        ([160] * 10 + [161] * 10, True),
        ([160] * 19 + [161.01], False),
        ([160] * 9 + [159] + [160] * 10, True),
        ([160] * 9 + [158.99] + [160] * 10, False),
        ([160, 160.6] + [160] * 17 + [159.5], False),
    ],
)
def test_a_stall_needs_a_full_window(window, expected):
    assert holds(FoodStall(), window) == expected


def test_a_drop_is_over_when_half_of_what_was_lost_has_come_back():
    assert not is_over(SmokerDrop(), [200, 185, 192.49])
    assert is_over(SmokerDrop(), [200, 185, 192.5])


def test_a_drop_is_over_when_the_fire_holds_within_a_third_of_it_for_ten_minutes():
    falls = [200, *range(180, 120, -3)]
    assert not is_over(SmokerDrop(), [*falls, *[100, 105] * 9, 100])
    assert not is_over(SmokerDrop(), [*falls, *[100, 105.01] * 10])
    assert is_over(SmokerDrop(), [*falls, *[100, 105] * 10])


def edges(*changes: float) -> set[int]:
    """Hundredths of a degree around some changes."""
    return {int(change) + step for change in changes for step in (-1, 0, 1)}


def test_the_edges_of_a_drop_are_exact_for_every_number_of_degrees():
    for degrees in range(1, 30 * CENTS):
        rule = SmokerDrop(degrees / CENTS)
        for change in edges(degrees):
            window = [185.37, 185.37 - change / CENTS]
            assert holds(rule, window) == (change >= degrees > 0), (rule, change)


def test_the_edges_of_a_stall_are_exact_for_every_number_of_degrees():
    for degrees in range(1, 30 * CENTS):
        rule = FoodStall(degrees / CENTS, window=2)
        for change in edges(degrees, degrees + CENTS):
            window = [160.37, 160.37 - change / CENTS]
            expected = (change <= degrees, change > degrees + CENTS)
            assert (holds(rule, window), is_over(rule, window)) == expected, (rule, change)


# --- windows -------------------------------------------------------------------------------------

STEPS = st.sampled_from([0, 0, 5, 30, 30, 55, 60, 65, 299, 300, 301, 3600, 1 / 1024])
BACK = st.sampled_from([-5, -30, -60, -120, -150, -151, -600, -86_400])
SPANS = st.sampled_from([60, 62, 150, 400, 600])


def seen(window: Window, span: float) -> tuple:
    tail = Tail(window, span)
    return list(tail), window.moment, tail.covers, tail.spans


@settings(deadline=None)
@given(SPANS, st.sampled_from([0, 30]), st.lists(st.tuples(STEPS | BACK, st.integers(0, 6))))
def test_a_window_is_what_a_plain_count_makes_of_all_readings(span, step, moves):
    window, arrivals, moment = Window(span, step), [], 1_600_000_000
    for move, temperature in moves:
        moment += move
        arrivals.append((moment, temperature))
        window.add(moment, temperature)
        held, spans = plain_window(arrivals, span, step)
        covers = held[-1][0] - held[0][0] + step
        assert list(window) == held
        temperatures = [temperature for _, temperature in held]
        assert seen(window, span) == (temperatures, held[-1][0], covers, spans)


@settings(deadline=None)
@given(
    SPANS,
    SPANS,
    st.sampled_from([0, 30]),
    st.lists(st.tuples(STEPS, st.integers(0, 6)), min_size=1),
)
def test_a_rule_sees_at_the_end_of_a_longer_window_what_its_own_would_have(one, two, step, moves):
    short, long = sorted((one, two))
    window, own, moment = Window(long, step), Window(short, step), 1_600_000_000
    for move, temperature in moves:
        moment += move
        window.add(moment, temperature)
        own.add(moment, temperature)
    assert seen(window, short) == seen(own, short)


def test_a_window_holds_so_many_readings_however_fast_they_come():
    window = Window(600)
    for number in range(2 * MOST):
        window.add(number / 1000, 160)
    assert len(window) == MOST
    assert not Tail(window, 600).spans


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 6)), unique=True, min_size=1), st.data()
)
def test_readings_in_disorder_within_a_window_make_the_same_window(readings, data):
    # Of one moment the one that came last is the newest, whatever the order.
    readings = list(dict(readings).items())
    sorted_one, shuffled = Window(300), Window(300)
    for reading in sorted(readings):
        sorted_one.add(*reading)
    for reading in data.draw(st.permutations(readings)):
        shuffled.add(*reading)
    assert seen(shuffled, 300) == seen(sorted_one, 300)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 6)), min_size=1))
def test_what_comes_twice_counts_once(readings):
    once, twice = Window(300), Window(300)
    for reading in dict.fromkeys(readings):
        once.add(*reading)
    for reading in [*readings, *readings]:
        twice.add(*reading)
    assert len(twice) == len(once) == len(set(readings))
    assert sorted(twice) == sorted(once)


def test_a_reading_from_before_the_window_begins_it_anew():
    window = Window(150)
    for moment in (1000, 1030, 1060):
        window.add(moment, 225)
    window.add(1060 - 150, 210)
    assert seen(window, 150) == ([210, 225, 225, 225], 1060, 150, True)
    window.add(1060 - 151, 200)
    assert seen(window, 150) == ([200], 909, 0, False)


@pytest.mark.parametrize(
    ("moments", "spans"),
    [
        ([0, 300, 599], False),
        ([0, 300, 600], True),
        ([0, 301, 600], False),
        ([0, 299, 600], False),
        ([0, 299, 598, 620], True),
        ([0, 10, 300, 320, 611], True),
        ([0, 10, 320, 611], False),
        ([0, 400, 200, 600], True),
        ([0, 290, 300, 590, 890], True),
        ([0, 290, 591, 890], False),
    ],
)
def test_a_window_of_ten_minutes_spans_them_only_without_a_gap_of_more_than_five(moments, spans):
    window = Window(600)
    for moment in moments:
        window.add(moment, 160)
    assert Tail(window, 600).spans == spans


def test_a_window_of_less_than_five_minutes_needs_two_readings_within_it():
    window = Window(60)
    for moment in (0, 61, 122):
        window.add(moment, 160)
    assert not Tail(window, 60).spans
    window.add(182, 160)
    assert (len(window), Tail(window, 60).spans) == (2, True)


# --- all rules -----------------------------------------------------------------------------------


def test_a_rule_is_known_by_being_defined_and_one_without_a_kind_of_its_own_is_none():
    class Rise(SmokerDrop):
        kind = "rise"

    class Slower(Rise):
        looks_back = 30

    try:
        assert RULES["rise"] is Rise
        assert [rule for rule in RULES.values() if issubclass(rule, Rise)] == [Rise]
    finally:
        del RULES["rise"]


def test_what_matters_most_comes_first():
    order = [SmokerLow, SmokerHigh, SmokerDrop, FoodDone, FoodStall]
    assert [rule for rule in gravest_first() if rule in order] == order
