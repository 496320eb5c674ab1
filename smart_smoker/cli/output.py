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
        self._try(self._stream.write, text)
        return len(text)

    def flush(self):
        self._try(self._stream.flush)

    def _try(self, do, *arguments):
        try:
            do(*arguments)
        except OSError:
            # What the stream still holds goes there, too: Python would fail on it at the very end.
            with suppress(OSError), open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
