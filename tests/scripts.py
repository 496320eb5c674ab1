"""What tests of scripts stand on: a copy of the program, its processes, and ways to a broker."""

import asyncio
import base64
import codecs
import compileall
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import pika

from smart_smoker.core.alert import Alert
from smart_smoker.lab.definitions import PERMISSIONS, definitions
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.history import replay
from smart_smoker.rabbitmq.messages import Arrival

HERE = Path(__file__).parent.parent
LOOPBACK = "127.0.0.1"
NOWHERE = "amqp://127.0.0.1:1/"
DEADLINE = 60
"""Seconds after which what has not happened will not happen, on a slow and busy machine too."""

PASSWORD = "hickory-and-oak"
"""A password for settings; no output and no log may hold it."""

SENDER, PITMASTER, PHONE = "smoker@example.com", "pitmaster@example.com", "5551234@txt.example.com"

ALERT = Alert(
    id="brisket/01-smoker/17/raised",
    cook="brisket",
    probe="Smoker",
    state="raised",
    time="05/22/21 12:20:15",
    temperature=200.5,
    change=15,
    subject="Smoker Alert! 200.5 °F",
    text="Smoker at 05/22/21 12:20:15: 200.5 °F\n",
    sms="Smoker Alert! 200.5 F",
)


def until(condition: Callable[[], object], what: str, pause: float = 0.02, patience: float = 0):
    """Wait for a condition, and return what it says; `what` is told when it never comes.

    That is after `patience` seconds, or after DEADLINE.
    """
    __tracebackhide__ = True
    deadline = time.monotonic() + (patience or DEADLINE)
    while not (found := condition()):
        assert time.monotonic() < deadline, f"it never came to this: {what}"
        time.sleep(pause)
    return found


def await_on_disk(folder: Path, name: str, files: str):
    """Wait until a name stands in one of such files of a broker: what it declares it keeps in
    memory for a while, and only then on disk."""
    until(
        lambda: any(
            name.encode() in path.read_bytes() for path in folder.rglob(files) if path.is_file()
        ),
        f"{name} on disk",
    )


# --- the program and its processes ---------------------------------------------------------------


@cache
def compiled() -> tempfile.TemporaryDirectory:
    """The program with its modules compiled, so that none of the scripts of its copies has to."""
    folder = tempfile.TemporaryDirectory()
    ignored = shutil.ignore_patterns("tests", "docs", "benchmarks", "logs", ".*")
    shutil.copytree(HERE, folder.name, ignore=ignored, dirs_exist_ok=True)
    compileall.compile_dir(folder.name, quiet=1)
    return folder


class Program:
    """A copy of the program in a folder of its own, where settings and logs cannot meet others'.

    At the end its processes are gone, and none of them has shown a traceback or a password.
    """

    def __init__(self, folder: Path, url: str):
        self.folder, self.url = folder, url
        self._scripts: list[Script] = []
        shutil.copytree(compiled().name, folder)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, kind, *_):
        for script in self._scripts:
            script.kill()
        said = {script.name: script.text for script in self._scripts}
        logs = {path.name: path.read_text(encoding="utf-8") for path in self.logs()}
        for name, text in {**said, **logs}.items() if kind is None else ():
            assert "Traceback" not in text, f"a traceback in {name}:\n{text}"
            assert PASSWORD not in text, f"a password in {name}:\n{text}"

    def logs(self) -> list[Path]:
        return sorted(self.folder.glob("logs/*"))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def edit(self, name: str, before: str, after: str):
        """Change a file of this copy, in the one place where it says this."""
        edit(self.folder / name, before, after)

    def configure_mail(self, port: int, **others: str):
        """Have e-mails and texts sent by the mail server at this port of the loopback."""
        settings = {
            "outgoing_email_host": LOOPBACK,
            "outgoing_email_port": port,
            "outgoing_email_security": "none",
            "outgoing_email_address": SENDER,
            "email_address_for_alerts": PITMASTER,
            "sms_address_for_texts": PHONE,
            **others,
        }
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in settings.items()]
        self.write(".env.toml", "".join(lines)).chmod(0o600)

    def start(self, name: str, *options: object, **how) -> "Script":
        """Start a script; `terminal` gives it one, `typed` a pipe to write to, others are its
        environment."""
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
        environment = {key: os.environ[key] for key in kept if key in os.environ}
        environment |= {"HOME": str(self.folder), "PYTHONUTF8": "1", "RABBITMQ_URL": self.url}
        terminal, typed = how.pop("terminal", False), how.pop("typed", False)
        command = [sys.executable, str(self.folder / name), *map(str, options)]
        script = Script(name, command, environment | how, terminal, typed)
        self._scripts.append(script)
        return script

    def run(self, name: str, *options: object, **how) -> tuple[int, str]:
        """Start a script and wait for its end: exit code and output."""
        return self.start(name, *options, **how).ended()


