"""A RabbitMQ of one's own: started from the installed programs, in one folder, on loopback only.

It needs no root, no system service and no epmd, and keeps everything in its folder. What another
process must know to find the node again is kept in `state.json` there.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..cli.commands import typed
from ..core.errors import InputError
from .ports import AMQP, HTTP, answers, free_ports, replies
from .processes import WINDOWS, command_line, descendants, locked

USUAL_PORTS = (5672, 15672)  # AMQP, admin page

NODE_NAME = "smart-smoker@localhost"
ALONE_ON_WINDOWS = 0x08000000 | 0x00000200  # CREATE_NO_WINDOW, CREATE_NEW_PROCESS_GROUP

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {admin}
log.file.level = info
log.file.rotation.size = 5000000
log.file.rotation.count = 2
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
"""

ERLANG_FLAGS = (
    *("-sname", NODE_NAME, "-kernel", "inet_dist_use_interface", "{127,0,0,1}"),
    # At the end RabbitMQ would wait up to 5 s for its statistics, long after the queues closed.
    *("-kernel", "shutdown_timeout", "1000"),
    # RabbitMQ's own "none" more than doubles the time to start; this costs an idle node nothing.
    *("+sbwt", "very_short", "+sbwtdio", "short"),
)

# All relative to the folder. RabbitMQ asks a shell, without quotes, for the free disk space of the
# data's absolute path; by way of /proc it has no blank and no apostrophe.
ENVIRONMENT = {
    "HOME": ".",
    "RABBITMQ_BASE": ".",
    "RABBITMQ_CONF_ENV_FILE": "./rabbitmq-env.conf",
    "RABBITMQ_CONFIG_FILE": "./rabbitmq.conf",
    "RABBITMQ_ENABLED_PLUGINS_FILE": "./enabled_plugins",
    "RABBITMQ_MNESIA_BASE": "/proc/self/cwd/data" if Path("/proc/self/cwd").exists() else "data",
    "RABBITMQ_LOG_BASE": ".",
    "RABBITMQ_LOGS": "node.log",
    "RABBITMQ_NODENAME": NODE_NAME,
    "ERL_CRASH_DUMP_BYTES": "0",
    # A fixed port instead of epmd. RabbitMQ starts an Erlang every minute only to have epmd back;
    # by way of the environment it is told as well.
    "ERL_AFLAGS": "-start_epmd false",
    "detached": "true",  # the script turns into the node instead of waiting for it
}


@dataclass(frozen=True)
class Node:
    """What another process must know to find the node again: its ports, and its process.

    The token stands in the node's command line, where no stranger with the same number has it.
    """

    amqp: int
    admin: int
    distribution: int
    pid: int
    token: str

    @classmethod
    def read(cls, path: Path) -> Node | None:
        with contextlib.suppress(OSError, ValueError):
            match json.loads(path.read_text(encoding="utf-8")):
                case {
                    "amqp": int(amqp),
                    "admin": int(admin),
                    "distribution": int(distribution),
                    "pid": int(pid),
                    "token": str(token),
                }:
                    return cls(amqp, admin, distribution, pid, token)
        return None


