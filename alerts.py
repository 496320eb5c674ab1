"""Alerts on their way to people: e-mails, texts through a carrier's mail gateway, push messages.

Run as a script it sends a test alert to every configured channel and says what became of it, or
shows the alerts that still wait to be sent:

    .venv/bin/python alerts.py [--pending]
"""

import argparse
import base64
import hashlib
import logging
import re
import smtplib
import socket
import ssl
import sys
import time
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import localtime
from pathlib import Path
from urllib.parse import quote, unquote

import smart_smoker.installed  # noqa: F401 - first: says what is missing
from smart_smoker.broker import connect_once
from smart_smoker.errors import DeliveryFailed, DeliveryRefused, InputError
from smart_smoker.messages import ALERTS
from smart_smoker.outbox import pending
from smart_smoker.script import run
from smart_smoker.settings import Mail, Settings, load
from smart_smoker.watch import Alert
from util_logger import setup_logger

TIMEOUT = 20
"""Seconds a mail server has for each step until it is ready for the mail."""

VERDICT_TIMEOUT = 120
"""The same for the mail itself; RFC 5321, 4.5.3.2: who leaves too early sends a mail twice."""

PORTS = 'port 587 goes with outgoing_email_security = "starttls", port 465 with "ssl"'

REASONS = {
    smtplib.SMTPRecipientsRefused: "takes no mail for {to} ({reason}): check that address",
    smtplib.SMTPSenderRefused: "takes no mail from {mail.sender} ({reason}): check that address",
    smtplib.SMTPDataError: "does not take this mail ({reason})",
    smtplib.SMTPAuthenticationError: "does not take the login of {mail.sender} ({reason}):"
    " check outgoing_email_password; many providers want an app password there",
    smtplib.SMTPResponseException: "is not ready for mail ({reason})",
    smtplib.SMTPNotSupportedError: f"lacks what the settings ask for ({{reason}}): {PORTS};"
    " an empty outgoing_email_password goes without a login",
    smtplib.SMTPServerDisconnected: "broke off ({reason}): if it always does, check the login;"
    f" {PORTS}",
    socket.gaierror: "is not found: check outgoing_email_host and the network",
    ConnectionRefusedError: "does not listen: check outgoing_email_host and outgoing_email_port",
    TimeoutError: f"does not answer: check outgoing_email_host; {PORTS}",
    ssl.SSLCertVerificationError: "shows a certificate that proves nothing ({reason}):"
    " check outgoing_email_host, and this machine's clock and root certificates",
    ssl.SSLError: f"does not speak TLS as expected ({{reason}}): {PORTS}",
    UnicodeError: "cannot be asked: host, addresses or password have a sign they must not",
    Exception: "cannot be used: {reason}",
}
"""What a mail server does and what to mend; the first that fits an error counts."""


class MailChannel:
    """E-mails ("email") or texts ("sms") by a mail server; `label` is `name` for people."""

    def __init__(self, name: str, mail: Mail, recipient: str):
        self.name, self.label = name, f"{name} to {recipient}"
        self._mail, self._recipient = mail, recipient

    def send(self, alert: Alert) -> None:
        """Return when the mail server has accepted the alert.

        Raises DeliveryRefused where trying again is no use, DeliveryFailed for all else.
        """
        mail, message = self._mail, _message(alert, self.name, self._mail.sender, self._recipient)
        try:
            with closing(self._connect()) as server:
                if mail.security == "starttls":
                    # Raises where it is not on offer, as nothing may go out in clear instead.
                    server.starttls(context=ssl.create_default_context())
                if mail.password:
                    server.login(mail.sender, mail.password)
                server.sock.settimeout(VERDICT_TIMEOUT)
                server.send_message(message, mail.sender, [self._recipient])
                # It is accepted now, whatever becomes of the goodbye.
                with suppress(OSError):
                    server.sock.settimeout(1)
                    server.quit()
        except (OSError, UnicodeError) as error:  # smtplib's and ssl's errors are OSErrors
            raise self._failure(error) from None

    def _connect(self) -> smtplib.SMTP:
        # Without a name for this machine smtplib asks the DNS for one, which can take seconds.
        place = (self._mail.host, self._mail.port, "[127.0.0.1]")
        if self._mail.security != "ssl":
            return smtplib.SMTP(*place, timeout=TIMEOUT)
        return smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=ssl.create_default_context())

    def _failure(self, error: Exception) -> DeliveryFailed | DeliveryRefused:
        mail, (code, reason) = self._mail, _reply(error)
        words = next(words for kind, words in REASONS.items() if isinstance(error, kind))
        if code >= 500 and not mail.password:
            words += "; where a login is needed, so is outgoing_email_password"
        final = 500 <= code <= 599 and code not in (530, 534, 535, 538)  # RFC 4954: the login
        about_alert = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
        logins = (mail.password, f"\0{mail.sender}\0{mail.password}")
        coded = [base64.b64encode(login.encode()).decode() for login in logins]
        reason = _without([mail.password, *coded], reason)[:200]
        words = words.format(mail=mail, to=self._recipient, reason=reason)
        kind = DeliveryRefused if final and about_alert else DeliveryFailed
        return kind(f"{mail.host}:{mail.port} {words}", self._recipient)


