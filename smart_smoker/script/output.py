"""Standard output, also when whoever has read it is gone."""

import os
import sys
from contextlib import suppress


def outlive_readers():
    """Have what nobody reads any more go nowhere, instead of ending what is being done.

    A terminal that is closed and the end of `| head` make every write fail, in whichever thread
    writes next.
    """
    if not isinstance(sys.stdout, _Output):
        sys.stdout = _Output(sys.stdout)


class _Output:
    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        try:
            return self._stream.write(text)
        except OSError:
            return self._go_nowhere(text)

    def flush(self):
        try:
            self._stream.flush()
        except OSError:
            self._go_nowhere("")

    def _go_nowhere(self, text):
        # What the stream still holds goes there, too: Python would fail on it at the very end.
        with suppress(OSError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())
        return len(text)