class PrivateBroker:
    """One RabbitMQ node and its folder, for every process that knows the folder.

    `ports` are those of AMQP and of the admin page. Without them it takes free ones, and the same
    ones again when it is restarted.
    """

    def __init__(self, folder: Path, ports: tuple[int, int] | None = None):
        self.folder = Path(folder).absolute()
        self._ports = ports
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PrivateBroker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The node's process, or None."""
        if self._process and self._process.poll() is None:
            return self._process.pid
        node = self._node()
        ours = node.pid and node.token and node.token in command_line(node.pid)
        return node.pid if ours else None

    @property
    def running(self) -> bool:
        """Whether the node's process is there, whoever started it."""
        return self.pid is not None

    @property
    def ports(self) -> tuple[int, int]:
        """Those of AMQP and of the admin page."""
        return self._node().amqp, self._node().admin

    @property
    def url(self) -> str:
        """What RABBITMQ_URL should be for this broker."""
        return f"amqp://guest:guest@127.0.0.1:{self._node().amqp}/"

    @property
    def admin_url(self) -> str:
        """The admin page, at its list of queues; user and password are guest."""
        return f"http://127.0.0.1:{self._node().admin}/#/queues"

    def start(self, timeout: float = 60) -> None:
        """Start the node and return when it serves AMQP and the admin page.

        Raises InputError when RabbitMQ is not installed, a port is taken, the folder is in use or
        not writable, or the node fails or needs more than `timeout` seconds; then nothing is left.
        """
        server = find_server()
        if server is None:
            raise InputError(typed("RabbitMQ is not installed. Run: python3 run.py setup"))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / "lock", f"Another start is under way in {self.folder}"):
                if self.running:
                    raise InputError(f"A broker is already running in {self.folder}: {self.url}")
                node = self._choose_ports()
                self._wait_until_ready(self._launch(server, node), node, timeout)
        except OSError as error:
            raise InputError(f"RabbitMQ cannot start in {self.folder}: {error}") from error

    def stop(self) -> None:
        """End the node, if one runs, in good order and return when its processes are gone."""
        # Windows knows no such request and ends it at once, which RabbitMQ's data survive as well.
        self._end(signal.SIGTERM, 30)
        self.kill()

    def kill(self) -> None:
        """End the node at once, as a crash would; what was durable is there at the next start."""
        number = signal.SIGTERM
        if sys.platform != "win32":
            number = signal.SIGKILL
        self._end(number, 10)

    def _end(self, number: int, patience: float) -> None:
        pid = self.pid
        if pid is None:
            return
        family = [pid, *descendants(pid)]
        try:
            if WINDOWS:
                subprocess.run(["taskkill", "/PID", str(pid), "/T", "/F"], capture_output=True)
            else:
                os.kill(pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            raise InputError(f"The broker, process {pid}, belongs to another user", pid) from None
        deadline = time.monotonic() + patience
        while (self.running or any(map(command_line, family))) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _node(self) -> Node:
        amqp, admin = self._ports or (0, 0)
        return Node.read(self.folder / "state.json") or Node(amqp, admin, 0, 0, "")

    def _save(self, node: Node) -> None:
        new = self.folder / "state.json.new"
        new.write_text(json.dumps(asdict(node)), encoding="utf-8")
        new.replace(self.folder / "state.json")

    def _choose_ports(self) -> Node:
        node = self._node()
        amqp, admin, distribution = free_ports(3)
        if self._ports:
            amqp, admin = self._ports
            for port in self._ports:
                if replies(port, *AMQP):
                    raise InputError(
                        f"Port {port} is taken by another RabbitMQ. Use that one, or stop it"
                        + typed(" (python3 run.py broker stop, in the folder it was started in)."),
                        port,
                    )
                if answers(port):
                    raise InputError(f"Port {port} is taken by another program. Stop it.", port)
        elif node.amqp and node.admin and not (answers(node.amqp) or answers(node.admin)):
            amqp, admin = node.amqp, node.admin
        if node.distribution and not answers(node.distribution):
            distribution = node.distribution
        return Node(amqp, admin, distribution, 0, uuid.uuid4().hex)

    def _launch(self, server: Path, node: Node) -> subprocess.Popen[bytes]:
        files = {
            "rabbitmq.conf": CONFIGURATION.format(amqp=node.amqp, admin=node.admin),
            "enabled_plugins": "[rabbitmq_management].\n",
            "rabbitmq-env.conf": "",
        }
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        users = {k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_"))}
        users.pop("NOTIFY_SOCKET", None)
        users["PATH"] = os.pathsep.join([users.get("PATH", ""), "/opt/homebrew/bin", "/usr/bin"])
        port = str(node.distribution)
        with (self.folder / "console.log").open("wb") as console:
            self._process = subprocess.Popen(
                [server, *ERLANG_FLAGS, "-erl_epmd_port", port, "-smart_smoker", node.token],
                cwd=self.folder,
                env={**users, **ENVIRONMENT, "RABBITMQ_DIST_PORT": port},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                # A session of its own: neither Ctrl+C nor a closed terminal ends the node.
                start_new_session=not WINDOWS,
                creationflags=ALONE_ON_WINDOWS if WINDOWS else 0,
            )
        self._save(replace(node, pid=self._process.pid))
        return self._process

    def _wait_until_ready(
        self, process: subprocess.Popen[bytes], node: Node, timeout: float
    ) -> None:
        deadline = time.monotonic() + timeout
        try:
            while not (replies(node.amqp, *AMQP) and replies(node.admin, *HTTP)):
                if process.poll() is not None:
                    raise InputError(f"RabbitMQ did not start. {self._last_words()}")
                if time.monotonic() > deadline:
                    raise InputError(f"RabbitMQ took over {timeout:g} s. {self._last_words()}")
                time.sleep(0.05)
        except BaseException:
            self.kill()
            raise

    def _last_words(self) -> str:
        log = self.folder / "console.log"
        text = log.read_text(encoding="utf-8", errors="replace")
        lines = [line[:120] for line in text.splitlines() if line.strip()]
        # Erlang's own account of the same thing follows, hundreds of lines of it.
        end = lines.index("BOOT FAILED") + 14 if "BOOT FAILED" in lines else len(lines)
        return "\n    ".join([f"From its log, {log}:", *lines[max(0, end - 20) : end]])


def find_server() -> Path | None:
    """The installed start script of RabbitMQ, or None; RABBITMQ_PROGRAMS names another folder.

    Raises InputError when it is not in that folder.
    """
    if named := os.environ.get("RABBITMQ_PROGRAMS"):
        place = Path(named) / ("rabbitmq-server.bat" if WINDOWS else "rabbitmq-server")
        if not place.exists():
            raise InputError(f"RABBITMQ_PROGRAMS: there is no {place}", named)
        return place
    programs = Path(os.environ.get("PROGRAMFILES", "C:/Program Files"))
    places = [
        Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
        Path("/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server"),
        Path("/usr/local/opt/rabbitmq/sbin/rabbitmq-server"),
        *sorted(programs.glob("RabbitMQ Server/rabbitmq_server-*/sbin/rabbitmq-server.bat"))[::-1],
    ]
    # Debian's script of the same name in /usr/sbin insists on root and on the system's folders.
    folders = [folder for folder in os.get_exec_path() if folder not in ("/usr/sbin", "/sbin")]
    on_path = shutil.which("rabbitmq-server", path=os.pathsep.join(folders))
    places += [Path(on_path)] if on_path else []
    return next((place for place in places if place.exists()), None)
