"""A mail server on which, mail by mail, something else goes wrong."""

# ruff: noqa: N802 - the names of the handlers are aiosmtpd's

import asyncio
from collections import Counter, deque
from email import message_from_bytes

from smtp_server import MailServer, break_off, hang

FOR_A_WHILE = {
    "421 at the greeting": ("GREETING", "421 4.3.2 Too busy"),
    "broken off at the greeting": ("GREETING", break_off),
    "432 at MAIL": ("MAIL", "432 4.3.2 Concurrent connections limit exceeded"),
    "451 at RCPT": ("RCPT", "451 4.7.1 Try again later"),
    "421 at DATA": ("DATA", "421 4.4.2 Closing"),
    "451 at DATA": ("DATA", "451 4.3.0 Not now"),
    "dropped after DATA": ("DATA", break_off),
    "dropped after DATA, and kept": ("DATA", None),
}
"""What can go wrong with one mail, by name: at which command, and what is answered there."""

REFUSED = "550 at RCPT"
HANGING = "hanging at the greeting"
FATES = {
    **FOR_A_WHILE,
    REFUSED: ("RCPT", "550 5.1.1 No such mailbox"),
    HANGING: ("GREETING", hang),
}


class Mailbox(MailServer):
    """Takes all mail; `fates` are the names of what befalls the next mails, one each.

    `kept` counts the mails, by Message-ID, that were taken and whose sender was not told.
    """

    def __init__(self):
        self.fates: deque[str] = deque()
        self.befallen: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        super().__init__(answers={"GREETING": self._greet})

    def received(self) -> Counter:
        """How often each Message-ID was taken."""
        return Counter(_id(received.content) for received in list(self.messages))

    async def _greet(self) -> str:
        answer = self._fate("GREETING")
        if answer is None:
            return "220 localhost ready"
        return answer if isinstance(answer, str) else await answer()

    def _fate(self, command: str):
        """What is answered to a command, when this is where the next fate strikes."""
        if not self.fates or FATES[self.fates[0]][0] != command:
            return None
        name = self.fates.popleft()
        self.befallen[name] += 1
        return FATES[name][1] or name

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = self._fate("MAIL")
        return answer or await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self._fate("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self._fate("DATA")
        if isinstance(answer, str) and answer[0].isdigit():
            return answer
        if answer is break_off:
            await break_off()
        told = await super().handle_DATA(server, session, envelope)
        if answer is not None:
            self.kept[_id(envelope.content)] += 1
            raise asyncio.CancelledError
        return told


def _id(content: bytes) -> str:
    """The Message-ID without its brackets; a long one stands on a line of its own."""
    return message_from_bytes(content)["Message-ID"].strip().strip("<>")
