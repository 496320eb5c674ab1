"""A broker whose administrator allows fewer channels than a connection of ours needs."""

import pytest

from smart_smoker.core.errors import BrokerRefused
from smart_smoker.lab import private_broker
from smart_smoker.lab.private_broker import PrivateBroker
from smart_smoker.rabbitmq.connection import Broker


@pytest.mark.usefixtures("rabbitmq")
def test_a_broker_that_allows_too_few_channels_is_told_with_how_to_mend_it(tmp_path, monkeypatch):
    few = f"{private_broker.CONFIGURATION}channel_max = 2\n"
    monkeypatch.setattr(private_broker, "CONFIGURATION", few)
    with (
        PrivateBroker(tmp_path / "broker") as node,
        pytest.raises(BrokerRefused, match=r"at least 3 channels.*channel_max"),
    ):
        Broker(node.url, "a test")
