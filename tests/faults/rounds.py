"""A round: one cook, the real scripts, what goes wrong meanwhile, and what came of it."""

import json
import re
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from random import Random
from urllib.parse import unquote

import pika
from scripts import Program, Script, Stranger, history, until

from smart_smoker.app.deliveries import SETTLED
from smart_smoker.core.alert import RINGS, Alert
from smart_smoker.core.errors import BrokerAway
from smart_smoker.core.probes import PROBES

from .cooks import SETTINGS, cook, expected
from .mailbox import Mailbox
from .proxy import Proxy

CONSUMERS = [probe.script for probe in PROBES]
CHANNELS = ("email", "sms")
WAITING = "Waiting for readings in "
SENDING = "Sending alerts by "
OUR_ALERT = re.compile(rb'{"id": "[^"/]+-\d{8}-\d{6}-')

PATIENCE = 90
"""Seconds without anything new after which what has not happened is counted as lost."""


@dataclass
class Count:
    """What a round, or all rounds of a scenario, came to.

    `alerts` are those of an undisturbed run, once for each channel. `twice` are those that a person
    got twice without an excuse; `mails_twice` had one: server or sender died before our record.
    `again` counts what a consumer published again under the same id, as it may.
    `gaps` are the seconds from a node's death until all consumers judged readings again.
    """

    rounds: int = 0
    faults: int = 0
    readings: int = 0
    alerts: int = 0
    lost: int = 0
    wrong: int = 0
    twice: int = 0
    readings_lost: int = 0
    mails_twice: int = 0
    refused: int = 0
    again: int = 0
    details: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def __iadd__(self, other: "Count") -> "Count":
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    @property
    def bad(self) -> int:
        return self.lost + self.wrong + self.twice + self.readings_lost


def over(script: Script) -> bool:
    """Whether its process has ended."""
    return script._process.poll() is not None


