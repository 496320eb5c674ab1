"""The figures for Prometheus: what they say, and that a real one can use them."""

import json
import re
import shutil
import socket
import subprocess
import time
from base64 import b64encode
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest
from scripts import ALERT, LOOPBACK, Program, until

from smart_smoker.core.probes import FOOD_A, SMOKER
from smart_smoker.core.readings import numbered
from smart_smoker.panel import metrics as module
from smart_smoker.panel.follower import Follower
from smart_smoker.panel.metrics import Metrics
from smart_smoker.panel.story import Story
from smart_smoker.rabbitmq.broker import Counts
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import (
    ALERTS,
    HISTORY,
    Arrival,
    Message,
    alert_message,
    delivery_message,
    reading_message,
)

DOCS = Path(__file__).parent.parent.parent / "docs"
RULES, DASHBOARD, PAGE = (
    DOCS / name for name in ("prometheus-rules.yml", "grafana.json", "metrics.md")
)
RAISED = replace(ALERT, id="brisket/01-smoker/2/raised", time="+0:01", began="brisket/01-smoker/2")


def take(story: Story, message: Message, ago: float = 0):
    """Have a story hear of a message that was sent so many seconds ago."""
    id, body, headers = message.id, message.body, message.headers
    sent = time.time() - ago
    story.take(Arrival(message.queue, 0, body, id, message.type, headers, sent))


def reading(seq: int, fahrenheit: float, cook: str = "brisket", probe=SMOKER, last=False):
    return reading_message(numbered(probe, cook, seq, f"+0:0{seq}", fahrenheit, last))


@pytest.fixture
def follower():
    """One that follows nothing but what a test has it hear."""
    follower = Follower([])
    follower.away, follower.whole = None, True
    return follower


def samples(metrics: Metrics) -> dict[str, float]:
    """The figures by their names and labels."""
    lines = metrics.page().decode().splitlines()
    split = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    found = {name: float(value) for name, _, value in split}
    return {name: value for name, value in found.items() if "_created" not in name}


def test_each_figure_is_what_the_history_and_the_queues_say(follower):
    follower.queues = {"01-smoker": Counts(7, 1), ALERTS: Counts(0, 2), HISTORY: None}
    for seq, fahrenheit in enumerate([212.0, 212.0, 32.0], 1):
        take(follower.story, reading(seq, fahrenheit), ago=20)
    take(follower.story, alert_message(RAISED), ago=20)
    take(follower.story, delivery_message(RAISED, "email", "failed", "no answer"))
    found = samples(Metrics(follower))
    age = found.pop('smart_smoker_reading_age_seconds{cook="brisket",probe="Smoker"}')
    assert 20 <= age < 60
    of_smoker = 'cook="brisket",probe="Smoker"'
    assert found == {
        "smart_smoker_broker_connected": 1,
        "smart_smoker_cooks": 1,
        "smart_smoker_alerts_failing": 1,
        'smart_smoker_queue_messages{queue="01-smoker"}': 7,
        'smart_smoker_queue_consumers{queue="01-smoker"}': 1,
        'smart_smoker_queue_messages{queue="04-alerts"}': 0,
        'smart_smoker_queue_consumers{queue="04-alerts"}': 2,
        f"smart_smoker_readings_total{{{of_smoker}}}": 3,
        f"smart_smoker_temperature_celsius{{{of_smoker}}}": 0,
        **{
            f'smart_smoker_episodes{{cook="brisket",kind="{kind}",probe="Smoker"}}': kind == "drop"
            for kind in ("drop", "silence", *(r.kind for r in SMOKER.limits + SMOKER.also))
        },
        'smart_smoker_alerts{cook="brisket",state="raised"}': 1,
        'smart_smoker_deliveries{channel="email",outcome="failed"}': 1,
    }


def test_of_a_cook_that_is_over_there_are_no_figures_and_of_many_only_the_newest(
    follower, monkeypatch
):
    monkeypatch.setattr(module, "MOST_COOKS", 2)
    for cook in ("one", "two", "three", "over"):
        take(follower.story, reading(1, 225.0, cook, last=cook == "over"))
    found = samples(Metrics(follower))
    assert found["smart_smoker_cooks"] == 3
    assert {name[1] for name in map(re.compile('cook="(.+?)"').search, found) if name} == {
        "two",
        "three",
    }


