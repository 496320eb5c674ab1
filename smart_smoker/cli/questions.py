"""Questions to whoever sits at the terminal."""

import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from ..core.errors import InputError
from .signals import SIGNALS

T = TypeVar("T")


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


def ask_for(what: str, read: Callable[[str], T]) -> T | None:
    """Ask until `read` takes the answer, and return what it makes of it; at the end, None.

    It raises InputError or ArgumentTypeError for an answer that it does not take.
    """
    with _interrupting(), suppress(EOFError):
        while True:
            try:
                return read(input(what))
            except (InputError, ArgumentTypeError) as error:
                print(error)
    return None


def wait_for_enter(words: str) -> None:
    """Show these words until Enter is pressed, the input ends or a signal comes."""
    with _interrupting(), suppress(EOFError, KeyboardInterrupt):
        input(words)


@contextmanager
def _interrupting() -> Iterator[None]:
    """Have signals interrupt meanwhile: a flag would not end the wait for an answer."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
