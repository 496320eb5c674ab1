"""What is measured and not asserted: how soon a standby judges, how soon all goes on, memory."""

import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from scripts import Program, Script, Stranger, clock, until, virtual_host

from smart_smoker.lab.private_broker import PrivateBroker

from .rounds import WAITING

SCRIPT = "consumer_smoker.py"
JUDGED = re.compile(r"°F, down .* in \d+ reading")
READINGS, STEP = 1_000_000, 10_000


def takeovers(node: PrivateBroker, times: int) -> list[float]:
    """Seconds from the SIGKILL of a consumer to its standby's first judged reading."""
    found = []
    with ExitStack() as stack:
        url = stack.enter_context(virtual_host(node))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        program = stack.enter_context(Program(Path(folder) / "program", url))
        producer = program.start("smoker_producer.py", "-", typed=True)
        scripts = [program.start(SCRIPT)]
        scripts[0].said(WAITING)
        row = 0
        for _ in range(times):
            scripts.append(program.start(SCRIPT))
            scripts[1].said("standing by")
            killed = None
            while not JUDGED.search(scripts[-1].text):
                if killed is None and JUDGED.search(scripts[0].text):
                    scripts.pop(0).kill()
                    killed = time.monotonic()
                producer.type(f"{clock(row)},225,,\n")
                row += 1
                time.sleep(0.05)
            found.append(time.monotonic() - killed)
    return found


def returns(times: int) -> list[float]:
    """Seconds from "the broker serves again" to the first reading that is judged."""
    found = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        node = stack.enter_context(PrivateBroker(folder / "broker"))
        program = stack.enter_context(Program(folder / "program", node.url))
        consumer = program.start(SCRIPT)
        producer = program.start("smoker_producer.py", "-", typed=True)
        for row in range(times):
            consumer.said(WAITING, times=row + 1)
            node.stop()
            producer.type(f"{clock(row)},{225 - row},,\n")
            node.start()
            began = time.monotonic()
            consumer.said(f"Smoker {225 - row}.0 °F, down")
            found.append(time.monotonic() - began)
    return found


def memory(node: PrivateBroker, cook: int = READINGS) -> list[tuple[int, int]]:
    """How much memory a consumer holds after so many readings, of cooks of such a length, in MB."""
    found = []
    with ExitStack() as stack:
        url = stack.enter_context(virtual_host(node))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        program = stack.enter_context(Program(Path(folder) / "program", url))
        stranger = stack.enter_context(Stranger(url))
        consumer = program.start(SCRIPT)
        consumer.said(WAITING)
        for first in range(1, READINGS, STEP):
            for begin in range(first, first + STEP, min(cook, STEP)):
                id, seq = f"memory-{begin // cook}", 1 + (begin - 1) % cook
                temperatures = [220 + row % 7 for row in range(min(cook, STEP))]
                stranger.put_readings("01-smoker", id, temperatures, seq, last=cook < STEP)
            until(lambda: stranger.waiting("01-smoker") < STEP, "a queue that is not too long")
            if first % (10 * STEP) == 1:
                found.append((first, resident(consumer)))
        until(lambda: stranger.waiting("01-smoker") == 0, "an empty queue")
        found.append((READINGS, resident(consumer)))
        judged = re.search(r"Stopped: judged (\d+)", consumer.end(signal.SIGTERM)[1])
        assert int(judged[1]) > READINGS - STEP, "less was judged than was sent"
    return found


def resident(script: Script) -> int:
    """The memory of a script's process that is in RAM, in MB."""
    status = Path(f"/proc/{script._process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


def figures(node: PrivateBroker, times: int, with_memory: bool) -> Iterator[str]:
    """All of it, in sentences."""
    for what, seconds in (
        (
            "from SIGKILL of a consumer to its standby's first judged reading",
            takeovers(node, times),
        ),
        ("from the broker's return to the first judged reading", returns(times)),
    ):
        middle, most = median(seconds), max(seconds)
        yield f"{what}: {middle:.1f} s (median of {len(seconds)}), at most {most:.1f} s"
    for words, cook in (("", READINGS), (", a cook for each ten", 10)) if with_memory else ():
        steps = ", ".join(f"{count:,}: {size} MB" for count, size in memory(node, cook))
        yield f"resident memory of a consumer after so many readings{words}: {steps}"
