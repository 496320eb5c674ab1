"""Alerts meet real mail servers and a real push service, all on this machine."""

import json
import logging
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections import namedtuple
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
import trustme
from scripts import compiled
from smtp_server import MailServer, accept_late, break_off, hang

import alerts
from smart_smoker.app.links import Links
from smart_smoker.channels import mail, push
from smart_smoker.channels.configured import channels
from smart_smoker.channels.push import Gets
from smart_smoker.cli.settings import Mail, Settings, load
from smart_smoker.core.alert import Alert
from smart_smoker.core.errors import (
    DeliveryFailed,
    DeliveryPutOff,
    DeliveryRefused,
    DeliveryUnknown,
    InputError,
)
from smart_smoker.core.ring import Ring
from smart_smoker.lab.demo import WAKES_NOBODY
from smart_smoker.lab.inbox import Inbox, Received

HOST = "127.0.0.1"
SENDER, PITMASTER, PHONE = "smoker@example.com", "pitmaster@example.com", "5551234@txt.example.com"
LOGIN = (SENDER, "hickory {0} & oak%s")

Notice = namedtuple("Notice", "id subject text sms")
NOTICE = Notice(
    id="brisket.1/01-smoker/17/raised",
    subject="Smoker Alert! 200.5 °F, fell 15 °F in 2.5 minutes",
    text="Smoker at 05/22/21 12:20:15: 200.5 °F (≤ 15 °F).\nLook at the fire.\n",
    sms="Smoker Alert! 200.5 F, fell 15 F in 2.5 minutes at 05/22/21 12:20:15",
)


def settings(server=None, *, port=0, security="none", password="", to=PITMASTER, sms="", urls=()):
    port = server.port if server else port
    mail = Mail(HOST, port, security, SENDER, password, email_to=to, sms_to=sms) if port else None
    return Settings(rabbitmq_urls=(), admin_url="", mail=mail, notify_urls=tuple(urls))


def channel(*arguments, **options):
    (only,) = channels(settings(*arguments, **options))
    return only


@pytest.fixture
def serve():
    """Start mail servers that end with the test."""
    servers = []

    def start(**options) -> MailServer:
        servers.append(MailServer(**options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def certified(authority, tmp_path, monkeypatch):
    """Make the contexts of servers, whose certificates this process trusts."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    def context(name: str = HOST, issuer: trustme.CA = authority) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert(name).configure_cert(context)
        return context

    return context


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture
def root_log():
    """What a script's log would get from any library that logs."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


# --- what arrives --------------------------------------------------------------------------------


def test_an_email_arrives_with_its_degree_signs_and_headers(serve):
    server = serve()
    channel(server).send(NOTICE)
    (received,) = server.messages
    assert (received.sender, received.recipients) == (SENDER, (PITMASTER,))
    assert received.subject == NOTICE.subject
    assert received.text == NOTICE.text
    message = received.message
    assert (message["From"], message["To"]) == (SENDER, PITMASTER)
    assert message["Date"].datetime.tzinfo is not None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<brisket%2E1/01-smoker/17/raised.email@smart-smoker>"


def test_an_email_is_all_ascii_on_its_way_so_that_no_server_can_break_it(serve):
    server = serve()
    channel(server).send(NOTICE)
    assert server.messages[0].content.isascii()


def test_a_text_is_plain_ascii_on_one_line_without_a_subject(serve):
    server = serve()
    channel(server, to="", sms=PHONE).send(NOTICE._replace(sms="F" * 160))
    (received,) = server.messages
    assert received.recipients == (PHONE,)
    header, _, body = received.content.partition(b"\r\n\r\n")
    assert body == b"F" * 160 + b"\r\n"
    assert b"subject:" not in header.lower()
    assert b"Encoding: 7bit" in header
    assert b"us-ascii" in header
    assert received.message["Message-ID"].endswith("/raised.sms@smart-smoker>")


def test_a_sign_that_is_not_ascii_does_not_keep_a_text_from_arriving(serve):
    server = serve()
    channel(server, to="", sms=PHONE).send(NOTICE._replace(sms="200 °F \ud800"))
    assert server.messages[0].text.strip() == "200 ?F"


def test_email_and_text_are_two_channels_of_one_server(serve):
    server = serve()
    for each in channels(settings(server, sms=PHONE)):
        each.send(NOTICE)
    assert [received.recipients for received in server.messages] == [(PITMASTER,), (PHONE,)]
    ids = {received.message["Message-ID"] for received in server.messages}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "text", ["Fire!\r\nBcc: thief@example.com", "Fire!\n\nBody", "Fire!\u2028\x1b[2J"]
)
def test_nothing_in_a_subject_becomes_a_header_or_a_command(serve, text):
    server = serve()
    channel(server).send(NOTICE._replace(subject=text))
    (received,) = server.messages
    assert received.recipients == (PITMASTER,)
    assert received.message["Bcc"] is None
    assert received.subject.startswith("Fire!")
    assert received.subject.isprintable()
    assert received.text == NOTICE.text


def test_a_dot_alone_on_a_line_does_not_end_a_mail(serve):
    server = serve()
    channel(server).send(NOTICE._replace(text="one\n.\nRSET\n..two\n"))
    assert server.messages[0].text == "one\n.\nRSET\n..two\n"


ODD_IDS = [
    "a/b", "a.b", "a..b", ".a", "a.", "a b", "a%20b", "a\nb", "a>b", "<a@b>", "a@b", "ä", "\ud800",
    "", "%", "%25", "a\x00b", "a\tb", '"', "é", "e\u0301", "i" * 255, "ü" * 127,
]  # fmt: skip


def test_every_alert_id_has_a_message_id_of_its_own_that_is_valid(serve):
    server = serve()
    to_pitmaster = channel(server)
    for alert_id in ODD_IDS:
        to_pitmaster.send(NOTICE._replace(id=alert_id))
    ids = [
        " ".join(message_from_bytes(received.content)["Message-ID"].split())
        for received in server.messages
    ]
    assert len(set(ids)) == len(ODD_IDS)
    atom = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]*"
    for message_id in ids:
        assert re.fullmatch(rf"<{atom}\.email@smart-smoker>", message_id)