def test_nobody_can_have_any_number_of_channels_shown(follower, monkeypatch):
    monkeypatch.setattr(module, "MOST_CHANNELS", 2)
    metrics = Metrics(follower)
    take(follower.story, reading(2, 200.0))
    take(follower.story, alert_message(RAISED))
    for number in range(9):
        take(follower.story, delivery_message(RAISED, f"push {number}", "accepted"))
    found = samples(metrics)
    assert sum(name.startswith("smart_smoker_deliveries") for name in found) == 2
    assert sum(name.startswith("smart_smoker_acceptance_seconds_count") for name in found) == 2


def test_while_the_broker_is_away_that_is_all_that_is_known(follower):
    take(follower.story, reading(1, 225.0))
    follower.away = "nobody answers"
    assert samples(Metrics(follower)) == {"smart_smoker_broker_connected": 0}


def test_how_long_a_delivery_took_is_counted_once_however_often_the_history_is_read(follower):
    def accepted_after_40_seconds():
        take(follower.story, reading(2, 200.0))
        take(follower.story, alert_message(RAISED), ago=40)
        take(follower.story, delivery_message(RAISED, "email", "accepted"))

    metrics = Metrics(follower)
    for _ in range(3):
        accepted_after_40_seconds()
        found = samples(metrics)
        follower.story, follower.whole = Story(), False  # The broker was away for a moment.
        samples(metrics)
        accepted_after_40_seconds()
        follower.whole = True
    of_mail = 'channel="email"'
    assert found[f"smart_smoker_acceptance_seconds_count{{{of_mail}}}"] == 1
    assert 40 <= found[f"smart_smoker_acceptance_seconds_sum{{{of_mail}}}"] < 42
    assert found[f'smart_smoker_acceptance_seconds_bucket{{{of_mail},le="30.0"}}'] == 0
    assert found[f'smart_smoker_acceptance_seconds_bucket{{{of_mail},le="60.0"}}'] == 1


def test_what_was_accepted_before_the_panel_started_is_not_counted(follower):
    take(follower.story, reading(2, 200.0))
    take(follower.story, alert_message(RAISED), ago=90)
    take(follower.story, delivery_message(RAISED, "email", "accepted"), ago=60)
    assert not any("acceptance" in name for name in samples(Metrics(follower)))


