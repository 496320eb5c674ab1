"""The three consumers as people start them: processes, a real broker, a real mail server."""

import re
import signal

import pytest
from scripts import (
    LOOPBACK,
    PASSWORD,
    PHONE,
    PITMASTER,
    SENDER,
    Program,
    Relay,
    clock,
    cook_csv,
    history,
    until,
)
from smtp_server import MailServer, hang

from smart_smoker.cli.options import consumer_options, duration
from smart_smoker.core.probes import FOOD_A, PROBES
from smart_smoker.lab.inbox import Inbox, Received
from smart_smoker.lab.private_broker import PrivateBroker

PLAIN = ["01-smoker", "02-food-A", "03-food-B", "04-alerts", "06-rejected"]
CONSUMERS = [probe.script for probe in PROBES]
OUTAGE = "No broker: ", " is lost: ", " is back."
WAITING = "Waiting for readings in "
SENDING = "Sending alerts by email, sms"

# The fire loses 15 °F at once and comes back; food A warms by no more than 1 °F in 10 minutes and
# then goes on; food B stalls to its end.
COOK = cook_csv(
    [225] * 10 + [210, 212, 222] + [225] * 13,
    [None, None] + [150, 150.5, 151, 150.5] * 5 + [152.5, 155, 158, 161],
    [160] * 26,
)
SUBJECTS = {
    "Smoker Alert! 210.0 °F, down 15 °F in 2.5 minutes": 11,
    "Cleared: Smoker Alert! 222.0 °F, up 12 °F again, 3 °F below where it was": 13,
    "Food A Stall Alert! 150.5 °F, changed 1 °F in 10 minutes": 22,
    "Cleared: Food A Stall Alert! 152.5 °F, up 2 °F, it warms up again": 23,
    "Food B Stall Alert! 160.0 °F, changed 0 °F in 10 minutes": 20,
}


@pytest.fixture
def inbox():
    with Inbox() as inbox:
        yield inbox


def subjects(inbox: Inbox) -> list[str]:
    """Of the e-mails, in the order of their arrival; texts have none."""
    return [received.subject for received in inbox.messages if received.subject]


def mailed_drops(inbox: Inbox) -> set[str]:
    """The ids of the e-mails that tell of a drop."""
    mails = [received for received in inbox.messages if "Smoker Alert!" in (received.subject or "")]
    return {received.message["Message-ID"] for received in mails}


def first_mail(inbox: Inbox) -> Received:
    return next(received for received in inbox.messages if received.subject)


def texts(inbox: Inbox) -> list[str]:
    return [received.text.strip() for received in inbox.messages if not received.subject]


def as_text(subject: str, row: int) -> str:
    return f"{subject.replace('°F', 'F')} at {clock(row)}"


def judged(probe: str, temperature: float) -> str:
    """How the consumer's line for a reading looks."""
    return rf"{probe} {temperature:.1f} °F, (down|changed) "