def test_the_same_alert_has_the_same_message_id_each_time(serve):
    server = serve()
    channel(server).send(NOTICE)
    channel(server).send(NOTICE)
    first, second = (received.message["Message-ID"] for received in server.messages)
    assert first == second


# --- how it gets there ---------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_mail_goes_out_by_tls_with_a_login(serve, certified, security):
    server = serve(login=LOGIN, context=certified(), from_the_start=security == "ssl")
    channel(server, security=security, password=LOGIN[1]).send(NOTICE)
    assert server.messages[0].subject == NOTICE.subject
    assert "AUTH" in server.heard
    assert ("STARTTLS" in server.heard) == (security == "starttls")


def test_without_a_password_there_is_no_login(serve):
    server = serve(login=LOGIN)
    with pytest.raises(DeliveryFailed, match="outgoing_email_password"):
        channel(server).send(NOTICE)
    assert "AUTH" not in server.heard


def test_a_wrong_password_fails_and_is_not_shown(serve, certified):
    server = serve(login=LOGIN, context=certified())
    with pytest.raises(DeliveryFailed, match="535 .*check outgoing_email_password") as failure:
        channel(server, security="starttls", password="wrong-oak").send(NOTICE)
    assert "wrong-oak" not in str(failure.value)
    assert "MAIL" not in server.heard


def test_a_server_that_repeats_the_password_does_not_give_it_away(serve):
    coded = "AHNtb2tlckBleGFtcGxlLmNvbQB3cm9uZy1vYWs="
    server = serve(login=LOGIN, answers={"AUTH": f"535 no: {coded} wrong-oak d3Jvbmctb2Fr"})
    with pytest.raises(DeliveryFailed) as failure:
        channel(server, password="wrong-oak").send(NOTICE)
    assert "535 no: *** *** ***" in str(failure.value)


def test_a_login_that_is_broken_off_names_the_login(serve):
    server = serve(login=LOGIN, answers={"AUTH": break_off})
    with pytest.raises(DeliveryFailed, match="check the login"):
        channel(server, password=LOGIN[1]).send(NOTICE)


def test_a_server_without_a_login_on_offer_fails_with_the_way_out(serve):
    with pytest.raises(DeliveryFailed, match="an empty outgoing_email_password"):
        channel(serve(), password="oak").send(NOTICE)


