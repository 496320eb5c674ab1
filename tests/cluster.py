"""Three RabbitMQ nodes on loopback in one cluster, each of which can be killed, stopped or hung."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from scripts import ask_admin, until

from smart_smoker.lab.definitions import LASTING
from smart_smoker.lab.ports import AMQP, HTTP, answers, free_ports, replies
from smart_smoker.lab.private_broker import find_server

NODES = ("one", "two", "three")
PEERS = [f"{name}@localhost" for name in NODES]

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {admin}
log.file.level = info
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.discovery_retry_limit = 2
"""


class Node:
    """One node of a cluster, in a folder of its own."""

    def __init__(self, folder: Path, name: str, epmd: int, cookie: Path):
        self.name = f"{name}@localhost"
        self.amqp, self.admin, distribution = free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.amqp}/"
        self.admin_url = f"http://127.0.0.1:{self.admin}/#/queues"
        self.hangs = False
        self._process = None
        self.folder = folder / name
        self.folder.mkdir()
        shutil.copy(cookie, self.folder)
        peers = (
            f"cluster_formation.classic_config.nodes.{number} = {peer}\n"
            for number, peer in enumerate(PEERS, 1)
        )
        configuration = CONFIGURATION.format(amqp=self.amqp, admin=self.admin) + "".join(peers)
        (self.folder / "rabbitmq.conf").write_text(configuration)
        (self.folder / "plugins").write_text("[rabbitmq_management].\n")
        (self.folder / "env").write_text("")
        others = {k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_"))}
        self._environment = others | {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "env"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder),
        }

    def launch(self):
        """Start it, without waiting until it is ready."""
        flags = ("-sname", self.name, "-kernel", "inet_dist_use_interface", "{127,0,0,1}")
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                [find_server(), *flags, "+sbwt", "very_short"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ready(self) -> bool:
        return replies(self.amqp, *AMQP) and replies(self.admin, *HTTP)

    @property
    def answers(self) -> bool:
        running = self._process is not None and self._process.poll() is None
        return running and not self.hangs and self.ready

    def hang(self):
        """Stop all of its work without an end to its connections, until it goes on."""
        self.hangs = True
        self._signal(signal.SIGSTOP)

    def go_on(self):
        self._signal(signal.SIGCONT)
        self.hangs = False

    def cut_off(self):
        """End its connections to the other nodes, and let none begin, until it is healed."""
        self._evaluate("[{erlang:set_cookie(N, cut_off), disconnect_node(N)} || N <- nodes()].")

    def heal(self):
        peers = ", ".join(PEERS)
        self._evaluate(f"[erlang:set_cookie(N, erlang:get_cookie()) || N <- [{peers}]].")

    def _evaluate(self, erlang: str):
        command = find_server().with_name("rabbitmqctl"), "--node", self.name, "eval", erlang
        subprocess.run(command, env=self._environment, stdout=subprocess.DEVNULL, check=True)

    def kill(self):
        """SIGKILL; harmless when it is gone."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def _signal(self, number: int):
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


class Cluster:
    """Three nodes; plain declarations make quorum queues from RabbitMQ 3.13 on, else classic ones.

    A folder whose path has no blank is needed. On leaving, all of it is killed.
    """

    def __init__(self, folder: Path):
        folder.mkdir(parents=True)
        cookie = folder / ".erlang.cookie"
        cookie.write_text("ONLYONLOOPBACK")
        cookie.chmod(0o400)
        (self._epmd_port,) = free_ports(1)
        self.nodes = [Node(folder, name, self._epmd_port, cookie) for name in NODES]
        self._epmd = None

    def __enter__(self) -> "Cluster":
        epmd = ("epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1")
        self._epmd = subprocess.Popen(epmd, stdin=subprocess.DEVNULL)
        try:
            until(lambda: answers(self._epmd_port), "epmd")
            for node in self.nodes:  # All at once: RabbitMQ 4 waits for the others.
                node.launch()
            for node in self.nodes:
                self.wait(node)
            until(lambda: len(self._running()) == len(NODES), "a cluster of three")
            self._configure()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.kill()
        self._epmd.kill()
        self._epmd.wait()

    @staticmethod
    def wait(node: Node):
        """Wait until a node that was launched is ready; one that others make wait takes long."""
        for _ in range(5):
            with suppress(AssertionError):
                until(lambda: node.ready, f"{node.name} is ready", pause=0.2)
                return
        raise AssertionError(f"{node.name} does not start")

    def start(self, node: Node):
        node.launch()
        self.wait(node)

    @property
    def alive(self) -> Node:
        """A node that answers."""

        def found() -> Node | None:
            return next((node for node in self.nodes if node.answers), None)

        return until(found, "a node that answers")

    @property
    def url(self) -> str:
        return self.alive.url

    @property
    def urls(self) -> str:
        """What the scripts are given: the addresses of all."""
        return ",".join(node.url for node in self.nodes)

    def leader(self, queue: str) -> Node:
        """The node that leads a queue: of a classic queue the one that has it."""
        told = ask_admin(self.alive, "GET", f"/queues/%2F/{queue}")
        name = told.get("leader") or told["node"]
        return next(node for node in self.nodes if node.name == name)

    @property
    def replicated(self) -> bool:
        """Whether the queues are on all of the nodes, and not on one alone."""
        return all(queue["type"] != "classic" for queue in self._queues())

    def recovered(self) -> bool:
        """Whether all replicas of all queues are there again, so that another node may die."""
        return all(
            len(queue.get("online", NODES)) == len(NODES) and queue.get("state") == "running"
            for queue in self._queues()
        )

    def _queues(self) -> list:
        return ask_admin(self.alive, "GET", "/queues/%2F")

    def _running(self) -> list:
        return [each for each in ask_admin(self.nodes[0], "GET", "/nodes") if each["running"]]

    def _configure(self):
        ask_admin(self.nodes[0], "PUT", "/vhosts/%2F", {"default_queue_type": "quorum"})
        policy = {"pattern": "^0", "apply-to": "queues", "definition": LASTING}
        ask_admin(self.nodes[0], "PUT", "/policies/%2F/smart-smoker", policy)
