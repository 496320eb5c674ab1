"""The sample cook: what it is made of, and what the rules will find in it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from smart_smoker.core import probes
from smart_smoker.core.readings import numbered
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.core.watch import Watch
from smart_smoker.lab.simulate import HEADER, cook, to_csv

SAMPLE = Path(__file__).parent.parent.parent / "smoker-temps.csv"
SMOKER, FOOD_A, FOOD_B = 0, 1, 2


def rows_of(text: str) -> list[tuple[datetime, list[str]]]:
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return [(datetime.strptime(time, "%m/%d/%y %H:%M:%S"), cells) for time, *cells in rows]


def readings_of(text: str, probe: int) -> list[float]:
    return [float(cells[probe]) for _, cells in rows_of(text) if cells[probe]]


def sample() -> str:
    return SAMPLE.read_text(encoding="utf-8")


def drops(temperatures: list[float]) -> list[float]:
    """The temperatures at which a drop begins: a plain count, to check the sample by itself."""
    found, on = [], False
    for i, newest in enumerate(temperatures):
        drop = round(max(temperatures[max(0, i - 4) : i + 1]) - newest, 2)
        if not on and drop >= 15:
            found.append(newest)
        on = drop >= 15 or (on and drop >= 7.5)
    return found


def stalls(temperatures: list[float]) -> list[float]:
    """The temperatures at which a stall begins."""
    found, on = [], False
    for i in range(19, len(temperatures)):
        window = temperatures[i - 19 : i + 1]
        spread = round(max(window) - min(window), 2)
        if not on and spread <= 1:
            found.append(window[-1])
        on = spread <= 1 or (on and spread <= 2)
    return found


def before_its_first(temperature: float, temperatures: list[float]) -> list[float]:
    return temperatures[: next(i for i, t in enumerate(temperatures) if t >= temperature)]


def test_the_sample_cook_is_what_the_simulation_makes():
    assert SAMPLE.read_bytes() == to_csv(cook()).encode("utf-8")


def test_another_seed_is_another_cook():
    assert to_csv(cook(seed=1)) == to_csv(cook(seed=1)) != to_csv(cook(seed=2))


def test_the_header_names_a_time_and_three_channels():
    assert sample().splitlines()[0] == HEADER == "Time (UTC),Channel1,Channel2,Channel3"


def test_the_sample_lasts_about_ten_hours_in_about_2400_rows():
    rows = rows_of(sample())
    assert 2300 <= len(rows) <= 2500
    assert timedelta(hours=9.9) < rows[-1][0] - rows[0][0] < timedelta(hours=10.1)


def test_each_probe_has_800_to_1100_readings_to_a_tenth_of_a_degree():
    for probe in (SMOKER, FOOD_A, FOOD_B):
        cells = [cells[probe] for _, cells in rows_of(sample()) if cells[probe]]
        assert 800 <= len(cells) <= 1100
        assert all(len(cell.split(".")[1]) == 1 for cell in cells)


def test_most_cells_are_empty_and_no_row_is():
    filled = Counter(sum(map(bool, cells)) for _, cells in rows_of(sample()))
    assert filled.keys() == {1, 2}
    assert filled[1] > 5 * filled[2]


def test_rows_land_on_5_seconds_close_together_and_then_apart():
    times = [time for time, _ in rows_of(sample())]
    gaps = [(later - time).total_seconds() for time, later in zip(times, times[1:], strict=False)]
    assert all(time.second % 5 == 0 for time in times)
    assert min(gaps) == 5
    assert gaps.count(5) > len(gaps) / 2
    assert sum(gap > 30 for gap in gaps) > 100
    assert 1 <= sum(gap > 120 for gap in gaps) <= 3


def test_food_b_is_put_in_two_hours_late_and_from_the_fridge():
    rows = rows_of(sample())
    first = next(time for time, cells in rows if cells[FOOD_B])
    assert timedelta(hours=2) <= first - rows[0][0] < timedelta(hours=2, minutes=5)
    assert readings_of(sample(), FOOD_B)[0] < 45


def test_the_smoker_drops_for_each_opened_lid_and_for_the_dying_fire():
    assert len(drops(readings_of(sample(), SMOKER))) == 4


def test_the_dying_fire_is_told_until_half_of_what_it_lost_has_come_back():
    watch, told = Watch(SmokerDrop()), []
    for seq, (time, cells) in enumerate(rows_of(sample()), 1):
        if cells[SMOKER]:
            temperature = float(cells[SMOKER])
            reading = numbered(probes.SMOKER, "cook", seq, f"{time:%H:%M}", temperature)
            told += watch.judge(reading).alerts
    assert [(alert.time, alert.state) for alert in told[-2:]] == [
        ("18:33", "raised"),
        ("19:00", "cleared"),
    ]
    assert told[-1].temperature == 186.9
    assert len(told) == 8


def test_the_smoker_drops_while_the_fire_dies_with_the_lid_shut():
    start = rows_of(sample())[0][0]
    dying = [
        float(cells[SMOKER])
        for time, cells in rows_of(sample())
        if cells[SMOKER] and timedelta(minutes=448) < time - start < timedelta(minutes=480)
    ]
    assert len(drops(dying)) == 1
    assert min(dying) < 150


def test_each_food_stalls_first_where_pitmasters_see_it():
    for food in (FOOD_A, FOOD_B):
        found = stalls(readings_of(sample(), food))
        assert 1 <= len(found) <= 3
        assert 150 < found[0] < 170


def test_food_gets_warmer_between_the_stall_and_the_end():
    for food in (FOOD_A, FOOD_B):
        temperatures = readings_of(sample(), food)
        assert 195 < temperatures[-1] < 212
        assert stalls(temperatures[-200:]) == []


def test_evaporation_makes_the_stall_and_without_it_there_is_none():
    for seed in range(5):
        wet, dry = to_csv(cook(seed)), to_csv(cook(seed, evaporation=False))
        for food in (FOOD_A, FOOD_B):
            assert stalls(before_its_first(175, readings_of(wet, food)))
            assert not stalls(before_its_first(200, readings_of(dry, food)))
