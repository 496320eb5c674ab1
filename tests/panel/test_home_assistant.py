"""Home Assistant is told of the cook by a real MQTT broker, and what its outages do."""

import importlib.util
import json
import logging
import shutil
import signal

import pytest
from mqtt import PATH, mosquitto, subscribed
from scripts import LOOPBACK, Relay, clock, until

from smart_smoker.core.alert import Alert
from smart_smoker.core.probes import FOOD_A, PROBES
from smart_smoker.core.readings import numbered
from smart_smoker.lab.ports import free_ports
from smart_smoker.panel.cook_story import CookStory
from smart_smoker.panel.follower import Follower
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import alert_message

PROGRAMS = ("mosquitto", "mosquitto_sub", "mosquitto_passwd")
missing = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
missing += [] if importlib.util.find_spec("paho") else ["paho-mqtt"]
needed = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")

TOLD = {
    *("smoker_temperature", "smoker_drop", "smoker_low", "smoker_high", "smoker_silence"),
    *("food_a_temperature", "food_a_stall", "food_a_done", "food_a_silence"),
    *("food_b_temperature", "food_b_stall", "food_b_done", "food_b_silence"),
    *(probe.setting(rule.kind) for probe in PROBES for rule in probe.limits + probe.also),
}
CONFIG = "homeassistant/{}/smart-smoker/{}/config"
LOGIN = "pit:se/cret"
NOW = 1_800_000_000.0


def telling(follower: Follower, port: int, login: str = "", unit: str = "F"):
    from smart_smoker.panel.home_assistant import HomeAssistant

    user = f"{login.replace('/', '%2F')}@" if login else ""
    return HomeAssistant(f"mqtt://{user}{LOOPBACK}:{port}", follower, unit)


def drop(state: str, seq: int) -> Alert:
    id, words = f"brisket/01-smoker/{seq}", ("12:00", 200, 25, "Smoker", "Smoker", "Smoker")
    began = "brisket/01-smoker/3"
    return Alert(f"{id}/{state}", "brisket", "Smoker", state, *words, began=began)


@pytest.fixture
def declared(url):
    """The queues are there."""
    with Broker(url, "a test"):
        pass


@needed
@pytest.mark.usefixtures("declared")
def test_home_assistant_finds_one_device_with_each_probe_and_each_kind_of_episode(url, tmp_path):
    with (
        mosquitto(tmp_path) as port,
        Follower([url]) as follower,
        telling(follower, port, unit="C"),
    ):
        with subscribed(tmp_path, port) as said:
            until(lambda: said["smart-smoker/status"] == "online", "it is told")
        configs = {t: json.loads(p) for t, p in said.all().items() if t.endswith("/config")}
        ids = {topic.split("/")[3] for topic in configs}
        assert ids == TOLD
        assert len({config["unique_id"] for config in configs.values()}) == len(TOLD)
        assert {json.dumps(config["device"]) for config in configs.values()} == {
            '{"identifiers": ["smart-smoker"], "name": "Smart Smoker"}'
        }
        assert {config["availability_topic"] for config in configs.values()} == {
            "smart-smoker/status"
        }
        assert (
            configs[CONFIG.format("sensor", "food_a_temperature")].items()
            >= {
                "name": "Food A temperature",
                "state_topic": "smart-smoker/food_a_temperature",
                "device_class": "temperature",
                "unit_of_measurement": "°C",
            }.items()
        )
        silence = configs[CONFIG.format("binary_sensor", "smoker_silence")]
        assert (silence["name"], silence["device_class"]) == ("Smoker no signal", "problem")
        topics = {config["state_topic"] for config in configs.values()}
        assert {said[topic] for topic in topics} == {"None", "OFF"}


@needed
@pytest.mark.usefixtures("declared")
def test_it_is_told_the_temperatures_and_when_an_episode_begins_and_ends(url, stranger, tmp_path):
    with Relay(url) as relay, mosquitto(tmp_path, login=LOGIN) as port:
        relay.open()
        with (
            subscribed(tmp_path, port, LOGIN) as said,
            Follower([relay.url]) as follower,
            Broker(url, "a test") as broker,
        ):
            with telling(follower, port, LOGIN):
                stranger.put_readings("01-smoker", "brisket", [225.04, 225, 200])
                until(lambda: said["smart-smoker/smoker_temperature"] == "200.0", "a temperature")
                until(lambda: said["smart-smoker/smoker_drop"] == "OFF", "no drop")
                broker.publish([alert_message(drop("raised", 3))])
                until(lambda: said["smart-smoker/smoker_drop"] == "ON", "the drop")
                relay.cut()
                until(lambda: said["smart-smoker/status"] == "offline", "that nobody knows")
                assert said["smart-smoker/smoker_drop"] == "ON"
                stranger.put_readings("01-smoker", "brisket", [220], first=4)
                broker.publish([alert_message(drop("cleared", 4))])
                relay.open()
                until(lambda: said["smart-smoker/smoker_drop"] == "OFF", "its end")
                until(lambda: said["smart-smoker/status"] == "online", "that it is known")
                stranger.put_readings("01-smoker", "brisket", [221], first=5, last=True)
                until(lambda: said["smart-smoker/smoker_temperature"] == "None", "its end")
            assert said["smart-smoker/food_a_temperature"] == "None"
            until(lambda: said["smart-smoker/status"] == "offline", "that it has left")


