"""What goes wrong, by name: each scenario troubles a round in its own way."""

import json
import os
import signal
import time
from collections import Counter
from contextlib import suppress
from threading import Thread

import pika
from push_service import PushService
from scripts import Stranger, await_on_disk, history, until

from smart_smoker.core.alert import RINGS, Alert
from smart_smoker.core.answers import GOING_ON, heard
from smart_smoker.core.errors import BrokerAway, UnreadableMessage
from smart_smoker.core.probes import PROBE_OF_NAME, PROBES
from smart_smoker.core.readings import parse_body
from smart_smoker.core.state import LARGEST
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.events import parse
from smart_smoker.rabbitmq.messages import (
    ALERTS,
    BOUND,
    HISTORY,
    STATES,
    answer_key,
    answer_message,
    state_queue,
)

from .mailbox import FOR_A_WHILE, HANGING, REFUSED
from .rounds import CONSUMERS, SENDING, WAITING, Round, over

QUEUES = [probe.queue for probe in PROBES]


COORDINATOR = "rabbit_stream_coordinator"
"""Who leads the streams. RabbitMQ keeps that in memory for some three seconds from the first
declaration of one on: a node that is killed before has lost the history for good, 3.10 and 4.3."""


class Scenario:
    """The base of all: nothing goes wrong.

    `pause` is the range of seconds between two faults, `rows` how long a cook is in the long form;
    `stops` are the states of alerts that it can keep from being told; `by_network`: the scripts
    reach the broker through the proxy; `cluster`: it is three nodes; `sender_dies`: a sender can
    die, or lose its connection, between a mail server's 250 and our record.
    """

    name = "undisturbed"
    copies, rows, interval, pause = 1, 300, 0.02, (0.2, 0.8)
    stops: tuple[str, ...] = ()
    own_broker = cluster = by_network = typed = sender_dies = False

    def prepare(self, round: Round):
        """Nothing is started yet."""

    def look_back(self, round: Round, events: list):
        """All is over: whether what the history tells is right."""

    def begin(self, round: Round):
        """All consumers read, and the producer is about to start."""

    def inject(self, round: Round):
        """Let something go wrong, and count it."""

    def end(self, round: Round):
        """Let everything be right again."""


class Consumers(Scenario):
    """A consumer is killed, a new one started at once; sometimes that one too, as it takes over."""

    name = "consumers: SIGKILL, also as they take over"
    rows, interval = 450, 0.03

    def inject(self, round):
        victim = round.chance.choice(round.consumers)
        if round.chance.random() < 0.3:  # between an alert and the state that knows of it
            await_event(round.url, "alert")
        round.kill(victim)
        round.injected()
        if round.chance.random() < 0.5:
            time.sleep(round.chance.uniform(0.3, 1))
            round.kill(round.consumers[-1])
            round.injected()


class Standby(Scenario):
    """Three copies of each consumer, and the one that reads is killed."""

    name = "standby: of three copies, the reading one killed"
    copies, rows, interval, pause = 3, 600, 0.03, (0.3, 1.2)

    def inject(self, round):
        reading = round.doing(WAITING)
        if reading:
            round.kill(round.chance.choice(reading))
            round.injected()


class Network(Scenario):
    """Connections are cut by RST or closed, stalled, half-closed; new ones refused for a while."""

    name = "network: cut, stalled, half-closed, refused"
    rows, by_network, pause, sender_dies = 600, True, (0.2, 1), True

    def inject(self, round):
        chance, network = round.chance, round.network
        ways = network.some(chance)
        fault = chance.choice(("reset", "closed", "stalled", "half-closed", "refused"))
        if fault == "stalled":
            network.stall(ways)
            time.sleep(chance.uniform(0.5, 4))
            network.go_on()
        elif fault == "half-closed":
            network.half_close(ways, untold=chance.uniform(0, 3))
        elif fault == "refused":
            network.refuse()
            network.cut(ways, reset=True)
            time.sleep(chance.uniform(0.2, 2))
            network.allow()
        else:
            network.cut(ways, reset=fault == "reset")
        round.injected()

    def end(self, round):
        round.network.allow()
        round.network.go_on()


