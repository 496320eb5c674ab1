"""Units: what is in °F is read in °C by whoever asks for it."""

import pytest

from smart_smoker.core.limits import FoodDone, SmokerLow
from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.core.units import apart, at, fahrenheit, in_unit, limit
from smart_smoker.core.watch import Watch


def test_a_difference_has_no_zero_that_could_move():
    words = f"{at(225)}, down {apart(15)}, below {limit(203)}"
    assert in_unit(words, "F") == "225.0 °F, down 15 °F, below 203 °F"
    assert in_unit(words, "C") == "107.2 °C, down 8.3 °C, below 95 °C"
    assert in_unit(f"up {apart(25)}", "C") == "up 13.9 °C"


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("203", 203), ("95C", 203), ("95 °C", 203), ("203 °F", 203), ("203F", 203), ("-10.5c", 13.1)],
)
def test_a_limit_can_be_given_in_celsius(text, degrees):
    assert fahrenheit(text) == degrees


@pytest.mark.parametrize("text", ["", "C", "warm", "9 5C", "95K"])
def test_what_is_no_temperature_is_no_limit(text):
    with pytest.raises(ValueError, match="could not convert"):
        fahrenheit(text)


def test_an_alert_is_in_celsius_throughout_and_can_be_read_in_fahrenheit():
    watch = Watch(SmokerDrop(), unit="C", others=[SmokerLow(200)])
    readings = [numbered(SMOKER, "cook", n, "12:00", t) for n, t in enumerate([225, 207, 199], 1)]
    (drop,) = [alert for reading in readings for alert in watch.judge(reading).alerts]
    assert drop.subject == "Smoker Alert! 97.2 °C, down 10 °C in 1 minute"
    assert drop.sms.startswith("Smoker Alert! 97.2 C, down 10 C in 1 minute at ")
    assert "°F" not in drop.text
    assert in_unit(drop.said, "F") == "Smoker Alert! 207.0 °F, down 18 °F in 1 minute"
    assert (drop.temperature, drop.change) == (207, 18)
    lost = watch.silence(10**6, 300)
    assert lost.subject == "Signal Lost! Smoker: nothing for 5 minutes, last 92.8 °C"


def test_a_target_is_told_in_the_unit_of_the_kitchen():
    watch = Watch(FoodDone(fahrenheit("95C")), unit="C")
    temperatures = [190, 203, 203]
    readings = [numbered(FOOD_A, "cook", n, "12:00", t) for n, t in enumerate(temperatures, 1)]
    (done,) = [alert for reading in readings for alert in watch.judge(reading).alerts]
    assert done.subject == "Food A Done! 95.0 °C, the target is 95 °C"