class PushChannel:
    """Push messages to one Apprise URL, which is a secret as a whole."""

    def __init__(self, url: str):
        import apprise  # here, as it is slow and heavy, and not everybody has a URL

        scheme, _, rest = url.partition("://")
        self.name = f"{scheme}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        self.label = f"push to {self.name}"
        # Parts of up to three characters, like "com", are no secrets, and many words hold them.
        parts = re.split(r"[/:@?&=,]+", f"{rest}/{unquote(rest)}")
        self._secrets = [part for part in parts if len(part) > 3]
        # Its records can hold secrets: they are read here, and nowhere else.
        logging.getLogger("apprise").propagate = False
        self._record = apprise.LogCapture
        self._service = apprise.Apprise()
        if not self._service.add(url):
            how = "https://appriseit.com/services/ shows how to write it"
            raise InputError(f"notify_urls: Apprise cannot use {scheme}://***; {how}", scheme)

    def send(self, alert: Alert) -> None:
        """Return when the service has accepted the alert. Raises DeliveryFailed."""
        title, body = _printable(alert.subject), _lines(alert.text)
        with self._record(level=logging.WARNING, fmt="%(message)s") as record:
            accepted = self._service.notify(body, title, body_format="text")
            reason = _printable(record.getvalue()).strip() or "it does not say why"
        if not accepted:
            reason = _without(self._secrets, reason)[:200]
            raise DeliveryFailed(f"the push service does not take it ({reason})", self.name)


def channels(settings: Settings) -> list[MailChannel | PushChannel]:
    """All that is configured. Raises InputError for a URL that Apprise cannot use."""
    mail = settings.mail
    recipients = {"email": mail.email_to, "sms": mail.sms_to} if mail else {}
    by_mail = [MailChannel(name, mail, to) for name, to in recipients.items() if to]
    return by_mail + [PushChannel(url) for url in dict.fromkeys(settings.notify_urls)]


def _message(alert: Alert, channel: str, sender: str, recipient: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = sender, recipient, localtime()
    # Percent signs keep two ids apart. RFC 5322 forbids two dots in a row, so none is left.
    safe_id = quote(alert.id, errors="surrogatepass").replace(".", "%2E")
    message["Message-ID"] = f"<{safe_id}.{channel}@smart-smoker>"
    message["Auto-Submitted"] = "auto-generated"
    if channel == "sms":
        # Without a word on it, a line over 78 characters is encoded, and phones show the code.
        text = _lines(alert.sms).encode("ascii", "replace").decode()
        message.set_content(text, charset="us-ascii", cte="7bit")
    else:
        message["Subject"] = _printable(alert.subject)
        message.set_content(_lines(alert.text), cte="quoted-printable")
    return message


def _printable(text: str) -> str:
    """The text with a space for every line end and other control: they could begin a header."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _lines(text: str) -> str:
    return "\n".join(map(_printable, text.splitlines()))


def _reply(error: Exception) -> tuple[int, str]:
    """The code that a mail server answered, 0 for none, and the reason for people."""
    said = (getattr(error, name, "") for name in ("verify_message", "reason", "strerror"))
    code, text = 0, next(filter(None, said), error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return code, _printable(f"{code} {text}" if code > 0 else text)


def _without(secrets: list[str], text: str) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description="Send a test alert to every channel.")
    parser.add_argument("--pending", action="store_true", help="show instead which alerts wait")
    options = parser.parse_args()
    logger, _ = setup_logger(__file__)
    settings = load(Path(__file__).parent)
    configured = channels(settings)
    if options.pending:
        return show_pending(settings, configured, logger)
    if not configured:
        how = "copy .env.toml.example to .env.toml, fill in your mail server or notify_urls"
        raise InputError(f"nothing is configured: {how}, and run this again")
    words = "Smart Smoker test: alerts will come this way."
    # A new id each time, as mail programs can hide a second mail with the Message-ID of the first.
    alert = Alert(f"test/{time.time_ns()}", "", "", "raised", "", 0, 0, words, words, words)
    refused = 0
    for channel in configured:
        try:
            channel.send(alert)
            note = ", but only the phone shows whether it arrives" if channel.name == "sms" else ""
            logger.info("%s: accepted%s", channel.label, note)
        except (DeliveryFailed, DeliveryRefused) as error:
            refused += 1
            logger.error("%s: not accepted: %s", channel.label, error)
    return 2 if refused else 0


def show_pending(
    settings: Settings, configured: list[MailChannel | PushChannel], logger: logging.Logger
) -> int:
    """Say which alerts wait for which channel, and why."""
    with connect_once(settings.rabbitmq_urls, "alerts.py --pending") as broker:
        if not configured:
            words = "Alerts that wait in %s: %d. Nothing is set up to send them."
            logger.info(words, ALERTS, broker.state(ALERTS)[0])
            return 0
        waiting = pending(broker, [channel.name for channel in configured])
    for alert, name, reason in waiting:
        logger.info("%s has not taken: %s (%s)", name, alert.subject, reason or "not tried yet")
    logger.info("Alerts that wait to be sent: %d.", len(waiting))
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
