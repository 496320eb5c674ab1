"""The rules: which windows are worth an alert, to a hundredth of a degree."""

import pytest

from smart_smoker.rules import FoodStall, SmokerDrop

CENTS = 100


def test_the_rules_are_those_that_the_owners_of_the_data_asked_for():
    assert (SmokerDrop().degrees, SmokerDrop().window) == (15, 5)
    assert (FoodStall().degrees, FoodStall().window) == (1, 20)


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
    assert SmokerDrop().change(window) == change


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
    assert FoodStall().change(window) == change


@pytest.mark.parametrize(
    ("window", "holds"),
    [
        ([200], False),
        ([200, 185], True),
        ([200, 185.01], False),
        ([200, 100], True),
        ([200, 199, 198, 197, 185], True),
        ([185, 190, 195, 200], False),
        ([150, 165, 200, 185], True),
    ],
)
def test_a_drop_can_be_seen_from_the_second_reading_on(window, holds):
    assert SmokerDrop().holds(window) == holds


@pytest.mark.parametrize(
    ("window", "holds"),
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
def test_a_stall_needs_a_full_window(window, holds):
    assert FoodStall().holds(window) == holds


def test_a_drop_is_over_when_less_than_half_of_it_is_left():
    assert not SmokerDrop().is_over([200, 192.5])
    assert SmokerDrop().is_over([200, 192.51])


def test_a_stall_is_over_at_more_than_a_degree_beyond_it():
    assert not FoodStall().is_over([160] * 19 + [162])
    assert FoodStall().is_over([160] * 19 + [162.01])


def edges(*changes: float) -> set[int]:
    """Hundredths of a degree around some changes."""
    return {int(change) + step for change in changes for step in (-1, 0, 1)}


def test_the_edges_of_a_drop_are_exact_for_every_number_of_degrees():
    for degrees in range(1, 30 * CENTS):
        rule = SmokerDrop(degrees / CENTS)
        for change in edges(degrees, degrees / 2):
            window = [185.37, 185.37 - change / CENTS]
            expected = (change >= degrees, 2 * change < degrees) if change > 0 else (False, True)
            assert (rule.holds(window), rule.is_over(window)) == expected, (rule, change)


def test_the_edges_of_a_stall_are_exact_for_every_number_of_degrees():
    for degrees in range(1, 30 * CENTS):
        rule = FoodStall(degrees / CENTS, window=2)
        for change in edges(degrees, degrees + CENTS):
            window = [160.37, 160.37 - change / CENTS]
            expected = (change <= degrees, change > degrees + CENTS)
            assert (rule.holds(window), rule.is_over(window)) == expected, (rule, change)


def test_a_rule_at_the_least_a_person_can_ask_for_still_begins_and_ends():
    drop, stall = SmokerDrop(0.01, 2), FoodStall(0.01, 2)
    assert drop.holds([70.01, 70])
    assert drop.is_over([70, 70])
    assert stall.holds([70.01, 70])
    assert stall.is_over([71.02, 70])
