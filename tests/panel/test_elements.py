"""The elements: pages that nobody has opened in a browser, and what stands beside a button."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ASKING = """
import json, sys
from fastapi import FastAPI
from nicegui import Client
from starlette.testclient import TestClient
from smart_smoker.panel import crowd, elements

crowd.MOST, crowd.MOST_OF_ONE = 5, 3
app, asked, kept = FastAPI(), [], []
elements.mount("", "192.0.2.80", lambda cook, unit: asked.append(cook), None)(app)
with TestClient(app) as here:
    for addresses in json.loads(sys.argv[1]):
        for client in list(Client.instances.values()):
            client.delete()
        asked.clear()
        for number, address in enumerate(addresses):
            TestClient(app, client=(address, 1)).get(f"/?cook={number}")
        there = (client.request.query_params["cook"] for client in Client.instances.values())
        kept.append([len(asked), list(map(int, there))])
print(json.dumps(kept))
"""
KEPT = {
    "one network": (["198.51.100.1"] * 4, [1, 2, 3]),
    "this machine": (["127.0.0.1"] * 7, [2, 3, 4, 5, 6]),
    "the proxy": (["192.0.2.80"] * 7, [2, 3, 4, 5, 6]),
    "others beside it": ([*["198.51.100.1"] * 2, *["127.0.0.1"] * 6], [0, 1, 5, 6, 7]),
}
"""Who asks for a page each, and which of the pages are kept."""

PRESSING = """
import asyncio, json
from smart_smoker.core.errors import InputError
from smart_smoker.panel.elements import press

class Button:
    def listen(self, event, pressed, script):
        self.pressed = pressed

def works():
    line.append("Heard at 12:03")  # by whatever shows what the broker has

def refuses():
    raise InputError("too many answers from here")

line = []
for do in (refuses, works):
    press(button := Button(), do, line.append)
    asyncio.run(button.pressed(""))
print(json.dumps(line))
"""


def said_by(program: str, *arguments: str):
    """What a program says in JSON, in a process of its own: NiceGUI is one for each process."""
    command = [sys.executable, "-c", program, *arguments]
    how = {"env": os.environ | {"PYTHONPATH": str(ROOT)}, "cwd": ROOT, "timeout": 60}
    done = subprocess.run(command, capture_output=True, text=True, **how)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_of_pages_that_nobody_opens_only_the_newest_are_kept():
    found = said_by(ASKING, json.dumps([addresses for addresses, _ in KEPT.values()]))
    expected = {who: [len(addresses), kept] for who, (addresses, kept) in KEPT.items()}
    assert dict(zip(KEPT, found, strict=True)) == expected


def test_what_is_shown_while_a_button_is_at_work_stays_and_so_does_a_refusal():
    assert said_by(PRESSING) == ["", "too many answers from here", "", "Heard at 12:03"]
