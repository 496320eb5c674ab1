"""The screen: lines, and where there is a terminal their colours and a progress bar."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from ..core.text import printable

if TYPE_CHECKING:
    from .terminal import CookBar


def show(line: str, style: str = "", speaker: str = "", speaker_style: str = "") -> None:
    """Show one line above any progress bar, with who speaks before it: whatever it says is text.

    On a terminal it is broken between words, where it must be. Styles are rich's, and seen there
    only.
    """
    if sys.stdout.isatty():
        from .terminal import print_styled  # here, as rich is slow to import

        print_styled((speaker, speaker_style), (printable(line), style))
    else:
        # In one write, where Python's output is unbuffered, too: print() would make two of it.
        sys.stdout.write(f"{speaker}{printable(line)}\n")
        sys.stdout.flush()


def cook_bar(rows: int | None) -> "AbstractContextManager[CookBar | None]":
    """The progress of a cook of so many rows, to be shown on a terminal.

    There is none elsewhere, nor of a cook whose length nobody knows (None).
    """
    if rows is None or not sys.stdout.isatty():
        return nullcontext()
    from .terminal import CookBar

    return CookBar(rows)