def test_a_password_that_smtp_cannot_carry_fails_without_showing_any_of_it(serve):
    with pytest.raises(DeliveryFailed, match="password have a sign") as failure:
        channel(serve(login=LOGIN), password="xäpple").send(NOTICE)
    assert "xe4" not in str(failure.value)
    assert "ä" not in str(failure.value)


def test_nothing_goes_out_in_clear_when_starttls_is_not_on_offer(serve):
    server = serve(login=LOGIN)
    with pytest.raises(DeliveryFailed, match='STARTTLS .* port 465 with "ssl"'):
        channel(server, security="starttls", password=LOGIN[1]).send(NOTICE)
    assert server.heard == ["EHLO"]


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_that_nobody_trusts_fails(serve, certified, security):
    context = certified(issuer=trustme.CA())
    server = serve(login=LOGIN, context=context, from_the_start=security == "ssl")
    with pytest.raises(DeliveryFailed, match="certificate .*: check outgoing_email_host"):
        channel(server, security=security, password=LOGIN[1]).send(NOTICE)
    assert "AUTH" not in server.heard


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_for_another_name_fails(serve, certified, security):
    context = certified("mail.example.org")
    server = serve(login=LOGIN, context=context, from_the_start=security == "ssl")
    with pytest.raises(DeliveryFailed, match="not valid for '127.0.0.1'"):
        channel(server, security=security, password=LOGIN[1]).send(NOTICE)
    assert "AUTH" not in server.heard


def test_tls_from_the_start_with_a_server_that_speaks_plain_names_the_ports(serve):
    with pytest.raises(DeliveryFailed, match="TLS .*port 587"):
        channel(serve(), security="ssl").send(NOTICE)


def test_starttls_with_a_server_that_speaks_tls_at_once_names_the_ports(
    serve, certified, monkeypatch
):
    monkeypatch.setattr(mail, "TIMEOUT", 0.3)
    server = serve(context=certified(), from_the_start=True)
    with pytest.raises(DeliveryFailed, match='port 465 with "ssl"'):
        channel(server, security="starttls").send(NOTICE)


@pytest.mark.parametrize("security", ["none", "ssl"])
def test_a_server_that_dribbles_is_left_in_the_end(monkeypatch, security):
    monkeypatch.setattr(mail, "LONGEST_TRY", 0.3)
    with socket.create_server((HOST, 0)) as listening:

        def dribble():
            way, _ = listening.accept()
            with way, suppress(OSError):
                while True:
                    way.sendall(b"2")
                    way.settimeout(0.01)
                    with suppress(TimeoutError):
                        if not way.recv(1000):
                            return

        thread = Thread(target=dribble)
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(DeliveryFailed):
            channels(settings(port=port, security=security))[0].send(NOTICE)
        thread.join()


