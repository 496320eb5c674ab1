"""What is told of an outage: not too much, and what has changed."""

import pytest

from smart_smoker.core.errors import BrokerAway, BrokerBlocked, BrokerRefused
from smart_smoker.rabbitmq.link import LASTING, Outage

AWAY, REFUSED, BLOCKED = BrokerAway("gone"), BrokerRefused("no"), BrokerBlocked("full")


def test_an_outage_is_told_when_it_begins_and_once_more_when_it_lasts_and_so_is_its_end():
    outage = Outage()
    assert not outage.tells_end(), "there was none"
    assert [n for n in range(1, 30) if outage.tells(AWAY, inside=False)] == [1, LASTING]
    outage = Outage()
    outage.tells(AWAY, inside=True)
    assert outage.tells_end()


def test_of_connections_that_are_lost_at_once_the_first_alone_is_told_as_the_end():
    outage = Outage()
    told = [(outage.tells(AWAY, inside=True), outage.tells_end()) for _ in range(3)]
    assert told == [(True, True), (False, False), (False, False)]


def test_the_end_of_an_outage_is_told_where_only_its_beginning_or_its_lasting_was_told_before():
    outage = Outage()
    assert not outage.tells_end(), "the first connection"
    outage.tells(AWAY, inside=True)
    assert outage.tells_end()
    for _ in range(LASTING - 1):
        outage.tells(AWAY, inside=True)
    assert outage.tells_end(), "it was told once more that it lasts"


def test_a_broker_that_was_away_and_refuses_us_when_it_is_back_is_told():
    outage, errors = Outage(), (AWAY, AWAY, REFUSED, REFUSED, AWAY)
    told = [outage.tells(error, inside=False) for error in errors]
    assert told == [True, False, True, False, False]
    assert outage.tells_end()


@pytest.mark.parametrize("error", [BLOCKED, REFUSED], ids=["takes no messages", "refuses us"])
def test_to_be_let_in_is_no_end_where_we_failed_inside(error):
    outage = Outage()
    outage.tells(error, inside=True)
    assert not outage.tells_end()
