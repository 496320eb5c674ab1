"""Which cook a producer goes on with, as a history in memory tells it."""

import gc

import pytest
from stub_broker import StubBroker

from smart_smoker.app import source
from smart_smoker.app.source import newest_cook
from smart_smoker.cli.signals import Stop
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.rabbitmq import events, link


@pytest.fixture
def stub(monkeypatch) -> StubBroker:
    stub = StubBroker()
    monkeypatch.setattr(link, "connect", lambda _, name: stub.another(name))
    return stub


def test_a_reading_that_names_a_cook_and_has_no_number_hides_none(stub):
    stub.put_readings(SMOKER, "patio-20261128-120000-abcd", [225, 226])
    stub.publish_plainly(SMOKER.queue, "12:00, 200", cook="patio-20261128-130000-abcd")
    begun = newest_cook("patio", "1D", [], Stop())
    assert [reading.temperature for reading in begun] == [225, 226]


def test_of_the_cooks_of_a_long_history_the_newest_alone_is_kept(stub, monkeypatch):
    for cook in range(3):
        stub.put_readings(SMOKER, f"patio-20261128-12000{cook}-abcd", [225] * 100)
    kept = []

    def counted(arrival):
        if arrival.headers["seq"] in (1, 100):  # Each count looks at all that there is.
            kept.append(sum(isinstance(each, Reading) for each in gc.get_objects()))
        return events.parse(arrival)

    monkeypatch.setattr(source, "parse", counted)
    assert len(newest_cook("patio", "1D", [], Stop())) == 100
    assert max(kept) - kept[0] <= 101
