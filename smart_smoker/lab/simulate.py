"""A ten-hour cook from simple physics: `python -m smart_smoker.lab.simulate > smoker-temps.csv`.

One temperature for the whole piece of meat, warmed by the air and cooled by what evaporates.
The stall is written down nowhere: it is where the two come into balance, for as long as the
meat has water to give.

Only + - * / on floats, and `random()`, are used: these give the same bits on every platform.
`exp`, `log` or `gauss` may differ in the last one, and a last bit can turn 161.2 into 161.3.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

HEADER = "Time (UTC),Channel1,Channel2,Channel3"
START = datetime(2025, 9, 6, 11, 0, 0)  # made up, like all of it
SEED = 10
STEP_S = 5  # the logger's clock, and short against everything that happens here
MINUTE_S = 60
COOK_S = 600 * MINUTE_S

# The smoker.
OUTSIDE_F = 70.0
FIRE_LOW_F, FIRE_HIGH_F = 225.0, 250.0  # "low and slow", as pitmasters have it
EMBERS_F = 140.0  # what a bed of embers still gives
DIAL_S = 12 * MINUTE_S  # from one touch of the dial to the next
FIRE_S = 5 * MINUTE_S  # pellets burn out, and catch, about this slowly
CHAMBER_S = 150  # thin steel and air
LID_S = 100  # the same with the lid open
FOOD_A_IN_S, FOOD_B_IN_S, LOOK_S = 30 * MINUTE_S, 120 * MINUTE_S, 325 * MINUTE_S
LID_OPEN_S = 50  # each time
EMBERS_FROM_S, EMBERS_TO_S = 450 * MINUTE_S, 475 * MINUTE_S  # an empty hopper, and filled again

# The meat.
FRIDGE_F = 38.0
HEAT_CAPACITY = 3500.0  # J/(kg K), lean beef
HEAT_TRANSFER = 12.0  # W/(m2 K), slow air and some radiation
LATENT_HEAT = 2.3e6  # J/kg, water at 160 °F
K_PER_F = 5 / 9
PSYCHROMETRIC = 0.066 * K_PER_F  # kPa/°F, the wet-bulb thermometer's constant at sea level
AIR_KPA = 4.0  # vapour in the chamber's air: a summer day, and what the fire adds
WATER_SHARE = 0.2  # of its mass that a piece can lose: what a scale says afterwards, fat aside
WET_SHARE = 0.085  # of the surface; chosen, so that the balance is where pitmasters see it
DRY_SHARE = 0.5  # with less of its water left the surface dries: drying's falling-rate period
STEAM_KPA = (0.84, 1.77, 3.50, 6.55, 11.68, 19.92, 32.69, 51.8, 79.5, 118.5, 172.2)
STEAM_FROM_F, STEAM_STEP_F = 40.0, 20.0  # steam tables, 40 to 240 °F

# The logger.
ROUND_S = 60
PUT_IN_S = (0, FOOD_A_IN_S, FOOD_B_IN_S)
SPEAKS_AT_S = ((0, 5), (20, 25), (25, 30))  # each probe twice a round, the foods overlapping
LOST = 0.14  # of the readings, on the air
NOISE_F = 0.1  # standard deviation of a thermometer
OUTAGES_S = ((205 * MINUTE_S, 209 * MINUTE_S), (541 * MINUTE_S, 543 * MINUTE_S))

Row = tuple[datetime, tuple[float | None, ...]]


def steam_kpa(temperature: float) -> float:
    """The vapour pressure of water at a temperature in °F, in kPa."""
    place = (temperature - STEAM_FROM_F) / STEAM_STEP_F
    i = min(max(int(place), 0), len(STEAM_KPA) - 2)
    return STEAM_KPA[i] + (place - i) * (STEAM_KPA[i + 1] - STEAM_KPA[i])


@dataclass
class Smoker:
    """The fire, the air around the meat, and what the fire is set to, in °F."""

    fire: float = OUTSIDE_F
    chamber: float = OUTSIDE_F
    aim: float = (FIRE_LOW_F + FIRE_HIGH_F) / 2

    def step(self, second: int, dice: random.Random) -> None:
        """Let one step of time pass, `second` s into the cook."""
        if second % DIAL_S == 0:
            self.aim = FIRE_LOW_F + (FIRE_HIGH_F - FIRE_LOW_F) * dice.random()
        dying = EMBERS_FROM_S <= second < EMBERS_TO_S
        self.fire += ((EMBERS_F if dying else self.aim) - self.fire) * STEP_S / FIRE_S
        self.chamber += (self.fire - self.chamber) * STEP_S / CHAMBER_S
        if any(0 <= second - opened < LID_OPEN_S for opened in (FOOD_A_IN_S, FOOD_B_IN_S, LOOK_S)):
            self.chamber += (OUTSIDE_F - self.chamber) * STEP_S / LID_S


@dataclass
class Meat:
    """A piece of meat: mass in kg, surface in m2, temperature in °F, water lost so far in kg."""

    mass: float
    surface: float
    temperature: float = FRIDGE_F
    lost: float = 0.0

    def step(self, chamber: float, evaporation: bool) -> None:
        """Let one step of time pass in air of `chamber` °F."""
        left = 1 - self.lost / (self.mass * WATER_SHARE)
        wet = WET_SHARE * min(1.0, left / DRY_SHARE) if evaporation else 0.0
        # Both count as °F of difference to the air, so that one factor makes watts of them.
        warming = chamber - self.temperature
        cooling = wet * max(0.0, steam_kpa(self.temperature) - AIR_KPA) / PSYCHROMETRIC
        watts_per_f = HEAT_TRANSFER * self.surface * K_PER_F
        joules_per_f = HEAT_CAPACITY * self.mass * K_PER_F
        self.lost += watts_per_f * cooling * STEP_S / LATENT_HEAT
        self.temperature += watts_per_f * (warming - cooling) * STEP_S / joules_per_f


def cook(seed: int = SEED, evaporation: bool = True) -> Iterator[Row]:
    """The rows a logger keeps of one cook: a time, and °F or None for smoker, food A, food B.

    Without evaporation the meat does not stall on its way up.
    """
    dial, radio = random.Random(seed), random.Random(seed + 1)
    smoker = Smoker()
    food_a, food_b = Meat(mass=3.6, surface=0.17), Meat(mass=2.0, surface=0.11)
    late = 0
    for second in range(0, COOK_S, STEP_S):
        smoker.step(second, dial)
        if second >= FOOD_A_IN_S:
            food_a.step(smoker.chamber, evaporation)
        if second >= FOOD_B_IN_S:
            food_b.step(smoker.chamber, evaporation)

        if second % ROUND_S == 0:
            late = STEP_S * int(4 * radio.random())
        actual = (smoker.chamber, food_a.temperature, food_b.temperature)
        cells: list[float | None] = []
        for there_from, speaks_at, temperature in zip(PUT_IN_S, SPEAKS_AT_S, actual, strict=True):
            # Three uniforms, of variance 1/12 each, sum to a bell of standard deviation 1/2.
            bell = radio.random() + radio.random() + radio.random() - 1.5
            speaks = second >= there_from and second % ROUND_S - late in speaks_at
            heard = radio.random() >= LOST and not any(a <= second < b for a, b in OUTAGES_S)
            cells.append(temperature + 2 * NOISE_F * bell if speaks and heard else None)
        if any(cell is not None for cell in cells):
            yield START + timedelta(seconds=second), tuple(cells)


def to_csv(rows: Iterable[Row]) -> str:
    """The rows as the text of a CSV file, to a tenth of a °F."""
    lines = [HEADER]
    for time, cells in rows:
        texts = ("" if cell is None else f"{cell:.1f}" for cell in cells)
        lines.append(",".join((f"{time:%m/%d/%y %H:%M:%S}", *texts)))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(to_csv(cook()).encode("utf-8"))
