"""RabbitMQ: one connection to it, what goes in and out by it, and staying connected.

This is the only module that knows pika; its exceptions become BrokerAway (wait and try again),
BrokerRefused (a person has to mend it) or QueueTaken (stand by).
"""

import logging
import random
import re
import ssl
import struct
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pika
from pika.exceptions import (
    AMQPError,
    AuthenticationError,
    ChannelClosedByBroker,
    ConnectionBlockedTimeout,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from .errors import BrokerAway, BrokerRefused, QueueTaken
from .messages import BOUND, EXCHANGE, HISTORY, QUEUES, Arrival, Message
from .script import Stop

log = logging.getLogger(__name__)

HEARTBEAT = 10
"""Seconds. A connection that broke half-way keeps its queue for three of them: at RabbitMQ's
default of 60 a successor would wait three minutes."""

BLOCKED_SECONDS = 10
"""How long a broker may hold a publish back under a memory or disk alarm before we say so."""

LONGEST_PAUSE = 15
"""Seconds between two tries to reach a broker."""

NO_HISTORY = (
    "The broker at %s has no streams, as RabbitMQ has from 3.9 on: a consumer that is started again"
    " begins with an empty window, and an alert can be told twice."
)
NO_BROKER = "Is it running? (python3 run.py broker start) Trying again until it is there."

LASTING = 8
"""Tries after which an outage is told again; with their pauses, about a minute."""

APP = "smart-smoker"
T = TypeVar("T")


class NoStreams(BrokerAway):
    """The broker is older than RabbitMQ 3.9, or has streams switched off; it has hung up."""


_UNDECODABLE = (
    AMQPError,
    ArithmeticError,
    LookupError,
    OSError,
    RecursionError,  # tables within tables within tables
    ValueError,
    struct.error,
)


class _Properties(pika.BasicProperties):
    """What a stranger has written beside a message, as far as pika can read it.

    At a header that it cannot, a time in milliseconds perhaps, pika ends the connection. The next
    one would meet the same message again, in its queue and for days in the history.
    """

    def decode(self, encoded, offset=0):
        with suppress(*_UNDECODABLE):
            super().decode(encoded, offset)
        return self


# --- the connection ------------------------------------------------------------------------------


class Broker:
    """One open connection: publishes on a channel of its own, consumes on another.

    One that `only_looks` never declares anything: what is not there is not made. Everything here
    raises BrokerAway when the connection is lost.
    """

    def __init__(self, url: str, name: str, has_history: bool = True, only_looks: bool = False):
        self.place = place(url)
        self.has_history = has_history
        self.blocked = False
        self.useful = False  # whether anything has come or gone by it
        self._url, self._name = url, name
        pika.spec.props[pika.BasicProperties.INDEX] = _Properties
        with self._pika_errors():
            self._connection = pika.BlockingConnection(_parameters(url, name))
        try:
            with self._pika_errors():
                self._setup = self._connection.channel()
                self._consuming = None
                self._arrived: list[Arrival] = []
                if not only_looks:
                    self.declare()
                self._publishing = self._connection.channel()
                self._publishing.tx_select()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *_):
        with suppress(AMQPError, OSError):  # It may be lost already.
            self._connection.close()

    @contextmanager
    def _pika_errors(self) -> Iterator[None]:
        try:
            yield
        except (ProbableAuthenticationError, AuthenticationError) as error:
            if not _REFUSAL.search(str(error)):  # cut off, which pika takes for a refusal
                raise BrokerAway(_reason(error), self.place) from error
            raise BrokerRefused(
                f"the broker at {self.place} refuses the login: check user and password in"
                " RABBITMQ_URL",
                self.place,
            ) from error
        except ProbableAccessDeniedError as error:
            if not _REFUSAL.search(str(error)):
                raise BrokerAway(_reason(error), self.place) from error
            raise BrokerRefused(
                f"the broker at {self.place} does not let this user in: {_reason(error)}",
                self.place,
            ) from error
        except (ChannelClosedByBroker, ConnectionClosedByBroker) as error:
            raise self._closed(error.reply_code, error.reply_text) from error
        except ConnectionBlockedTimeout as error:
            self.blocked = True
            raise BrokerAway("it takes no messages, being low on memory or disk") from error
        except (AMQPError, OSError) as error:
            if isinstance(_innermost(error), ssl.SSLCertVerificationError):
                raise BrokerRefused(
                    f"the broker at {self.place} shows a certificate that proves nothing"
                    f" ({_reason(error)}): name its own authority in RABBITMQ_URL by"
                    " ?cacertfile=FILE, or check the host's name",
                    self.place,
                ) from error
            raise BrokerAway(_reason(error), self.place) from error

    def _closed(self, code: int, text: str) -> Exception:
        if code == 403 and "exclusive use" in text:
            return QueueTaken(text)
        if code == 541 and "stream" in text:
            return NoStreams(text)
        if code in (403, 530):  # a permission, a virtual host
            return BrokerRefused(f"the broker at {self.place} does not permit it: {text}", text)
        return BrokerAway(text, self.place)

    def declare(self):
        """Make sure that the exchange, the queues and their bindings are there.

        A user who may not declare them looks whether they are. Raises BrokerRefused when one
        exists with other arguments, or is missing and may not be made.
        """
        queues = {q: a for q, a in QUEUES.items() if q != HISTORY or self.has_history}
        with self._pika_errors():
            self._ensure("exchange_declare", EXCHANGE, exchange_type="topic", durable=True)
            for queue, arguments in queues.items():
                self._ensure("queue_declare", queue, durable=True, arguments=arguments)
            for key in BOUND:
                for queue in {key, HISTORY} & queues.keys():
                    self._bind(queue, key)

    def _ensure(self, declare: str, name: str, **ours):
        try:
            getattr(self._setup, declare)(name, **ours)
            return
        except ChannelClosedByBroker as error:
            self._setup = self._connection.channel()
            if error.reply_code == 406:
                raise BrokerRefused(
                    f"{name} exists at the broker with other arguments than ours: when nothing in"
                    f" it is needed, delete it on the admin page ({error.reply_text})",
                    name,
                ) from error
            if error.reply_code != 403:
                raise
        try:
            getattr(self._setup, declare)(name, passive=True)
        except ChannelClosedByBroker as error:
            raise BrokerRefused(
                f"{name} is not there, and this user may not make it: let the broker's"
                f" administrator do so ({error.reply_text})",
                name,
            ) from error

    def _bind(self, queue: str, key: str):
        try:
            self._setup.queue_bind(queue, EXCHANGE, key)
        except ChannelClosedByBroker as error:
            # Bindings cannot be looked at: whoever made the queues has bound them.
            self._setup = self._connection.channel()
            if error.reply_code != 403:
                raise

    def publish(self, messages: Sequence[Message]):
        """Hand messages over and return when the broker has taken responsibility for them all.

        One transaction: pika's blocking channel confirms a single message at a time, which costs
        a round trip and a disk write for each.
        """
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
                        timestamp=int(time.time()),
                        type=message.type,
                    ),
                )
            self._publishing.tx_commit()
        self.useful = self.useful or any(not message.straight for message in messages)
        if self.blocked:
            self.blocked = False
            log.warning("The broker at %s takes messages again.", self.place)

    def consume(self, queue: str, prefetch: int, since: str | None = None):
        """Begin to read a queue, as its only reader; what was read but not acknowledged returns.

        The history is read by anyone, from its `first` message on or the `last`, or from an age
        like `3D` on: `since`. Raises QueueTaken when there is another reader.
        """
        with self._pika_errors():
            if self._consuming and self._consuming.is_open:
                self._consuming.close()
            self._consuming = self._connection.channel()
            self._consuming.basic_qos(prefetch_count=prefetch)
            self._arrived = []
            self._consuming.basic_consume(
                queue,
                lambda *arrival: self._arrive(queue, *arrival),
                exclusive=since is None,
                arguments={"x-stream-offset": since} if since else None,
            )
        if since is None and self.state(queue)[1] > 1:
            # A quorum queue knows no exclusive readers: whoever finds another one there leaves.
            with self._pika_errors():
                self._consuming.close()
            raise QueueTaken(f"{queue} has another reader", queue)

    def _arrive(self, queue, channel, method, properties, body):
        self._arrived.append(
            Arrival(
                method.routing_key if queue == HISTORY else queue,
                method.delivery_tag,
                body,
                str(properties.message_id or ""),
                properties.type or "",
                properties.headers or {},
                properties.timestamp or 0,
            )
        )

    def take(self, seconds: float) -> list[Arrival]:
        """What has arrived, in order; waits up to so many seconds for the first."""
        self.wait(0 if self._arrived else seconds)
        # A channel that the broker closed, or a queue that somebody deleted, says nothing.
        if not self._consuming.is_open or not self._consuming.consumer_tags:
            raise BrokerAway("the broker has ended our reading of the queue", self.place)
        arrived, self._arrived = self._arrived, []
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

    def replay(self, since: str, stop: Stop | None = None) -> Iterator[Arrival]:
        """What the history holds at this moment, in order; nothing where a broker has no streams.

        `since` is where to begin, as `consume` takes it; it ends early when a stop is requested. A
        connection of its own reads it, while this one is kept alive: pika can end the reading of a
        stream only with its connection.
        """
        if not self.has_history:
            return
        self.declare()  # Without the history the marker would be lost, and never come.
        end = uuid.uuid4().hex
        self.publish([Message(HISTORY, b"", "marker", end, straight=True)])
        with Broker(self._url, f"{self._name}, history") as reader:
            reader.consume(HISTORY, prefetch=1000, since=since)
            heard = time.monotonic()
            while not (stop and stop.requested):
                self.wait(0)
                arrived = reader.take(0.5)
                if arrived:
                    heard = time.monotonic()
                elif time.monotonic() - heard > BLOCKED_SECONDS:
                    raise BrokerAway("the history does not give what was put into it", self.place)
                for arrival in arrived:
                    if arrival.id == end:
                        return
                    if arrival.type != "marker":
                        yield arrival
                if arrived:
                    reader.acknowledge(arrived[-1].tag, and_all_before=True)

    def state(self, queue: str) -> tuple[int, int]:
        """How many messages wait in a queue, and how many consumers it has.

        Raises BrokerAway where there is no such queue.
        """
        with self._pika_errors():
            try:
                declared = self._setup.queue_declare(queue, passive=True).method
            except ChannelClosedByBroker:
                self._setup = self._connection.channel()
                raise
            return declared.message_count, declared.consumer_count

    def purge(self, queue: str):
        """Throw away what waits in a queue."""
        with self._pika_errors():
            self._setup.queue_purge(queue)


