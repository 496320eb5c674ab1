"""Standard output, also when whoever has read it is gone."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper


def outlive_readers() -> None:
    """Have what nobody reads any more go nowhere, instead of ending what is being done.

    A terminal that is closed and the end of `| head` make every write fail, in whichever thread
    writes next. A console that cannot show a sign (° on an old code page) shows another.
    """
    stream = sys.stdout
    if isinstance(stream, TextIOWrapper) and not isinstance(stream, _Output):
        by_line, at_once = stream.line_buffering, stream.write_through
        sys.stdout = _Output(stream.buffer, stream.encoding, "replace", None, by_line, at_once)
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")


class _Output(TextIOWrapper):
    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        # What the stream still holds goes there, too: Python would fail on it at the very end.
        with suppress(OSError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self.fileno())