class BrokerStopped(Scenario):
    """The broker is stopped and started."""

    name = "broker: stopped and started"
    rows, interval, pause, own_broker, sender_dies = 300, 0.03, (0.1, 1), True, True

    def inject(self, round):
        self.take_away(round)
        heard = round.producer.text.count("is back.")
        round.node.start()
        round.injected()
        # A broker that is gone again before anybody has found it is one outage, not two.
        until(
            lambda: round.producer.text.count("is back.") > heard or over(round.producer),
            "a producer that is back",
        )

    def take_away(self, round):
        round.node.stop()


def peek(url: str, queue: str) -> list[bytes]:
    """What is in a queue, the newest last. It stays there; meanwhile nobody else finds it."""
    found = []
    with Stranger(url) as stranger:
        while stranger.waiting(queue) > 0:
            found.append(stranger.channel.basic_get(queue)[2])
    return found


def reads(script) -> bool:
    """Whether it has taken over, and does not stand by."""
    return script.text.rfind(WAITING) > script.text.rfind("standing by")


def await_event(url: str, type: str):
    """Wait until such an event reaches the history, for two seconds at most."""
    with suppress(BrokerAway), Broker(url, "faults") as broker:
        broker.consume(HISTORY, prefetch=100, since="next")
        give_up = time.monotonic() + 2
        while time.monotonic() < give_up:
            arrived = broker.take(0.2)
            if any(event.type == type for event in arrived):
                return
            if arrived:
                broker.acknowledge(arrived[-1].tag, and_all_before=True)


AFTER_ALL = "declared-after-all-others"


class BrokerKilled(BrokerStopped):
    """The broker is killed and started; half the times just as an alert reaches the history."""

    name = "broker: SIGKILL and started"

    def begin(self, round):
        # RabbitMQ 3.10.8 keeps in memory for a while what was declared, or Mnesia's decision about
        # it; what is declared later is written later.
        with Stranger(round.url) as stranger:
            stranger.declare(AFTER_ALL)
        for queue in (*BOUND, *STATES, HISTORY, "06-rejected", AFTER_ALL):
            await_on_disk(round.node.folder, queue, "*.LOG")
        await_on_disk(round.node.folder, COORDINATOR, "names.dets")

    def take_away(self, round):
        pid = round.node.pid
        if round.chance.random() < 0.5:
            await_event(round.url, "alert")
            os.kill(pid, signal.SIGKILL)  # at once; what follows looks around first
        round.node.kill()


class BrokerHangs(Scenario):
    """The broker hangs, for longer than two heartbeats, and goes on as if nothing had been."""

    name = "broker: hangs for 21 to 60 s, and goes on"
    rows, interval, pause, own_broker, sender_dies = 300, 0.03, (0.1, 1), True, True

    def inject(self, round):
        pid, heard = round.node.pid, round.producer.text.count(" °F")
        os.kill(pid, signal.SIGSTOP)
        round.injected()
        try:
            time.sleep(round.chance.choice((round.chance.uniform(21, 35), 60)))
        finally:
            os.kill(pid, signal.SIGCONT)
        until(
            lambda: round.producer.text.count(" °F") > heard or over(round.producer),
            "a producer that goes on",
        )


class Mail(Scenario):
    """The mail server throttles, refuses, hangs and breaks off; the sender is killed."""

    name = "mail: refused, throttled, hanging, dropped, 550; the sender killed"
    rows, pause = 300, (0.3, 1)

    def inject(self, round):
        chance, mailbox = round.chance, round.mailbox
        sending = round.doing(SENDING)
        dice = chance.random()
        if dice < 0.1 and sending:
            round.kill(chance.choice(sending))
        elif dice < 0.2:
            round.mail_way.refuse()
            time.sleep(chance.uniform(0.2, 1))
            round.mail_way.allow()
        elif dice < 0.3:
            mailbox.fates.append(REFUSED)
        elif dice < 0.33:
            mailbox.fates.append(HANGING)
        else:
            mailbox.fates.append(chance.choice(list(FOR_A_WHILE)))
        round.injected()

    def end(self, round):
        round.mail_way.allow()
        round.injected(-len(round.mailbox.fates))  # There was no mail left for them.
        round.mailbox.fates.clear()