# --- alerts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["the consumers", "the producer"])
def test_a_cook_causes_its_alerts_and_no_others_whoever_starts_first(
    program, stranger, inbox, url, first
):
    program.configure_mail(inbox.port)
    produce = ("smoker_producer.py", program.write("cook.csv", COOK), "--interval", 0)
    if first == "the producer":
        assert program.run(*produce)[0] == 0
    consumers = [program.start(name) for name in CONSUMERS]
    for consumer in consumers:
        consumer.said(WAITING)
    if first == "the consumers":
        assert program.run(*produce)[0] == 0
    counts = {consumer.name: [] for consumer in consumers}
    for consumer in consumers:
        ended = consumer.said(r"the cook \S+ has ended after \d+ readings and \d+ alerts")
        counts[consumer.name] = re.findall(r" (\d+) ", ended)
    assert list(counts.values()) == [["26", "2"], ["24", "2"], ["26", "1"]]
    until(lambda: len(inbox.messages) >= 10, "five e-mails and five texts")

    numbers = signal.SIGINT, signal.SIGTERM, signal.SIGINT
    for consumer, number in zip(consumers, numbers, strict=True):
        code, output = consumer.end(number)
        readings, alerts = counts[consumer.name]
        assert code == 0
        assert f"Stopped: judged {readings} readings, alerts: {alerts}." in output
        assert len(consumer.lines("!!! ")) == int(alerts)

    assert sorted(subjects(inbox)) == sorted(SUBJECTS)
    assert sorted(texts(inbox)) == sorted(as_text(*alert) for alert in SUBJECTS.items())
    for received in inbox.messages:
        assert received.recipients == (PITMASTER if received.subject else PHONE,)
    drop = next(r for r in inbox.messages if r.subject and r.subject.startswith("Smoker"))
    cook = re.search(r"the cook (\S+) ", consumers[0].text)[1]
    assert drop.text.splitlines() == [
        f"Smoker at {clock(11)}: 210.0 °F, down 15 °F in 2.5 minutes (its last 5 readings).",
        "Look after the fire and the lid.",
        f"Cook: {cook}",
    ]
    assert drop.message["Message-ID"] == f"<{cook}/01-smoker/11/raised.email@smart-smoker>"
    assert [stranger.waiting(queue) for queue in PLAIN] == [0] * 5
    deliveries = [d.headers for d in history(url) if d.type == "delivery"]
    assert len({(d["alert"], d["channel"]) for d in deliveries}) == len(deliveries) == 10
    assert {d["outcome"] for d in deliveries} == {"accepted"}


def test_what_a_second_producer_of_the_same_cook_sends_is_put_aside_and_said_once(
    program, stranger
):
    """It resumes a cook that the first is still sending, and its drop must not pass unseen."""
    consumer = program.start("consumer_smoker.py")
    consumer.said(WAITING)
    producers = []
    for _ in range(2):
        options = ("-", "--resume", "--cook", "patio")
        producers.append(program.start("smoker_producer.py", *options, typed=True))
        producers[-1].said("The cook is")
        producers[0].type(f"{clock(1 + 2 * len(producers))},225,,\n")
        consumer.said(judged("Smoker", 225), times=len(producers))
    first, second = producers
    # A repetition with the same text is none of it: a producer that was cut off repeats.
    second.type(f"{clock(5)},225,,\n{clock(6)},200,,\n{clock(7)},199,,\n")
    first.type(f"{clock(6)},226,,\n{clock(7)},227,,\n")
    until(lambda: stranger.waiting("06-rejected") == 2, "two readings that are put aside")
    assert second.end(signal.SIGTERM)[0] == first.end(signal.SIGTERM)[0] == 0
    assert consumer.end(signal.SIGTERM)[0] == 0
    assert len(consumer.lines("two producers send the same cook")) == 1
    for properties, _ in stranger.take_all("06-rejected"):
        assert "two producers send the same cook" in properties.headers["reason"]


def test_garbage_is_put_aside_with_its_reason_and_foreign_readings_are_judged(
    program, stranger, inbox
):
    program.configure_mail(inbox.port)
    consumer = program.start("consumer_smoker.py")
    consumer.said(WAITING)
    consumer.said(SENDING)
    stranger.put("01-smoker", "05/22/21 12:00:00, 225", b"\xff\xfe", "no comma")
    stranger.put("01-smoker", "05/22/21 12:00:30, warm", " 05/22/21 12:01:00,219.9 ", b"")
    stranger.put("01-smoker", "12:01, 6553.5", "12:01, nan", "12:01, inf", b"\0" * 1_000_000)
    stranger.put("01-smoker", "05/22/21 12:01:00, 200", type="alert")
    stranger.put("04-alerts", '{"id": "an alert?"}')
    stranger.put("01-smoker", "05/22/21 12:01:30, 210")
    until(lambda: len(inbox.messages) >= 2, "an e-mail and a text")
    until(lambda: stranger.waiting("06-rejected") == 10, "ten messages that were put aside")
    assert "judged 3 readings, alerts: 1." in consumer.end(signal.SIGTERM)[1]
    assert subjects(inbox) == ["Smoker Alert! 210.0 °F, down 15 °F in 1.5 minutes"]
    assert "Cook" not in first_mail(inbox).text
    aside = {
        body: (properties.headers["queue"], properties.headers["reason"])
        for properties, body in stranger.take_all("06-rejected")
    }
    from_alerts = aside.pop(b'{"id": "an alert?"}')
    assert from_alerts[0] == "04-alerts"
    assert from_alerts[1].startswith("not an alert: ")
    assert aside == {
        b"\xff\xfe": ("01-smoker", "not UTF-8 text"),
        b"no comma": ("01-smoker", "no comma between a timestamp and a temperature"),
        b"05/22/21 12:00:30, warm": ("01-smoker", "'warm' is not a temperature"),
        b"": ("01-smoker", "no comma between a timestamp and a temperature"),
        b"12:01, 6553.5": ("01-smoker", "'6553.5' is outside -60 to 1,000 °F"),
        b"12:01, nan": ("01-smoker", "'nan' is not a temperature"),
        b"12:01, inf": ("01-smoker", "'inf' is not a temperature"),
        b"\0" * 1_000_000: ("01-smoker", "no comma between a timestamp and a temperature"),
        b"05/22/21 12:01:00, 200": ("01-smoker", "type 'alert' is no reading"),
    }
    assert [stranger.waiting(queue) for queue in PLAIN] == [0] * 5


