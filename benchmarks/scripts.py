"""Scripts under measurement: real processes, and the broker they find."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue

import pika

from smart_smoker.lab.demo import local_mail
from smart_smoker.rabbitmq.link import connect
from smart_smoker.rabbitmq.messages import BOUND, HISTORY, REJECTED, STATES

FOLDER = Path(__file__).resolve().parent.parent
SAMPLE = FOLDER / "smoker-temps.csv"

NO_CHANNELS = {
    "OUTGOING_EMAIL_HOST": "",
    "NOTIFY_URLS": "",
    "URGENT_NOTIFY_URLS": "",
    "SMS_ADDRESS_FOR_TEXTS": "",
}
"""An environment that wins over the reader's own settings: no alert leaves this machine."""


AS_INSTALLED = {name: said for name, said in os.environ.items() if not name.startswith("PYTHON")}
"""The environment, but for what tells Python otherwise: it compiles once and buffers its output."""


class Script:
    """A script as a process, and the moment at which each of its lines came.

    Moments are seconds of `time.perf_counter`; `started` is the one just before its start.
    """

    def __init__(self, url: str, *command: str, **environment: str):
        self._lines: SimpleQueue = SimpleQueue()
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=FOLDER,
            env={**AS_INSTALLED, **NO_CHANNELS, **environment, "RABBITMQ_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self):
        self._process.kill()

    def end(self, words: str) -> str:
        """Ask it to end; returns its next line with these words."""
        self._process.terminate()
        return self.next_line(words)[1]

    def _read(self):
        with self._process:
            for line in self._process.stdout:
                self._lines.put((time.perf_counter(), line))
        self._lines.put((0, ""))

    def wait_for(self, words: str) -> float:
        """The moment of its next line with these words. Raises RuntimeError when it ends first."""
        return self.next_line(words)[0]

    def next_line(self, words: str) -> tuple[float, str]:
        """Its next line with these words, with its moment. Raises RuntimeError as `wait_for`."""
        last = ""
        while True:
            moment, line = self._lines.get(timeout=300)
            if words in line:
                return moment, line
            if not moment:
                raise RuntimeError(f"a script has ended before {words!r}; at last it said: {last}")
            last = line

    def memory(self) -> float:
        """Resident memory in MB, or not a number where Linux's /proc is not."""
        path = Path(f"/proc/{self.pid}/status")
        found = re.search(r"VmRSS:\s*(\d+)", path.read_text() if path.exists() else "")
        return int(found[1]) * 1024 / 1e6 if found else float("nan")

    def cpu(self) -> float:
        """Seconds of processor time so far, user and system, or not a number without /proc."""
        path = Path(f"/proc/{self.pid}/stat")
        if not path.exists():
            return float("nan")
        user, system = path.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def mailing_to(port: int) -> dict[str, str]:
    """An environment in which a script sends its mails to this port of this machine."""
    return local_mail(port) | {"SMS_ADDRESS_FOR_TEXTS": ""}


def clear(url: str):
    """Give the scripts a broker as new: empty queues, no states, a history without a past."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for queue in (*BOUND, *STATES, HISTORY, REJECTED):
            channel.queue_delete(queue)
    connect([url], "benchmark").__exit__()  # Whoever connects declares them all.
