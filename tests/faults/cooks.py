"""Cooks with many episodes, and what an undisturbed run says about them."""

from dataclasses import replace
from random import Random

from scripts import cook_csv

from smart_smoker.core.probes import PROBES, Probe
from smart_smoker.core.readings import Reading
from smart_smoker.core.rows import read_rows
from smart_smoker.core.rules import Rule
from smart_smoker.core.watch import Watch

RULES = {probe: probe.rule for probe in PROBES}
SETTINGS = {
    "smoker_low": 205,
    "smoker_high": 225.5,
    "smoker_lid_minutes": 1,
    "food_a_done": 200,
    "food_b_done": 400,
}
"""What turns all rules on, in °F and minutes, so that each finds something in these cooks."""


def cook(chance: Random, rows: int) -> str:
    """The CSV of a cook with an episode every 30 to 60 readings, under both rules."""
    return cook_csv(_fire(chance, rows), _meat(chance, rows), _meat(chance, rows))


def _fire(chance: Random, rows: int) -> list:
    """A fire that goes down by 15 to 40 °F within 1 to 5 readings, again and again."""
    said = []
    while len(said) < rows:
        said += [round(225 + chance.uniform(-2, 2), 1) for _ in range(chance.randint(15, 40))]
        steps = chance.randint(1, 4)
        depth = chance.uniform(15, 40)
        said += [round(225 - depth * step / steps, 1) for step in range(1, steps + 1)]
        said += [round(225 - depth, 1)] * chance.randint(1, 6)
    return said[:rows]


def _meat(chance: Random, rows: int) -> list:
    """Meat that warms and stalls by turns, with a reading missing now and then."""
    said, now = [], 60.0
    while len(said) < rows:
        for _ in range(chance.randint(10, 30)):
            now += chance.uniform(0.5, 1.5)
            said.append(None if chance.random() < 0.03 else round(now, 1))
        stall = chance.randint(20, 30)
        said += [round(now + chance.uniform(0, 0.8), 1) for _ in range(stall)]
        if now > 900:
            now = 60.0
    return said[:rows]


def rules(probe: Probe, settings: dict[str, float]) -> list[Rule]:
    """The rules by which a probe is watched under such settings, its own first."""
    held = settings.get(probe.setting("lid_minutes"))
    rule = replace(probe.rule, lid_minutes=float(held)) if held else probe.rule
    limits = [(kind, settings.get(probe.setting(kind.kind))) for kind in probe.limits]
    return [rule, *(kind(float(f)) for kind, f in limits if f is not None), *probe.also]


def expected(
    csv: str, cook: str, settings: dict[str, float]
) -> tuple[dict[str, bytes], list[str], list[str]]:
    """The bodies of a cook's readings by their ids, and the ids of its alerts and its notes."""
    watches = {}
    for probe in PROBES:
        own, *others = rules(probe, settings)
        watches[probe] = Watch(own, others=others)
    seqs = dict.fromkeys(RULES, 0)
    bodies, alerts = {}, []
    for row in read_rows(csv.splitlines()):
        for probe, temperature in zip(RULES, row.temperatures, strict=True):
            if temperature is None:
                continue
            seqs[probe] += 1
            id = f"{cook}/{probe.queue}/{seqs[probe]}"
            reading = Reading(probe, row.time, temperature, id, cook, seqs[probe])
            bodies[id] = reading.body()
            alerts += watches[probe].judge(reading).alerts
    told, notes = ([a.id for a in alerts if a.quiet is quiet] for quiet in (False, True))
    return bodies, told, notes