class Script:
    """A process, and all that it has said so far in `text`."""

    def __init__(self, name: str, command: list[str], environment: dict, terminal, typed):
        self.name, self.text, self._raw = name, "", ""
        self._changed = threading.Condition()
        self._silent = False
        if terminal:
            self._on_terminal(command, environment)
        else:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE if typed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            self._screen = os.dup(self._process.stdout.fileno())
            self._keyboard = os.dup(self._process.stdin.fileno()) if typed else None
            self._process.stdout.close()
            if typed:
                self._process.stdin.close()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _on_terminal(self, command: list[str], environment: dict):
        import fcntl
        import termios

        self._screen, terminal = os.openpty()
        self._keyboard = os.dup(self._screen)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        self._process = subprocess.Popen(
            command,
            env={**environment, "TERM": "xterm"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            # A key like Ctrl+C becomes a signal only at the terminal that controls a process.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)

    def _listen(self):
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        with suppress(OSError):  # A terminal whose last process has ended says so by an error.
            while data := os.read(self._screen, 65536):
                with self._changed:
                    self._raw += decode(data)
                    self.text = _plain(self._raw)
                    self._changed.notify_all()
        with self._changed:
            self._silent = True
            self._changed.notify_all()

    def said(self, pattern: str, times: int = 1) -> str:
        """Wait until it has said what fits a pattern, so many times; returns the last of them."""
        __tracebackhide__ = True
        expression = re.compile(pattern, re.MULTILINE)

        def fitting() -> list[str]:
            return [match[0] for match in expression.finditer(self.text)]

        with self._changed:
            self._changed.wait_for(lambda: len(fitting()) >= times or self._silent, DEADLINE)
            found = fitting()
        assert len(found) >= times, f"{self.name} never said {pattern!r} {times}×:\n{self._shown()}"
        return found[times - 1]

    def _shown(self) -> str:
        """The output for whoever has to mend what failed."""
        lines = self.text.splitlines()
        return "\n".join(lines if len(lines) < 200 else [*lines[:100], "…", *lines[-100:]])

    def lines(self, word: str) -> list[str]:
        """What it has said so far with this word in it."""
        return [line for line in self.text.splitlines() if word in line]

    def type(self, text: str):
        os.write(self._keyboard, text.encode())

    def press_ctrl_c(self) -> tuple[int, str]:
        """Press Ctrl+C on its terminal and wait for the end: exit code and output."""
        __tracebackhide__ = True
        # Between a question and its wait for the answer, Python would notice only the next key.
        status = Path(f"/proc/{self._process.pid}/stat")
        if status.exists():
            until(lambda: status.read_text().rpartition(")")[2].split()[0] == "S", "a wait")
        self.type("\x03")
        return self.ended()

    def end_input(self):
        os.close(self._keyboard)
        self._keyboard = None

    def signal(self, number: int):
        self._process.send_signal(number)

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal and wait for the end: exit code and output."""
        __tracebackhide__ = True
        self.signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for the end: exit code and output."""
        __tracebackhide__ = True
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(DEADLINE)
        code = self._process.poll()
        assert code is not None, f"{self.name} does not end:\n{self._shown()}"
        self._thread.join(DEADLINE)
        return code, self.text

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self):
        """Leave nothing behind; harmless after the end."""
        self._process.kill()
        self._process.wait()
        self._thread.join(DEADLINE)
        for descriptor in (self._screen, self._keyboard):
            if descriptor is not None:
                os.close(descriptor)
        self._screen = self._keyboard = None


def _plain(text: str) -> str:
    """The text without what colours a terminal and moves its cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r\n", "\n").replace("\r", "\n")


def apply(patch: str, folder: Path):
    """Make the change of a patch, as whoever reads it does: with git."""
    assert shutil.which("git"), "git is not installed, and the patches of the pages go by it"
    alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    command = ["git", "apply", "--whitespace=error", "-"]
    done = subprocess.run(command, cwd=folder, env=alone, input=patch.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def edit(path: Path, before: str, after: str):
    """Change a file in the one place where it says this."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


# --- the broker ----------------------------------------------------------------------------------


def ask_admin(broker, method: str, path: str, body: object = None):
    """A request to the API of a broker's admin page, and its answer."""
    request = urllib.request.Request(
        broker.admin_url.partition("#")[0] + "api" + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode(),
            "Content-Type": "application/json",
        },
        method=method,
    )
    with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
        text = answer.read()
    return json.loads(text) if text else None


EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


@contextmanager
def virtual_host(broker) -> Iterator[str]:
    """A virtual host of one's own on a shared broker, as a URL; with it go all its queues."""
    name = f"test-{uuid.uuid4().hex}"
    ask_admin(broker, "PUT", f"/vhosts/{name}", {})
    try:
        ask_admin(broker, "PUT", f"/permissions/{name}/guest", EVERYTHING)
        yield broker.url + name
    finally:
        ask_admin(broker, "DELETE", f"/vhosts/{name}")


@contextmanager
def broker_user(broker, url: str, **permissions: str) -> Iterator[str]:
    """A user with such permissions on the URL's virtual host; yields the URL with its login."""
    name, host = f"user-{uuid.uuid4().hex}", urlsplit(url).path[1:]
    ask_admin(broker, "PUT", f"/users/{name}", {"password": PASSWORD, "tags": ""})
    try:
        if permissions:
            ask_admin(broker, "PUT", f"/permissions/{host}/{name}", permissions)
        yield url.replace("guest:guest", f"{name}:{quote(PASSWORD)}")
    finally:
        ask_admin(broker, "DELETE", f"/users/{name}")


@contextmanager
def defined_users(broker, url: str, cluster: bool = False) -> Iterator[dict[str, str]]:
    """The definitions in a virtual host, with users of the test's own; yields a URL for each."""
    name, host = uuid.uuid4().hex, urlsplit(url).path[1:]
    made = definitions(dict.fromkeys(PERMISSIONS, PASSWORD), host, cluster)
    for user in made["users"]:
        user["name"] += name
    for permission in made["permissions"] + made["topic_permissions"]:
        permission["user"] += name
    ask_admin(broker, "POST", "/definitions", made)
    try:
        yield {
            user: url.replace("guest:guest", f"{user}{name}:{quote(PASSWORD)}")
            for user in PERMISSIONS
        }
    finally:
        for user in PERMISSIONS:
            ask_admin(broker, "DELETE", f"/users/{user}{name}")


def history(url: str) -> list[Arrival]:
    """All that the history holds."""
    with Broker(url, "a test") as broker:
        return list(replay(broker, "first"))


def alerts_of(url: str, *kinds: str) -> list[Alert]:
    """The history's alerts of these kinds of episodes: the shipped table may have rules more."""
    found = [Alert.parse(event.body) for event in history(url) if event.type == "alert"]
    return [alert for alert in found if alert.kind in kinds]


