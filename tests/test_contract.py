"""The contract: what the real scripts publish is what docs/messages.yaml says, and all of it."""

import json
import signal
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import yaml
from jsonschema import Draft7Validator, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from scripts import ALERT, HERE, LOOPBACK, PHONE, ask_admin, history, until
from smtp_server import MailServer

from smart_smoker.core.alert import PREFIXES, Alert
from smart_smoker.core.answers import heard
from smart_smoker.core.probes import PROBES, SMOKER
from smart_smoker.panel.answering import Answering, quiet
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import (
    DECLARED,
    Outcome,
    again,
    alert_message,
    delivery_message,
)

DOCUMENT = yaml.safe_load((HERE / "docs" / "messages.yaml").read_text(encoding="utf-8"))
CHANNELS, MESSAGES = DOCUMENT["channels"], DOCUMENT["components"]["messages"]
PROBE_QUEUES = DOCUMENT["components"]["parameters"]["queue"]["enum"]
REGISTRY = Registry().with_resource("urn:contract", Resource(DOCUMENT, DRAFT7))

# --- what the document says ----------------------------------------------------------------------


class Published(NamedTuple):
    """A message as it was handed to the broker, by an exchange and a key."""

    exchange: str
    key: str
    properties: dict
    body: bytes


def last(reference: dict) -> str:
    """The name that a reference leads to."""
    return reference["$ref"].rpartition("/")[2]


SENT = [
    (name, last(operation["channel"]), last(message))
    for name, operation in DOCUMENT["operations"].items()
    for message in operation.get("messages", ())
    if operation["action"] == "send"
]
"""What may be published: an operation, a channel, and a message, each by its name."""


def each_of(address: str) -> list[str]:
    """The addresses, or keys, that one with a parameter stands for."""
    return list(dict.fromkeys(address.replace("{queue}", queue) for queue in PROBE_QUEUES))


def exchange_of(channel: str) -> str:
    return CHANNELS[channel]["bindings"]["amqp"].get("exchange", {"name": ""})["name"]


def type_of(message: str) -> str | None:
    return MESSAGES[message].get("bindings", {"amqp": {"messageType": None}})["amqp"]["messageType"]


@cache
def named(exchange: str, key: str, type: str | None) -> list[tuple[str, str, str]]:
    """What the document says that a message of this type is."""
    return [
        (operation, channel, message)
        for operation, channel, message in SENT
        if exchange_of(channel) == exchange
        and key in each_of(CHANNELS[channel]["address"])
        and type_of(message) == type
    ]


@cache
def schema(message: str, part: str) -> Draft7Validator:
    place = f"urn:contract#/components/messages/{message}/{part}"
    return Draft7Validator({"$ref": place}, registry=REGISTRY)


def content(message: str, body: bytes) -> object:
    """A body, read as the document says that it is written."""
    kind = MESSAGES[message].get("contentType", DOCUMENT["defaultContentType"])
    return {"application/json": json.loads, "text/plain": bytes.decode}.get(kind, bytes)(body)


def check(published: Published) -> tuple[str, str, str]:
    """What the document calls a message that was published. Raises ValidationError if nothing."""
    properties = dict(published.properties)
    type, headers = properties.pop("type", None), properties.pop("headers", {})
    found = named(published.exchange, published.key, type)
    if len(found) != 1:
        raise ValidationError(f"the document names {len(found)} messages like {published}")
    *_, message = found[0]
    body = content(message, published.body)
    for part, said in (("x-properties", properties), ("headers", headers), ("payload", body)):
        schema(message, part).validate(said)
    # What no schema can say: an id is made of what stands elsewhere.
    id = properties.get("message_id")
    if type in ("alert", "note") and (id, headers["cook"]) != (body["id"], body["cook"]):
        raise ValidationError(f"{id} is not the id of its alert")
    if type == "reading" and id != f"{headers['cook']}/{published.key}/{headers['seq']}":
        raise ValidationError(f"{id} is not the id of its reading")
    return found[0]


def documented_queues() -> dict[str, tuple[bool, bool, dict]]:
    """Each queue: whether it is durable, whether it deletes itself, and its arguments."""
    return {
        queue: (said["durable"], said["autoDelete"], channel["x-arguments"])
        for channel in CHANNELS.values()
        if (said := channel["bindings"]["amqp"].get("queue"))
        for queue in each_of(channel["address"])
    }


def documented_bindings() -> set[tuple[str, str]]:
    """Each queue with each key by which the exchange feeds it."""
    return {
        (channel["address"].replace("{queue}", probe), key.replace("{queue}", probe))
        for channel in CHANNELS.values()
        for key in channel.get("x-bound-to", ())
        for probe in PROBE_QUEUES
    }


