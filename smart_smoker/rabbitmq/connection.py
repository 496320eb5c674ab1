"""One connection to RabbitMQ, and what goes in and out by it.

This is the only module that knows pika; its exceptions become BrokerAway (wait and try again),
BrokerRefused (a person has to mend it) or QueueTaken (stand by).
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any

import pika
from pika import exceptions, frame
from pika.adapters.blocking_connection import BlockingChannel as Channel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.spec import FRAME_HEADER, Basic

from ..core.errors import BrokerAway, BrokerBlocked, QueueTaken
from . import reasons
from .address import COMMIT_SECONDS, in_time, place, tls_context
from .broker import AnyBroker, Counts
from .messages import APP, DECLARED, EXCHANGE, HISTORY, KEYS, QUEUES, Arrival, Message, arrival

log = logging.getLogger(__name__)

_Ask = Callable[..., Any]
_Refusal = exceptions.ChannelClosedByBroker


class _Lenient(pika.SelectConnection):
    """Reads a message without its properties where pika cannot read those.

    At a header that it cannot, a time in milliseconds perhaps, pika ends the connection. The next
    one would meet the same message again, in its queue and for days in the history.
    """

    _frame_buffer: bytes

    def _read_frame(self) -> tuple[int, object]:
        data = self._frame_buffer
        try:
            return frame.decode_frame(data)
        except Exception:  # as many kinds as there are ways to be wrong
            if data[0] != FRAME_HEADER:
                raise
            return frame.decode_frame(data[:19] + b"\0\0" + data[21:])  # says that there are none


class Broker(AnyBroker):
    """One open connection: publishes on a channel of its own, consumes on another.

    One that `only_looks` never declares anything: what is not there is not made.
    """

    def __init__(self, url: str, name: str, has_history: bool = True, only_looks: bool = False):
        self._url, self._name, self.place = url, name, place(url)
        self.has_history, self._only_looks = has_history, only_looks
        self._declared: dict[str, float] = {}  # when, by queue
        self._returned: list[Basic.Return] = []  # what no queue takes
        self.blocked = self.useful = False  # useful: whether anything has come or gone by it
        with self._pika_errors():
            lenient: Any = _Lenient  # The stubs ask for an instance; pika makes one of the class.
            self._connection = pika.BlockingConnection(_parameters(url, name), lenient)
        try:
            with self._pika_errors():
                self._setup = self._connection.channel()
                if not only_looks:
                    self.declare()
                self._publishing = self._connection.channel()
                self._publishing.tx_select()
                self._publishing.add_on_return_callback(lambda *got: self._returned.append(got[1]))
                self._consuming = self._connection.channel()
        except BaseException:
            self.__exit__()
            raise

    def another(self, purpose: str) -> "Broker":
        return Broker(self._url, f"{self._name}, {purpose}", self.has_history, only_looks=True)

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection.is_open:
            with suppress(exceptions.AMQPError, OSError), self._in_time():
                self._connection.close()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Give the connection up when it takes too long: pika itself would wait for ever."""
        inner = self._connection._impl  # type: ignore[attr-defined]  # no public way
        late = exceptions.StreamLostError(f"no answer within {COMMIT_SECONDS} s")
        timer = inner._adapter_call_later(COMMIT_SECONDS, lambda: inner._terminate_stream(late))
        try:
            yield
        finally:
            inner._adapter_remove_timeout(timer)

    @contextmanager
    def _pika_errors(self) -> Iterator[None]:
        try:
            yield
        except (_Refusal, exceptions.ConnectionClosedByBroker) as error:
            raise reasons.said(error.reply_code, error.reply_text, self.place) from error
        except exceptions.NoFreeChannels as error:
            raise reasons.few_channels(self.place) from error
        except exceptions.ConnectionBlockedTimeout as error:
            raise BrokerBlocked("it takes no messages, being low on memory or disk") from error
        except (exceptions.AMQPError, AMQPConnectorException, OSError, ValueError) as error:
            # From Python 3.14 on pika raises a bare ValueError when a connection is lost.
            if type(error) is ValueError and "Timeout closed" not in str(error):
                raise
            raise reasons.broken(error, self.place) from error

    def declare(self, *only: str) -> None:
        queues = [q for q in only or QUEUES if self.has_history or q != HISTORY]
        with self._pika_errors():
            self._ensure(Channel.exchange_declare, EXCHANGE, exchange_type="topic", durable=True)
            for queue in queues:
                self._ensure(Channel.queue_declare, queue, durable=True, arguments=DECLARED[queue])
            for key, fed in KEYS.items():
                for queue in set(fed).intersection(queues):
                    # Bindings cannot be looked at: whoever made the queues has bound them.
                    refusal = self._refused(Channel.queue_bind, queue, EXCHANGE, key)
                    if refusal and refusal.reply_code != 403:
                        raise refusal

    def _refused(self, ask: _Ask, *arguments: object, **more: object) -> _Refusal | None:
        """Ask for something that the broker may refuse: its refusal, or None."""
        try:
            self._answer = ask(self._setup, *arguments, **more).method
            return None
        except _Refusal as refusal:
            self._setup = self._connection.channel()
            return refusal

    def _ensure(self, declare: _Ask, name: str, **ours: object) -> None:
        refusal = self._refused(declare, name, **ours)
        if not refusal or reasons.IS_QUORUM.search(refusal.reply_text):
            return  # It is there, and a quorum queue lasts better than what we asked for.
        if refusal.reply_code == 406:
            raise reasons.made_otherwise(refusal.reply_text, name)
        if refusal.reply_code != 403:
            raise refusal
        if unseen := self._refused(declare, name, passive=True):
            raise reasons.not_seen(unseen.reply_text, name)

    def make_again(self, queue: str) -> bool:
        with self._pika_errors():
            missing = self._refused(Channel.queue_declare, queue, passive=True) is not None
        if missing:
            self.declare(queue)
        return missing

    def publish(self, messages: Sequence[Message]) -> None:
        # One transaction: pika's blocking channel confirms each message by itself, at a disk write.
        if not self.has_history:
            messages = [message for message in messages if message.queue != HISTORY]
        self._declare_again(messages)
        with self._pika_errors():
            for message in messages:
                self._publishing.basic_publish(
                    "" if message.straight else EXCHANGE,
                    message.queue,
                    message.body,
                    pika.BasicProperties(
                        app_id=APP,
                        delivery_mode=pika.DeliveryMode.Persistent.value,
                        headers=message.headers,
                        message_id=message.id or None,
                        timestamp=int(message.sent or time.time()),
                        type=message.type,
                        expiration=str(message.expires * 1000) if message.expires else None,
                    ),
                    mandatory=not message.straight and message.queue not in QUEUES,
                )
            with self._in_time():
                self._publishing.tx_commit()
        self.useful = self.useful or any(not message.straight for message in messages)
        self._check_queued({message.queue for message in messages if message.type != "state"})
        if self.blocked:
            self.blocked = False
            log.warning("The broker at %s takes messages again.", self.place)

    def _declare_again(self, messages: Sequence[Message]) -> None:
        # RabbitMQ also confirms a message whose queue somebody has deleted: it is dropped, or in
        # the history alone. So each queue is made again first, once a second.
        fed = ((m.queue,) if m.straight else KEYS.get(m.queue, ()) for m in messages)
        queues, now = QUEUES.keys() & chain.from_iterable(fed), time.monotonic()
        due = {queue for queue in queues if now - self._declared.get(queue, 0) >= 1}
        if due and not self._only_looks:
            self.declare(*due)
            self._declared |= dict.fromkeys(due, now)

    def _check_queued(self, published: set[str]) -> None:
        """Raise where RabbitMQ has confirmed what no queue has, or the history alone."""
        for key in published:
            self.counts(KEYS.get(key, [key])[0])  # Without its node a queue is not there.
        self.wait(0)
        if self._returned:
            raise reasons.not_taken(str(self._returned.pop().routing_key))

    def consume(
        self, queue: str, prefetch: int, since: str | int | None = None, dead: int = 0
    ) -> None:
        with self._pika_errors():
            if self._consuming.is_open:
                self._consuming.close()
            self.dead_readers, self._next_look = dead, 0.0
            self._alone_in = queue if since is None else None
            if since is None and self.counts(queue).consumers > dead:
                raise QueueTaken(f"{queue} has a reader", queue)
            self._consuming = self._connection.channel()
            self._consuming.basic_qos(prefetch_count=prefetch)
            self._arrived: list[Arrival] = []
            self._consuming.basic_consume(
                queue,
                lambda _, *arrived: self._arrived.append(arrival(queue, *arrived)),
                exclusive=since is None,
                arguments=None if since is None else {"x-stream-offset": since},
            )
        self._leave_if_taken()
        self._next_look = 0.0  # However long it takes to begin, we have not hung.

    def _leave_if_taken(self) -> None:
        """Raise QueueTaken, and leave the queue, where others read it too."""
        queue, now = self._alone_in, time.monotonic()
        if not queue or now < self._next_look:
            return
        if 0 < self._next_look < now - COMMIT_SECONDS:
            self.dead_readers = 0  # We have hung: those may have called us dead since.
        self._next_look = now + 1
        others = self.counts(queue).consumers - 1
        self.dead_readers = min(self.dead_readers, max(others, 0))  # One can be back, or gone.
        if others > self.dead_readers:
            with self._pika_errors():
                self._consuming.close()
            raise QueueTaken(f"{queue} has another reader", queue)

    def get_all(self, queue: str) -> list[Arrival]:
        with self._pika_errors():
            arrived = []
            while (got := self._setup.basic_get(queue))[0]:
                arrived.append(arrival(queue, *got))
            return arrived

    def acknowledge_got(self) -> None:
        with self._pika_errors():
            self._setup.basic_ack(0, multiple=True)

    def take(self, seconds: float, most: int | None = None) -> list[Arrival]:
        self.wait(0 if self._arrived else seconds)
        # pika does not tell that the broker closed the channel or that the queue was deleted.
        if not self._consuming.is_open or not self._consuming.consumer_tags:
            raise BrokerAway("the broker has ended our reading of the queue", self.place)
        self._leave_if_taken()
        arrived, self._arrived = self._arrived[:most], self._arrived[most:] if most else []
        self.useful = self.useful or bool(arrived)
        return arrived

    def acknowledge(self, tag: int, and_all_before: bool = False) -> None:
        with self._pika_errors():
            self._consuming.basic_ack(tag, multiple=and_all_before)

    def wait(self, seconds: float) -> None:
        with self._pika_errors():
            self._connection.process_data_events(time_limit=seconds)

    def wake(self) -> None:
        with self._pika_errors():
            self._connection.add_callback_threadsafe(lambda: None)

    def counts(self, queue: str) -> Counts:
        with self._pika_errors():
            if refusal := self._refused(Channel.queue_declare, queue, passive=True):
                raise refusal
            return Counts(self._answer.message_count, self._answer.consumer_count)

    def is_empty(self, queue: str) -> bool:
        waiting = self.counts(queue).messages
        self.wait(0)  # pika keeps to itself what came while it waited for that answer.
        return not waiting and not self._arrived

    def purge(self, queue: str) -> None:
        """Throw away what waits in a queue."""
        with self._pika_errors():
            self._setup.queue_purge(queue)


def _parameters(url: str, name: str) -> pika.URLParameters:
    parameters = pika.URLParameters(in_time(url))
    parameters.client_properties = {"connection_name": name}
    if url.startswith("amqps"):
        parameters.ssl_options = pika.SSLOptions(tls_context(url), parameters.host)
    return parameters
