"""What survives: a killed consumer, a silent probe, an old broker, users with few rights."""

import asyncio
import signal
import ssl
import threading
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import pytest
import trustme
from scripts import LOOPBACK, Stranger, alerts_of, ask_admin, defined_users, history, until

from smart_smoker.app.deliveries import pending
from smart_smoker.channels.mail import MailChannel
from smart_smoker.cli.settings import Mail
from smart_smoker.cli.signals import Stop
from smart_smoker.core.errors import BrokerRefused
from smart_smoker.core.probes import SMOKER
from smart_smoker.core.readings import Reading
from smart_smoker.core.rules import SmokerDrop
from smart_smoker.core.watch import Watch
from smart_smoker.lab import private_broker
from smart_smoker.lab.inbox import Inbox
from smart_smoker.lab.ports import free_ports
from smart_smoker.lab.private_broker import PrivateBroker
from smart_smoker.lab.rejected import show_rejected
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.history import replay
from smart_smoker.rabbitmq.link import stay_connected
from smart_smoker.rabbitmq.messages import (
    REJECTED,
    Message,
    alert_message,
    delivery_message,
    reading_message,
)

WAITING = "Waiting for readings in"
SMOKER_QUEUE = SMOKER.queue


def alerts(url: str) -> list[str]:
    return [alert.id for alert in alerts_of(url, "drop", "silence")]


def failures(url: str) -> list:
    return [event for event in history(url) if event.headers.get("outcome") == "failed"]


# --- restore and silence -------------------------------------------------------------------------


def test_a_consumer_killed_in_an_episode_goes_on_with_it(program, stranger, url):
    first = program.start("consumer_smoker.py")
    first.said(WAITING)
    stranger.put_readings(SMOKER_QUEUE, "cook", [225, 225, 200])
    first.said("Smoker Alert! 200.0 °F")
    until(lambda: stranger.waiting(SMOKER_QUEUE) == 0, "all is read")
    first.kill()
    again = program.start("consumer_smoker.py")
    again.said("Going on where the last reader ended")
    stranger.put_readings(SMOKER_QUEUE, "cook", [199, 225, 225], first=4)
    again.said("Cleared: Smoker Alert! 225.0 °F")
    assert again.end(signal.SIGTERM)[0] == 0
    assert set(alerts(url)) == {"cook/01-smoker/3/raised", "cook/01-smoker/5/cleared"}


def test_a_probe_that_falls_silent_is_told_also_after_a_kill_and_so_is_its_return(
    program, stranger, url
):
    first = program.start("consumer_smoker.py", "--silence-minutes", 0.02)
    first.said(WAITING)
    stranger.put_readings(SMOKER_QUEUE, "cook", [225, 225])
    first.said("Signal Lost! Smoker: nothing for 0.02 minutes, last 225.0 °F")
    until(lambda: alerts(url), "the alert")
    first.kill()
    again = program.start("consumer_smoker.py", "--silence-minutes", 0.02)
    again.said(WAITING)
    stranger.put_readings(SMOKER_QUEUE, "other", [180])
    again.said("Signal Lost! .*180.0 °F")
    stranger.put_readings(SMOKER_QUEUE, "cook", [225], first=3)
    again.said("Cleared: Signal Lost! Smoker: 225.0 °F again")
    again.end(signal.SIGTERM)
    told = [id for id in alerts(url) if id.startswith("cook")]
    assert told[:2] == ["cook/01-smoker/2/lost", "cook/01-smoker/3/found"]


def test_the_end_of_a_cook_is_no_silence(program, url):
    consumer = program.start("consumer_smoker.py", "--silence-minutes", 0.01)
    consumer.said(WAITING)
    cook = program.write("cook.csv", "time,smoker\n12:00,225\n12:01,226\n")
    assert program.run("smoker_producer.py", cook, "--interval", 0)[0] == 0
    consumer.said("has ended after 2 readings and 0 alerts")
    # Another cook that does fall silent shows that silence has been looked for.
    with Stranger(url) as stranger:
        stranger.put_readings(SMOKER_QUEUE, "silent", [225])
    consumer.said("Signal Lost!")
    consumer.end(signal.SIGTERM)
    assert alerts(url) == ["silent/01-smoker/1/lost"]


# --- the rules in real life ----------------------------------------------------------------------

LIDS = ["cook/3/raised", "cook/5/cleared", "cook/9/raised"]


@pytest.fixture
def lids(program):
    """A CSV of a fire that goes down twice, and whose clock jumps back between the two."""
    fire = [225, 225, 200, 200, 225, 225, 225, 225, 205]
    clock = ["14:00", "14:01", "14:02", "14:03", "13:00", "13:01", "13:02", "13:03", "13:04"]
    rows = [f"05/22/21 {time}:00,{fire}\n" for time, fire in zip(clock, fire, strict=True)]
    return program.write("lids.csv", "time,smoker\n" + "".join(rows))


