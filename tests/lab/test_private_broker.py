"""The launcher against the real RabbitMQ, one process tree and one folder at a time."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pika
import pytest
from scripts import await_on_disk, until

from smart_smoker.core.errors import InputError
from smart_smoker.lab import private_broker
from smart_smoker.lab.private_broker import PrivateBroker
from smart_smoker.lab.processes import locked

needs_proc = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks into /proc")


def processes_in(folder):
    """The processes that work in this folder: the node and its port programs."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink().is_relative_to(folder):
                found.append(int(link.parent.name))
    return found


def listening_addresses(pid):
    """The addresses process `pid` listens on, as /proc/net/tcp writes them: HEX-ADDRESS:PORT."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            sockets.add(str(link.readlink()))
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                addresses.append(fields[1])
    return addresses


def connect(node):
    return pika.BlockingConnection(pika.URLParameters(node.url))


def test_the_folder_of_another_rabbitmqs_programs_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("RABBITMQ_PROGRAMS", str(tmp_path))
    with pytest.raises(InputError, match="there is no .*rabbitmq-server"):
        private_broker.find_server()
    name = "rabbitmq-server.bat" if os.name == "nt" else "rabbitmq-server"
    (tmp_path / name).touch()
    assert private_broker.find_server() == tmp_path / name


@needs_proc
def test_every_port_it_listens_on_is_on_the_loopback(broker):
    def addresses() -> set[str]:
        found = set()
        for pid in processes_in(broker.folder):
            with contextlib.suppress(FileNotFoundError):  # It has ended since.
                found.update(listening_addresses(pid))
        return found

    # The kernel's table can skip or repeat a line while other sockets come and go.
    three = "AMQP, admin page, Erlang distribution"
    found = until(lambda: len(listening := addresses()) == 3 and listening, three)
    assert {address.split(":")[0] for address in found} == {"0100007F"}


def test_it_serves_amqp_and_the_admin_page_when_start_returns(broker):
    with connect(broker) as connection:
        assert connection.is_open
    with urllib.request.urlopen(broker.admin_url) as page:
        assert b"RabbitMQ Management" in page.read()


def test_another_process_finds_it_by_its_folder(broker):
    script = (
        "import sys; from smart_smoker.lab.private_broker import PrivateBroker;"
        "node = PrivateBroker(sys.argv[1]); print(node.running, node.pid, node.url)"
    )
    found = subprocess.check_output([sys.executable, "-c", script, broker.folder], text=True)
    assert found.split() == ["True", str(broker.pid), broker.url]


def test_a_second_start_in_the_same_folder_is_refused_and_does_no_harm(broker):
    pid = broker.pid
    with pytest.raises(InputError, match="already running"):
        PrivateBroker(broker.folder).start()
    assert broker.pid == pid


@needs_proc
@pytest.mark.usefixtures("rabbitmq")
def test_killed_and_started_again_it_has_its_messages_and_stopped_it_leaves_no_process(tmp_path):
    node = PrivateBroker(tmp_path / "a folder of Jürgen's" / "a long way down" / ("x" * 150))
    try:
        node.start()
        url = node.url
        with connect(node) as connection:
            channel = connection.channel()
            # Mnesia says that a queue is declared a moment before its decision is on disk, and at a
            # crash in between takes it back; what is declared later is written later.
            for name in ("kept", "later"):
                channel.queue_declare(name, durable=True)
            await_on_disk(node.folder / "data", "later", "*")
            channel.confirm_delivery()
            channel.basic_publish("", "kept", b"still here", pika.BasicProperties(delivery_mode=2))
        node.kill()
        assert not node.running
        node.start()
        assert node.url == url
        with connect(node) as connection:
            assert connection.channel().basic_get("kept", auto_ack=True)[2] == b"still here"
        assert len(processes_in(node.folder)) > 1
        PrivateBroker(node.folder).stop()
        # What the node had just asked a shell may outlast it for a moment.
        until(lambda: processes_in(node.folder) == [], "the end of its last process")
    finally:
        node.stop()
    assert not node.running


@pytest.mark.usefixtures("rabbitmq")
def test_a_start_that_takes_too_long_is_taken_back(tmp_path):
    node = PrivateBroker(tmp_path)
    with pytest.raises(InputError, match="took over 0 s"):
        node.start(timeout=0)
    assert not node.running


@pytest.mark.usefixtures("rabbitmq")
def test_a_start_that_fails_says_why_in_the_words_of_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(private_broker, "CONFIGURATION", "no_such_setting = 1\n")
    with pytest.raises(InputError, match=r"console\.log(.|\n)*no_such_setting"):
        PrivateBroker(tmp_path).start()


@pytest.mark.usefixtures("rabbitmq")
def test_two_starts_at_once_cannot_happen(tmp_path):
    with locked(tmp_path / "lock", "taken"), pytest.raises(InputError, match="under way"):
        PrivateBroker(tmp_path).start()


@pytest.mark.usefixtures("rabbitmq")
def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        node = PrivateBroker(tmp_path, ports=(port, 1))
        with pytest.raises(InputError, match=f"Port {port} is taken"):
            node.start()
    assert not node.running


@pytest.mark.usefixtures("rabbitmq")
def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file"):
        PrivateBroker(tmp_path / "file" / "broker").start()


@pytest.mark.parametrize("token", ["0123abcd", "", 5], ids=["another's", "none", "a number"])
@pytest.mark.parametrize("signalling", [PrivateBroker.stop, PrivateBroker.kill])
def test_a_number_in_a_stale_state_file_does_not_make_it_signal_a_stranger(
    tmp_path, signalling, token
):
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    state = {"amqp": 1, "admin": 2, "distribution": 3, "pid": stranger.pid, "token": token}
    (tmp_path / "state.json").write_text(json.dumps(state))
    signalling(PrivateBroker(tmp_path))
    assert not PrivateBroker(tmp_path).running
    stranger.communicate(b"\n")
    assert stranger.returncode == 0, "it ended by itself"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_damaged_state_file_means_not_running(tmp_path, text):
    (tmp_path / "state.json").write_text(text)
    node = PrivateBroker(tmp_path)
    node.stop()
    assert not node.running


def test_without_rabbitmq_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(private_broker, "find_server", lambda: None)
    with pytest.raises(InputError, match=r"run\.py setup"):
        PrivateBroker(tmp_path).start()


def test_the_script_of_debian_that_insists_on_root_is_not_taken():
    server = private_broker.find_server()
    assert server is None or server.parent not in (Path("/usr/sbin"), Path("/sbin"))
    assert server is None or os.access(server, os.X_OK)