def test_thresholds_can_be_given_and_a_lasting_episode_is_told_again(program, stranger):
    options = ("--degrees", 5, "--window", 3, "--remind-minutes", 1)
    consumer = program.start("consumer_smoker.py", *options)
    consumer.said(WAITING)
    stranger.put_readings("01-smoker", "cook", [200, 195.5, 195, 190, 185, 184, 187, 192])
    consumer.said("Cleared: ")
    output = consumer.end(signal.SIGINT)[1]
    alerts = re.findall(r"!!! (.*Smoker Alert!.*) \(", output)
    assert alerts == [
        "Smoker Alert! 195.0 °F, down 5 °F in 1.5 minutes",
        "Reminder: Smoker Alert! 185.0 °F, down 15 °F in 2.5 minutes",
        "Reminder: Smoker Alert! 187.0 °F, down 13 °F in 3.5 minutes",
        "Cleared: Smoker Alert! 192.0 °F, up 8 °F again, 8 °F below where it was",
    ]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--degrees", "0"),
        ("--window", "1"),
        ("--window", "9" * 20),
        ("--window", "5.5"),
        ("--window", "59s"),
        ("--window", "100s"),
        ("--window", "241"),
        ("--window", "3h"),
        ("--window", "ten minutes"),
        ("--clock", "sundial"),
        ("--remind-minutes", "-1"),
    ],
)
def test_an_option_that_makes_no_sense_is_named_and_ends_with_2(monkeypatch, capsys, option, value):
    monkeypatch.setattr("sys.argv", ["consumer_food_a.py", f"{option}={value}"])
    with pytest.raises(SystemExit) as ended:
        consumer_options("…", FOOD_A, 60, 5)
    assert ended.value.code == 2
    assert f"argument {option}: " in capsys.readouterr().err.splitlines()[-1]


def test_a_consumer_asked_for_nonsense_says_so_and_declares_nothing(program, stranger):
    code, output = program.run("consumer_food_a.py", "--degrees=0")
    assert code == 2
    assert "argument --degrees: " in output.splitlines()[-1]
    assert stranger.waiting("02-food-A") == -1


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("5", 5),
        ("2.5m", 5),
        ("10m", 20),
        ("90s", 3),
        ("1h", 120),
        ("2h", 240),
        ("62s", 62 / 30),
    ],
)
def test_a_window_is_so_many_readings_or_so_long(text, readings):
    assert duration(text) == readings


