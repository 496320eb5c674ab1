"""A mail server for trying things out: it keeps and shows what arrives and sends nothing on.

    python -m smart_smoker.lab.inbox --port 1025

listens on this machine alone, so nobody else can put mail into it.
"""

import argparse
import asyncio
import io
import ssl
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from ..cli.signals import run
from ..core.errors import InputError
from ..core.text import printable

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """One mail as it arrived: whom the server was told, and the lines as they were sent."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def subject(self) -> str | None:
        """None for a text message, which has none."""
        subject = self.message["Subject"]
        return None if subject is None else str(subject)

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        payload = body.get_payload(decode=True) if body else None
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        return text.replace("\r\n", "\n")

    def __str__(self) -> str:
        kind = "text" if self.subject is None else "e-mail"
        lines = [f"{kind} to {', '.join(self.recipients)}: {self.subject or ''}"]
        lines += [f"    {line}" for line in self.text.splitlines() if line]
        return "\n".join(printable(line).rstrip() for line in lines)


class Inbox:
    """A mail server on this machine, listening from its making until `stop()`.

    It listens on `port`, a free one for 0, and keeps what arrives in `messages`; `show` is called
    with each, in the server's own thread. Raises InputError for a port that cannot be had.
    """

    tls: ssl.SSLContext | None = None
    """With one, TLS is spoken from the start."""

    def __init__(self, port: int = 0, show: Callable[[Received], None] = lambda received: None):
        self.messages: list[Received] = []
        self._show = show
        self._loop = asyncio.new_event_loop()
        listening = self._loop.create_server(self._protocol, LOOPBACK, port, ssl=self.tls)
        try:
            self._server = self._loop.run_until_complete(listening)
        except (OSError, OverflowError) as error:
            self._loop.close()
            raise InputError(f"port {port} cannot be had: {error}", port) from None
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Inbox":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and every connection; a second time does nothing."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._loop.run_until_complete(self._end_conversations())
        self._loop.close()

    async def _end_conversations(self) -> None:
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await asyncio.sleep(0)  # their connections close in the loop's next turn

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="localhost", enable_SMTPUTF8=True, loop=self._loop)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Called by aiosmtpd with each mail; the answer is what the other side gets."""
        content = envelope.original_content or b""
        received = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        self.messages.append(received)
        self._show(received)
        return "250 OK"


def _say(words: object) -> None:
    # Whoever read the screen may have left; mail is received all the same.
    with suppress(BrokenPipeError):
        print(words, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Receive e-mails and texts and show them here.")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    port = parser.parse_args().port
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    with Inbox(port, _say) as inbox:
        _say(
            f"Receiving mail for anyone at {LOOPBACK}:{inbox.port}; Ctrl+C ends it.\n"
            "In .env.toml these take the place of the lines with the same names:\n"
            f'    outgoing_email_host = "{LOOPBACK}"\n'
            f"    outgoing_email_port = {inbox.port}\n"
            '    outgoing_email_security = "none"\n'
            '    outgoing_email_address = "smoker@smart-smoker.test"'
        )
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
    _say(f"Stopped. Mails received: {len(inbox.messages)}.")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