# --- what servers answer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "550 5.1.1 No such user"),
        ("RCPT", "550 #5.1.0 Address rejected"),
        ("RCPT", "556 5.1.10 Recipient address has null MX"),
        ("RCPT", "550 No such user"),
        ("RCPT", "551 User not local"),
        ("RCPT", "553 Not here"),
        ("RCPT", "553 5.6.7 No address with such signs"),
        ("DATA", "552 5.3.4 Message too big"),
        ("DATA", "552 5.2.3 Message length exceeds the limit of the mailbox"),
        ("DATA", "550 5.1.1 No such user"),
        ("DATA", "554 5.6.0 Not a mail"),
    ],
)
def test_a_refusal_that_cannot_pass_is_refused(serve, command, answer):
    server = serve(answers={command: answer})
    with pytest.raises(DeliveryRefused) as refusal:
        channel(server).send(NOTICE)
    assert answer in str(refusal.value)
    assert refusal.value.value == PITMASTER
    assert server.messages == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("GREETING", "421 4.3.2 Too many connections"),
        ("GREETING", "554 No service for you"),
        ("GREETING", "Hello, this is not a mail server"),
        ("MAIL", "432 4.3.2 Concurrent connections limit exceeded"),
        ("MAIL", "550 5.7.1 Not with this sender"),
        ("RCPT", "450 4.2.1 Busy"),
        ("RCPT", "451 4.7.1 Greylisted"),
        ("RCPT", "421 Shutting down"),
        ("RCPT", "530 5.7.0 Authentication required"),
        ("RCPT", "451 5.1.1 A code that does not know what it wants"),
        ("DATA", "451 4.3.0 Disk full"),
        ("DATA", "421 Shutting down"),
    ],
)
def test_an_answer_that_may_change_is_a_failure_with_the_servers_words(serve, command, answer):
    server = serve(answers={command: answer})
    with pytest.raises(DeliveryFailed) as failure:
        channel(server).send(NOTICE)
    assert answer.rpartition(" ")[2] in str(failure.value)
    assert "-1" not in str(failure.value)  # smtplib's code for an answer without one
    assert server.messages == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("GREETING", "554 5.7.1 Too many connections from you"),
        ("MAIL", "550 5.4.5 Daily user sending limit exceeded"),
        ("MAIL", "550 5.1.8 Sender's domain not found"),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded"),
        ("RCPT", "550 5.2.1 Receiving mail at too high a rate"),
        ("RCPT", "550 5.7.1 Relaying denied"),
        ("RCPT", "550 5.1.7 Bad address of the sender"),
        ("RCPT", "552 5.2.2 Mailbox full"),
        ("RCPT", "552 Mailbox full"),
        ("RCPT", "554 Access denied"),
        ("RCPT", "550 Domain has exceeded the max emails per hour"),
        ("DATA", "550 5.4.5 Daily user sending limit exceeded"),
        ("DATA", "552 5.2.2 Mailbox full"),
        ("DATA", "552 Mailbox full"),
        ("DATA", "554 5.7.1 Rejected, try again later"),
        ("DATA", "554 Transaction failed"),
        ("DATA", "550 5.5.0 Mailbox unavailable"),
    ],
)
def test_a_limit_that_is_worded_as_final_is_tried_again_seldom(serve, command, answer):
    server = serve(answers={command: answer})
    with pytest.raises(DeliveryPutOff, match=re.escape(answer)):
        channel(server).send(NOTICE)
    assert server.messages == []