def test_by_the_timestamps_a_killed_consumer_is_followed_by_one_that_knows_what_it_knew(
    program, stranger
):
    options = ("--clock", "time", "--window", "90s", "--remind-minutes", 2)
    first = program.start("consumer_food_a.py", *options)
    first.said(WAITING)
    stranger.put_readings("02-food-A", "cook", [160, 160, 160])
    first.said(judged("Food A", 160), times=3)
    until(lambda: stranger.waiting("02-food-A") == 0, "readings that are taken")
    first.kill()
    second = program.start("consumer_food_a.py", *options)
    second.said(WAITING)
    stranger.put_readings("02-food-A", "cook", [160, 160, 160, 160, 160, 165], first=4)
    second.said("Cleared: ")
    assert re.findall(r"!!! (.*) \(", second.end(signal.SIGINT)[1]) == [
        "Food A Stall Alert! 160.0 °F, changed 0 °F in 1.5 minutes",
        "Reminder: Food A Stall Alert! 160.0 °F, changed 0 °F in 1.5 minutes",
        "Cleared: Food A Stall Alert! 165.0 °F, up 5 °F, it warms up again",
    ]


def test_a_setting_that_makes_no_sense_is_named_and_ends_with_2(program):
    program.configure_mail(70000, outgoing_email_password=PASSWORD)
    code, output = program.run("consumer_food_b.py")
    assert code == 2
    (line,) = output.splitlines()
    assert ".env.toml: outgoing_email_port 70000 is not right" in line


def test_without_mail_alerts_are_shown_and_one_line_says_how_to_get_them(program, stranger):
    consumer = program.start("consumer_smoker.py")
    consumer.said(WAITING)
    stranger.put_readings("01-smoker", "cook", [225, 210])
    consumer.said(r"!!! Smoker Alert! 210\.0 °F, down 15 °F in 1 minute")
    code, output = consumer.end(signal.SIGINT)
    assert code == 0
    assert len(consumer.lines("Copy .env.toml.example to .env.toml")) == 1
    assert stranger.waiting("04-alerts") == 1


# --- several consumers ---------------------------------------------------------------------------


def test_a_second_copy_stands_by_and_takes_over_reading_and_sending(program, stranger, inbox):
    program.configure_mail(inbox.port)
    first = program.start("consumer_smoker.py")
    first.said(WAITING)
    first.said(SENDING)
    second = program.start("consumer_smoker.py")
    second.said("is reading 01-smoker; standing by")
    stranger.put_readings("01-smoker", "cook", [225, 210])
    until(lambda: len(inbox.messages) == 2, "an e-mail and a text")
    assert first.end(signal.SIGTERM)[0] == 0
    second.said(WAITING)
    second.said(SENDING)
    stranger.put_readings("01-smoker", "ribs", [275, 255])
    until(lambda: len(inbox.messages) == 4, "two more")
    code, output = second.end(signal.SIGINT)
    assert code == 0
    assert len(second.lines("standing by")) == 1
    assert "Stopped: judged 2 readings, alerts: 1." in output
    assert [stranger.waiting(queue) for queue in PLAIN] == [0] * 5


def test_who_stands_by_can_be_stopped(program, stranger):
    stranger.declare("01-smoker")
    stranger.channel.basic_consume("01-smoker", lambda *_: None, exclusive=True)
    consumer = program.start("consumer_smoker.py")
    consumer.said("standing by")
    assert consumer.end(signal.SIGINT)[0] == 0


def test_a_queue_that_a_stranger_deletes_is_declared_and_read_again(program, stranger):
    consumer = program.start("consumer_smoker.py")
    consumer.said(WAITING)
    stranger.channel.queue_delete("01-smoker")
    consumer.said(WAITING, times=2)
    stranger.put_readings("01-smoker", "cook", [225])
    consumer.said(judged("Smoker", 225))
    assert consumer.end(signal.SIGINT)[0] == 0


def test_a_consumer_that_is_killed_is_followed_by_one_that_knows_what_it_knew(
    program, stranger, inbox, url
):
    program.configure_mail(inbox.port, sms_address_for_texts="")
    first = program.start("consumer_smoker.py")
    first.said(WAITING)
    stranger.put_readings("01-smoker", "cook", [225, 209, 208])
    stranger.put_readings("01-smoker", "ribs", [275, 275])
    until(lambda: "delivery" in [event.type for event in history(url)], "a record of the mail")
    until(lambda: stranger.waiting("01-smoker") == 0, "readings that are taken")
    first.kill()
    second = program.start("consumer_smoker.py")
    second.said(WAITING)
    # 207 goes on with what was told; 260 is a drop only to whom the first two are known.
    stranger.put_readings("01-smoker", "cook", [207], first=4)
    stranger.put_readings("01-smoker", "ribs", [260], first=3)
    second.said("email accepted: ribs: Smoker Alert! 260")
    code, output = second.end(signal.SIGINT)
    assert code == 0
    assert subjects(inbox) == [
        "Smoker Alert! 209.0 °F, down 16 °F in 1 minute",
        "ribs: Smoker Alert! 260.0 °F, down 15 °F in 1.5 minutes",
    ]
    assert [stranger.waiting(queue) for queue in PLAIN] == [0] * 5


