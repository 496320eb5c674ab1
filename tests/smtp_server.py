"""A mail server that does as it is told: it wants a login or TLS, refuses, breaks off, hangs."""

# ruff: noqa: N802 - the names of the handlers are aiosmtpd's

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from smart_smoker.lab.inbox import Inbox

Answer = str | bytes | Callable[[], Awaitable[str]]
"""A line that is answered, or what is awaited for one."""

Command = Callable[[str], Awaitable[None]]


async def break_off() -> str:
    """An answer that is none: the connection ends."""
    raise asyncio.CancelledError


async def hang() -> str:
    """An answer that never comes."""
    await asyncio.Event().wait()
    return ""


async def accept_late() -> str:
    """An answer that takes half a second."""
    await asyncio.sleep(0.5)
    return "250 OK"


class MailServer(Inbox):
    """An inbox with a temper.

    `login` is the address and the password that it wants. `context` makes it offer STARTTLS and
    refuse all else before; `from_the_start` speaks TLS at once. `answers` says what it answers,
    by command, a line or a function that is awaited for one: "GREETING" is its first line, "DATA"
    the verdict on a mail. `heard` are the commands that came.
    """

    def __init__(
        self,
        login: tuple[str, str] | None = None,
        context: ssl.SSLContext | None = None,
        from_the_start: bool = False,
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        self.tls = context if from_the_start else None
        self.starttls = None if from_the_start else context
        self.login = login
        self.answers = dict(answers or {})
        self.heard: list[str] = []
        super().__init__()

    def _protocol(self) -> SMTP:
        return _Conversation(self, self._loop)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, host: str, offers: list[str]
    ) -> list[str]:
        session.host_name = host
        return [offer for offer in offers if self.login or not offer.startswith("250-AUTH")]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        verdict = self.answers.get("DATA")
        if verdict is None:
            return await super().handle_DATA(server, session, envelope)
        line: str = await _said(verdict)
        if line.startswith("250"):
            await super().handle_DATA(server, session, envelope)
        return line

    def check(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        mechanism: str,
        told: LoginPassword,
    ) -> AuthResult:
        right = (told.login.decode(), told.password.decode()) == self.login
        return AuthResult(success=right, handled=False)


class _Conversation(SMTP):
    """What one client and the server say to each other."""

    def __init__(self, server: MailServer, loop: asyncio.AbstractEventLoop):
        super().__init__(
            server,
            hostname="localhost",
            tls_context=server.starttls,
            require_starttls=server.starttls is not None,
            auth_require_tls=server.starttls is not None,
            authenticator=server.check,
            loop=loop,
        )
        self._server = server
        self._greeted = False
        for command, usual in self._smtp_methods.items():
            self._smtp_methods[command] = self._scripted(command, usual)

    def _scripted(self, command: str, usual: Command) -> Command:
        async def answer(argument: str) -> None:
            self._server.heard.append(command)
            told = None if command == "DATA" else self._server.answers.get(command)
            if told is None:
                await usual(argument)
            else:
                await self.push(await _said(told))

        return answer

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            told = self._server.answers.get("GREETING", status)
            try:
                status = await _said(told)
            except asyncio.CancelledError:
                self._writer.close()
                raise
        await super().push(status)


async def _said(answer: Answer) -> Any:
    """The line itself: aiosmtpd takes it as text or as bytes."""
    return answer if isinstance(answer, str | bytes) else await answer()