def place(url: str) -> str:
    """Where a broker is, for people: host and port."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"


def _parameters(url: str, name: str) -> pika.URLParameters:
    parts = urlsplit(url)
    parameters = pika.URLParameters(parts._replace(query="").geturl())
    parameters.heartbeat = HEARTBEAT
    parameters.blocked_connection_timeout = BLOCKED_SECONDS
    parameters.socket_timeout = 5
    parameters.stack_timeout = 10
    parameters.client_properties = {"connection_name": name}
    if parts.scheme == "amqps":
        context = ssl.create_default_context()
        for own in parse_qs(parts.query).get("cacertfile", ()):
            context.load_verify_locations(own)
        parameters.ssl_options = pika.SSLOptions(context, parameters.host)
    return parameters


_REFUSAL = re.compile(r"\((403|530)\) ['\"]")
"""A login or a virtual host that is refused; a broker that is just being stopped says 320."""

_SAID = re.compile(r"\(\d{3}\) ['\"](.*)['\"]")
"""What a broker said before it left, with its code."""


def _innermost(error: BaseException) -> BaseException:
    """What went wrong at the bottom of pika's nested exceptions."""
    inner = getattr(error, "exception", None) or next(iter(error.args), None)
    return _innermost(inner) if isinstance(inner, BaseException) else error


