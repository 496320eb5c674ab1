"""A real MQTT broker for tests, and what is said by it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import LOOPBACK, until

from smart_smoker.lab.ports import answers, free_ports

PATH = f"{os.environ['PATH']}:/usr/sbin"
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def mosquitto(folder: Path, port: int = 0, login: str = "") -> Iterator[int]:
    """An MQTT broker on loopback; its port. A `login`, as `user:password`, is the only one."""
    port = port or free_ports(1)[0]
    # Started by root it would become another user, who cannot read a test's folder.
    lines = [f"listener {port} {LOOPBACK}", "persistence false", "user root"]
    lines.append(f"allow_anonymous {'false' if login else 'true'}")
    if login:
        passwords = folder / "passwords"
        command = [shutil.which("mosquitto_passwd", path=PATH), "-b", "-c", passwords]
        subprocess.run([*command, *login.split(":")], check=True, **SILENT)
        lines.append(f"password_file {passwords}")
    settings = folder / "mosquitto.conf"
    settings.write_text("\n".join(lines) + "\n")
    command = [shutil.which("mosquitto", path=PATH), "-c", settings]
    with subprocess.Popen(command, **SILENT) as broker:
        try:
            until(lambda: answers(port), "mosquitto")
            yield port
        finally:
            broker.kill()


@contextmanager
def subscribed(folder: Path, port: int, login: str = "") -> Iterator["Said"]:
    """What each topic says newest, read anew each time that it is looked up."""
    said = folder / f"said-{port}"
    user, _, password = login.partition(":")
    how = ["-u", user, "-P", password] if login else []
    command = [shutil.which("mosquitto_sub", path=PATH), "-h", LOOPBACK, "-p", str(port), *how]
    with said.open("w") as out, subprocess.Popen([*command, "-v", "-t", "#"], stdout=out) as reader:
        try:
            yield Said(said)
        finally:
            reader.kill()


class Said:
    """The topics and what they say."""

    def __init__(self, path: Path):
        self._path = path

    def all(self) -> dict[str, str]:
        lines = self._path.read_text().splitlines()
        return dict(line.split(" ", 1) for line in lines if " " in line)

    def __getitem__(self, topic: str) -> str | None:
        return self.all().get(topic)