class Round:
    """The scripts and servers of one cook, for a scenario to trouble."""

    def __init__(
        self,
        scenario,
        node,
        url: str,
        folder: Path,
        chance: Random,
        rows: int,
        all_rules: bool = False,
    ):
        self.scenario, self.node, self._address, self.chance = scenario, node, url, chance
        self.csv = cook(chance, rows)
        self.count = Count(rounds=1)
        self.mailbox = Mailbox()
        self.network = Proxy(int(re.search(r":(\d+)/", url)[1]))
        self.mail_way = Proxy(self.mailbox.port)
        self.program = Program(folder, url)
        self.program.configure_mail(self.mail_way.port)
        # A round does not last as long as a copy waits whose verdict nobody knows.
        self.program.edit("smart_smoker/app/lanes.py", "(0, 15 * 60, 3600)", "(0, 3, 3)")
        self._limits = SETTINGS if all_rules else {}
        self.set(**self._limits)
        self.consumers: list[Script] = []
        self.past: list[Script] = []
        self.producer: Script | None = None
        self.rejected: Counter[bytes] = Counter()

    def __enter__(self) -> "Round":
        return self

    def __exit__(self, *exception):
        try:
            self.program.__exit__(*exception)
        finally:
            for one in (self.mail_way, self.network):
                one.__exit__()
            self.mailbox.stop()

    # --- what scenarios use ---

    def start_consumer(self, name: str, *options: object) -> Script:
        script = self.program.start(name, *options, RABBITMQ_URL=self._url())
        self.consumers.append(script)
        return script

    def kill(self, script: Script, *options: object):
        """SIGKILL a consumer, and start a new one at once."""
        script.kill()
        self._follow(script, *options)

    def restart(self, script: Script, *options: object):
        """End a consumer in good order, and start a new one."""
        assert script.end(signal.SIGTERM)[0] == 0, script.text
        self._follow(script, *options)

    def _follow(self, script: Script, *options: object):
        self.consumers.remove(script)
        self.past.append(script)
        self.start_consumer(script.name, *options)

    def doing(self, words: str) -> list[Script]:
        """The consumers that have said that they do this."""
        return [script for script in self.consumers if words in script.text]

    def injected(self, faults: int = 1):
        self.count.faults += faults

    def set(self, **settings: object):
        """Have these settings in .env.toml, for scripts that are started from now on."""
        with (self.program.folder / ".env.toml").open("a") as file:
            file.writelines(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())

    @property
    def url(self) -> str:
        """Where the harness itself looks: of a cluster at a node that answers."""
        return self.node.url if self.scenario.cluster else self._address

    def measure_gap(self):
        """Wait until every consumer has judged again, and note how long that took."""
        before, began = [self._judged(s) for s in self.consumers], time.monotonic()

        def judged() -> bool:
            return all(self._judged(s) > n for s, n in zip(self.consumers, before, strict=True))

        while not (judged() or over(self.producer)):
            if time.monotonic() - began > PATIENCE:
                self._complain(f"for {PATIENCE} s nobody has judged a reading")
                return
            time.sleep(0.05)
        if not over(self.producer):
            self.count.gaps.append(time.monotonic() - began)

    @staticmethod
    def _judged(script: Script) -> int:
        return len(re.findall(r" in \d+ reading", script.text))

    # --- from the beginning to the end ---

    def run(self) -> Count:
        self.scenario.prepare(self)
        for name in CONSUMERS:
            for _ in range(self.scenario.copies):
                self.start_consumer(name)
        for name in CONSUMERS:
            until(lambda name=name: self._said(name, WAITING), f"{name} reads")
        self.scenario.begin(self)
        if self.scenario.typed:
            self.producer = self.program.start("smoker_producer.py", "-", typed=True)
            self._type()
        else:
            path = self.program.write("cook.csv", self.csv)
            how = ("--interval", self.scenario.interval)
            self.producer = self.program.start(
                "smoker_producer.py", path, *how, RABBITMQ_URL=self._url()
            )
            self.producer.said("The cook is")
            while not over(self.producer):
                time.sleep(self.chance.uniform(*self.scenario.pause))
                self.scenario.inject(self)
        self.scenario.end(self)
        assert self.producer.ended()[0] == 0, self.producer.text
        self._settle(self.csv)
        give_up = time.monotonic() + PATIENCE
        while (pending := self._pending()) and time.monotonic() < give_up:
            time.sleep(0.3)
        if pending:
            self.count.lost += 1
            self._complain(pending)
        for script in self.consumers:
            assert script.end(signal.SIGTERM)[0] == 0, script.text
        self._compare()
        return self.count

    def _url(self) -> str:
        if self.scenario.cluster:
            return self.node.urls
        return self.network.url(self.url) if self.scenario.by_network else self.url

    @property
    def cook(self) -> str:
        return re.search(r"The cook is (\S+),", self.producer.text)[1]

    def _said(self, name: str, words: str) -> bool:
        scripts = (*self.consumers, *self.past)
        return any(words in script.text for script in scripts if script.name == name)

    def _type(self):
        """Give the cook to the producer in parts, with a fault after each when all is quiet."""
        lines = self.csv.splitlines(keepends=True)
        sent = 0
        while sent < len(lines):
            part = self.chance.randint(10, 40)
            for line in lines[sent : sent + part]:
                self.producer.type(line)
                time.sleep(self.scenario.interval)
            sent += part
            self.producer.said("The cook is")
            self._settle("".join(lines[:sent]), ended=False)
            time.sleep(self.chance.uniform(*self.scenario.pause))
            self.scenario.inject(self)
        self.producer.end_input()

    def _settle(self, csv: str, ended: bool = True):
        """Wait until all has been read, told and recorded, or until nothing happens any more."""
        bodies, alerts, notes = self._expected(csv)
        recorded = bodies.keys() | set(notes)
        wanted = {(alert, channel) for alert in alerts for channel in CHANNELS}
        last, since = None, time.monotonic()
        while True:
            missing = self._missing(recorded, wanted, ended)
            if not missing:
                return
            if missing != last:
                last, since = missing, time.monotonic()
            if time.monotonic() - since > PATIENCE:
                self._complain(f"for {PATIENCE} s it has not come to this: {missing}")
                return
            time.sleep(0.3)

    def _pending(self) -> str:
        """What `alerts.py --pending` says while something waits, as a push that is tried again."""
        code, words = self.program.run("alerts.py", "--pending", RABBITMQ_URL=self._url())
        if not code and "wait to be sent: 0." in words:
            return ""
        return f"alerts.py --pending ends with {code}:\n{words}"

    def _expected(self, csv: str) -> tuple[dict[str, bytes], list[str], list[str]]:
        bodies, alerts, notes = expected(csv, self.cook, self._limits)
        return bodies, list(filter(self._counts, alerts)), notes

    def _counts(self, id: str) -> bool:
        """Whether an alert is told in any case: what was answered is told again to nobody."""
        state = id.rpartition("/")[2].rpartition("-")[2]
        return state not in (*RINGS, *self.scenario.stops)

    def _missing(self, recorded, wanted, ended) -> list:
        try:
            with Stranger(self.url) as stranger:
                waiting = [q.queue for q in PROBES if stranger.waiting(q.queue)]
                waiting += ["04-alerts"] if stranger.waiting("04-alerts") else []
            events = history(self.url)
        except (BrokerAway, pika.exceptions.AMQPError) as error:
            return [repr(error)]
        done = {
            (e.headers.get("alert"), e.headers.get("channel"))
            for e in events
            if e.type == "delivery" and e.headers.get("outcome") in SETTLED
        }
        words = f"the cook {self.cook} has ended"
        silent = [name for name in CONSUMERS if ended and not self._said(name, words)]
        unrecorded = recorded - {e.id for e in events}
        return waiting + silent + sorted(unrecorded)[:5] + sorted(wanted - done)

    def is_wrong(self, words: str):
        self.count.wrong += 1
        self._complain(words)

    def _complain(self, words: str):
        """Keep what is wrong, and once what every script said last."""
        if self.count.details:
            self.count.details.append(words)
            return
        last = [f"{s.name}:\n    " + "\n    ".join(s.text.splitlines()[-15:]) for s in self._all()]
        self.count.details.append("\n".join([words, *last]))

    def _all(self) -> list[Script]:
        return [self.producer, *self.consumers]

    def _compare(self):
        count, sender_dies = self.count, self.scenario.sender_dies
        bodies, alerts, notes = self._expected(self.csv)
        count.readings, count.alerts = len(bodies), len(alerts) * len(CHANNELS)
        events = history(self.url)
        (rejected,) = until(self._rejected, "a broker that shows what was put aside")
        refused = self._refused(rejected)
        got = Counter({pair: n for pair, n in self._delivered().items() if self._counts(pair[0])})
        wanted = {(alert, channel) for alert in alerts for channel in CHANNELS}
        told = [e for e in events if e.type in ("alert", "note") and e.id.startswith(self.cook)]
        told = [e for e in told if self._counts(e.id)]
        self.scenario.look_back(self, events)
        raised = Counter(e.id for e in told)
        count.again = sum(raised.values()) - len(raised)
        # The same id has the same words, but for the degrees, which `Options` changes.
        bodies_of = {(e.id, replace(Alert.parse(e.body), text="")) for e in told}
        said = Counter(id for id, _ in bodies_of)
        found = {e.id: e.body for e in events if e.type == "reading"}

        lost = (wanted - got.keys() - refused) | (set(notes) - raised.keys())
        wrong = (got.keys() - wanted) | (raised.keys() - {*alerts, *notes})
        again = {pair: times - 1 for pair, times in got.items() if times > 1}
        recorded = Counter(
            (e.headers.get("alert"), e.headers.get("channel"))
            for e in events
            if e.headers.get("outcome") == "accepted"
        )
        # What was recorded once was sent again because whoever had sent it before was killed.
        excused = {
            pair: times
            for pair, times in again.items()
            if sender_dies or self._kept(pair) >= times or recorded[pair] == 1
        }
        twice = [(*pair, recorded[pair]) for pair in again if pair not in excused]
        count.mails_twice = sum(excused.values())
        count.refused = len(refused)
        unread = [id for id, body in bodies.items() if found.get(id) != body]
        aside = Counter(body for _, body in rejected if not OUR_ALERT.match(body))
        for what, these in (
            ("lost", lost),
            ("wrong", wrong),
            ("wrong", [id for id, bodies in said.items() if bodies > 1]),
            ("twice", twice),
            ("readings_lost", unread),
            ("wrong", (aside - self.rejected) + (self.rejected - aside)),
        ):
            setattr(count, what, getattr(count, what) + len(these))
            if these:
                self._complain(f"{what}: {sorted(map(str, these))[:20]}")

    def _rejected(self) -> list:
        """What was put aside, in a list; none while a cluster still looks for a queue's leader."""
        with suppress(pika.exceptions.AMQPError), Stranger(self.url) as stranger:
            return [stranger.take_all("06-rejected")]
        return []

    def _refused(self, rejected) -> set:
        """The alerts that were put aside, each with the channel that had refused it or was mute."""
        found = set()
        for properties, body in rejected:
            reason = properties.headers.get("reason", "")
            words = re.match(r"(\w+) (?:refused for good|is given up): ", reason)
            if words:
                found.add((re.search(rb'"id": "([^"]+)"', body)[1].decode(), words[1]))
        return found

    def _delivered(self) -> Counter:
        """How often each alert was taken by the mail server, by its id and channel."""
        found = Counter()
        for message_id, times in self.mailbox.received().items():
            alert, _, channel = unquote(message_id.partition("@")[0]).rpartition(".")
            found[alert, channel] += times
        return found

    def _kept(self, pair) -> int:
        kept = {unquote(id.partition("@")[0]): n for id, n in self.mailbox.kept.items()}
        return kept.get(".".join(pair), 0)
