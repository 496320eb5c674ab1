"""Mail: alerts as e-mails, and as texts through a carrier's mail gateway.

This is the only module that knows smtplib.
"""

import base64
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import localtime
from typing import Any
from urllib.parse import quote

from ..cli.settings import Mail, Settings
from ..core.alert import Alert
from ..core.errors import DeliveryFailed, DeliveryPutOff, DeliveryRefused, DeliveryUnknown
from ..core.text import printable, printable_lines, without
from .channel import Channel

TIMEOUT = 20
"""Seconds a mail server has for each step until it is ready for the mail."""

MAIL_TIMEOUT, VERDICT_TIMEOUT = 120, 600
"""The same for the mail, and for the verdict on it: RFC 5321, 4.5.3.2; who leaves before that sends
a mail twice."""

LONGEST_TRY = 15 * 60
"""Seconds for a try as a whole: a server that dribbles keeps to every other limit."""

NEVER = r"5\d\d #?5\.(?:1\.(?:[0-46]|10)|2\.3|3\.4|6\.\d+)\b"
FINAL = {
    smtplib.SMTPRecipientsRefused: re.compile(
        rf"{NEVER}|55[013] (?!#?5\.\d+\.\d)(?!.*\b(?:exceed|later|limit|many|quota|rate))", re.I
    ),
    smtplib.SMTPDataError: re.compile(NEVER),
}
"""The replies that no later try can change, by what was asked.

By RFC 3463, 3, a bad address of the recipient (X.1.0 to 4, 6, 10), a mail that is too long (X.2.3,
X.3.4) or of a kind that is not taken (X.6). A bare code can refuse a recipient, too. All else may
be a limit (X.2.2, X.4.5, X.7.1) or a setting that somebody mends.
"""

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


def channels(settings: Settings) -> list[Channel]:
    """The channels that a mail server serves: e-mails, texts, both or none."""
    mail = settings.mail
    recipients = {"email": mail.email_to, "sms": mail.sms_to} if mail else {}
    return [MailChannel(name, mail, to) for name, to in recipients.items() if mail and to]


class MailChannel(Channel):
    """E-mails ("email") or texts ("sms") by a mail server."""

    def __init__(self, name: str, mail: Mail, recipient: str):
        self.name = self.label = name
        self.to, self._mail = recipient, mail
        if name == "sms":
            self.caveat = "only the phone shows whether it arrives"

    def send(self, alert: Alert, hand_over: Callable[[], None] = lambda: None) -> None:
        """As any Channel's: the server's reply to the mail is the verdict."""
        mail, message = self._mail, _message(alert, self.name, self._mail.sender, self.to)
        began, server = time.monotonic(), None
        try:
            with closing(_Server(mail, hand_over)) as server:
                if mail.security == "starttls":
                    # Raises where the server has no STARTTLS: no password goes out unencrypted.
                    server.starttls(context=ssl.create_default_context())
                if mail.password:
                    server.login(mail.sender, mail.password)
                server.allow(MAIL_TIMEOUT)
                server.send_message(message, mail.sender, [self.to])
                # The mail is accepted: a goodbye that fails must not make us send it again.
                with suppress(OSError):
                    server.allow(1)
                    server.quit()
        except (OSError, UnicodeError) as error:  # smtplib's and ssl's errors are OSErrors
            cut_off = time.monotonic() - began > LONGEST_TRY
            handed_over = server is not None and server.handed_over
            raise self._failure(TimeoutError() if cut_off else error, handed_over) from None

    def _failure(self, error: Exception, handed_over: bool) -> DeliveryFailed | DeliveryRefused:
        mail, (code, reason) = self._mail, _reply(error)
        words = next(words for kind, words in REASONS.items() if isinstance(error, kind))
        if code >= 500 and not mail.password:
            words += "; where a login is needed, so is outgoing_email_password"
        final = FINAL.get(type(error))
        kind: type[DeliveryFailed] | type[DeliveryRefused] = DeliveryFailed
        if final and final.match(reason):
            kind = DeliveryRefused
        elif code >= 500:
            kind = DeliveryPutOff
        if handed_over and code < 400:
            kind, words = DeliveryUnknown, "has not said whether it took the mail ({reason})"
        logins = (mail.password, f"\0{mail.sender}\0{mail.password}")
        coded = [base64.b64encode(login.encode()).decode() for login in logins]
        reason = without([mail.password, *coded], reason)[:200]
        words = words.format(mail=mail, to=self.to, reason=reason)
        return kind(f"{mail.host}:{mail.port} {words}", self.to)


class _Server(smtplib.SMTP):
    """A mail server that is cut off when a try does not come to its end."""

    def __init__(self, mail: Mail, hand_over: Callable[[], None]):
        self._tls, self._hand_over, self.handed_over = mail.security == "ssl", hand_over, False
        # Without a name for this machine smtplib asks the DNS for one, which can take seconds.
        super().__init__(mail.host, mail.port, "[127.0.0.1]", timeout=TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        way = socket.create_connection((host, port), timeout)
        self._way = way.dup()  # another name for the connection, since TLS takes the first one over
        self._timer = threading.Timer(LONGEST_TRY, self._cut_off)
        self._timer.daemon = True
        self._timer.start()
        try:
            context = ssl.create_default_context()
            return context.wrap_socket(way, server_hostname=host) if self._tls else way
        except BaseException:
            self.close()
            raise

    def allow(self, seconds: float) -> None:
        """Give the server so long for each step from now on."""
        if self.sock:
            self.sock.settimeout(seconds)

    def send(self, s: Any) -> None:
        # smtplib sends its commands as text, and nothing as bytes but a mail.
        is_mail = isinstance(s, bytes)
        if is_mail:
            self._hand_over()
        super().send(s)
        if is_mail:
            self.handed_over = True
            self.allow(VERDICT_TIMEOUT)

    def rset(self) -> tuple[int, bytes]:
        """Ask nothing, as smtplib does after a refusal: no other mail goes by this connection."""
        return 250, b""

    def _cut_off(self) -> None:
        with suppress(OSError):
            self._way.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        self._timer.cancel()
        self._way.close()


def _message(alert: Alert, channel: str, sender: str, recipient: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = sender, recipient, localtime()
    # Encoded, two different ids stay different; dots too, as RFC 5322 forbids two in a row.
    safe_id = quote(alert.id, errors="surrogatepass").replace(".", "%2E")
    message["Message-ID"] = f"<{safe_id}.{channel}@smart-smoker>"
    message["Auto-Submitted"] = "auto-generated"
    if channel == "sms":
        # By default a line of over 78 characters is sent in quoted-printable ("=20"), and many
        # phones show it so. 7bit is shown as it is.
        text = printable_lines(alert.sms).encode("ascii", "replace").decode()
        message.set_content(text, charset="us-ascii", cte="7bit")
    else:
        message["Subject"] = printable(alert.subject)
        message.set_content(printable_lines(alert.text), cte="quoted-printable")
    # Where Python 3.13.5 breaks a subject before a word with "°", it is read with two spaces.
    message.policy = message.policy.clone(max_line_length=998)  # RFC 5322's limit
    return message


def _reply(error: Exception) -> tuple[int, str]:
    """The code that a mail server answered, 0 for none, and the reason for people."""
    said = (getattr(error, name, "") for name in ("verify_message", "reason", "strerror"))
    code, text = 0, next(filter(None, said), error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return code, printable(f"{code} {text}" if code > 0 else text)