def test_control_characters_in_an_answer_do_not_reach_the_screen(serve):
    server = serve(answers={"DATA": "451-\x1b[2J one\r\n451 two \x07" + "x" * 400})
    with pytest.raises(DeliveryFailed) as failure:
        channel(server).send(NOTICE)
    assert str(failure.value).isprintable()
    assert len(str(failure.value)) < 300


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "MAIL", "RCPT"])
def test_a_connection_that_is_broken_off_is_a_failure(serve, command):
    server = serve(answers={command: break_off})
    with pytest.raises(DeliveryFailed, match="broke off") as failure:
        channel(server).send(NOTICE)
    assert not isinstance(failure.value, DeliveryUnknown)
    assert server.messages == []


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "MAIL", "RCPT"])
def test_a_server_that_hangs_is_a_failure(serve, command, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT", 0.2)
    monkeypatch.setattr(mail, "MAIL_TIMEOUT", 0.2)
    with pytest.raises(DeliveryFailed, match="timed out") as failure:
        channel(serve(answers={command: hang})).send(NOTICE)
    assert not isinstance(failure.value, DeliveryUnknown)


@pytest.mark.parametrize("verdict", [break_off, hang, "Hello, this is no verdict"])
def test_where_a_mail_is_sent_whole_and_no_verdict_comes_nobody_knows(serve, verdict, monkeypatch):
    monkeypatch.setattr(mail, "VERDICT_TIMEOUT", 0.2)
    with pytest.raises(DeliveryUnknown, match="has not said whether it took the mail"):
        channel(serve(answers={"DATA": verdict})).send(NOTICE)


def test_a_verdict_that_dribbles_is_none_in_the_end(serve, monkeypatch):
    monkeypatch.setattr(mail, "LONGEST_TRY", 0.5)
    with pytest.raises(DeliveryUnknown):
        channel(serve(answers={"DATA": hang})).send(NOTICE)


def test_a_server_that_hangs_after_its_verdict_has_given_it(serve):
    server = serve(answers={"DATA": "552 5.3.4 Too big", "RSET": hang})
    with pytest.raises(DeliveryRefused):
        channel(server).send(NOTICE)
    assert server.heard[-1] == "DATA"


def test_a_mail_goes_out_only_when_it_may(serve):
    server, asked = serve(), []

    def hand_over():
        asked.append(list(server.heard))
        raise DeliveryFailed("not now")

    with pytest.raises(DeliveryFailed, match="not now"):
        channel(server).send(NOTICE, hand_over)
    assert asked == [["EHLO", "MAIL", "RCPT", "DATA"]]
    assert server.messages == []


def test_a_server_may_take_its_time_to_accept_a_mail(serve, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT", 0.2)
    monkeypatch.setattr(mail, "MAIL_TIMEOUT", 0.2)
    server = serve(answers={"DATA": accept_late})
    channel(server).send(NOTICE)
    assert len(server.messages) == 1


@pytest.mark.parametrize("goodbye", [break_off, hang, "500 What?", "421 Too late"])
def test_trouble_after_the_acceptance_changes_nothing(serve, goodbye):
    server = serve(answers={"QUIT": goodbye})
    channel(server).send(NOTICE)
    assert len(server.messages) == 1
    assert server.heard[-1] == "QUIT"


def test_nothing_listening_is_a_failure_that_says_where(free_port):
    with pytest.raises(DeliveryFailed, match=f"{HOST}:{free_port} does not listen"):
        channel(port=free_port).send(NOTICE)


def test_a_host_that_does_not_exist_is_a_failure(serve):
    mail = Mail("no-such-host.invalid", 25, "starttls", SENDER, "", PITMASTER, "")
    (only,) = channels(Settings((), "", mail, ()))
    with pytest.raises(DeliveryFailed, match="check outgoing_email_host"):
        only.send(NOTICE)


def test_an_address_with_other_signs_than_the_server_takes_is_a_failure_that_says_so(serve):
    server = serve()
    with pytest.raises(DeliveryFailed, match="SMTPUTF8"):
        channel(server, to="pitmästare@example.com").send(NOTICE)
    assert server.heard == ["EHLO"]


def test_a_channel_that_failed_works_again_when_the_server_does(serve):
    server = serve(answers={"RCPT": "451 Later"})
    to_pitmaster = channel(server)
    with pytest.raises(DeliveryFailed):
        to_pitmaster.send(NOTICE)
    server.answers.clear()
    to_pitmaster.send(NOTICE)
    assert len(server.messages) == 1


# --- push ----------------------------------------------------------------------------------------


def test_a_push_message_arrives(push_service):
    channel(urls=[f"json://{HOST}:{push_service.server_port}/topic"]).send(NOTICE)
    (posted,) = push_service.posted
    assert posted["title"] == NOTICE.subject
    assert posted["message"].split() == NOTICE.text.split()


def test_a_push_service_that_takes_its_time_is_waited_for(push_service):
    push_service.pause = 0.5
    channel(urls=[f"json://{HOST}:{push_service.server_port}/topic?rto=0.1"]).send(NOTICE)
    assert len(push_service.posted) == 1


def test_a_push_service_that_does_not_take_it_is_a_failure_without_secrets(push_service):
    push_service.status = 500
    url = f"json://me:t0psecret@{HOST}:{push_service.server_port}/t0ken%20too/"
    with pytest.raises(DeliveryFailed, match="500") as failure:
        channel(urls=[url]).send(NOTICE)
    assert not isinstance(failure.value, DeliveryUnknown)
    assert "t0" not in str(failure.value)


def test_a_push_service_that_is_down_is_a_failure_and_nobody_else_logs_it(
    free_port, capfd, root_log
):
    with pytest.raises(DeliveryFailed, match="onnection") as failure:
        channel(urls=[f"json://{HOST}:{free_port}/t0ken"]).send(NOTICE)
    assert not isinstance(failure.value, DeliveryUnknown)
    assert HOST not in str(failure.value)  # the host can be the secret, as a topic of ntfy is
    assert capfd.readouterr() == ("", "")
    assert root_log.getvalue() == ""


@pytest.mark.parametrize("cut", [False, True], ids=["late", "cut off"])
def test_a_push_that_is_sent_and_not_answered_is_one_of_which_nobody_knows(
    push_service, cut, monkeypatch
):
    monkeypatch.setattr(push, "VERDICT_TIMEOUT", 0.1)
    push_service.pause, push_service.status = (0, None) if cut else (0.3, 200)
    with pytest.raises(DeliveryUnknown, match="has not said whether it took it") as failure:
        channel(urls=[f"json://{HOST}:{push_service.server_port}/t0ken?rto=0.1"]).send(NOTICE)
    assert "t0ken" not in str(failure.value)


def test_what_one_push_service_says_is_not_told_of_another_at_the_same_time(push_service):
    """Apprise has one log for all."""
    one, other = (channel(urls=[f"json://{HOST}:{push_service.server_port}/{n}"]) for n in "ab")
    push_service.status = 500

    def meanwhile():
        with suppress(DeliveryFailed):
            other.send(NOTICE)

    thread = Thread(target=meanwhile)
    notify = one._service.notify
    one._service.notify = lambda *how, **more: (
        thread.start(),
        thread.join(),
        notify(*how, **more),
    )[2]
    with pytest.raises(DeliveryFailed) as failure:
        one.send(NOTICE)
    assert str(failure.value).count("500") == 1


@pytest.mark.parametrize("url", ["nonsense://t0psecret", "tgram://t0psecret", "discord://"])
def test_a_url_that_apprise_cannot_use_is_named_without_its_secret(url, capfd, root_log):
    with pytest.raises(InputError, match="notify_urls") as error:
        channels(settings(urls=[url]))
    assert url.partition(":")[0] + "://***" in str(error.value)
    said = f"{error.value} {error.value.value} {root_log.getvalue()} {capfd.readouterr()}"
    assert "t0psecret" not in said


@pytest.mark.parametrize(
    ("gets", "key"),
    [
        ((Gets.ALL, Gets.SECOND), "notify_urls"),
        ((Gets.URGENT, Gets.SECOND), "urgent_notify_urls"),
        ((Gets.SECOND,), "second_person_urls"),
    ],
)
def test_a_url_that_apprise_cannot_use_is_said_with_a_setting_that_has_it(gets, key):
    with pytest.raises(InputError, match=f"^{key}: "):
        push.PushChannel("nosuch://x", gets)


# --- channels ------------------------------------------------------------------------------------


def test_nothing_configured_means_no_channels():
    assert channels(settings()) == []


def test_the_name_of_a_channel_is_the_same_in_every_process():
    assert channel(urls=["ntfy://smoker"]).name == "ntfy-b6407d"


def test_people_read_what_a_push_is_for_and_its_place_in_the_settings():
    found = replace(
        settings(port=25, sms=PHONE, urls=["ntfy://a", "json://b"]),
        urgent_notify_urls=("ntfy://a", "json://c"),
        second_person_urls=("json://c", "ntfy://d"),
        ring=Ring(every=900),
    )
    assert [each.label for each in channels(found)] == [
        *("email", "sms", "push 1 (ntfy)", "push 2 (json)"),
        *("urgent push 2 (json)", "second person's push 2 (ntfy)"),
    ]


def test_the_names_of_channels_hold_no_secret():
    urls = ["ntfy://t0psecret", "ntfy://other", "json://me:t0psecret@localhost/"]
    found = channels(settings(port=25, sms=PHONE, urls=urls))
    names = [each.name for each in found]
    assert names[:2] == ["email", "sms"]
    assert [name.partition("-")[0] for name in names[2:]] == ["ntfy", "ntfy", "json"]
    assert len(set(names)) == 5
    assert "t0psecret" not in "".join(names + [each.label for each in found])


def test_a_url_that_is_written_twice_is_one_channel():
    assert len(channels(settings(urls=["ntfy://smoker", "ntfy://smoker"]))) == 1


def test_an_urgent_channel_gets_what_a_sleeper_must_wake_up_for_and_nothing_else():
    (urgent,) = channels(replace(settings(), urgent_notify_urls=("ntfy://ring",)))
    assert urgent.name.startswith("urgent-ntfy-")

    def wanted(probe, state, rule=""):
        return urgent.wants(Alert("id", "", probe, state, "", 0, 0, "", "", "", rule))

    assert wanted("Smoker", "raised")
    assert wanted("Smoker", "raised", "low")
    assert wanted("Smoker", "reminder", "high")
    assert wanted("Food A", "raised", "done")
    assert wanted("Food B", "lost")
    assert not wanted("Food A", "raised")
    assert not wanted("Food A", "reminder")
    assert not wanted("Smoker", "cleared", "low")
    assert not wanted("Smoker", "found")
    assert not wanted("Turkey", "raised")


def test_a_url_that_gets_everything_is_not_urgent_as_well():
    both = replace(settings(urls=["ntfy://a"]), urgent_notify_urls=("ntfy://a", "ntfy://b"))
    assert [each.name.partition("-")[0] for each in channels(both)] == ["ntfy", "urgent"]


def test_apprise_is_imported_only_for_those_who_configured_it():
    code = (
        "import sys; from smart_smoker.cli.settings import *\n"
        "from smart_smoker.channels.configured import channels\n"
        "channels(Settings((), '', Mail('h', 25, 'ssl', 'a@b', '', 'a@b', ''), ()))\n"
        "assert 'apprise' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# --- what a channel needs of the settings ---------------------------------------------------------

NOWHERE = Path(__file__).parent / "no such folder"


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"PANEL_URL": "http://smoker.example"}, "panel_password"),
        ({"RING_MINUTES": "5"}, "urgent_notify_urls"),
        ({"RING_MINUTES": "5", "URGENT_NOTIFY_URLS": ""}, "urgent_notify_urls"),
    ],
)
def test_what_is_missing_for_a_setting_is_said_by_whoever_uses_it_and_by_nobody_else(
    settings, missing
):
    found = load(NOWHERE, settings)
    with pytest.raises(InputError, match=f"^{missing} is missing or empty in "):
        channels(found), Links(found.panel_url, found.panel_password)


