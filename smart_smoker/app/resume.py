"""Going on: a producer that is started again finds the cook that it had begun."""

from collections.abc import Iterable
from contextlib import suppress

from ..cli.signals import Stop
from ..core.cooks import is_of
from ..core.errors import BrokerRefused, UnreadableMessage
from ..core.readings import Reading
from ..rabbitmq.connection import Broker
from ..rabbitmq.events import parse
from ..rabbitmq.history import replay
from ..rabbitmq.link import stay_connected


def newest_cook(name: str, since: str, urls: Iterable[str], stop: Stop) -> list[Reading]:
    """The readings of the cook of this name that began last in the history, in their order.

    Of readings that were sent again the later ones; none where this user may not read the history.
    """

    def read(broker: Broker) -> list[Reading]:
        begun: set[str] = set()
        readings: dict[str, Reading] = {}
        newest = ""
        with suppress(BrokerRefused):
            for arrival in replay(broker, since, stop):
                with suppress(UnreadableMessage):
                    reading = parse(arrival)
                    if not (isinstance(reading, Reading) and is_of(reading.cook, name)):
                        continue
                    if reading.cook not in begun:
                        begun.add(reading.cook)
                        newest, readings = reading.cook, {}
                    if reading.cook == newest:
                        readings[reading.id] = reading
        return list(readings.values())

    return stay_connected(urls, "producer", stop, read) or []
