"""A definitions file for a shared broker: its queues, and users with no more rights than needed.

    python -m smart_smoker.lab.definitions HOST > definitions.json
    rabbitmqctl import_definitions definitions.json

The passwords are made anew each time; what to put into `.env` of each script is said on stderr.
"""

import argparse
import base64
import hashlib
import json
import secrets
import sys

from ..core.probes import PROBES
from ..wire.messages import ALERTS, BOUND, EXCHANGE, HISTORY, QUEUES, REJECTED

READINGS = "|".join(probe.queue for probe in PROBES)

PERMISSIONS = {
    "smoker-producer": {"write": EXCHANGE, "read": READINGS},
    "smoker-consumer": {
        "write": rf"{EXCHANGE}|amq\.default",
        "read": f"{READINGS}|{ALERTS}|{HISTORY}|{REJECTED}",
    },
    "smoker-panel": {"write": "", "read": HISTORY},
}
"""What each user may write to and read from. A producer reads to purge (--fresh); a consumer writes
alerts to the exchange, and deliveries, markers and rejects straight to their queues."""


def definitions(passwords: dict[str, str], vhost: str = "/") -> dict:
    """What RabbitMQ imports: users with these passwords, exchange, queues and bindings."""
    queues = [
        {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": a or {}}
        for name, a in QUEUES.items()
    ]
    bindings = [
        {
            "source": EXCHANGE,
            "vhost": vhost,
            "destination": queue,
            "destination_type": "queue",
            "routing_key": key,
            "arguments": {},
        }
        for key in BOUND
        for queue in (key, HISTORY)
    ]
    exchange = {"name": EXCHANGE, "vhost": vhost, "type": "topic", "durable": True}
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": name,
                "password_hash": password_hash(passwords[name]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
            }
            for name in PERMISSIONS
        ],
        "permissions": [
            {"user": name, "vhost": vhost, "configure": "^$"}
            | {right: f"^({names})$" for right, names in rights.items()}
            for name, rights in PERMISSIONS.items()
        ],
        "exchanges": [exchange | {"auto_delete": False, "internal": False, "arguments": {}}],
        "queues": queues,
        "bindings": bindings,
    }


def password_hash(password: str) -> str:
    """The salted SHA-256 that RabbitMQ keeps of a password (rabbitmq.com/docs/passwords)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def main():
    parser = argparse.ArgumentParser(description="Write a definitions file for a shared broker.")
    parser.add_argument("host", help="the broker's name, for the addresses that are shown")
    host = parser.parse_args().host
    passwords = {name: secrets.token_urlsafe(18) for name in PERMISSIONS}
    print(json.dumps(definitions(passwords), indent=2))
    for name, password in passwords.items():
        print(f"RABBITMQ_URL=amqps://{name}:{password}@{host}/", file=sys.stderr)


if __name__ == "__main__":
    main()