def told_by_cook(url: str) -> list[list[str]]:
    """Of each cook its alerts, in their order, under the same name."""
    cooks: dict[str, list[str]] = {}
    for id in alerts(url):
        cook, _, rest = id.partition("/01-smoker")
        cooks.setdefault(cook, []).append("cook" + rest)
    return list(cooks.values())


def test_the_same_csv_twice_in_a_row_causes_the_same_alerts_twice(program, url, lids):
    consumer = program.start("consumer_smoker.py", "--silence-minutes", 0.01)
    for times in (1, 2):
        assert program.run("smoker_producer.py", lids, "--interval", 0)[0] == 0
        consumer.said("has ended after 9 readings", times)
    consumer.end(signal.SIGTERM)
    assert told_by_cook(url) == [LIDS, LIDS]


def test_two_producers_at_once_are_two_cooks_that_know_nothing_of_each_other(program, url, lids):
    consumer = program.start("consumer_smoker.py")
    consumer.said(WAITING)
    both = [program.start("smoker_producer.py", lids, "--interval", 0.05) for _ in range(2)]
    assert [producer.ended()[0] for producer in both] == [0, 0]
    consumer.said("has ended after 9 readings", times=2)
    consumer.end(signal.SIGTERM)
    assert told_by_cook(url) == [LIDS, LIDS]


def test_a_producer_that_is_stopped_and_started_begins_a_cook_with_a_window_of_its_own(
    program, url, lids
):
    consumer = program.start("consumer_smoker.py")
    stopped = program.start("smoker_producer.py", "-", typed=True)
    stopped.type("05/22/21 11:00:00,300\n")
    consumer.said("Smoker 300.0 °F")
    assert stopped.end(signal.SIGINT)[0] == 0
    consumer.said("has ended after 1 readings and 0 alerts")
    assert program.run("smoker_producer.py", lids, "--interval", 0)[0] == 0
    consumer.said("has ended after 9 readings")
    consumer.end(signal.SIGTERM)
    assert told_by_cook(url) == [LIDS]


# --- brokers that are not as they should be ------------------------------------------------------


@pytest.mark.usefixtures("rabbitmq")
def test_a_broker_without_streams_and_short_of_memory_is_told_once_and_waited_for(
    broker, tmp_path, monkeypatch, caplog
):
    version = ask_admin(broker, "GET", "/overview")["rabbitmq_version"]
    if int(version.partition(".")[0]) >= 4:
        pytest.skip(f"RabbitMQ {version} cannot be without streams")
    flags = (*private_broker.ERLANG_FLAGS, "-rabbit", "forced_feature_flags_on_init", "[]")
    monkeypatch.setattr(private_broker, "ERLANG_FLAGS", flags)
    low = private_broker.CONFIGURATION.replace("1GB", "1MB")
    assert low != private_broker.CONFIGURATION
    monkeypatch.setattr(private_broker, "CONFIGURATION", low)
    monkeypatch.setattr("smart_smoker.rabbitmq.address.BLOCKED_SECONDS", 1)
    stop, tries = Stop(), []

    def work(broker: Broker):
        tries.append(broker.has_history)
        stop.requested = len(tries) == 3
        broker.publish([Message(SMOKER_QUEUE, b"12:00, 225", "reading")])

    with PrivateBroker(tmp_path / "broker") as node:
        assert stay_connected([node.url], "a test", stop, work) is None
    assert tries == [False] * 3
    lost = [line for line in caplog.messages if "takes no messages" in line]
    assert len(lost) == 1
    assert not [line for line in caplog.messages if "is back" in line]
    assert sum("has no streams" in line for line in caplog.messages) == 1


