"""Settings: the environment, `.env` and `.env.toml`, read once and checked at the start."""

import difflib
import io
import ipaddress
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import tomli
from dotenv import dotenv_values

from ..core.errors import InputError
from ..core.ring import Ring
from .checks import CHECKS, LISTS, NUMBERS, PER_PROBE, SECRET, TEXTS

log = logging.getLogger(__name__)
T = TypeVar("T")
Found = tuple[str, str, object]
"""Where a setting stands, its name there, and its value."""

LOCAL_BROKER = "amqp://guest:guest@localhost:5672/"


@dataclass(frozen=True)
class Mail:
    """Where e-mails and texts go out, and to whom. An empty password means no login."""

    host: str
    port: int
    security: str
    sender: str
    password: str = field(repr=False)
    email_to: str
    sms_to: str


@dataclass(frozen=True)
class Settings:
    """All that a script is told but its options.

    `mail` is None where no mail server is set; `limits` are those of the probes, as `smoker_low`,
    in °F, and lids in minutes; `units` are "F" or "C", for people; without `panel_password` the
    panel is for this machine alone; `panel_proxy` is believed where requests come from, and
    `panel_url` is where a phone reaches the panel; by `mqtt_url` Home Assistant is told. URLs hold
    secrets: `repr` leaves them out.
    """

    rabbitmq_urls: tuple[str, ...] = field(repr=False)
    admin_url: str = field(repr=False)
    mail: Mail | None
    notify_urls: tuple[str, ...] = field(default=(), repr=False)
    urgent_notify_urls: tuple[str, ...] = field(default=(), repr=False)
    second_person_urls: tuple[str, ...] = field(default=(), repr=False)
    ring: Ring = Ring()
    panel_password: str = field(default="", repr=False)
    panel_proxy: str = ""
    panel_url: str = ""
    mqtt_url: str = field(default="", repr=False)
    limits: Mapping[str, float] = field(default_factory=dict)
    units: str = "F"


def load(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings that stand in `folder` and in the environment, which wins.

    Raises InputError, naming the key, where it came from and what is expected.
    """
    found = _found(folder, environment)
    _warn_of_readers(folder)
    numbers = _checked(found, NUMBERS)
    texts, lists = defaultdict(str, _checked(found, TEXTS)), _checked(found, LISTS)
    urls = lists.get("rabbitmq_url", (LOCAL_BROKER,))
    ring = Ring(
        every=60 * numbers.get("ring_minutes", 0),
        most=int(numbers.get("ring_most", Ring.most)),
        second=60 * numbers.get("second_person_minutes", Ring.second / 60),
    )
    host = urlsplit(urls[0]).hostname or ""
    admin_host = f"[{host}]" if ":" in host else host
    return Settings(
        rabbitmq_urls=urls,
        admin_url=texts["rabbitmq_admin_url"] or f"http://{admin_host}:15672/#/queues",
        mail=_mail(texts, numbers, found),
        notify_urls=lists.get("notify_urls", ()),
        urgent_notify_urls=lists.get("urgent_notify_urls", ()),
        second_person_urls=lists.get("second_person_urls", ()),
        ring=ring,
        panel_password=texts["panel_password"],
        panel_proxy=texts["panel_proxy"],
        panel_url=texts["panel_url"],
        mqtt_url=texts["mqtt_url"],
        limits={key: numbers[key] for key in PER_PROBE if key in numbers},
        units=texts["units"] or "F",
    )


def missing(key: str, why: str) -> InputError:
    """The error of whoever needs a setting that is not there; `why` says for what."""
    return InputError(f"{key} is missing or empty in .env.toml or .env: {why}", key)


def masked(url: str) -> str:
    """The URL for people to read: without its password."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return parts._replace(netloc=f"{name}{':***' if colon else ''}{at}{place}").geturl()


def is_loopback(host: str) -> bool:
    """Whether a connection to this host stays on this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _found(folder: Path, environment: Mapping[str, str]) -> dict[str, Found]:
    toml = _toml(folder / ".env.toml")
    for key in toml:
        if key not in CHECKS:
            near = difflib.get_close_matches(key, CHECKS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(CHECKS)}."
            raise InputError(f".env.toml: there is no setting {key}; {hint}", key)
    env = dotenv_values(stream=io.StringIO(_text_of(folder / ".env")), interpolate=False)
    for key in env:  # Others' settings may stand there too.
        near = difflib.get_close_matches(key.lower(), CHECKS, 1, cutoff=0.85)
        if near and key != near[0].upper():
            log.warning(".env: %s is no setting; did you mean %s?", key, near[0].upper())
    found = {key: (".env.toml", key, value) for key, value in toml.items()}
    for place, values in ((".env", env), ("the environment", environment)):
        for name in map(str.upper, CHECKS):
            if values.get(name) is not None:
                found[name.lower()] = place, name, values[name]
    return found


def _checked(
    found: Mapping[str, Found], checks: Mapping[str, Callable[[object], T]]
) -> dict[str, T]:
    """What is set of these settings, in its shape."""
    values = {}
    for key in filter(found.__contains__, checks):
        try:
            values[key] = checks[key](found[key][2])
        except ValueError as error:
            raise _wrong(*found[key], str(error)) from None
    return values


def _mail(
    texts: defaultdict[str, str], numbers: Mapping[str, float], found: Mapping[str, Found]
) -> Mail | None:
    host, sender = texts["outgoing_email_host"], texts["outgoing_email_address"]
    security = texts["outgoing_email_security"]
    port = int(numbers.get("outgoing_email_port", 465 if security == "ssl" else 587))
    mail = Mail(
        host=host,
        port=port,
        security=security or ("ssl" if port == 465 else "starttls"),
        sender=sender,
        password=texts["outgoing_email_password"],
        email_to=texts.get("email_address_for_alerts", sender),
        sms_to=texts["sms_address_for_texts"],
    )
    if not host:
        if "outgoing_email_host" not in found and (mail.email_to or mail.sms_to):
            raise missing("outgoing_email_host", "no mail can be sent without its server")
        return None
    if not sender:
        raise missing("outgoing_email_address", "a mail server wants to know who sends")
    if mail.security == "none" and not is_loopback(host):
        expected = f"starttls or ssl, as {host} is another machine"
        raise _wrong(*found["outgoing_email_security"], expected)
    return mail


def _wrong(place: str, name: str, value: object, expected: str) -> InputError:
    shown = "" if name.lower() in SECRET else f" {value!r}"
    return InputError(f"{place}: {name}{shown} is not right: expected is {expected}", name)


def _warn_of_readers(folder: Path) -> None:
    for path in (folder / ".env", folder / ".env.toml"):
        if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
            words = "%s can hold passwords, and others on this machine can read it: chmod 600 %s"
            log.warning(words, path.name, path.name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", path) from None


def _toml(path: Path) -> dict[str, object]:
    try:
        return {key.lower(): value for key, value in tomli.loads(_text_of(path)).items()}
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}", path) from None
