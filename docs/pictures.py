"""Makes the README's pictures of the panel and of the admin page, from a real run.

    .venv/bin/python -m docs.pictures

It needs what `python3 run.py test` installs. The run is the sample cook up to the lid's third
opening, by the real scripts on a broker of its own, with a mail server that keeps what it gets.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from smart_smoker.core.probes import PROBES
from smart_smoker.lab.demo import local_mail
from smart_smoker.lab.packages import find_browser
from smart_smoker.lab.ports import free_ports
from smart_smoker.lab.private_broker import PrivateBroker

FOLDER = Path(__file__).resolve().parent.parent
IMAGES = FOLDER / "docs" / "images"
UNTIL, LATER = "16:26:", 40
"""The row up to which the cook goes, and how many more come after a consumer was stopped."""

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]


def main():
    with ExitStack() as running:
        node = running.enter_context(
            PrivateBroker(Path(running.enter_context(tempfile.TemporaryDirectory())))
        )
        mail = free_ports(1)[0]
        urls = {"RABBITMQ_URL": node.url, "RABBITMQ_ADMIN_URL": node.admin_url}
        environment = {**os.environ, **urls, **local_mail(mail), "PANEL_PASSWORD": ""}

        def start(*command: str, until: str = "") -> tuple[subprocess.Popen, str]:
            """Start a script, and return with it what it said that fits `until`."""
            script = subprocess.Popen(
                [sys.executable, *command],
                cwd=FOLDER,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if until else subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
                text=True,
            )
            running.callback(script.wait)
            running.callback(script.terminate)
            said = next(filter(None, (re.search(until, line) for line in script.stdout or [""])))
            return script, said[0]

        start("-m", "smart_smoker.lab.inbox", "--port", str(mail), until="Receiving")
        consumers = [start(probe.script, until="Waiting for")[0] for probe in PROBES]
        _, address = start("panel.py", "--port", "0", until=r"http://\S+")
        producer, _ = start("smoker_producer.py", "-", "--cook", "brisket", "--no-admin")
        lines = (FOLDER / "smoker-temps.csv").read_text().splitlines(keepends=True)
        here = max(number for number, line in enumerate(lines, 1) if UNTIL in line)
        producer.stdin.writelines(lines[:here])
        producer.stdin.flush()
        playwright = running.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = _open(browser, address, 1280, 900)
        expect(page.get_by_role("article", name="Smoker")).to_contain_text("dropped")
        expect(page.get_by_role("article", name="Food B")).to_contain_text("stalled")
        expect(page.get_by_text("Not sent to anybody yet")).to_have_count(0)
        _shoot(page, "panel-desktop.png")
        consumers[2].terminate()
        for line in lines[here : here + LATER]:
            producer.stdin.write(line)
            producer.stdin.flush()
            time.sleep(0.05)
        page = _open(browser, address, 390, 844, device_scale_factor=2, color_scheme="dark")
        expect(page.get_by_text("Nobody watches Food B")).to_have_count(2)
        _shoot(page, "panel-phone.png")
        page = _open(browser, node.admin_url, 1280, 720)
        page.locator("[name=username]").fill("guest")
        page.locator("[name=password]").fill("guest")
        page.get_by_role("button", name="Login").click()
        page.goto(node.admin_url)
        # Its own statistics come every five seconds.
        row = page.get_by_role("row", name=re.compile(r"03-food-B(?!\.)"))
        expect(row).to_contain_text("/s", timeout=20_000)
        _shoot(page, "admin-queues.png")
        browser.close()


def _open(browser: Browser, address: str, width: int, height: int, **how) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height}, **how)
    page.goto(address)
    return page


def _shoot(page: Page, name: str):
    page.wait_for_timeout(1500)  # until the chart has caught up
    page.screenshot(path=IMAGES / name)
    print(name)


if __name__ == "__main__":
    main()