def _reason(error: BaseException) -> str:
    """What went wrong, for people."""
    if said := _SAID.search(str(error)):
        return said[1]
    error = _innermost(error)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


# --- staying connected ---------------------------------------------------------------------------


def connect(urls: Iterable[str], name: str, only_looks: bool = False) -> Broker:
    """Open a connection to the first broker that takes it; `name` is shown on its admin page.

    Raises BrokerRefused when all of them refuse it, else BrokerAway.
    """
    errors = []
    for url in urls:
        for has_history in (True, False):
            try:
                return Broker(url, name, has_history, only_looks)
            except NoStreams:
                continue
            except (BrokerAway, BrokerRefused) as error:
                errors.append((place(url), error))
                break
    if errors and all(isinstance(error, BrokerRefused) for _, error in errors):
        raise errors[0][1]
    raise BrokerAway("; ".join(f"{place}: {error}" for place, error in errors), urls)


def connect_once(urls: Iterable[str], name: str) -> Broker:
    """Open a connection for a command that does not wait. Raises BrokerAway with what to do."""
    try:
        return connect(urls, name)
    except BrokerAway as error:
        raise BrokerAway(f"no broker: {error} (python3 run.py broker start)", urls) from error


def stay_connected(
    urls: Iterable[str], name: str, stop: Stop, work: Callable[[Broker], T], level=logging.WARNING
) -> T | None:
    """Call `work` with an open connection, and again with a new one whenever it is lost.

    Returns what `work` returns, or None when a stop was requested first. Every outage is told
    once, at `level`, and so is its end; one that lasts is told again, with what is the matter now.
    """
    blocked = brief = told_no_history = False
    tries, pauses = 0, backoff(LONGEST_PAUSE)
    while not stop.requested:
        try:
            with connect(urls, name) as broker:
                if tries and not (blocked or brief):
                    log.log(min(level, logging.INFO), "The broker at %s is back.", broker.place)
                if not (broker.has_history or told_no_history):
                    log.log(level, NO_HISTORY, broker.place)
                    told_no_history = True
                broker.blocked = blocked
                try:
                    return work(broker)
                except BrokerAway as error:
                    # A connection that was of no use has not ended an outage.
                    brief = tries > 0 and not broker.useful
                    if not (blocked or brief):
                        log.log(level, "The broker at %s is lost: %s", broker.place, error)
                        tries, pauses = 0, backoff(LONGEST_PAUSE)
                    elif tries == LASTING:
                        log.log(level, "The broker at %s is still lost: %s", broker.place, error)
                    tries, blocked = tries + 1, broker.blocked
        except BrokerAway as error:
            if tries in (0, LASTING):
                log.log(level, "No broker: %s. %s", error, NO_BROKER)
            tries += 1
        stop.wait(next(pauses))
    return None


def backoff(longest: float) -> Iterator[float]:
    """Pauses in seconds between tries: 1, 2, 4, … up to the longest, each shortened by chance.

    Chance keeps many clients of one server from coming back all at once.
    """
    pause = 1.0
    while True:
        yield pause * random.uniform(0.5, 1)
        pause = min(2 * pause, longest)


def read_alone(broker: Broker, queue: str, prefetch: int, stop: Stop, level=logging.INFO) -> bool:
    """Begin to read a queue as soon as nobody else does; False when a stop was requested first."""
    waiting = False
    while not stop.requested:
        try:
            broker.consume(queue, prefetch)
            return True
        except QueueTaken:
            if not waiting:
                log.log(
                    level,
                    "Another consumer (or our own lost connection) is reading %s; standing by.",
                    queue,
                )
            waiting = True
        while not stop.requested:
            broker.wait(random.uniform(0.2, 0.5))  # Two that leave at once come back one by one.
            if not broker.state(queue)[1]:
                break
    return False
