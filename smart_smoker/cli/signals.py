"""How a script ends: its exit codes, and the signals that ask it to stop."""

import logging
import signal
import time
from collections.abc import Callable
from types import FrameType

from ..core.errors import SmartSmokerError

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
        log.exception("this is a bug, details are in the log: %r", error)
        return 1


# A terminal that is closed hangs up; Windows has no such signal.
SIGNALS = [signal.SIGINT, signal.SIGTERM] + ([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])


def interrupt_on_signals() -> None:
    """Have whatever is being done ended by Ctrl+C, SIGTERM or the end of the terminal."""
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)


class Stop:
    """Whether the script has been asked to stop.

    `listen` makes its signals set a flag, so that a loop ends after its turn; a second signal
    interrupts.
    """

    def __init__(self) -> None:
        self.requested = False

    def listen(self) -> "Stop":
        for number in SIGNALS:
            signal.signal(number, self._request)
        return self

    def _request(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

    def wait(self, seconds: float) -> None:
        """Sleep for so long, or until a stop is requested."""
        until = time.monotonic() + seconds
        while not self.requested and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
