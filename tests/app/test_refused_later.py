"""Scripts that were let in, and that the broker refuses later: they say so, and try on."""

import signal
from urllib.parse import urlsplit

import pytest
from scripts import (
    EVERYTHING,
    PASSWORD,
    Relay,
    Stranger,
    ask_admin,
    broker_user,
    clock,
    until,
)

from smart_smoker.lab.inbox import Inbox
from smart_smoker.rabbitmq.connection import Broker

WAITING = "Waiting for readings in"
REFUSED = r"is refused: .*Trying on until it is let in\."


class Gate:
    """A user's way to a broker, and how the broker's administrator can shut it and open it."""

    def __init__(self, broker, relay: Relay, host: str, user: str):
        self._broker, self._relay = broker, relay
        self._limit = f"/vhost-limits/{host}/max-connections"
        self._rights, self._user = f"/permissions/{host}/{user}", f"/users/{user}"
        self._owner, self._host = f"/permissions/{host}/guest", f"/vhosts/{host}"

    def ask(self, method: str, path: str, body: object = None):
        ask_admin(self._broker, method, path, body)

    def cut(self):
        """Break the connections: a limit and a password are asked for by new ones alone."""
        self._relay.cut()
        self._relay.open()

    def set_limit(self):
        self.ask("PUT", self._limit, {"value": 0})
        self.cut()

    def lift_limit(self):
        self.ask("DELETE", self._limit)

    def change_password(self):
        self.ask("PUT", self._user, {"password": "another", "tags": ""})
        self.cut()

    def change_it_back(self):
        self.ask("PUT", self._user, {"password": PASSWORD, "tags": ""})

    def take_rights(self):
        self.ask("PUT", self._rights, dict.fromkeys(EVERYTHING, "^$"))
        self.cut()

    def give_rights(self):
        self.ask("PUT", self._rights, EVERYTHING)

    def delete_host(self):
        self.ask("DELETE", self._host)

    def make_host(self):
        self.ask("PUT", self._host, {})
        self.ask("PUT", self._owner, EVERYTHING)
        self.give_rights()


WAYS = {
    "a limit of connections": (Gate.set_limit, Gate.lift_limit),
    "another password": (Gate.change_password, Gate.change_it_back),
    "no rights": (Gate.take_rights, Gate.give_rights),
    "a virtual host made anew": (Gate.delete_host, Gate.make_host),
}


@pytest.fixture
def gate(broker, url):
    """Yields the gate, and the URL behind it."""
    with broker_user(broker, url, **EVERYTHING) as theirs, Relay(theirs) as relay:
        relay.open()
        parts = urlsplit(theirs)
        yield Gate(broker, relay, parts.path[1:], parts.username), relay.url


@pytest.mark.parametrize("way", WAYS)
def test_a_consumer_that_was_let_in_says_once_that_it_is_refused_and_tries_on(
    program, url, gate, way
):
    gate, theirs = gate
    shut, let_in = WAYS[way]
    consumer = program.start("consumer_smoker.py", RABBITMQ_URL=theirs)
    consumer.said(WAITING)
    shut(gate)
    consumer.said(REFUSED)
    let_in(gate)
    consumer.said(WAITING, times=2)
    with Stranger(url) as stranger:
        stranger.put_readings("01-smoker", "brisket", [225, 225, 200])
        consumer.said("Smoker Alert! 200.0 °F")
    assert consumer.end(signal.SIGTERM)[0] == 0
    assert len(consumer.lines("is refused")) == 1


@pytest.mark.parametrize("script", ["smoker_producer.py", "consumer_smoker.py"])
def test_a_start_that_is_refused_at_its_first_step_ends_with_3(program, broker, url, script):
    with Broker(url, "the owner"):
        pass
    with broker_user(broker, url, **{**EVERYTHING, "write": "^0[1-6]-[a-z]*$"}) as theirs:
        code, output = program.run(script, RABBITMQ_URL=theirs)
    assert code == 3
    assert "does not permit it" in output.splitlines()[-1]


def test_a_producer_that_was_let_in_keeps_its_rows_until_it_is_let_in_again(program, url, gate):
    gate, theirs = gate
    shut, let_in = WAYS["another password"]
    producer = program.start("smoker_producer.py", "-", typed=True, RABBITMQ_URL=theirs)
    producer.type(f"{clock(1)},225,,\n")
    producer.said("Smoker 225.0")
    shut(gate)
    producer.type(f"{clock(2)},226,,\n")
    producer.said(REFUSED)
    let_in(gate)
    producer.said("Smoker 226.0")
    producer.end_input()
    assert producer.ended()[0] == 0
    assert len(producer.lines("is refused")) == 1
    with Stranger(url) as stranger:
        assert stranger.take_all("01-smoker")[-1][1] == f"{clock(2)}, 226.0".encode()


def test_a_sender_that_was_let_in_says_that_it_is_refused_and_sends_when_it_is_let_in(
    program, url, gate
):
    gate, theirs = gate
    with Inbox() as inbox:
        program.configure_mail(inbox.port, sms_address_for_texts="")
        consumer = program.start("consumer_smoker.py", RABBITMQ_URL=theirs)
        consumer.said(WAITING)
        consumer.said("Sending alerts by email")
        gate.take_rights()
        consumer.said("The consumer of 01-smoker " + REFUSED)
        consumer.said("The sender beside the consumer of 01-smoker " + REFUSED)
        gate.give_rights()
        consumer.said(WAITING, times=2)
        consumer.said("Sending alerts by email", times=2)
        with Stranger(url) as stranger:
            stranger.put_readings("01-smoker", "brisket", [225, 225, 200])
        until(lambda: inbox.messages, "an e-mail")
        assert consumer.end(signal.SIGTERM)[0] == 0
