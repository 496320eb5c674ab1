"""Fixtures: a real RabbitMQ, started by the project's own launcher, and a copy of the program."""

import os
import shutil
import tempfile
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, settings
from push_service import PushService
from scripts import NOWHERE, Program, Stranger, until, virtual_host

from smart_smoker.lab.private_broker import PrivateBroker, find_server

FOLDER = "SMART_SMOKER_TESTS"
"""Names, to the workers and to the exercises, the folder of this run's broker."""


def pytest_configure(config):
    """Whoever begins a run ends its broker; and no property fails because a machine is slow."""
    patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("any machine", settings(), **patient)
    settings.load_profile("any machine")
    if FOLDER not in os.environ:
        folder = os.environ[FOLDER] = tempfile.mkdtemp()
        config.add_cleanup(lambda: end(Path(folder)))


def end(folder: Path):
    PrivateBroker(folder / "node").kill()
    # A program that the node had just started may still write into it for a moment.
    until(lambda: shutil.rmtree(folder, ignore_errors=True) or not folder.exists(), "its removal")
    del os.environ[FOLDER]


@pytest.fixture(scope="session")
def rabbitmq():
    """An installed RabbitMQ: without it a test is skipped, and in CI it fails."""
    if find_server() is None:
        missing = "RabbitMQ is not installed: python3 run.py setup"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture(scope="session")
def broker(rabbitmq):
    """One running PrivateBroker on free ports for all tests: leave it running, and its queues.

    The first test that asks starts it, in whichever of the workers' processes.
    """
    folder = Path(os.environ[FOLDER])
    node = PrivateBroker(folder / "node")
    try:
        (folder / "begun").mkdir()
    except FileExistsError:
        until((folder / "ready").exists, "a broker that another test starts", patience=120)
    else:
        node.start(timeout=120)
        (folder / "ready").mkdir()
    return node


@pytest.fixture
def url(broker):
    """A virtual host of the test's own."""
    with virtual_host(broker) as url:
        yield url


@pytest.fixture
def program(tmp_path, url):
    with Program(tmp_path / "program", url) as program:
        yield program


@pytest.fixture
def offline(tmp_path):
    """The same for what a script says before it asks for a broker: it has none, and says so."""
    with Program(tmp_path / "program", NOWHERE) as program:
        yield program


@pytest.fixture
def stranger(url):
    with Stranger(url) as stranger:
        yield stranger


@pytest.fixture
def push_service():
    with PushService() as service:
        Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield service
        service.shutdown()
