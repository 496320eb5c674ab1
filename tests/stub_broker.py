"""A stand-in for RabbitMQ: queues in memory, and what was done with them in its order.

It is for what does not ask how RabbitMQ behaves: in which order somebody publishes, leaves a state
and acknowledges, and what they make of a message.
"""

from collections import defaultdict
from itertools import count
from threading import Condition

from smart_smoker.core.readings import numbered
from smart_smoker.rabbitmq.broker import Counts
from smart_smoker.rabbitmq.messages import HISTORY, KEYS, STATES, Arrival, Message, reading_message


class StubBroker:
    """A connection to queues in memory, which it shares with `another`; so are its `deeds`.

    It is all that AnyBroker asks for, and no child of it: what it lacked would do nothing there.
    Whoever takes waits for a message `patience` seconds at most.
    """

    has_history, place, dead_readers = True, "memory", 0
    blocked = useful = False
    patience = 0.0

    def __init__(self, first: "StubBroker | None" = None):
        self.queues = first.queues if first else defaultdict(list)
        self.deeds = first.deeds if first else []
        self._changed = first._changed if first else Condition()
        self._tags, self._reads, self._seen, self._woken = count(1), "", 0, False
        self._unacknowledged: dict[int, Message] = {}
        self._got: dict[str, list[Message]] = {}

    def another(self, purpose):
        return StubBroker(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Give back what was not acknowledged."""
        for queue, messages in [(self._reads, self._unacknowledged.values()), *self._got.items()]:
            self.queues[queue][:0] = messages
        self._unacknowledged, self._got = {}, {}

    def declare(self, *only):
        pass

    def make_again(self, queue):
        return False

    def publish(self, messages):
        with self._changed:
            self.deeds += [f"publish {message.type}" for message in messages]
            for message in messages:
                for queue in (message.queue,) if message.straight else KEYS[message.queue]:
                    self.queues[queue].append(message)
                    if queue in STATES:
                        del self.queues[queue][: -STATES[queue]["x-max-length"]]
            self._changed.notify_all()

    def consume(self, queue, prefetch, since=None, dead=0):
        self.__exit__()
        self._reads, self._seen = queue, 0

    def take(self, seconds, most=None):
        waiting = self.queues[self._reads]
        with self._changed:
            self._changed.wait_for(
                lambda: self._woken or len(waiting) > self._seen, min(seconds, self.patience)
            )
            self._woken = False
            if self._reads == HISTORY:  # It stays there.
                first, self._seen = self._seen, len(waiting)
                return [_arrival(waiting[number], 0, number) for number in range(first, self._seen)]
            taken = {next(self._tags): message for message in waiting[:most]}
            del waiting[:most]
        self._unacknowledged |= taken
        return [_arrival(message, tag) for tag, message in taken.items()]

    def acknowledge(self, tag, and_all_before=False):
        self.deeds += [f"acknowledge {tag}"] if self._reads != HISTORY else []
        for other in [o for o in self._unacknowledged if o == tag or (and_all_before and o < tag)]:
            del self._unacknowledged[other]

    def get_all(self, queue):
        self._got[queue], self.queues[queue][:] = self.queues[queue][:], []
        return [_arrival(message, 0) for message in self._got[queue]]

    def acknowledge_got(self):
        self._got = {}

    def wait(self, seconds):
        pass

    def wake(self):
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def counts(self, queue):
        return Counts(len(self.queues[queue]), 0)

    def is_empty(self, queue):
        return not self.queues[queue]

    # --- for tests -------------------------------------------------------------------------------

    def put(self, queue, *bodies, type="", id="", sent=0, expires=0, **headers):
        """Publish straight to a queue, as anybody's own script might."""
        for body in bodies:
            body = body.encode() if isinstance(body, str) else body
            self.publish([Message(queue, body, type, id, headers, True, sent, expires)])

    def publish_plainly(self, key, body, **headers):
        """Publish by the exchange without any properties but these headers."""
        self.publish([Message(key, body.encode(), "", headers=headers)])

    def put_readings(self, probe, cook, temperatures, first=1):
        """Publish a cook's readings."""
        for seq, temperature in enumerate(temperatures, first):
            time = f"05/22/21 12:{seq // 2:02}:{seq % 2 * 30:02}"
            self.publish([reading_message(numbered(probe, cook, seq, time, temperature))])

    def told(self, type):
        """What the history has of a type."""
        return [message for message in self.queues[HISTORY] if message.type == type]


def _arrival(message: Message, tag: int, number: int = -1) -> Arrival:
    headers = {**message.headers, "x-stream-offset": number}
    sent, expires = message.sent or 1, message.expires
    return Arrival(
        message.queue, tag, message.body, message.id, message.type, headers, sent, expires
    )