def test_the_producer_starts_with_settings_that_lack_what_only_a_consumer_needs():
    lacking = {"RING_MINUTES": "5", "PANEL_URL": "http://smoker.example", "URGENT_NOTIFY_URLS": ""}
    command = [sys.executable, "smoker_producer.py", "--check", "smoker-temps.csv"]
    environment = clean_environment() | lacking
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_demo_starts_and_wakes_nobody_whatever_is_set_to_ring(tmp_path):
    (tmp_path / ".env.toml").write_text(
        'ring_minutes = 5\nurgent_notify_urls = ["json://a"]\nsecond_person_urls = ["json://b"]\n'
    )
    assert channels(load(tmp_path, WAKES_NOBODY)) == []


@pytest.mark.parametrize(
    ("minutes", "most", "after", "reaches"),
    [("", "", "", False), ("1", "", "", False), ("5", "2", "", False), ("5", "3", "15", True)],
    ids=["nothing rings", "twelve minutes", "twice", "the third"],
)
def test_a_second_person_whom_no_ring_reaches_is_told_at_the_start(minutes, most, after, reaches):
    given = {"RING_MINUTES": minutes, "RING_MOST": most, "SECOND_PERSON_MINUTES": after}
    given = {key: value for key, value in given.items() if value}
    urls = {"URGENT_NOTIFY_URLS": "ntfy://x", "SECOND_PERSON_URLS": "ntfy://y"}
    if reaches:
        assert len(channels(load(NOWHERE, given | urls))) == 2
    else:
        with pytest.raises(InputError, match="second_person_urls"):
            channels(load(NOWHERE, given | urls))


