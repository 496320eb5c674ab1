"""Home Assistant: the cook that goes on, told to it by MQTT discovery.

What is published is retained, so a Home Assistant that starts later has it at once. The fields are
those of https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery. This is the only module
that knows paho-mqtt.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, error_string
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from ..cli.signals import Stop
from ..core.alert import NO_SIGNAL
from ..core.probes import PROBES, Probe
from ..rabbitmq.link import backoff
from .cook_story import CookStory
from .follower import LONGEST_PAUSE, Follower
from .live import kinds, kinds_going_on, live_temperature
from .words import degrees

log = logging.getLogger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}

STATUS = "smart-smoker/status"
"""The topic that says whether what is told can be believed."""

DEVICE = {"identifiers": ["smart-smoker"], "name": "Smart Smoker"}

UNKNOWN = "None"
"""What Home Assistant shows as unknown."""

TURN = 0.5
"""Seconds between two looks at what has changed."""


class HomeAssistant:
    """Tells Home Assistant what a follower hears, until it is left, through any outage.

    `url` is that of an MQTT broker, `unit` is "F" or "C".
    """

    def __init__(self, url: str, follower: Follower, unit: str) -> None:
        self._url, self._follower, self._unit = urlsplit(url), follower, unit
        self._port = self._url.port or PORTS[self._url.scheme]
        self._host = self._url.hostname or ""  # The settings let none through without one.
        self._place = f"{self._host}:{self._port}"
        self._away: str | None = ""  # why nothing can be told; None while it can
        self._stop = Stop()
        self._thread = threading.Thread(target=self._run, name="home assistant", daemon=True)

    def __enter__(self) -> "HomeAssistant":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.requested = True
        self._thread.join(1)  # It may wait for a broker that says nothing: let it be.

    def _run(self) -> None:
        pauses = backoff(LONGEST_PAUSE)
        while not self._stop.requested:
            try:
                reason = self._tell()
            except OSError as error:
                reason = error.strerror or str(error)
            except Exception as error:
                log.exception("Home Assistant is told nothing, this is a bug: %r", error)
                reason = "a bug: details are in the log"
            if self._stop.requested:
                return
            if self._away is None:
                pauses = backoff(LONGEST_PAUSE)
            if reason != self._away:
                words = "Home Assistant is told nothing for now: MQTT at %s: %s"
                log.warning(words, self._place, reason)
            self._away = reason
            self._stop.wait(next(pauses))

    def _tell(self) -> str:
        """Tell what changes by one connection, and why that has ended. Raises OSError."""
        client, answers = self._client(), []
        client.on_connect = lambda *answer: answers.append(answer[3])
        client.connect(self._host, self._port)
        told: dict[str, str] = {}
        while not self._stop.requested:
            code = client.loop(TURN)
            if answers and answers[0].is_failure:
                return str(answers[0])
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return error_string(code)
            if client.is_connected():
                self._publish(client, told)
        client.publish(STATUS, "offline", retain=True)
        client.disconnect()
        return ""

    def _client(self) -> Client:
        client = Client(CallbackAPIVersion.VERSION2)
        if self._url.username:
            password = self._url.password and unquote(self._url.password)
            client.username_pw_set(unquote(self._url.username), password)
        if self._url.scheme == "mqtts":
            client.tls_set()
        client.will_set(STATUS, "offline", retain=True)
        return client

    def _publish(self, client: Client, told: dict[str, str]) -> None:
        if self._away is not None:
            log.info("Telling Home Assistant by MQTT at %s.", self._place)
            self._away = None
        for topic, payload in (discovery(self._unit) | self._states()).items():
            if told.get(topic) != payload:
                client.publish(topic, payload, retain=True)
                told[topic] = payload

    def _states(self) -> dict[str, str]:
        """What is so now, by topics; while RabbitMQ is away nobody knows."""
        now = time.time()
        with self._follower.lock:
            if self._follower.away is not None:
                return {STATUS: "offline"}
            cook = next(reversed(self._follower.story.going_on(now)), None)
            return states(cook, now, self._unit) | {STATUS: "online"}


def discovery(unit: str) -> dict[str, str]:
    """The messages by which Home Assistant finds the device and all that is told of it."""
    measured: dict[str, object] = {"device_class": "temperature", "state_class": "measurement"}
    measured |= {"unit_of_measurement": f"°{unit}", "suggested_display_precision": 1}
    found: dict[str, str] = {}
    for probe in PROBES:
        found |= _entity("sensor", probe, "temperature", measured)
        for kind in kinds(probe):
            shown = {} if kind == "done" else {"device_class": "problem"}
            found |= _entity("binary_sensor", probe, kind, shown)
    return found


def _entity(component: str, probe: Probe, what: str, shown: Mapping[str, object]) -> dict[str, str]:
    id = probe.setting(what)
    said = "no signal" if what == NO_SIGNAL else what
    config: dict[str, object] = {"name": f"{probe.name} {said}", "unique_id": f"smart_smoker_{id}"}
    config |= {"state_topic": topic_of(probe, what), "availability_topic": STATUS}
    config |= {"device": DEVICE, **shown}
    return {f"homeassistant/{component}/smart-smoker/{id}/config": json.dumps(config)}


def topic_of(probe: Probe, what: str) -> str:
    """The topic of a probe's temperature, or of one of its kinds of episodes."""
    return f"smart-smoker/{probe.setting(what)}"


def states(cook: CookStory | None, now: float, unit: str) -> dict[str, str]:
    """How the probes of a cook are, by topics; without one nothing is known, and nothing wrong."""
    told = {}
    for probe in PROBES:
        story = cook.probes[probe] if cook else None
        fahrenheit = live_temperature(story, now) if story else None
        going_on = kinds_going_on(story, now) if story else ()
        told[topic_of(probe, "temperature")] = (
            UNKNOWN if fahrenheit is None else degrees(fahrenheit, unit)
        )
        for kind in kinds(probe):
            told[topic_of(probe, kind)] = "ON" if kind in going_on else "OFF"
    return told