# --- a mail server in a bad mood -----------------------------------------------------------------


def test_a_mail_server_that_is_down_or_refuses_delays_an_alert_and_nothing_else(program, stranger):
    login = SENDER, "another password"
    with MailServer(login=login) as server, Relay(f"smtp://{LOOPBACK}:{server.port}") as relay:
        program.configure_mail(
            relay.port, outgoing_email_password=PASSWORD, sms_address_for_texts=""
        )
        consumer = program.start("consumer_smoker.py")
        consumer.said(WAITING)
        stranger.put_readings("01-smoker", "cook", [225, 210])
        consumer.said("email failed .*does not listen")
        stranger.put_readings("01-smoker", "cook", [211], first=3)
        consumer.said(judged("Smoker", 211))
        relay.open()
        until(lambda: "AUTH" in server.heard, "a refused login")
        stranger.put_readings("01-smoker", "cook", [212], first=4)
        consumer.said(judged("Smoker", 212))
        assert server.messages == []
        server.login = SENDER, PASSWORD
        consumer.said("email accepted: Smoker Alert! ")
        code, output = consumer.end(signal.SIGTERM)
    assert code == 0
    assert len(consumer.lines("email failed")) == 1
    assert subjects(server) == ["Smoker Alert! 210.0 °F, down 15 °F in 1 minute"]
    assert stranger.waiting("04-alerts") == 0


class PickyInbox(Inbox):
    """Takes e-mails; what it answers to texts is a line, or a function that is awaited for one."""

    def __init__(self, to_texts):
        self._to_texts = to_texts
        super().__init__()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address == PHONE:
            return self._to_texts if isinstance(self._to_texts, str) else await self._to_texts()
        envelope.rcpt_tos.append(address)
        return "250 OK"


def test_a_mail_server_that_hangs_holds_up_neither_judging_nor_other_mails_nor_the_end(
    program, stranger
):
    with PickyInbox(to_texts=hang) as inbox:
        program.configure_mail(inbox.port)
        consumer = program.start("consumer_smoker.py")
        consumer.said(WAITING)
        stranger.put_readings("01-smoker", "cook", [225, 210])
        consumer.said("email accepted: Smoker Alert!")
        stranger.put_readings("01-smoker", "cook", [224], first=3)
        consumer.said("email accepted: Cleared: Smoker Alert!")
        stranger.put_readings("01-smoker", "cook", [223], first=4)
        consumer.said(judged("Smoker", 223))
        consumer.signal(signal.SIGINT)
        until(lambda: stranger.readers("01-smoker") == 0, "the end of the watching")
        code, output = consumer.end(signal.SIGINT)
    assert code == 0
    assert "Stopped" in output.splitlines()[-1]
    until(lambda: stranger.waiting("04-alerts") == 2, "the alerts, for the next consumer")


def test_a_phone_that_is_refused_for_good_costs_no_mail_and_is_put_aside(program, stranger, url):
    with PickyInbox(to_texts="550 5.1.1 No such phone") as inbox:
        program.configure_mail(inbox.port)
        consumer = program.start("consumer_smoker.py")
        consumer.said(WAITING)
        stranger.put_readings("01-smoker", "cook", [225, 210])
        consumer.said("email accepted: ")
        consumer.said("sms refused for good .*No such phone")
        until(lambda: stranger.waiting("06-rejected") == 1, "an alert that is put aside")
        assert consumer.end(signal.SIGINT)[0] == 0
    ((properties, _),) = stranger.take_all("06-rejected")
    assert properties.headers["queue"] == "04-alerts"
    assert "No such phone" in properties.headers["reason"]
    outcomes = [d.headers for d in history(url) if d.type == "delivery"]
    assert {d["channel"]: d["outcome"] for d in outcomes} == {"email": "accepted", "sms": "refused"}
    assert len(subjects(inbox)) == 1
    assert stranger.waiting("04-alerts") == 0


