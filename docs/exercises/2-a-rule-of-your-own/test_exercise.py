"""A grease fire is told once when it flares up and once when it is over, and wakes people up."""

from smart_smoker.core import rules
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.core.watch import Watch
from smart_smoker.panel.story import Story
from smart_smoker.rabbitmq.messages import Arrival, Message, alert_message, reading_message

TEMPERATURES = (225, 230, 249, 250, 262, 263, 264, 264, 264)


def arrived(message: Message) -> Arrival:
    """What the panel finds of a message in the history."""
    return Arrival(message.queue, 1, message.body, message.id, message.type, message.headers, 1)


def test_a_rise_is_told_once_and_cleared_once_is_urgent_and_has_a_lane_on_the_panel():
    assert hasattr(rules, "SmokerRise"), "core/rules.py has no class SmokerRise yet"
    rule = rules.SmokerRise()
    assert (rule.degrees, rule.window, rule.kind) == (25, 5, "rise")
    watch, told, panel = Watch(SMOKER.rule, others=[rule]), [], Story()
    for seq, temperature in enumerate(TEMPERATURES, 1):
        reading = numbered(SMOKER, "cook", seq, "12:00", temperature)
        panel.take(arrived(reading_message(reading)))
        for alert in watch.judge(reading).alerts:
            panel.take(arrived(alert_message(alert)))
            told.append((seq, alert))
    assert [(seq, alert.state) for seq, alert in told] == [(4, "raised"), (9, "cleared")]
    flares_up, is_over = (alert for _, alert in told)
    assert flares_up.subject.startswith("Smoker Rise! 250.0 °F, up 25 °F")
    assert flares_up.urgent, "nobody wakes up for it"
    assert not is_over.urgent
    lanes = [episode.kind for episode in panel.latest.probes[SMOKER].episodes]
    assert lanes == ["rise"], "the panel shows nothing of it"