# --- the page ------------------------------------------------------------------------------------

ROOT = Path(alerts.__file__).parent


@pytest.fixture
def page(tmp_path):
    """Run a copy of alerts.py, with its own settings, and return what it did."""
    folder = shutil.copytree(compiled().name, tmp_path / "smoker")

    def run(*options, **values) -> subprocess.CompletedProcess:
        toml = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        if values:
            (folder / ".env.toml").touch(mode=0o600)
            (folder / ".env.toml").write_text(toml, encoding="utf-8")
        command = [sys.executable, folder / "alerts.py", *options]
        how = {"cwd": tmp_path, "env": clean_environment(), "capture_output": True}
        done = subprocess.run(command, **how, encoding="utf-8", timeout=60)
        logs = (path.read_text(encoding="utf-8") for path in folder.glob("logs/*"))
        done.everything = done.stdout + done.stderr + "".join(logs)
        assert "Traceback" not in done.everything
        return done

    return run


def clean_environment() -> dict:
    ours = ("OUTGOING_", "SMS_", "EMAIL_", "NOTIFY_", "RABBITMQ_", "RING_", "URGENT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONIOENCODING": "utf-8"}


def mail_server(port, **more):
    return {
        "outgoing_email_host": HOST,
        "outgoing_email_port": port,
        "outgoing_email_address": SENDER,
        "email_address_for_alerts": PITMASTER,
        "outgoing_email_security": "none",
    } | more


