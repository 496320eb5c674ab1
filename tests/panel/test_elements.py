"""The elements: how many pages there can be that nobody has opened in a browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ASKING = """
import sys
from fastapi import FastAPI
from nicegui import Client
from starlette.testclient import TestClient
from smart_smoker.panel import crowd, elements

crowd.MOST, crowd.MOST_OF_ONE = 5, 3
app, asked = FastAPI(), []
elements.mount(app, "", "192.0.2.80", lambda cook, unit: asked.append(cook), None)
with TestClient(app) as here:
    for number, address in enumerate(sys.argv[1:]):
        TestClient(app, client=(address, 1)).get(f"/?cook={number}")
    there = (client.request.query_params["cook"] for client in Client.instances.values())
    print(len(asked), *there)
"""


@pytest.mark.parametrize(
    ("addresses", "kept"),
    [
        (["198.51.100.1"] * 4, [1, 2, 3]),
        (["127.0.0.1"] * 7, [2, 3, 4, 5, 6]),
        (["192.0.2.80"] * 7, [2, 3, 4, 5, 6]),
        ([*["198.51.100.1"] * 2, *["127.0.0.1"] * 6], [0, 1, 5, 6, 7]),
    ],
    ids=["one network", "this machine", "the proxy", "others beside it"],
)
def test_of_pages_that_nobody_opens_only_the_newest_are_kept(addresses, kept):
    command = [sys.executable, "-c", ASKING, *addresses]
    how = {"env": os.environ | {"PYTHONPATH": str(ROOT)}, "cwd": ROOT, "timeout": 60}
    done = subprocess.run(command, capture_output=True, text=True, **how)
    assert done.stdout.split() == [str(len(addresses)), *map(str, kept)], done.stderr
