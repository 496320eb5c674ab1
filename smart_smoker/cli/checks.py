"""What each setting must be: a check for each key, which also brings it into its shape."""

import ipaddress
import math
import os
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from urllib.parse import SplitResult, parse_qs, urlsplit

from ..core.probes import PROBES
from ..core.readings import COLDEST, HOTTEST
from ..core.units import UNITS, fahrenheit


def text(value: object) -> str:
    """Text on one line. Raises ValueError with what is expected."""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError('text on one line, in .env.toml in quotes, "like this"')
    return value.strip()


def _address(value: object) -> str:
    address = text(value)
    if address and not re.fullmatch(r"""[^\s,;:<>()[\]\\"'@]+@[^\s,;:<>()[\]\\"'@]+""", address):
        raise ValueError("one e-mail address, like pitmaster@example.com")
    return address


def _port(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError("a port between 1 and 65535, like 587")
    return int(text)


def _ip_address(value: object) -> str:
    try:
        return text(value) and str(ipaddress.ip_address(text(value)))
    except ValueError:
        raise ValueError("an IP address, like 127.0.0.1") from None


def _one_of(values: tuple[str, ...], value: object) -> str:
    if not isinstance(value, str) or value not in values:
        raise ValueError(f"{', '.join(values[:-1])} or {values[-1]}")
    return value


def _url(text: str, schemes: tuple[str, ...]) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        whole = (parts.hostname or "").encode("idna") and parts.port != 0 and "@" not in parts.path
        return parts if parts.scheme in schemes and whole else None
    except ValueError:
        return None


def broker_urls(value: object) -> tuple[str, ...]:
    """The broker's addresses in a text. Raises ValueError with what is expected."""
    urls = tuple(url.strip() for url in text(value).split(","))
    for url in urls:
        parts = _url(url, ("amqp", "amqps"))
        if not parts:
            raise ValueError(
                "amqp://USER:PASSWORD@HOST:PORT/ or amqps://…, several with commas between them"
                " (a sign like @ or / in the password is written %40 or %2F)"
            )
        for name, values in parse_qs(parts.query, keep_blank_values=True).items():
            if name != "cacertfile" or not all(map(_is_certificate, values)):
                raise ValueError("amqps://…/?cacertfile=FILE, a file of certificates, and no more")
    return urls


def _is_certificate(path: str) -> bool:
    try:
        ssl.create_default_context(cafile=path or os.devnull)
        return True
    except OSError:
        return False


def _one_url(schemes: tuple[str, ...], expected: str, value: object) -> str:
    if not _url(text(value), schemes):
        raise ValueError(expected)
    return text(value)


def _notify_urls(value: object) -> tuple[str, ...]:
    urls = value.split() if isinstance(value, str) else value
    if not isinstance(urls, list) or not all(isinstance(u, str) and "://" in u for u in urls):
        raise ValueError('a list of Apprise URLs, like ["ntfy://my-smoker"]')
    return tuple(urls)


def _number(
    read: Callable[[str], float], least: float, most: float, expected: str, value: object
) -> float:
    number = math.nan
    with suppress(ValueError):
        number = read(str(value))
    if not least <= number <= most:
        raise ValueError(expected)
    return number


_WEB = "a web address, like http://localhost:15672/#/queues"
_WEB_URL = partial(_one_url, ("http", "https"), _WEB)
_MQTT_URL = partial(_one_url, ("mqtt", "mqtts"), "mqtt://USER:PASSWORD@HOST:PORT or mqtts://…")
_DEGREES = f"°F from {COLDEST} to {HOTTEST:,}, like 200, or °C, like 95C in quotes"
_LIMIT = partial(_number, fahrenheit, COLDEST, HOTTEST, _DEGREES)
_TIMES = partial(_number, int, 1, 1000, "a whole number from 1 to 1,000, like 12")
_MINUTES = partial(_number, float, 0, 1440, "minutes from 0 to 1,440, like 3")


PER_PROBE = {
    probe.setting(name): _MINUTES if name.endswith("minutes") else _LIMIT
    for probe in PROBES
    for name in probe.choices
}
"""What can be set for a probe alone: limits in °F, and minutes."""

TEXTS: dict[str, Callable[[object], str]] = {
    "rabbitmq_admin_url": _WEB_URL,
    "outgoing_email_host": text,
    "outgoing_email_address": _address,
    "outgoing_email_password": text,
    "outgoing_email_security": partial(_one_of, ("starttls", "ssl", "none")),
    "sms_address_for_texts": _address,
    "email_address_for_alerts": _address,
    "panel_password": text,
    "panel_proxy": _ip_address,
    "panel_url": lambda value: text(value) and _WEB_URL(value),
    "mqtt_url": lambda value: text(value) and _MQTT_URL(value),
    "units": partial(_one_of, UNITS),
}
NUMBERS: dict[str, Callable[[object], float]] = {
    "outgoing_email_port": _port,
    "ring_minutes": _MINUTES,
    "ring_most": _TIMES,
    "second_person_minutes": _MINUTES,
    **PER_PROBE,
}
LISTS: dict[str, Callable[[object], tuple[str, ...]]] = {
    "rabbitmq_url": broker_urls,
    "notify_urls": _notify_urls,
    "urgent_notify_urls": _notify_urls,
    "second_person_urls": _notify_urls,
}
CHECKS = (*TEXTS, *NUMBERS, *LISTS)
"""All that can be set."""

SECRET = tuple(key for key in CHECKS if key.endswith(("_url", "_urls", "_password")))
