"""Logging for a script: what it says on the screen and in `logs/SCRIPT.log`, or in the journal.

logger, logname = setup_logger(__file__)
"""

import logging
import os
import sys
import time
from io import TextIOWrapper
from logging import LogRecord
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from smart_smoker.cli.output import outlive_readers
from smart_smoker.cli.screen import show
from smart_smoker.core.text import printable, printable_lines

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

MARKS = {logging.WARNING: "warning: ", logging.ERROR: "error: ", logging.CRITICAL: "!!! "}
STYLES = {
    logging.WARNING: "yellow",
    logging.ERROR: "bold red",
    logging.CRITICAL: "bold white on red",
}
"""How a line is marked everywhere, and coloured on a terminal. Alerts are logged as CRITICAL."""

PRIORITIES = {logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""What the levels are called in systemd's journal."""

REPORTED_BY_US = ("pika", "apprise", "aiosmtpd", "mail")
"""Libraries whose own records would only say again what the program says."""


def setup_logger(script: str) -> tuple[logging.Logger, str]:
    """Send the records of a script, and the package's, to the screen and to a file beside it.

    Returns the script's logger and the path of its log file, which begins anew at 1 MB; three
    earlier ones are kept. Where it cannot be written, one line says so and the screen goes on.
    Where systemd has the screen go to its journal, that alone is written: it is a file already.
    """
    path = Path(script).resolve()
    logname = path.parent / "logs" / f"{path.stem}.log"
    outlive_readers()
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.handlers = [_Journal(sys.stdout)] if _in_journal() else [_Screen(), _LogFile(logname)]
    for name in REPORTED_BY_US:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return logging.getLogger(path.stem), str(logname)


class _OneLine(logging.Formatter):
    """A record is one line, whatever it says: only a traceback has several."""

    def formatMessage(self, record: LogRecord) -> str:  # noqa: N802 - the name is logging's
        return printable(super().formatMessage(record))

    def formatException(self, info: ExcInfo) -> str:  # noqa: N802 - the name is logging's
        return printable_lines(super().formatException(info))


class _Screen(logging.Handler):
    """A line for people: no level, no logger, no traceback."""

    def emit(self, record: LogRecord) -> None:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{clock} {MARKS.get(record.levelno, '')}{record.getMessage()}"
        show(line, STYLES.get(record.levelno, ""))


def _in_journal() -> bool:
    """Whether what we print goes to the journal; systemd names the stream that does.

    The name alone proves nothing: whatever a service starts inherits it, terminals as well.
    """
    try:
        screen = os.fstat(sys.stdout.fileno())
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{screen.st_dev}:{screen.st_ino}"


class _Journal(logging.StreamHandler[TextIO]):
    """Lines with their priority, without a clock, which the journal has; and with tracebacks."""

    def __init__(self, stream: TextIO):
        super().__init__(stream)
        self.setFormatter(_OneLine())

    def format(self, record: LogRecord) -> str:
        priority = PRIORITIES.get(record.levelno, 6)
        text = MARKS.get(record.levelno, "") + super().format(record)
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())


class _LogFile(RotatingFileHandler, WatchedFileHandler):
    """The log file, opened with its first line, and again where logrotate has moved it away."""

    dev = ino = -1  # as WatchedFileHandler knows the file

    def __init__(self, path: Path):
        self._complained = False
        super().__init__(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True)
        self.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def shouldRollover(self, record: LogRecord) -> int:  # noqa: N802
        self.reopenIfNeeded()
        return super().shouldRollover(record)

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(exist_ok=True)
        return super()._open()

    def handleError(self, record: LogRecord) -> None:  # noqa: N802 - the name is logging's
        if not self._complained:
            self._complained = True
            reason = sys.exc_info()[1]
            print(f"warning: {self.baseFilename} cannot be written: {reason}", file=sys.stderr)