def test_the_page_sends_a_test_to_every_channel(page, serve, push_service):
    server = serve()
    url = f"json://{HOST}:{push_service.server_port}/t0ken"
    done = page(**mail_server(server.port, sms_address_for_texts=PHONE, notify_urls=[url]))
    assert done.returncode == 0
    assert f"email to {PITMASTER}: accepted" in done.stdout
    assert f"sms to {PHONE}: accepted, but only the phone shows" in done.stdout
    assert done.stdout.count(": accepted") == 3
    assert [received.recipients for received in server.messages] == [(PITMASTER,), (PHONE,)]
    assert len(push_service.posted) == 1
    assert "t0ken" not in done.everything


def test_two_tests_in_a_row_have_two_message_ids(page, serve):
    server = serve()
    page(**mail_server(server.port))
    page(**mail_server(server.port))
    assert len({received.message["Message-ID"] for received in server.messages}) == 2


def test_the_page_goes_on_after_a_channel_that_did_not_accept(page, serve, push_service):
    server = serve(login=LOGIN)
    url = f"json://{HOST}:{push_service.server_port}/"
    done = page(**mail_server(server.port, outgoing_email_password="wrong-oak", notify_urls=[url]))
    assert done.returncode == 2
    assert f"email to {PITMASTER}: not accepted" in done.stdout
    assert "check outgoing_email_password" in done.stdout
    assert "wrong-oak" not in done.everything
    assert len(push_service.posted) == 1


def test_the_page_without_settings_says_how_to_get_some(page):
    done = page()
    assert done.returncode == 2
    assert "copy .env.toml.example to .env.toml" in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_the_page_names_a_url_that_cannot_be_used_without_its_secret(page):
    done = page(notify_urls=["tgram://t0psecret/x"])
    assert done.returncode == 2
    assert "tgram://***" in done.stdout
    assert "t0psecret" not in done.everything


def test_the_page_explains_itself(page):
    done = page("--help")
    assert done.returncode == 0
    assert "Send a test alert" in done.stdout


# --- the local inbox -----------------------------------------------------------------------------


@pytest.fixture
def ctrl_c():
    """Let a process hear Ctrl+C, also when a shell runs these tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_inbox_shows_what_arrives_and_counts_it(end, ctrl_c):
    process = subprocess.Popen(
        [sys.executable, "-m", "smart_smoker.lab.inbox"], cwd=ROOT, env=clean_environment(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    try:
        port = int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
        evil = NOTICE._replace(text="\x1b[2JLook!\x07\n")
        for each in channels(settings(port=port, sms=PHONE)):
            each.send(evil)
        process.send_signal(end)
        shown, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert f"e-mail to {PITMASTER}: {NOTICE.subject}\n     [2JLook!" in shown
    assert f"text to {PHONE}:\n    {NOTICE.sms}" in shown
    assert shown.endswith("Stopped. Mails received: 2.\n")
    assert shown.replace("\n", "").isprintable()


def test_the_inbox_on_a_port_that_is_taken_says_so():
    with Inbox() as inbox, pytest.raises(InputError, match=f"port {inbox.port}"):
        Inbox(inbox.port)


def test_an_inbox_can_be_stopped_twice_and_leaves_its_port_free():
    inbox = Inbox()
    with inbox:
        pass
    inbox.stop()
    with Inbox(inbox.port) as again:
        assert again.port == inbox.port


def test_what_others_mail_to_the_inbox_cannot_move_the_cursor_or_begin_a_line():
    content = b"Subject: =?utf-8?q?Fire=1B[2J=0Aforged?=\r\n\r\n\x1b[31mred\x07\xc2\x9b2J\r\n"
    lines = str(Received("", ("a@b",), content)).split("\n")
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_a_mail_in_another_shape_is_shown_all_the_same():
    for content in (
        b"",
        b"no header",
        b"Content-Type: multipart/mixed\r\n\r\nx",
        b"\xff: \xfe\r\n",
    ):
        assert str(Received("", ("a@b",), content)).startswith("text to a@b:")
