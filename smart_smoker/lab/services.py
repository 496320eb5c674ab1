"""Units of systemd that run all of it overnight: after the broker, and again whenever they end."""

import re
from pathlib import Path

from ..core.errors import InputError
from ..core.probes import PROBES

USER = "smart-smoker"
PIPE = "/run/smart-smoker/rows"
TARGET, SOCKET = "smart-smoker.target", "smart-smoker-producer.socket"

SERVICE = """\
[Unit]
Description=Smart Smoker: {about}
Wants=rabbitmq-server.service
After=network.target rabbitmq-server.service
PartOf={target}
StartLimitIntervalSec=0

[Service]
ExecStart={python} {folder}/{command} $OPTIONS
Environment=OPTIONS=
User={user}
Restart=always
RestartSec=10
StandardOutput=journal
SyslogIdentifier=%N
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictNamespaces=yes
RestrictSUIDSGID=yes
"""

READS_PIPE = f"""\
Sockets={SOCKET}
StandardInput=socket
"""

# systemd keeps both ends of the pipe open: rows wait in it while the producer starts again, and a
# thermometer's program that ends does not end the cook. The pipe is removed when systemd stops: at
# the next start it would refuse one whose group it has not set itself.
SOCKET_UNIT = f"""\
[Unit]
Description=Smart Smoker: the pipe for a thermometer's rows
PartOf={TARGET}

[Socket]
ListenFIFO={PIPE}
SocketGroup={USER}
SocketMode=0620
RemoveOnStop=yes
"""

TARGET_UNIT = """\
[Unit]
Description=Smart Smoker: all of it
Wants={services}

[Install]
WantedBy=multi-user.target
"""


def units(folder: Path) -> dict[str, str]:
    """The units that run the program in `folder`, by their files' names.

    Raises InputError when the folder's path has signs that mean something in a unit.
    """
    if not re.fullmatch(r"[\w/.+-]+", str(folder)):
        raise InputError(f"systemd would misread {folder}: move it, as to /opt/smart-smoker")

    def service(command: str, about: str) -> str:
        values = {"about": about, "command": command, "folder": folder, "target": TARGET}
        return SERVICE.format(**values, python=folder / ".venv/bin/python", user=USER)

    found = {_name(p.script): service(p.script, f"watches the probe {p.name}") for p in PROBES}
    found[_name("panel.py")] = service("panel.py", "the panel")
    producer = service("smoker_producer.py - --resume", f"sends the rows of {PIPE}")
    found[_name("producer.py")] = producer + READS_PIPE
    found[TARGET] = TARGET_UNIT.format(services=" ".join(found))
    found[SOCKET] = SOCKET_UNIT
    return found


def show_units(program: Path, folder: Path | None = None) -> None:
    """Print the units of the program, or write them into a folder.

    Raises InputError where that cannot be written to.
    """
    found = units(program)
    if folder is None:
        print("\n".join(f"# /etc/systemd/system/{name}\n{text}" for name, text in found.items()))
        return
    try:
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
            print(f"Written: {folder / name}")
    except OSError as error:
        raise InputError(f"{error.filename} cannot be written: {error.strerror}") from error


def _name(script: str) -> str:
    return f"smart-smoker-{script.removesuffix('.py').replace('_', '-')}.service"
