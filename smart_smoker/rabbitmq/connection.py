"""One connection to RabbitMQ, and what goes in and out by it.

This is the only module that knows pika; its exceptions become BrokerAway (wait and try again),
BrokerRefused (a person has to mend it) or QueueTaken (stand by).
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress

import pika
from pika import exceptions
from pika.adapters.utils.connection_workflow import AMQPConnectorException

from ..core.errors import BrokerAway, BrokerBlocked, QueueTaken
from . import reasons
from .address import COMMIT_SECONDS, in_time, place, tls_context
from .messages import APP, DECLARED, EXCHANGE, HISTORY, KEYS, QUEUES, Arrival, Message, arrival

log = logging.getLogger(__name__)

_NOT_LET_IN = (
    exceptions.AuthenticationError,
    exceptions.ProbableAuthenticationError,
    exceptions.ProbableAccessDeniedError,
)


class _Properties(pika.BasicProperties):
    """What a stranger has written beside a message, as far as pika can read it.

    At a header that it cannot, a time in milliseconds perhaps, pika ends the connection. The next
    one would meet the same message again, in its queue and for days in the history.
    """

    def decode(self, encoded, offset=0):
        try:
            return super().decode(encoded, offset)
        except Exception:  # as many kinds as there are ways to be wrong
            return self


class Broker(AbstractContextManager):
    """One open connection: publishes on a channel of its own, consumes on another.

    One that `only_looks` never declares anything: what is not there is not made. Everything here
    raises BrokerAway when the connection is lost.
    """

    def __init__(self, url: str, name: str, has_history: bool = True, only_looks: bool = False):
        self._url, self._name, self.place = url, name, place(url)
        self.has_history, self._returned = has_history, []
        self.blocked = self.useful = False  # useful: whether anything has come or gone by it
        pika.spec.props[pika.BasicProperties.INDEX] = _Properties
        with self._pika_errors():
            self._connection = pika.BlockingConnection(_parameters(url, name))
        try:
            with self._pika_errors():
                self._setup = self._connection.channel()
                if not only_looks:
                    self.declare()
                self._publishing = self._connection.channel()
                self._publishing.tx_select()
                self._publishing.add_on_return_callback(lambda *got: self._returned.append(got))
                self._consuming = self._connection.channel()
        except BaseException:
            self.__exit__()
            raise

    def another(self, purpose: str) -> "Broker":
        """A second connection to the same broker, to read what is there."""
        return Broker(self._url, f"{self._name}, {purpose}", self.has_history, only_looks=True)

    def __exit__(self, *_):
        if self._connection.is_open:
            with suppress(exceptions.AMQPError, OSError), self._in_time():
                self._connection.close()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Give the connection up when it takes too long: pika itself would wait for ever."""
        inner = self._connection._impl
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
        except _NOT_LET_IN as error:
            raise reasons.not_let_in(error, self.place) from error
        except (exceptions.ChannelClosedByBroker, exceptions.ConnectionClosedByBroker) as error:
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

    def declare(self, *only: str):
        """Make sure that exchange, queues and bindings are there, or `only` some of the queues.

        Queues of states are made only where they are named. A user who may not declare looks
        whether all is there. Raises BrokerRefused when something exists with other arguments, or
        when it may be neither made nor seen.
        """
        queues = [q for q in only or QUEUES if self.has_history or q != HISTORY]
        with self._pika_errors():
            self._ensure("exchange_declare", EXCHANGE, exchange_type="topic", durable=True)
            for queue in queues:
                self._ensure("queue_declare", queue, durable=True, arguments=DECLARED[queue])
            for key, fed in KEYS.items():
                for queue in set(fed).intersection(queues):
                    # Bindings cannot be looked at: whoever made the queues has bound them.
                    refusal = self._refused("queue_bind", queue, EXCHANGE, key)
                    if refusal and refusal.reply_code != 403:
                        raise refusal

    def _refused(self, what: str, *arguments, **more) -> exceptions.ChannelClosedByBroker | None:
        """Ask for something that the broker may refuse: its refusal, or None."""
        try:
            self._answer = getattr(self._setup, what)(*arguments, **more).method
        except exceptions.ChannelClosedByBroker as refusal:
            self._setup = self._connection.channel()
            return refusal

    def _ensure(self, declare: str, name: str, **ours):
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
        """Make a queue again where somebody has deleted it; whether so it was."""
        with self._pika_errors():
            missing = self._refused("queue_declare", queue, passive=True) is not None
        if missing:
            self.declare(queue)
        return missing

    def publish(self, messages: Sequence[Message]):
        """Hand messages over and return when the broker has taken responsibility for them all.

        One transaction: pika's blocking channel confirms message by message, at a disk write each.
        """
        if not self.has_history:
            messages = [message for message in messages if message.queue != HISTORY]
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
        self._look_after({message.queue for message in messages if message.type != "state"})
        if self.blocked:
            self.blocked = False
            log.warning("The broker at %s takes messages again.", self.place)

    def _look_after(self, published: set[str]):
        """Raise where RabbitMQ has confirmed what no queue has, or the history alone."""
        for key in published:
            self.state(KEYS.get(key, [key])[0])  # Without its node a queue is not there.
        self.wait(0)
        if self._returned:
            raise reasons.not_taken(self._returned.pop()[1].routing_key)

    def consume(self, queue: str, prefetch: int, since: str | int | None = None, dead: int = 0):
        """Begin to read a queue, as its only reader; what was read but not acknowledged returns.

        The history is read by anyone `since` its `first` message, the `last`, an age like `3D` or
        a number. Raises QueueTaken when there is another reader, not counting so many `dead` ones,
        so does `take`: a quorum queue lets others in, so we look before, after, and each second.
        """
        with self._pika_errors():
            if self._consuming.is_open:
                self._consuming.close()
            self.dead_readers, self._next_look = dead, 0.0
            self._alone_in = queue if since is None else None
            if since is None and self.state(queue)[1] > dead:
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

    def _leave_if_taken(self):
        """Raise QueueTaken, and leave the queue, where others read it too."""
        queue, now = self._alone_in, time.monotonic()
        if not queue or now < self._next_look:
            return
        if 0 < self._next_look < now - COMMIT_SECONDS:
            self.dead_readers = 0  # We have hung: those may have called us dead since.
        self._next_look = now + 1
        beside = self.state(queue)[1] - 1
        self.dead_readers = min(self.dead_readers, max(beside, 0))  # One can be back, or gone.
        if beside > self.dead_readers:
            with self._pika_errors():
                self._consuming.close()
            raise QueueTaken(f"{queue} has another reader", queue)

    def get_all(self, queue: str) -> list[Arrival]:
        """What a queue holds, in order; it stays there until `done_with_got`."""
        with self._pika_errors():
            all_there = iter(lambda: self._setup.basic_get(queue), (None, None, None))
            return [arrival(queue, *got) for got in all_there]

    def done_with_got(self):
        """Tell the broker that all that we have got can be forgotten."""
        with self._pika_errors():
            self._setup.basic_ack(0, multiple=True)

    def take(self, seconds: float, most: int | None = None) -> list[Arrival]:
        """What has arrived, in order, or the first so many; waits up to so many seconds for one."""
        self.wait(0 if self._arrived else seconds)
        # pika does not tell that the broker closed the channel or that the queue was deleted.
        if not self._consuming.is_open or not self._consuming.consumer_tags:
            raise BrokerAway("the broker has ended our reading of the queue", self.place)
        self._leave_if_taken()
        arrived, self._arrived = self._arrived[:most], self._arrived[most:] if most else []
        self.useful = self.useful or bool(arrived)
        return arrived

    def acknowledge(self, tag: int, and_all_before: bool = False):
        """Tell the broker that a message is done with and can be forgotten."""
        with self._pika_errors():
            self._consuming.basic_ack(tag, multiple=and_all_before)

    def wait(self, seconds: float):
        """Let so much time pass, or less when something arrives, and keep the connection alive."""
        with self._pika_errors():
            self._connection.process_data_events(time_limit=seconds)

    def wake(self):
        """End the wait of the thread that has this connection; the only call for other threads."""
        with self._pika_errors():
            self._connection.add_callback_threadsafe(lambda: None)

    def state(self, queue: str) -> tuple[int, int]:
        """How many messages wait in a queue, and how many consumers it has.

        Raises BrokerAway where there is no such queue.
        """
        with self._pika_errors():
            if refusal := self._refused("queue_declare", queue, passive=True):
                raise refusal
            return self._answer.message_count, self._answer.consumer_count

    def is_empty(self, queue: str) -> bool:
        """Whether nothing waits in the queue that we read, and nothing of it waits to be taken."""
        waiting = self.state(queue)[0]
        self.wait(0)  # pika keeps to itself what came while it waited for that answer.
        return not waiting and not self._arrived

    def purge(self, queue: str):
        """Throw away what waits in a queue."""
        with self._pika_errors():
            self._setup.queue_purge(queue)


def _parameters(url: str, name: str) -> pika.URLParameters:
    parameters = pika.URLParameters(in_time(url))
    parameters.client_properties = {"connection_name": name}
    if url.startswith("amqps"):
        parameters.ssl_options = pika.SSLOptions(tls_context(url), parameters.host)
    return parameters
