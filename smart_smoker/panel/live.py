"""What is so now of a probe, for other programs: Home Assistant and Prometheus."""

from ..core.alert import NO_SIGNAL
from ..core.probes import Probe
from .probe_story import ProbeStory

NOT_LIVE = ("never", "ended", "no signal", "gone")
"""Conditions of a probe whose temperature is none of now."""


def kinds(probe: Probe) -> list[str]:
    """What a probe's episodes can be."""
    return [probe.rule.kind, *(rule.kind for rule in probe.limits + probe.also), NO_SIGNAL]


def kinds_going_on(story: ProbeStory, now: float) -> set[str]:
    """The kinds of a probe's episodes that go on, a silence that nobody was told of among them."""
    going_on = {each.kind for each in story.episodes if each.end is None} - {NO_SIGNAL}
    return going_on | ({NO_SIGNAL} if story.condition(now).kind == "no signal" else set())


def live_temperature(story: ProbeStory, now: float) -> float | None:
    """The newest temperature in °F; None where it is none of now."""
    if story.newest is None or story.condition(now).kind in NOT_LIVE:
        return None
    return story.newest.temperature