def test_the_page_explains_each_figure_and_shows_each_rule(follower):
    take(follower.story, reading(1, 225.0))
    take(follower.story, alert_message(RAISED))
    take(follower.story, delivery_message(RAISED, "email", "accepted"))
    kinds = re.findall(r"^# TYPE (\S+) (\w+)$", Metrics(follower).page().decode(), re.M)
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(smart_smoker_\w+)` \| (\w+) \|", page, re.M)
    assert sorted(rows) == sorted(kind for kind in kinds if not kind[0].endswith("_created"))
    rules = re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8"))
    assert len(rules) == 5
    assert re.findall(r"^\| `([A-Z]\w+)` \|", page, re.M) == rules


# --- a real Prometheus ---------------------------------------------------------------------------


@pytest.fixture
def promtool():
    """Runs Prometheus' own checker: what it says. Without it the test is skipped."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed: apt install prometheus")

    def run(*arguments: object, given: bytes = b"") -> str:
        command = [found, *map(str, arguments)]
        done = subprocess.run(command, input=given, capture_output=True, timeout=60)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return (done.stdout + done.stderr).decode()

    return run


def test_prometheus_finds_nothing_to_mend_in_the_figures(follower, promtool):
    follower.queues = {"01-smoker": Counts(7, 1)}
    take(follower.story, reading(2, 225.0))
    take(follower.story, reading(1, 150.0, probe=FOOD_A))
    take(follower.story, alert_message(RAISED))
    metrics = Metrics(follower)
    take(follower.story, delivery_message(RAISED, "email", "accepted"))
    assert promtool("check", "metrics", given=metrics.page()) == ""


FIRING = {
    "PanelDown": {'up{job="smart-smoker"}': "0x10"},
    "BrokerAway": {"smart_smoker_broker_connected": "0x10"},
    "NobodyWatches": {
        'smart_smoker_queue_consumers{queue="01-smoker"}': "0x10",
        "smart_smoker_cooks": "1x10",
    },
    "AlertsStuck": {"smart_smoker_alerts_failing": "1x20"},
    "ProbeSilent": {'smart_smoker_reading_age_seconds{probe="Smoker",cook="ribs"}': "301+60x10"},
}
"""By what each rule fires, minute by minute."""

WELL = {
    'up{job="smart-smoker"}': "1x20",
    "smart_smoker_broker_connected": "1x20",
    'smart_smoker_queue_consumers{queue="01-smoker"}': "1x20",
    'smart_smoker_queue_consumers{queue="04-alerts"}': "0x20",
    "smart_smoker_cooks": "1x20",
    "smart_smoker_alerts_failing": "0x20",
    'smart_smoker_queue_messages{queue="04-alerts"}': "0x20",
    'smart_smoker_reading_age_seconds{probe="Smoker",cook="ribs"}': "30x20",
}


def test_each_rule_fires_by_what_it_is_for_and_none_while_all_is_well(promtool, tmp_path):
    def tried(series: dict[str, str], name: str = "") -> dict:
        given = [{"series": each, "values": values} for each, values in series.items()]
        expression = f'count by (alertname) (ALERTS{{alertstate="firing",alertname=~"{name}.*"}})'
        labels = f'{{alertname="{name}"}}'
        wanted = [{"labels": labels, "value": 1}] if name else []
        test = {"expr": expression, "eval_time": "15m", "exp_samples": wanted}
        return {"interval": "1m", "input_series": given, "promql_expr_test": [test]}

    tests = [tried(WELL)] + [tried(WELL | series, name) for name, series in FIRING.items()]
    file = tmp_path / "rules_test.yml"  # JSON is YAML.
    file.write_text(json.dumps({"rule_files": [str(RULES)], "tests": tests}))
    promtool("test", "rules", file)
    assert list(FIRING) == re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8"))


PASSWORD = "figures and hickory"


@pytest.fixture
def panel(program) -> HTTPConnection:
    """A panel with a password, asked by this machine."""
    Broker(program.url, "a test").__exit__()  # The queues are there.
    address = start(program, PANEL_PASSWORD=PASSWORD)
    return HTTPConnection(address, timeout=20)


def start(program: Program, **settings: str) -> str:
    """Start a panel: its host and port."""
    panel = program.start("panel.py", "--port", 0, **settings)
    return urlsplit(panel.said(r"http://\S+")).netloc


def answer(panel: HTTPConnection, path: str, **headers: str) -> tuple[int, str]:
    panel.request("GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()})
    said = panel.getresponse()
    found = said.status, said.read().decode()
    panel.close()
    return found


def basic(password: str) -> str:
    return "Basic " + b64encode(f"prometheus:{password}".encode()).decode()


@pytest.fixture
def prometheus(panel, tmp_path):
    """A real Prometheus that scrapes a panel: what its API says. Without one it is skipped."""
    found = shutil.which("prometheus")
    if found is None:
        pytest.skip("prometheus is not installed: apt install prometheus")
    with socket.create_server((LOOPBACK, 0)) as free:
        address = "{}:{}".format(*free.getsockname())
    job = {
        "job_name": "smart-smoker",
        "basic_auth": {"username": "prometheus", "password": PASSWORD},
        "static_configs": [{"targets": [f"{panel.host}:{panel.port}"]}],
    }
    every = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config = {"global": every, "rule_files": [str(RULES)], "scrape_configs": [job]}
    (tmp_path / "prometheus.yml").write_text(json.dumps(config))
    command = [found, f"--config.file={tmp_path / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={tmp_path / 'data'}", f"--web.listen-address={address}"]

    def ask(path: str) -> dict:
        with urlopen(f"http://{address}/api/v1/{path}", timeout=20) as said:
            return json.load(said)["data"]

    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as running:
        try:
            until(lambda: answers(address), "Prometheus", patience=60)
            yield ask
        finally:
            running.terminate()


def answers(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/-/ready", timeout=5) as said:
            return said.status == 200
    except OSError:
        return False


def test_a_real_prometheus_has_an_answer_to_each_query_of_the_dashboard_and_the_rules(
    panel, prometheus, program, stranger
):
    stranger.put_readings("01-smoker", "brisket", [225, 200])
    stranger.put_readings("02-food-A", "brisket", [150])
    until(lambda: "_temperature_" in figures(panel), "readings")
    with Broker(program.url, "a test") as broker:
        broker.publish([alert_message(RAISED), delivery_message(RAISED, "email", "accepted")])
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    queries = [target["expr"] for each in dashboard["panels"] for target in each["targets"]]
    assert len(queries) >= 10
    for query in queries:
        until(lambda query=query: result(prometheus, query), f"an answer to {query}", patience=60)
    names = set(re.findall(r"smart_smoker_\w+", figures(panel)))
    assert set(re.findall(r"smart_smoker_\w+", json.dumps(queries))) <= names

    def rules() -> list[dict]:
        return prometheus("rules")["groups"][0]["rules"]

    until(lambda: {rule["health"] for rule in rules()} == {"ok"}, "an evaluation", patience=60)
    for rule in rules():
        for selector in re.findall(r"(?:up|smart_smoker_\w+)(?:\{.*?\})?", rule["query"]):
            assert result(prometheus, selector), f"{rule['name']}: {selector}"
    stuck = next(rule for rule in rules() if rule["name"] == "AlertsStuck")
    until(lambda: result(prometheus, stuck["query"]), "an alert that waits for nobody")


def figures(panel: HTTPConnection) -> str:
    status, text = answer(panel, "/metrics", authorization=basic(PASSWORD))
    assert status == 200
    return text


def result(prometheus, query: str) -> list:
    return prometheus(f"query?query={quote(query)}")["result"]


# --- whether it is well --------------------------------------------------------------------------


def test_a_watchdog_learns_whether_all_is_well_and_why_not_and_others_only_whether(
    panel, stranger, program
):
    outside = {"host": "smoker.example"}
    until(lambda: answer(panel, "/health") == (200, "well\n"), "a broker")
    assert answer(panel, "/health", **outside) == (200, "up\n")
    assert answer(panel, "/health", x_forwarded_for="192.0.2.7") == (200, "up\n")
    stranger.put_readings("01-smoker", "brisket", [225])
    until(lambda: answer(panel, "/health")[0] == 503, "what is wrong")
    until(lambda: "1 reading waits" in answer(panel, "/health")[1], "a reading that waits")
    status, text = answer(panel, "/health")
    assert "Nobody watches Smoker, and 1 reading waits: start consumer_smoker.py." in text
    assert text.count("\n") == 1
    assert answer(panel, "/health", **outside) == (503, "down\n")
    with Broker(program.url, "a test") as broker:
        failed = replace(RAISED, id="brisket/01-smoker/1/raised", began="brisket/01-smoker/1")
        broker.publish([alert_message(failed), delivery_message(failed, "email", "failed")])
    until(lambda: "1 alert waits" in answer(panel, "/health")[1], "an alert that is stuck")


def test_without_a_broker_it_is_not_well_and_says_so(program):
    with socket.create_server((LOOPBACK, 0)) as nobody:
        url = f"amqp://guest:guest@{LOOPBACK}:{nobody.getsockname()[1]}/"
    panel = HTTPConnection(start(program, RABBITMQ_URL=url), timeout=20)
    until(lambda: "refused" in answer(panel, "/health")[1], "a reason")
    status, text = answer(panel, "/health")
    assert status == 503
    assert re.fullmatch(r"RabbitMQ has been away since \d\d:\d\d: is it running\? .*\n", text)
    assert answer(panel, "/metrics")[1].splitlines()[-1] == "smart_smoker_broker_connected 0.0"