READING = Published(
    "smart-smoker",
    "01-smoker",
    {
        "app_id": "smart-smoker",
        "delivery_mode": 2,
        "timestamp": 1764000000,
        "type": "reading",
        "message_id": "brisket/01-smoker/58",
        "headers": {"cook": "brisket", "seq": 58},
    },
    b"09/06/25 11:30:05, 220.8",
)
ALARM = READING._replace(
    key="04-alerts",
    properties={
        **READING.properties,
        "type": "alert",
        "message_id": ALERT.id,
        "headers": {"cook": ALERT.cook},
        "expiration": "86400000",
    },
    body=ALERT.body(),
)


def with_(published: Published, **properties: object) -> Published:
    return published._replace(properties={**published.properties, **properties})


@pytest.mark.parametrize(
    "published",
    [
        READING._replace(exchange=""),
        READING._replace(key="07-ambient"),
        READING._replace(body=b"09/06/25 11:30:05; 220.8"),
        with_(READING, type="temperature"),
        with_(READING, delivery_mode=1),
        with_(READING, expiration="1000"),
        with_(READING, priority=1),
        with_(READING, message_id="brisket/01-smoker/59"),
        with_(READING, headers={"cook": "brisket", "seq": 58, "unit": "F"}),
        with_(READING, headers={"cook": "brisket"}),
        ALARM._replace(body=ALERT.body().replace(b'"raised"', b'"upset"')),
        ALARM._replace(body=ALERT.body().replace(b'"change": 15, ', b"")),
        ALARM._replace(body=ALERT.body().replace(b'"change"', b'"colour": "red", "change"')),
        with_(ALARM, message_id="brisket/01-smoker/18/raised"),
    ],
)
def test_what_the_document_does_not_say_is_found(published):
    for as_it_says in (READING, ALARM):
        check(as_it_says)
    with pytest.raises(ValidationError):
        check(published)


def test_its_schemas_are_schemas_and_its_examples_keep_to_them():
    for said in DOCUMENT["components"]["schemas"].values():
        Draft7Validator.check_schema(said)
    for name, message in MESSAGES.items():
        for example in message.get("examples", ()):
            schema(name, "payload").validate(example["payload"])
            schema(name, "headers").validate(example.get("headers", {}))


def test_a_queue_holds_what_comes_by_its_keys_and_what_is_sent_straight_to_it():
    for name, channel in CHANNELS.items():
        if not exchange_of(name):
            straight = {message for _, to, message in SENT if to == name}
            by_key = [
                set(other["messages"])
                for key, other in CHANNELS.items()
                if exchange_of(key) and other["address"] in channel["x-bound-to"]
            ]
            assert set(channel["messages"]) == straight.union(*by_key)


# --- what the scripts do -------------------------------------------------------------------------


class Choosy(MailServer):
    """Takes mails, but not for the phone."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address == PHONE:
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


class Tap:
    """All that is published in a virtual host, by whomever: RabbitMQ's firehose of messages."""

    def __init__(self, broker, url: str, channel):
        self._broker, self._host, self._channel = broker, urlsplit(url).path[1:], channel
        ask_admin(broker, "PUT", f"/vhosts/{self._host}", {"tracing": True})
        channel.queue_declare("tap")
        channel.queue_bind("tap", "amq.rabbitmq.trace", "publish.#")

    def take_all(self) -> list[Published]:
        waiting = self._channel.queue_declare("tap", passive=True).method.message_count
        taken = []
        for _, about, body in islice(self._channel.consume("tap", auto_ack=True), waiting):
            said = about.headers
            (key,) = said["routing_keys"]
            taken.append(Published(said["exchange_name"], key, said["properties"], body))
        self._channel.cancel()
        return taken

    def exchanges(self) -> dict[str, dict]:
        return {each["name"]: each for each in self._ask("exchanges")}

    def queues(self) -> dict[str, tuple[bool, bool, dict]]:
        classic = ("x-queue-type", "classic")  # RabbitMQ 4 says so of a plain declaration.
        return {
            each["name"]: (
                each["durable"],
                each["auto_delete"],
                dict(each["arguments"].items() - {classic}),
            )
            for each in self._ask("queues")
            if each["name"] != "tap"
        }

    def bindings(self) -> set[tuple[str, str]]:
        found = [each for each in self._ask("bindings") if each["source"] == "smart-smoker"]
        return {(each["destination"], each["routing_key"]) for each in found}

    def _ask(self, what: str) -> list[dict]:
        return ask_admin(self._broker, "GET", f"/{what}/{self._host}")