class Noise(Scenario):
    """Bytes that are no readings and no alerts, straight into the queues and by the exchange.

    In their midst a sender ends, and another one takes over.
    """

    name = "noise between the readings"
    rows, pause, at_once = 400, (0.05, 0.5), 200

    def inject(self, round):
        with Stranger(round.url) as stranger:
            for _ in range(self.at_once):
                self._put(round, stranger.channel)
        round.injected(self.at_once)
        if (sending := round.doing(SENDING)) and round.chance.random() < 0.1:
            round.restart(sending[0])

    def _put(self, round, channel):
        chance = round.chance
        while True:
            body = chance.randbytes(chance.choice((0, 5, 40, 300, 5000)))
            try:
                parse_body(body)
            except UnreadableMessage:
                break
        properties = chance.choice(
            (
                None,
                pika.BasicProperties(type="reading", headers={"cook": "x", "seq": 1}),
                pika.BasicProperties(type="alert", message_id="x", headers={"cook": 7}),
                pika.BasicProperties(type="delivery", headers={"outcome": "accepted"}),
                pika.BasicProperties(type="marker", message_id="x", timestamp=2**40),
            )
        )
        exchange = chance.choice(("", "smart-smoker"))
        channel.basic_publish(exchange, chance.choice([*QUEUES, ALERTS]), body, properties)
        round.rejected[body] += 1


class Visitor(Scenario):
    """A stranger's script declares plainly, purges and deletes, while nothing waits."""

    name = "a stranger declares, purges, deletes"
    rows, typed, pause, interval = 300, True, (1.1, 1.4), 0.01

    def inject(self, round):
        with Stranger(round.url) as stranger:
            for _ in range(3):
                queue = round.chance.choice([*QUEUES, ALERTS])
                deed = round.chance.choice(("declare", "queue_purge", "queue_delete"))
                if deed == "declare" or stranger.waiting(queue) < 0:
                    stranger.declare(queue)
                else:
                    getattr(stranger.channel, deed)(queue)
                round.injected()


class Forger(Scenario):
    """A stranger deletes, purges and forges states, and whoever reads that queue dies or ends.

    Another copy stands by. A state that is gone is in the memory of its consumer, and is awaited
    before that one dies. Only one is forged at a time: the queue keeps two, and one must be good.
    """

    name = "a stranger deletes, purges and forges states"
    copies, rows, interval, pause = 2, 450, 0.03, (0.2, 0.6)

    def inject(self, round):
        until(lambda: all(self._readers(round, q) for q in BOUND), "a reader of each queue")
        chance, queue = round.chance, round.chance.choice(BOUND)
        states = state_queue(queue)
        left = peek(round.url, states)
        forged = self._forge(chance, left[-1]) if left and chance.random() < 0.6 else None
        with Stranger(round.url) as stranger:
            if forged:
                stranger.put(states, forged)
            else:
                getattr(stranger.channel, chance.choice(("queue_purge", "queue_delete")))(states)
        round.injected()
        if not forged or chance.random() < 0.3:
            until(
                lambda: peek(round.url, states)[-1:] not in ([], [forged]) or over(round.producer),
                f"a good state in {states}",
                pause=0.1,
            )
        if forged or peek(round.url, states):
            end = round.kill if chance.random() < 0.7 else round.restart
            end(chance.choice(self._readers(round, queue)))
            round.injected()

    def _forge(self, chance, real: bytes) -> bytes:
        """Rubbish, no state, a torn one, an older one, or one with something wrong in it."""
        state = json.loads(real)
        older = chance.choice(({"epoch": state["epoch"] - 1}, {"number": state["number"] - 1}))
        newer = {"epoch": state["epoch"] + chance.choice((1, 1000))}
        wrong = chance.choice(
            (
                {"epoch": str(state["epoch"])},
                {"epoch": LARGEST},
                {"epoch": LARGEST / 2 - 1, "cooks": 7, "sent": 7},
                newer | {"cooks": [[1, "2"], 3], "sent": 7},
                newer | {"cooks": {"brisket": {"number": "x"}}, "sent": None},
                newer | {"cooks": {"brisket": None}, "sent": [], "waiting": [1]},
            )
        )
        return chance.choice(
            (
                chance.randbytes(30),
                b"[]",
                b'{"epoch": 9}',
                real[: chance.randrange(1, len(real))],
                json.dumps(state | older | {"cooks": {}, "sent": [], "waiting": {}}).encode(),
                json.dumps(state | wrong).encode(),
            )
        )

    @staticmethod
    def _readers(round, queue) -> list:
        if queue == ALERTS:
            return round.doing(SENDING)
        return [script for script in round.doing(WAITING + queue) if reads(script)]