@needed
@pytest.mark.usefixtures("declared")
def test_an_mqtt_broker_that_is_away_is_told_once_and_found_again(url, stranger, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    (port,) = free_ports(1)

    def told(words: str) -> int:
        return sum(words in record.getMessage() for record in caplog.records)

    stranger.put_readings("01-smoker", "brisket", [225])
    with Follower([url]) as follower, telling(follower, port, LOGIN) as assistant:
        waits, waited = assistant._stop.wait, []
        assistant._stop.wait = lambda seconds: waited.append(seconds) or waits(0.01)
        until(lambda: len(waited) > 3, "some tries")
        for times in (1, 2):
            with (
                mosquitto(tmp_path, port, LOGIN),
                subscribed(tmp_path, port, LOGIN) as said,
            ):
                until(lambda s=said: s["smart-smoker/smoker_temperature"] == "225.0", "what is")
                assert len([t for t in said.all() if t.endswith("/config")]) == len(TOLD)
                assert told("Telling Home Assistant") == times
            waited.clear()
            until(lambda: len(waited) > 3, "some tries")
        assert told("Connection refused") == 3
        with mosquitto(tmp_path, port, "pit:another"):
            until(lambda: told("Not authorized"), "the refusal")
        until(lambda: follower.away is None, "the panel knows its cook")
    assert told("cret") == told("a bug") == 0


@needed
@pytest.mark.usefixtures("declared")
def test_the_panel_tells_home_assistant_until_it_is_ended_or_killed(program, tmp_path):
    with mosquitto(tmp_path, login=LOGIN) as port, subscribed(tmp_path, port, LOGIN) as said:
        mqtt_url = f"mqtt://{LOGIN.replace('/', '%2F')}@{LOOPBACK}:{port}"
        for end in (signal.SIGTERM, signal.SIGKILL):
            panel = program.start("panel.py", "--port", 0, MQTT_URL=mqtt_url)
            shown = panel.said(f"Telling Home Assistant by MQTT at {LOOPBACK}:{port}")
            assert "cret" not in shown
            until(lambda: said["smart-smoker/status"] == "online", "it is told")
            panel.signal(end)
            until(lambda: said["smart-smoker/status"] == "offline", "that it is gone")
            panel.ended()


@needed
def test_meat_that_is_done_is_on_and_a_probe_that_says_nothing_has_no_temperature():
    from smart_smoker.panel.home_assistant import states

    cook = CookStory("brisket")
    for seq, temperature in enumerate((190, 203, 203.06), 1):
        cook.take_reading(numbered(FOOD_A, "brisket", seq, clock(seq), temperature), NOW)
    id = "brisket/02-food-A/3"
    words = "12:00", 203.06, 0, "Food A", "Food A", "Food A"
    done = Alert(f"{id}/done-raised", "brisket", "Food A", "raised", *words, rule="done", began=id)
    cook.take_alert(done, NOW)

    live = {"temperature": "95.0", "stall": "OFF", "done": "ON", "silence": "OFF"}

    def of_food_a(now: float) -> dict[str, str]:
        told = states(cook, now, "C")
        return {what: told[f"smart-smoker/food_a_{what}"] for what in live}

    assert of_food_a(NOW + 200) == live
    assert of_food_a(NOW + 301) == live | {"temperature": "None", "silence": "ON"}
    cook.take_reading(numbered(FOOD_A, "brisket", 4, clock(4), 203.0, last=True), NOW)
    over = {"temperature": "None", "stall": "OFF", "done": "OFF", "silence": "OFF"}
    assert of_food_a(NOW + 301) == over


def test_without_paho_it_says_in_a_line_how_to_install_it(offline):
    offline.write(
        "without.py",
        "import runpy, sys\n"
        "sys.modules['paho'] = None\n"
        "runpy.run_path('panel.py', run_name='__main__')\n",
    )
    folder = str(offline.folder)
    code, said = offline.run("without.py", PYTHONPATH=folder, MQTT_URL="mqtt://pi.local")
    assert (code, said.count("\n")) == (2, 1)
    assert "-m pip install -r requirements-home-assistant.txt" in said