@pytest.fixture
def tap(broker, url, stranger):
    return Tap(broker, url, stranger.channel)


@pytest.fixture
def mail_server():
    with Choosy() as server:
        yield server


def test_all_that_is_published_in_a_cook_is_in_the_document_and_the_other_way_round(
    program, url, stranger, tap, mail_server, push_service
):
    program.configure_mail(mail_server.port)
    rings = {
        "URGENT_NOTIFY_URLS": push_service.url,
        "SECOND_PERSON_URLS": push_service.url,
        "RING_MINUTES": "5",
        "SECOND_PERSON_MINUTES": "10",
    }
    limits, soon = ("--low", 180, "--high", 260), ("--done", 190, "--warn-minutes", 30)
    by_time = "--done", 203, "--clock", "time", "--median", 3
    silent = "--silence-minutes", 0.01
    smoker, *_ = consumers = [
        program.start("consumer_smoker.py", *limits, "--lid-minutes", 3, *silent, **rings),
        program.start("consumer_food_a.py", *soon, *silent),
        program.start("consumer_food_b.py", *by_time, *silent),
    ]
    for consumer in consumers:
        consumer.said("Waiting for readings")
    producer = program.start("smoker_producer.py", "-", "--cook", "brisket", typed=True)
    producer.type((HERE / "smoker-temps.csv").read_text(encoding="utf-8"))
    cook = producer.said(r"brisket-[\w-]+")
    for consumer in consumers:
        consumer.said("Signal Lost!")
    people_answer(url, cook)
    producer.type("09/06/25 22:00:05,225.0,180.5,170.5\n")
    smoker.said("Cleared: Signal Lost!")
    stranger.channel.basic_publish("smart-smoker", SMOKER.queue, "22:01,225")
    with Broker(url, "a test") as broker:  # As a sender does that has held it for too long.
        broker.publish([again(event, 60) for event in history(url) if event.type == "alert"][:1])
    until(lambda: stranger.waiting("06-rejected"), "a text that the mail server refuses")
    producer.end_input()
    assert producer.ended()[0] == 0
    for consumer in consumers:
        consumer.said("has ended after")
        assert consumer.end(signal.SIGTERM)[0] == 0

    found = {check(published) for published in tap.take_all()}
    assert set(SENT) - found == set(), "the document names what was not published"


def test_each_outcome_and_each_state_of_an_alert_is_one_of_the_documents(url, tap):
    alerts = [replace(ALERT, id=f"brisket/01-smoker/18/{s}", state=s) for s in PREFIXES]
    with Broker(url, "a test") as broker:
        broker.publish([delivery_message(ALERT, "email", outcome) for outcome in Outcome])
        broker.publish([alert_message(alert) for alert in alerts])
    assert len(list(map(check, tap.take_all()))) == len(Outcome) + len(PREFIXES)
    outcomes = MESSAGES["delivery"]["headers"]["properties"]["outcome"]["enum"]
    states = DOCUMENT["components"]["schemas"]["Alert"]["properties"]["state"]["enum"]
    assert (set(outcomes), set(states)) == (set(Outcome), set(PREFIXES))


def people_answer(url: str, cook: str):
    """Answer and write down, as the panel does when a button is pressed."""
    panel = Answering([url])
    lost, *_ = until(lambda: told(url, "lost", SMOKER.name), "an alert that the signal is lost")
    panel.answer([SMOKER], cook, heard(lost), LOOPBACK)
    for minutes in (30, 0):
        panel.answer(PROBES, cook, quiet(minutes), LOOPBACK)
    panel.write_down(cook, "wrapped", LOOPBACK)
    panel.write_down(cook, "Brisket for twelve", LOOPBACK, names=True)


def told(url: str, state: str, probe: str) -> list[Alert]:
    alerts = [Alert.parse(event.body) for event in history(url) if event.type == "alert"]
    return [alert for alert in alerts if (alert.state, alert.probe) == (state, probe)]


def test_exchange_queues_and_bindings_are_those_of_the_document(url, tap):
    with Broker(url, "a test") as broker:
        broker.declare(*DECLARED)
    assert tap.bindings() == documented_bindings()
    assert tap.queues() == documented_queues()
    for channel in CHANNELS.values():
        if said := channel["bindings"]["amqp"].get("exchange"):
            made = tap.exchanges()[said["name"]]
            assert (made["type"], made["durable"]) == (said["type"], said["durable"])
