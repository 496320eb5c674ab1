"""A grease fire is told once when it flares up and once when it is over."""

from smart_smoker.core import rules
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.watch import Watch


def test_a_rise_is_told_once_and_cleared_once():
    assert hasattr(rules, "SmokerRise"), "core/rules.py has no class SmokerRise yet"
    rule = rules.SmokerRise()
    assert (rule.degrees, rule.window, rule.kind) == (25, 5, "rise")
    watch, told = Watch(rule), []
    for seq, temperature in enumerate((225, 230, 249, 250, 262, 263, 264, 264, 264), 1):
        reading = Reading(SMOKER, "12:00", temperature, f"cook/01-smoker/{seq}", "cook", seq)
        told += [(seq, a.state, a.subject) for a in watch.judge(reading).alerts]
    assert [(seq, state) for seq, state, _ in told] == [(4, "raised"), (9, "cleared")]
    assert told[0][2].startswith("Smoker Rise! 250.0 °F, up 25 °F")
