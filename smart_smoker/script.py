"""The manners of every script: exit codes, signals, options and questions."""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .errors import SmartSmokerError

log = logging.getLogger(__name__)


def run(main: Callable[[], int | None]) -> int:
    """Call a script's main and return the code to exit with.

    0: finished or stopped; 1: a bug; 2: input, settings or options; 3: the broker refuses.
    """
    interrupt_on_signals()
    try:
        return main() or 0
    except SmartSmokerError as error:
        log.error("%s", error)
        return error.exit_code
    except KeyboardInterrupt:
        log.info("Stopped.")
        return 0
    except Exception as error:
        log.exception("this is a bug, details are in the log file: %r", error)
        return 1


# A terminal that is closed hangs up; Windows has no such signal.
SIGNALS = [signal.SIGINT, signal.SIGTERM] + ([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])


def interrupt_on_signals():
    """Have whatever is being done ended by Ctrl+C, SIGTERM or the end of the terminal."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def _interrupt(number, frame):
    raise KeyboardInterrupt


class Stop:
    """Whether the script has been asked to stop.

    `listen` makes its signals set a flag, so that a loop ends after its turn; a second signal
    interrupts.
    """

    def __init__(self):
        self.requested = False

    def listen(self) -> "Stop":
        for number in SIGNALS:
            signal.signal(number, self._request)
        return self

    def _request(self, number, frame):
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

    def wait(self, seconds: float):
        """Sleep for so long, or until a stop is requested."""
        until = time.monotonic() + seconds
        while not self.requested and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))


def on_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: str) -> bool:
    """Ask for y or n until one of them is the answer; the end of the input means n."""
    with _interrupting(), suppress(EOFError):
        while True:
            answer = input(f"{question} y or n ").strip().lower()
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")
    return False


def wait_for_enter(words: str):
    """Show these words until Enter is pressed, the input ends or a signal comes."""
    with _interrupting(), suppress(EOFError, KeyboardInterrupt):
        input(words)


@contextmanager
def _interrupting() -> Iterator[None]:
    """Have signals interrupt for so long: a flag would not end the wait for an answer."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    interrupt_on_signals()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def number_from(least: float, most: float = 1e9, kind: type = float) -> Callable[[str], float]:
    """For argparse: a number of a kind within bounds."""

    def number(text: str):
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not within {least} and {most:,.0f}")
        return value

    number.__name__ = "number" if kind is float else "whole number"
    return number
