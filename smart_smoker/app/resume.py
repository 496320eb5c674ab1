"""Going on: a producer that is started again finds the cook that it had begun."""

from collections.abc import Iterable
from contextlib import suppress

from ..cli.signals import Stop
from ..core.cooks import is_of
from ..core.errors import BrokerRefused, UnreadableMessage
from ..core.probes import PROBE_OF_QUEUE
from ..core.readings import Reading
from ..rabbitmq.connection import Broker
from ..rabbitmq.history import replay
from ..rabbitmq.link import stay_connected
from ..rabbitmq.messages import reading_of


def newest_cook(name: str, since: str, urls: Iterable[str], stop: Stop) -> list[Reading]:
    """The readings of the cook of this name that began last in the history, in their order.

    Of readings that were sent again the later ones; none where this user may not read the history.
    """

    def read(broker: Broker) -> list[Reading]:
        begun: set[str] = set()
        readings: dict[str, Reading] = {}
        newest = ""
        with suppress(BrokerRefused):
            for event in replay(broker, since, stop):
                cook, probe = event.headers.get("cook"), PROBE_OF_QUEUE.get(event.queue)
                if not (probe and isinstance(cook, str) and is_of(cook, name)):
                    continue
                if cook not in begun:
                    begun.add(cook)
                    newest, readings = cook, {}
                with suppress(UnreadableMessage):
                    reading = reading_of(event, probe)
                    if reading.cook == newest:  # A stranger's can name our cook and no number.
                        readings[reading.id] = reading
        return list(readings.values())

    return stay_connected(urls, "producer", stop, read) or []