class Options(Scenario):
    """Consumers are started again with other options and with the usual ones, by turns."""

    name = "consumers: other options at every start, ended or killed"
    rows, interval = 450, 0.03

    def inject(self, round):
        script = round.chance.choice(round.consumers)
        # To temperatures with one digit it is all the same.
        alike = "--degrees", 14.99 if "smoker" in script.name else 1.01
        options = round.chance.choice(((), (), alike))
        if round.chance.random() < 0.5 and WAITING in script.text:
            round.restart(script, *options)
        else:
            round.kill(script, *options)
        round.injected()


class Zombies(Scenario):
    """Whoever reads is stopped until another copy has taken over, and goes on as if alive."""

    name = "zombies: SIGSTOP until another copy has taken over, SIGCONT"
    copies, rows, interval, pause, sender_dies = 2, 330, 1, (0.1, 1), True
    newest = (0, 0)

    def inject(self, round):
        zombies = [script for script in round.consumers if reads(script)]
        others = [script for script in round.consumers if script not in zombies]
        for script in zombies:
            script.signal(signal.SIGSTOP)
        round.injected(len(zombies))
        try:
            until(lambda: all(map(reads, others)), "others that have taken over")
        finally:
            for script in zombies:
                script.signal(signal.SIGCONT)
        until(lambda: not any(map(reads, zombies)), "zombies that stand by")
        before, left = self.newest, map(json.loads, peek(round.url, state_queue(QUEUES[0])))
        self.newest = max((state["epoch"], state["number"]) for state in left)
        if self.newest <= before:
            round.is_wrong(f"a state {self.newest} after {before}")


class Answers(Scenario):
    """What rings is answered sooner, later, twice or too late, and consumers are killed."""

    name = "answers at any moment, also twice; consumers killed"
    rows, interval, pause, stops = 450, 0.03, (0.05, 0.4), ("reminder",)
    late = 3
    """Readings that can reach a queue before an answer that the history has first."""

    def prepare(self, round):
        self.rings = PushService()
        Thread(target=self.rings.serve_forever, daemon=True).start()
        round.set(ring_minutes=1, ring_most=1000, urgent_notify_urls=[self.rings.url])

    def inject(self, round):
        chance = round.chance
        alerts = [Alert.parse(e.body) for e in history(round.url) if e.type == "alert"]
        urgent = [alert for alert in alerts if alert.state in GOING_ON][-10:]
        for _ in range(chance.randint(1, 2) if urgent else 0):
            alert = chance.choice(urgent)
            answer = answer_message(PROBE_OF_NAME[alert.probe], alert.cook, heard(alert))
            with Broker(round.url, "faults", only_looks=True) as broker:
                broker.publish([answer] * chance.randint(1, 2))
            round.injected()
        if chance.random() < 0.4:
            round.kill(chance.choice(round.consumers))
            round.injected()

    def look_back(self, round, events):
        self.rings.shutdown()
        self.rings.server_close()
        newest, answered, rings = Counter(), {}, 0
        for event in events:
            if event.type == "reading" and "seq" in event.headers:
                newest[event.queue] = event.headers["seq"]
            elif event.type == "answer":
                answer = parse(event).answer
                queue = event.queue.removeprefix(answer_key(""))
                answered.setdefault((answer.kind, answer.began), newest[queue] + self.late)
            elif event.type == "alert":
                alert = Alert.parse(event.body)
                rings += alert.state in RINGS
                number = int(alert.id.split("/")[-2])
                heard_at = answered.get((alert.kind, alert.began), 1e9)
                if alert.state in (*RINGS, *self.stops) and number > heard_at:
                    round.is_wrong(f"{alert.id} is told again, and was heard of")
        if not rings:
            round.is_wrong("nothing has rung")


