"""The smoker's drop is told from 20 °F on."""

from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.watch import Watch


def states(*temperatures: float) -> list[str]:
    """What a watch of the smoker tells of these readings."""
    watch, told = Watch(SMOKER.rule), []
    for seq, temperature in enumerate(temperatures, 1):
        reading = Reading(SMOKER, "12:00", temperature, f"cook/01-smoker/{seq}", "cook", seq)
        told += [alert.state for alert in watch.judge(reading).alerts]
    return told


def test_a_drop_of_18_degrees_is_not_told_and_one_of_20_is():
    assert states(225, 224, 207) == [], "a drop of 18 °F is still told"
    assert states(225, 224, 205) == ["raised"], "a drop of 20 °F is no longer told"