class Stranger:
    """Somebody's own plain script at the same queues: nothing of the program's is used."""

    def __init__(self, url: str):
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 0
        self._connection = pika.BlockingConnection(parameters)
        self.channel = self._connection.channel()

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *_):
        self._connection.close()

    def declare(self, *queues: str):
        for queue in queues:
            self.channel.queue_declare(queue, durable=True)

    def waiting(self, queue: str) -> int:
        """How many messages wait in a queue; -1 without the queue."""
        return self._look(queue, "message_count")

    def readers(self, queue: str) -> int:
        """How many consumers a queue has; -1 without the queue."""
        return self._look(queue, "consumer_count")

    def _look(self, queue: str, number: str) -> int:
        try:
            return getattr(self.channel.queue_declare(queue, passive=True).method, number)
        except pika.exceptions.ChannelClosedByBroker as error:
            if error.reply_code != 404:
                raise
            self.channel = self._connection.channel()
            return -1

    def put(self, queue: str, *bodies: str | bytes, **properties):
        """Publish straight to a queue, without any properties unless they are given."""
        for body in bodies:
            basic = pika.BasicProperties(**properties) if properties else None
            self.channel.basic_publish("", queue, body, basic)

    def put_readings(self, queue: str, cook: str, temperatures, first: int = 1, last: bool = False):
        """Publish a cook's readings as a producer would; `last` marks the end of the cook."""
        for seq, temperature in enumerate(temperatures, first):
            headers = {"cook": cook, "seq": seq}
            if last and seq == first + len(temperatures) - 1:
                headers["last"] = True
            properties = pika.BasicProperties(
                app_id="smart-smoker",
                delivery_mode=2,
                headers=headers,
                message_id=f"{cook}/{queue}/{seq}",
                timestamp=int(time.time()),
                type="reading",
            )
            body = f"{clock(seq)}, {temperature}"
            self.channel.basic_publish("smart-smoker", queue, body, properties)

    def take_all(self, queue: str) -> list[tuple[pika.BasicProperties, bytes]]:
        """Take all that waits in a queue."""
        taken = []
        while (got := self.channel.basic_get(queue, auto_ack=True))[0]:
            taken.append(got[1:])
        return taken


def clock(row: int) -> str:
    """A timestamp for each row of a cook made by hand."""
    return f"05/22/21 {12 + row // 120:02}:{row // 2 % 60:02}:{row % 2 * 30:02}"


def cook_csv(*columns: list) -> str:
    """A CSV of a cook, from what each probe said row by row; None for nothing."""
    names = [f"Channel{number}" for number in range(1, len(columns) + 1)]
    lines = [",".join(["Time (UTC)", *names])]
    for row, cells in enumerate(zip(*columns, strict=True), 1):
        lines.append(",".join([clock(row), *("" if c is None else str(c) for c in cells)]))
    return "\n".join(lines) + "\n"


class Relay:
    """The way to a server: opened, shut and cut. At first nobody listens at its `port`.

    `sent` is what it has carried to the server.
    """

    def __init__(self, url: str):
        parts = urlsplit(url)
        self._target = parts.hostname, parts.port
        # It has its port from the beginning, but refuses connections until it listens.
        self._socket = socket.socket()
        self._socket.bind((LOOPBACK, 0))
        self.port = self._socket.getsockname()[1]
        self.url = url.replace(f":{parts.port}", f":{self.port}")
        self.turned_away = 0
        self.sent = b""
        self._server = None
        self._shut = True
        self._limit = None
        self._ways: set[asyncio.Task] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, *_):
        self.cut()
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()

    @property
    def is_open(self) -> bool:
        return not self._shut

    def open(self):
        self._call(self._open())

    def shut(self):
        """Listen, but turn everybody away; connections that are there stay."""
        self.open()
        self._shut = True

    def cut(self):
        """Break every connection, in the middle of whatever it carries, and be shut."""
        self._call(self._cut())

    def cut_after(self, bytes_more: int):
        """Cut by itself when it has carried so many bytes more, to the server or from it."""
        self._limit = bytes_more

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(DEADLINE)

    async def _open(self):
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, sock=self._socket)
        self._shut = False

    async def _close(self):
        if self._server:
            self._server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def _cut(self):
        self._shut, self._limit = True, None
        for way in self._ways:
            way.transport.abort()
        self._ways.clear()

    async def _carry(self, reader, writer):
        if self._shut:
            self.turned_away += 1
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(*self._target)
        self._ways |= {writer, back}
        with suppress(OSError):
            await asyncio.gather(self._pump(reader, back, True), self._pump(there, writer, False))

    async def _pump(self, reader, writer, to_server):
        with suppress(OSError):
            while data := await reader.read(4096):
                if to_server:
                    self.sent += data
                if self._limit is not None:
                    self._limit -= len(data)
                    if self._limit < 0:
                        await self._cut()
                        return
                writer.write(data)
                await writer.drain()
        writer.close()
