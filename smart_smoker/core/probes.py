"""The probes: the one table that says what there is to watch.

All else follows it: queues and their bindings, what the panel shows, what the demo starts. A fourth
probe is a fourth line here and a script (docs/a-fourth-probe.md).
"""

from dataclasses import dataclass

from .limits import FoodDone, SmokerHigh, SmokerLow
from .rules import FoodStall, Rule, SmokerDrop


@dataclass(frozen=True)
class Probe:
    """One thermometer: its queue, the rule by which it is watched, and the script that does so.

    Of the further rules those in `limits` count where somebody gives their degrees, and those in
    `also` always.
    """

    name: str
    queue: str
    rule: Rule
    script: str
    limits: tuple[type[Rule], ...] = ()
    also: tuple[Rule, ...] = ()

    @property
    def spoken(self) -> str:
        """Its name within a sentence: `food A`."""
        return self.name[:1].lower() + self.name[1:]

    @property
    def choices(self) -> dict[str, str]:
        """What has an option and a setting, in °F or in minutes, each with its help."""
        kinds = {rule.kind: rule.option for rule in self.limits}
        rules = (type(self.rule), *self.limits)
        return kinds | {name: shown for rule in rules for name, shown in rule.choices.items()}

    def setting(self, what: str) -> str:
        """The key of a setting that is for this probe alone: `food_a_done`."""
        return f"{self.name} {what}".lower().replace(" ", "_")


LIMITS = (SmokerLow, SmokerHigh)
TARGETS = (FoodDone,)
SMOKER_ALSO = ()
FOOD_ALSO = ()

SMOKER = Probe("Smoker", "01-smoker", SmokerDrop(15, 5), "consumer_smoker.py", LIMITS, SMOKER_ALSO)
FOOD_A = Probe("Food A", "02-food-A", FoodStall(1, 20), "consumer_food_a.py", TARGETS, FOOD_ALSO)
FOOD_B = Probe("Food B", "03-food-B", FoodStall(1, 20), "consumer_food_b.py", TARGETS, FOOD_ALSO)

PROBES = (SMOKER, FOOD_A, FOOD_B)
"""In the order of the CSV's columns, after its time."""

PROBE_OF_QUEUE = {probe.queue: probe for probe in PROBES}
PROBE_OF_NAME = {probe.name: probe for probe in PROBES}