# --- a broker that goes away ---------------------------------------------------------------------


def test_a_broker_that_comes_late_and_breaks_off_costs_no_reading_and_no_alert(
    program, stranger, inbox, url
):
    episodes = 10
    temperatures = ([225] * 95 + [205] * 5) * episodes + [225]
    with Relay(url) as relay:
        program.configure_mail(inbox.port, sms_address_for_texts="")
        consumer = program.start("consumer_smoker.py", RABBITMQ_URL=relay.url)
        consumer.said(r"No broker: .*refused.*\(python3 run.py broker start\)")
        relay.open()
        consumer.said(WAITING)
        consumer.said(SENDING.partition(",")[0])
        stranger.put_readings("01-smoker", "pork", [226])
        consumer.said(judged("Smoker", 226))
        relay.cut_after(100_000)
        stranger.put_readings("01-smoker", "cook", temperatures)
        until(lambda: not relay.is_open, "the cut")
        consumer.said("The broker at .* is lost: ")
        until(lambda: stranger.waiting("01-smoker") > 0, "what comes back")
        relay.open()
        consumer.said(WAITING, times=2)
        count = 2 * episodes  # one when it begins, one when it is over
        until(lambda: len(mailed_drops(inbox)) >= count, f"{count} e-mails")
        until(lambda: stranger.waiting("01-smoker") == 0, "an empty queue")
        code, output = consumer.end(signal.SIGINT)
    assert code == 0
    # What was judged but not acknowledged before the cut is judged once more, and not told.
    assert int(re.search(r"Stopped: judged (\d+) readings", output)[1]) >= 100 * episodes
    assert [len(consumer.lines(words)) for words in OUTAGE] == [1, 1, 2]
    assert len(mailed_drops(inbox)) == count
    assert [stranger.waiting(queue) for queue in PLAIN] == [0] * 5


def test_a_refused_login_ends_a_consumer_with_3_and_does_not_show_the_password(program, url):
    refused = url.replace("guest:guest", f"guest:{PASSWORD}")
    code, output = program.run("consumer_food_a.py", RABBITMQ_URL=refused)
    assert code == 3
    assert "refuses the login: check user and password in RABBITMQ_URL" in output.splitlines()[-1]


def test_all_scripts_go_on_when_the_broker_was_stopped_and_started_again(rabbitmq, tmp_path, inbox):
    with PrivateBroker(tmp_path / "broker") as broker:
        url = broker.url
        with Program(tmp_path / "program", url) as program:
            program.configure_mail(inbox.port)
            smoker = program.start("consumer_smoker.py")
            producer = program.start("smoker_producer.py", "-", typed=True)
            smoker.said(WAITING)
            producer.type(f"{clock(1)},225,70,\n")
            smoker.said(judged("Smoker", 225))
            broker.stop()
            for script in (smoker, producer):
                script.said("The broker at .* is lost: ")
            producer.type(f"{clock(2)},224,71,\n{clock(3)},210,72,\n")
            broker.start()
            food = program.start("consumer_food_a.py")
            for script in (smoker, producer):
                script.said("is back")
            until(lambda: len(inbox.messages) == 2, "an e-mail and a text")
            # Its first reading has waited in the queue, where the stop left it.
            food.said(judged("Food A", 70))
            food.said(judged("Food A", 72))
            for script in (producer, smoker, food):
                code, output = script.end(signal.SIGTERM)
                assert code == 0
                if script is not food:
                    assert [len(script.lines(words)) for words in OUTAGE] == [0, 1, 1]
    assert subjects(inbox) == ["Smoker Alert! 210.0 °F, down 15 °F in 1.5 minutes"]
    assert "alerts: 1." in smoker.text
    assert "Stopped: judged 3 readings, alerts: 0." in food.text