@contextmanager
def tls_in_front_of(url: str, certificate: trustme.LeafCert):
    """A port that speaks TLS and hands on to a broker's; yields it."""

    async def hand_on(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()

    async def serve(reader, writer):
        broker = await asyncio.open_connection(LOOPBACK, urlsplit(url).port)
        await asyncio.gather(hand_on(reader, broker[1]), hand_on(broker[0], writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    loop = asyncio.new_event_loop()
    (port,) = free_ports(1)
    server = loop.run_until_complete(asyncio.start_server(serve, LOOPBACK, port, ssl=context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def test_a_broker_is_believed_only_with_a_certificate_of_a_known_authority(program, url, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    cook = program.write("cook.csv", "time,smoker\n12:00,225\n")
    with tls_in_front_of(url, authority.issue_cert("localhost")) as port:
        secure = f"amqps://guest:guest@localhost:{port}{urlsplit(url).path}"
        code, output = program.run("smoker_producer.py", cook, RABBITMQ_URL=secure)
        assert code == 3
        assert "shows a certificate that proves nothing" in output
        secure += f"?cacertfile={quote(str(tmp_path / 'ca.pem'))}"
        assert program.run("smoker_producer.py", cook, RABBITMQ_URL=secure)[0] == 0
        secure = secure.replace("localhost", LOOPBACK)
        assert program.run("smoker_producer.py", cook, RABBITMQ_URL=secure)[0] == 3


# --- users with no more rights than they need ----------------------------------------------------


@pytest.mark.parametrize("cluster", [False, True], ids=["classic queues", "quorum queues"])
def test_the_users_of_the_definitions_can_do_their_work_and_no_more(broker, url, cluster):
    reading = Reading(SMOKER, "12:00", 225, "c/01-smoker/1", "c", 1)
    with defined_users(broker, url, cluster) as urls:
        with Broker(urls["smoker-producer"], "producer") as producer:
            producer.publish([reading_message(reading)])
            producer.purge(SMOKER_QUEUE)
            producer.publish([reading_message(reading)])
            with pytest.raises(BrokerRefused):
                producer.consume("05-history", 1, "first")
        with Broker(urls["smoker-consumer"], "consumer") as consumer:
            consumer.consume(SMOKER_QUEUE, 10)
            assert [e.body for e in replay(consumer, "first")] == [reading.body()] * 2
            assert [d.body for d in consumer.take(5)] == [reading.body()]
        with (
            Broker(urls["smoker-panel"], "panel", only_looks=True) as panel,
            pytest.raises(BrokerRefused),
        ):
            panel.publish([reading_message(reading)])
        with (
            Broker(urls["smoker-panel"], "panel", only_looks=True) as panel,
            pytest.raises(BrokerRefused),
        ):
            panel.consume(SMOKER_QUEUE, 10)


# --- what waits, and what was put aside ----------------------------------------------------------


def test_what_waits_to_be_sent_is_shown_with_the_reason_and_what_is_rejected_too(
    program, stranger, url, monkeypatch, capsys
):
    monkeypatch.setenv("RABBITMQ_URL", url)
    with Inbox() as inbox:
        port = inbox.port
    program.configure_mail(port)  # Nobody listens there any more.
    consumer = program.start("consumer_smoker.py")
    consumer.said(WAITING)
    stranger.put(SMOKER_QUEUE, b"\xff noise", b"12:00, nan")
    stranger.put_readings(SMOKER_QUEUE, "cook", [225, 200])
    consumer.said("email failed")
    consumer.said("sms failed")
    until(lambda: len(failures(url)) == 2, "the records of both")
    code, output = program.run("alerts.py", "--pending")
    assert code == 0
    assert "email has not taken: Smoker Alert! 200.0 °F" in output
    assert "does not listen" in output
    assert "Alerts that wait to be sent: 2." in output
    until(lambda: stranger.waiting(REJECTED) == 2, "what was put aside")
    for _ in range(2):  # Looking at it does not take it.
        assert show_rejected(program.folder) == 0
        output = capsys.readouterr().out
        assert "01-smoker  not UTF-8 text: b'\\xff noise'" in output
        assert "'nan' is not a temperature" in output
        assert "Messages in 06-rejected: 2." in output
    consumer.end(signal.SIGTERM)
    output = program.run("alerts.py", "--pending", OUTGOING_EMAIL_HOST="")[1]
    assert "Alerts that wait in 04-alerts: 1. Nothing is set up to send them." in output


def test_what_others_have_taken_does_not_wait_for_a_channel_that_is_new(url):
    watch = Watch(SmokerDrop())
    readings = [Reading(SMOKER, "12:00", t, f"b/01-smoker/{t}", "b", 300 - t) for t in (225, 200)]
    (alert,) = [alert for reading in readings for alert in watch.judge(reading).alerts]
    nobody = Mail("127.0.0.1", 1, "none", "me@example.com", "", "me@example.com", "")
    ways = [MailChannel(name, nobody, "me@example.com") for name in ("email", "push")]
    with Broker(url, "a test") as broker:
        broker.publish([alert_message(alert)])
        assert [name for _, name, _ in pending(broker, ways)] == ["email", "push"]
        broker.publish([delivery_message(alert, "email", "accepted")])
        assert pending(broker, ways) == []
        broker.publish([delivery_message(alert, "push", "failed", "down")])
        assert pending(broker, ways) == [(alert, "push", "down")]


def test_settings_that_others_can_read_are_warned_of(program):
    (program.folder / ".env.toml").write_text("")
    (program.folder / ".env.toml").chmod(0o644)
    assert "chmod 600 .env.toml" in program.run("alerts.py")[1]
    (program.folder / ".env.toml").chmod(0o600)
    assert "chmod" not in program.run("alerts.py")[1]
