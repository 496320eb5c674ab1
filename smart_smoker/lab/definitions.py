"""A definitions file for a shared broker: its queues, and users with no more rights than needed.

    python -m smart_smoker.lab.definitions HOST > definitions.json
    rabbitmqctl import_definitions definitions.json

The passwords are made anew each time; what to put into `.env` of each script is said on stderr.
"""

import argparse
import base64
import hashlib
import json
import re
import secrets
import sys

from ..core.probes import PROBES
from ..rabbitmq.messages import (
    DECLARED,
    EXCHANGE,
    HISTORY,
    KEYS,
    QUEUES,
    REMARKS,
    STATES,
    answer_key,
)

READINGS = "|".join(probe.queue for probe in PROBES)
ALL = "|".join(QUEUES)
KNOWN = "|".join(map(re.escape, STATES))

PERMISSIONS = {
    "smoker-producer": {"write": f"{EXCHANGE}|{ALL}", "read": READINGS},
    "smoker-consumer": {"write": rf"{EXCHANGE}|amq\.default", "read": f"{ALL}|{KNOWN}"},
    "smoker-panel": {"write": f"{EXCHANGE}|{ALL}", "read": HISTORY},
}
"""What each user may write to and read from. A producer reads to purge (--fresh); a consumer writes
alerts to the exchange, and deliveries, markers, rejects and states straight to their queues.

RabbitMQ 4.3 tells a queue's length only to users with some right to it. Writing allows the least:
to publish takes that right to an exchange, and to bind takes reading from one as well."""

ANSWERS = "|".join([*(re.escape(answer_key(probe.queue)) for probe in PROBES), REMARKS])
"""The only keys by which the panel may publish to the exchange."""

LASTING = {"delivery-limit": 1_000_000}
"""The policy of all queues. Quorum queues alone drop what was delivered so often; -1, which means
never, is unknown before 4.0."""


Entries = list[dict[str, object]]
"""Objects of a definitions file, whose fields have RabbitMQ's own names."""


def definitions(
    passwords: dict[str, str], vhost: str = "/", cluster: bool = False
) -> dict[str, Entries]:
    """What RabbitMQ imports: users with these passwords, exchange, queues, bindings and a policy.

    For a `cluster` the queues are quorum queues, which outlive a node as the history does.
    """
    kind = {"x-queue-type": "quorum"} if cluster else {}
    queues: Entries = [
        {
            "name": name,
            "vhost": vhost,
            "durable": True,
            "auto_delete": False,
            "arguments": kind | (arguments or {}),  # The history says itself what it is.
        }
        for name, arguments in DECLARED.items()
    ]
    bindings: Entries = [
        {
            "source": EXCHANGE,
            "vhost": vhost,
            "destination": queue,
            "destination_type": "queue",
            "routing_key": key,
            "arguments": {},
        }
        for key, queues in KEYS.items()
        for queue in queues
    ]
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
            {
                "user": name,
                "vhost": vhost,
                "configure": "^$",
                **{right: f"^({names})$" for right, names in rights.items()},
            }
            for name, rights in PERMISSIONS.items()
        ],
        "topic_permissions": [
            {
                "user": "smoker-panel",
                "vhost": vhost,
                "exchange": EXCHANGE,
                "write": f"^({ANSWERS})$",
                "read": "^$",
            }
        ],
        "exchanges": [
            {
                "name": EXCHANGE,
                "vhost": vhost,
                "type": "topic",
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
        ],
        "queues": queues,
        "bindings": bindings,
        "policies": [
            {
                "name": "smart-smoker",
                "vhost": vhost,
                "pattern": f"^({ALL}|{KNOWN})$",
                "apply-to": "queues",
                "definition": LASTING,
                "priority": 0,
            }
        ],
    }


def password_hash(password: str) -> str:
    """The salted SHA-256 that RabbitMQ keeps of a password (rabbitmq.com/docs/passwords)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _scheme(host: str) -> str:
    return "amqp" if host.startswith(("127.", "localhost")) else "amqps"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a definitions file for a shared broker.")
    parser.add_argument("host", help="the broker's name, for the addresses that are shown")
    parser.add_argument("others", nargs="*", help="the other nodes, where it is a cluster")
    parser.add_argument("--cluster", action="store_true", help="quorum queues, for three nodes")
    options = parser.parse_args()
    passwords = {name: secrets.token_urlsafe(18) for name in PERMISSIONS}
    print(json.dumps(definitions(passwords, cluster=options.cluster), indent=2))
    for name, password in passwords.items():
        hosts = (options.host, *options.others)
        urls = ",".join(f"{_scheme(host)}://{name}:{password}@{host}/" for host in hosts)
        print(f"RABBITMQ_URL={urls}", file=sys.stderr)


if __name__ == "__main__":
    main()