class NodesKilled(Scenario):
    """One of three nodes is killed and comes back; the last one that dies does not."""

    name = "cluster: one of three nodes killed, the last for good"
    rows, interval, pause, cluster, sender_dies = 1000, 0.1, (0.1, 1.5), True, True

    def begin(self, round):
        for node in round.node.nodes:
            await_on_disk(node.folder, COORDINATOR, "names.dets")

    def inject(self, round):
        node = self.victim(round)
        node.kill()
        round.injected()
        if round.node.replicated:  # Else nothing moves until it is back.
            round.measure_gap()
        time.sleep(round.chance.uniform(0, 1))
        self.come_back(round, node)

    def victim(self, round):
        return round.chance.choice(round.node.nodes)

    def come_back(self, round, node):
        round.node.start(node)
        until(round.node.recovered, "a cluster of which another node may die", pause=0.2)

    def end(self, round):
        if round.node.replicated:
            self.victim(round).kill()
            round.injected()


class LeaderKilled(NodesKilled):
    """The node that leads a queue is killed and comes back; the last one does not."""

    name = "cluster: a queue's leader killed, the last for good"

    def victim(self, round):
        return round.node.leader(round.chance.choice([*QUEUES, ALERTS]))


class NodeHangs(NodesKilled):
    """One of three nodes hangs, for longer than the heartbeats as well, and goes on."""

    name = "cluster: a node hangs, and goes on"

    def inject(self, round):
        node = self.victim(round)
        self.part(node)
        round.injected()
        try:
            time.sleep(round.chance.choice((round.chance.uniform(0.5, 8), 35)))
        finally:
            self.join(node)
        until(round.node.recovered, "a cluster of which another node may go", pause=0.2)

    def part(self, node):
        node.hang()

    def join(self, node):
        node.go_on()

    def end(self, round):
        """All nodes are there."""


class NodeCutOff(NodeHangs):
    """One of three nodes is cut off from the others, but from no client, and healed."""

    name = "cluster: a node is cut off, and healed"

    def part(self, node):
        node.cut_off()

    def join(self, node):
        node.heal()


class DiesAtOnce(Scenario):
    """A consumer is killed thirty times within its first moments, mostly before it acknowledges."""

    name = "cluster: a consumer that dies at once, 30 times in a row"
    rows, interval, pause, cluster, sender_dies = 500, 0.1, (0.1, 0.5), True, True

    def inject(self, round):
        round.kill(round.chance.choice(round.consumers))
        for _ in range(30):
            time.sleep(round.chance.uniform(0.15, 0.6))
            round.kill(round.consumers[-1])
            round.injected()


SCENARIOS = {
    kind.__name__.lower(): kind
    for kind in (
        Consumers,
        Standby,
        Network,
        BrokerStopped,
        BrokerKilled,
        BrokerHangs,
        Mail,
        Noise,
        Visitor,
        Forger,
        Options,
        Zombies,
        Answers,
        NodesKilled,
        LeaderKilled,
        NodeHangs,
        NodeCutOff,
        DiesAtOnce,
        Scenario,
    )
}
"""By the name that `--only` takes."""

assert len(CONSUMERS) == len(QUEUES)
