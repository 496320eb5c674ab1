"""The panel in a real browser: what people see, and what nobody else does."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import pika
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from scripts import (
    PASSWORD,
    Program,
    Relay,
    Script,
    broker_user,
    clock,
    cook_csv,
    virtual_host,
)

from smart_smoker.core.alert import Alert
from smart_smoker.core.probes import FOOD_A
from smart_smoker.core.rows import read_rows
from smart_smoker.core.units import apart, at, in_unit
from smart_smoker.lab.packages import find_browser
from smart_smoker.rabbitmq import address
from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import (
    alert_message,
    delivery_message,
    limits_message,
    remark_message,
)

WITHOUT = [
    # Pages that each new window brings for suggestions below an address that is typed.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    # What Playwright leaves out, which this list takes the place of.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "LensOverlay"),
    *("MediaRouter", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    "PreconnectToSearch",
]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
]

expect.set_options(timeout=60_000)  # ms; Playwright's own five seconds are short on a busy machine

PHONE, SMALL_PHONE, DESKTOP = (390, 844), (360, 740), (1280, 900)
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def chromium() -> Browser:
    """One browser for all tests here: without it a test is skipped, and in CI it fails.

    Not for the whole session: while it is there, no other test could run an event loop.
    """
    found = find_browser()
    if found is None:
        missing = "Chromium is not installed: python3 run.py test installs it where it may"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=FLAGS)


@pytest.fixture
def open_page(chromium):
    """Open an address in a browser of its own; whatever its page complains of fails the test."""
    contexts, complaints = [], []

    def open(address: str, size: tuple[int, int] = DESKTOP, **how) -> Page:
        width, height = size
        context = chromium.new_context(viewport={"width": width, "height": height}, **how)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(address)
        return page

    yield open
    for context in contexts:
        context.close()
    assert complaints == []


class Shared(NamedTuple):
    """A panel that has no broker of its own, as each test has its own cook."""

    url: str
    program: Program
    address: str


@pytest.fixture(scope="module")
def shared(broker, tmp_path_factory) -> Iterator[Shared]:
    """A panel whose user may read the history and answer, and the program it is started from."""
    folder = tmp_path_factory.mktemp("shared") / "program"
    with (
        virtual_host(broker) as url,
        broker_user(
            broker, url, configure="^$", write="^smart-smoker$", read="^05-history$"
        ) as reader,
        Program(folder, url) as program,
    ):
        Broker(url, "a test").__exit__()  # The queues are there.
        yield Shared(url, program, start(program, RABBITMQ_URL=reader)[1])


@pytest.fixture
def mail_port(shared):
    """The port of a mail server that takes everything."""
    command = [sys.executable, "-m", "smart_smoker.lab.inbox"]
    folder = shared.program.folder
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as inbox:
        yield int(re.search(r":(\d+);", inbox.stdout.readline())[1])
        inbox.kill()


@pytest.fixture
def cook(shared, request):
    """A cook that is published by hand, and seen at its `address` of the shared panel."""
    with Cook(shared.url, re.sub(r"\W+", "-", request.node.name)[:80]) as cook:
        cook.address = f"{shared.address}?cook={cook.id}"
        yield cook


class Cook(Broker):
    """Publishes as a producer, a consumer and an outbox do, at any time of sending.

    All its cooks are over when it is left, so that those of other tests are few.
    """

    def __init__(self, url: str, id: str):
        with pytest.MonkeyPatch.context() as patch:
            # While a test looks at its browser nobody here answers a heartbeat.
            patch.setattr(address, "HEARTBEAT", 0)
            super().__init__(url, "a test")
        self.id = id
        self._seqs: dict[tuple[str, str], int] = {}

    def __exit__(self, *how):
        for cook, queue in list(self._seqs):
            self.say(queue, 0.0, cook=cook, last=True)
        super().__exit__(*how)

    def say(self, queue: str, *temperatures: float, cook="", time_=None, ago=0.0, **headers):
        """Send readings, the last of them so many seconds ago."""
        for temperature in temperatures:
            cook = cook or self.id
            seq = self._seqs[cook, queue] = self._seqs.get((cook, queue), 0) + 1
            properties = pika.BasicProperties(
                type="reading",
                message_id=f"{cook}/{queue}/{seq}",
                headers={"cook": cook, "seq": seq, **headers},
                timestamp=int(time.time() - ago),
            )
            body = f"{time_ or clock(seq)}, {temperature}"
            self._publishing.basic_publish("smart-smoker", queue, body, properties)
        self._publishing.tx_commit()

    def tell(self, state: str, seq: int, subject: str, cook="", probe="Smoker", **more) -> Alert:
        cook = cook or self.id
        id = f"{cook}/{'01-smoker' if probe == 'Smoker' else '02-food-A'}/{seq}/{state}"
        text = f"{subject}.\nLook after it."
        said = in_unit(subject, "F")
        facts = state, clock(seq), 200, 20, said, text, said
        alert = Alert(id, cook, probe, *facts, said=subject, **more)
        self.publish([alert_message(alert)])
        return alert

    def deliver(self, alert: Alert, channel: str, outcome: str, reason: str = ""):
        self.publish([delivery_message(alert, channel, outcome, reason)])


def start(program: Program, *options, **how) -> tuple[Script, str]:
    """The panel and its address."""
    panel = program.start("panel.py", "--port", 0, *options, **how)
    return panel, panel.said(r"http://\S+")


def card(page: Page, probe: str):
    return page.get_by_role("article", name=probe)


CHART = """() => {
  const frame = document.querySelector(".nicegui-echart");
  return frame && getElement(frame.id.slice(1))?.chart;
}"""
OPTION = f"""() => {{
  const option = ({CHART})()?.getOption();
  return option?.series?.length && option;
}}"""
SPAN = (
    f"({OPTION})().dataZoom.map(({{ startValue, endValue }}) => (endValue - startValue) / 1000)[0]"
)
"""How many seconds the chart shows."""


def drawn(page: Page) -> dict:
    """What the chart has been told to draw, once it is there."""
    return page.wait_for_function(OPTION).json_value()


def tooltip(page: Page, ms: int) -> list[str]:
    """The lines that the chart shows beside somebody's pointer at a moment."""
    show = f"([{{ axisValue: {ms} }}])"
    html = page.evaluate(f"({OPTION})().tooltip[0].formatter{show}")
    return [re.sub("<[^b].*?>", "", line) for line in html.split("<br>")]


# --- what people see -----------------------------------------------------------------------------


def test_a_cook_by_the_real_scripts_appears_and_so_does_a_consumer_that_is_stopped(
    shared, mail_port, open_page
):
    shared.program.configure_mail(mail_port)
    consumer = shared.program.start("consumer_smoker.py")
    consumer.said("Waiting for")
    page = open_page(shared.address, PHONE)
    csv = shared.program.write(
        "cook.csv", cook_csv([225] * 9 + [200, 199], [150] * 11, [None] * 11)
    )
    shared.program.run("smoker_producer.py", csv, "--interval", "0", "--no-admin", "--cook", "ribs")
    expect(page.get_by_text("✓ e-mail accepted, ✓ text accepted")).to_be_visible()
    assert "Smoker Alert! 200.0 °F, down 25 °F" in page.get_by_role("log").inner_text()
    expect(card(page, "Smoker")).to_contain_text("199.0°F")
    expect(card(page, "Food A")).to_contain_text("150.0°F")
    expect(card(page, "Food B")).to_contain_text("no reading yet")
    expect(page.get_by_label("Cook", exact=True)).to_contain_text("ribs")
    expect(page.get_by_role("heading", name="At its end")).to_be_attached()
    expect(page.get_by_text("Smoker is watched.")).to_be_attached()
    consumer.end(signal.SIGTERM)
    with Cook(shared.url, "left-alone") as cook:
        cook.say("01-smoker", 225.0)
        expect(page.get_by_text("Nothing so far.")).to_be_visible()
        wrong = page.get_by_role("alert").get_by_text("Nobody watches Smoker, and 1 reading waits")
        expect(wrong).to_contain_text("start consumer_smoker.py.")
        expect(wrong).to_be_in_viewport()


def test_a_reading_and_an_alert_appear_on_every_page_that_is_open(cook, open_page):
    cook.say("01-smoker", *[225.0] * 5)
    pages = [open_page(cook.address), open_page(cook.address, PHONE)]
    for page in pages:
        expect(card(page, "Smoker")).to_contain_text("steady")
    cook.say("01-smoker", 200.4)
    cook.tell("found", 6, "Cleared: Signal Lost!")
    cook.tell("raised", 6, "Smoker Alert! 200.4 °F, down 24.6 °F in 2.5 minutes")
    for page in pages:
        expect(card(page, "Smoker")).to_contain_text("200.4°F")
        expect(card(page, "Smoker")).to_contain_text("dropped")
        expect(card(page, "Smoker")).to_contain_text("down 24.6 °F in 2.5 min")
        expect(page.get_by_role("log")).to_contain_text("Smoker Alert! 200.4 °F")
        newest = page.get_by_role("log").get_by_role("listitem").first
        expect(newest).to_contain_text("Smoker Alert!")
        expect(page.get_by_role("log")).to_contain_text("Not sent to anybody yet")


def test_an_alert_that_goes_on_is_answered_and_a_probe_made_quiet_by_the_keyboard(cook, open_page):
    cook.say("01-smoker", *[225.0] * 5, 205.0, 195.0)
    began = f"{cook.id}/01-smoker/6"
    cook.tell("raised", 6, "Smoker Alert!", began=began)
    cook.tell("reminder", 7, "Reminder: Smoker Alert!", began=began)
    page = open_page(cook.address, PHONE)
    expect(page).to_have_title("▼ 195 °F Smoker · Smart Smoker")
    assert "c4250c" in page.locator("link[rel=icon]").get_attribute("href")
    page.get_by_role("button", name="Sound").press("Enter")
    expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "true")
    button = page.get_by_role("button", name="I have heard it")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Heard at")).to_be_visible()
    expect(button).to_be_hidden()
    page.get_by_label("Quiet about").select_option("Smoker")
    page.get_by_role("button", name="30 min").press("Enter")
    expect(card(page, "Smoker")).to_contain_text("quiet until")
    page.get_by_role("button", name="Write down").press("Enter")
    expect(page.get_by_text("there are no words yet")).to_be_visible()
    cook.publish([remark_message(cook.id, "coal", "of another page")])
    expect(page.locator(".remark")).to_contain_text("coal")
    expect(page.get_by_text("there are no words yet")).to_be_visible()
    page.get_by_label("When").select_option("5 min ago")
    page.get_by_role("button", name="spritzed").press("Enter")
    expect(page.get_by_label("When")).to_have_value("")
    expect(page.get_by_text("there are no words yet")).to_be_hidden()
    page.get_by_label("Your own words").fill(f"{SCRIPT} for Sunday")
    page.get_by_role("button", name="Name the cook").press("Enter")
    expect(page.locator(".remark").last).to_contain_text("spritzed")
    expect(page.get_by_label("Cook", exact=True)).to_contain_text(f"{SCRIPT} for Sunday")
    expect(page.get_by_label("Your own words")).to_have_value("")
    page.wait_for_function(f"({OPTION})().series[0].markLine.data.length === 2")
    assert serious(page) == []
    cook.tell("cleared", 7, "Cleared: Smoker Alert!", began=began)
    expect(page.get_by_text("Heard at")).to_be_hidden()


def test_the_chart_has_all_probes_episodes_and_gaps_and_shows_a_part_by_the_keyboard(
    shared, cook, open_page
):
    cook.say("01-smoker", *[225.0] * 6, 190.0, *[200.0] * 474)
    cook.say("02-food-A", *[150.0] * 5)
    cook.say("02-food-A", 151.0, time_="05/22/21 13:30:00")
    cook.tell("raised", 7, "Smoker Alert!")
    cook.tell("cleared", 12, "Cleared: Smoker Alert!")
    cook.tell("lost", 5, "Signal Lost! Food A", probe="Food A")
    page = open_page(shared.address)
    expect(page.get_by_role("img", name="from 12:00 to 16:00")).to_be_visible()
    smoker, food_a, food_b, episodes, *_ = drawn(page)["series"]
    assert page.evaluate(SPAN) == 4 * 3600
    assert [t for _, t in smoker["data"]].count(225) == 6
    *before, alone = food_a["data"]
    assert [t for _, t in before] == [150] * 5 + [None]
    assert (alone["value"][1], alone["symbol"]) == (151, "circle")
    assert food_b["data"] == []
    minutes = [[probe, (end - begin) / 60000] for probe, begin, end in episodes["data"]]
    assert minutes == [[0, 2.5], [1, 87.5]]
    page.get_by_role("button", name="1 h").press("Enter")
    expect(page.get_by_role("button", name="1 h")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"{SPAN} === 3600")
    # Where nobody has said anything there is nothing to see, on a scale all the same.
    zoom = {"type": "dataZoom", "startValue": 1621688405000, "endValue": 1621688415000}
    page.evaluate(f"zoom => {{ ({CHART})().dispatchAction(zoom); }}", zoom)
    page.wait_for_function(f"({OPTION})().yAxis[0].max === 240")
    cook.say("01-smoker", 200.0, last=True)
    cook.say("02-food-A", 151.0, time_="05/22/21 13:30:30", last=True)
    for hour in (12, 14):
        cook.say("01-smoker", 100.0, cook="the-next-day", time_=f"05/23/21 {hour}:00:00")
    page.wait_for_function(f"{SPAN} === 7200")


def test_a_file_whose_times_nobody_can_read_is_shown_in_hours_and_minutes_since_its_beginning(
    shared, cook, open_page
):
    lines = [f"Tuesday,{225 - (100 if row > 130 else 0)},{150 + row / 10},\n" for row in range(160)]
    csv = shared.program.write("days.csv", "Day,Pit,Meat,Ribs\n" + "".join(lines))
    shared.program.run("smoker_producer.py", csv, "--interval", "0", "--no-admin", "--cook", "days")
    page = open_page(shared.address)
    expect(page.get_by_role("img", name="from +0:00 to +1:19;")).to_be_visible()
    words = "Times are hours and minutes since the beginning"
    expect(page.get_by_text(words)).to_be_visible()
    expect(card(page, "Smoker")).to_contain_text("last at +1:19")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this cook as CSV").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert text.splitlines()[1:3] == ["Tuesday,225.0,150.0,", "Tuesday,225.0,150.1,"]
    id = download.value.suggested_filename.removesuffix(".csv")
    cook.tell("raised", 132, "Smoker Alert!", cook=id)
    expect(page.get_by_role("log").get_by_role("listitem")).to_contain_text("+1:05Smoker Alert!")
    seen = drawn(page)
    assert [moment for moment, _ in seen["series"][0]["data"]] == [30_000 * n for n in range(160)]
    assert seen["xAxis"][1]["name"] == "hours and minutes since the beginning"
    said = """option => [
      ...[90_000, 90_000_000].map(option.xAxis[1].axisLabel.formatter),
    ]"""
    assert page.evaluate(f"({said})(({OPTION})())") == ["+0:01:30", "+25:00"]
    assert tooltip(page, 3_930_000) == [
        "+1:05 since the beginning",
        "● Smoker 125.0 °F",
        "● Food A 163.1 °F",
    ]
    page.get_by_role("button", name="1 h").click()
    page.wait_for_function(f"{SPAN} === 3600")
    assert serious(page) == []
    page.set_viewport_size(dict(zip(("width", "height"), SMALL_PHONE, strict=True)))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_cook_that_begins_while_somebody_points_at_the_chart_of_a_longer_one_is_drawn(
    shared, cook, open_page
):
    def points_at(time: str):
        page.get_by_role("img").hover(position={"x": 300, "y": 100})
        page.wait_for_function(f"document.querySelector('.chart').innerText.includes('{time}')")

    cook.say("01-smoker", *[225.0] * 100)
    page = open_page(shared.address)
    drawn(page)
    points_at("12:")
    cook.say("01-smoker", 225.0, last=True)
    cook.say("01-smoker", *[150.0] * 3, cook="shorter")
    page.wait_for_function(f"{SPAN} === 60")
    points_at("150.0 °F")


def test_celsius_is_remembered_by_the_browser_and_is_for_changes_too(cook, open_page):
    cook.say("01-smoker", 14.0, -4.0)
    cook.tell("raised", 2, f"Smoker Alert! {at(-4)}, down {apart(18)} in 1 minute")
    page = open_page(cook.address)
    page.get_by_role("button", name="°C").click()
    expect(card(page, "Smoker")).to_contain_text("-20.0°C")
    page.reload()
    expect(card(page, "Smoker")).to_contain_text("-20.0°C")
    expect(card(page, "Smoker")).to_contain_text("down 10.0 °C")
    expect(page.get_by_role("log")).to_contain_text("! -20.0 °C, down 10 °C in 1 minute")
    assert [t for _, t in drawn(page)["series"][0]["data"]] == [-10, -20]


def test_a_foods_card_says_when_it_is_done_or_why_nobody_knows(cook, open_page):
    cook.say("02-food-A", *(160 + n / 8 for n in range(50)))
    cook.publish([limits_message(FOOD_A, cook.id, {"done": 203})])
    page = open_page(cook.address)
    unknown = "when it is done is not known yet: meat can stall below 180 °F"
    expect(card(page, "Food A")).to_contain_text(unknown)
    page.get_by_role("button", name="°C").click()
    expect(card(page, "Food A")).to_contain_text("meat can stall below 82.2 °C")
    cook.say("02-food-A", *(166.25 + n / 8 for n in range(150)))
    expect(card(page, "Food A")).to_contain_text("done between 14:25 and 15:45")
    cook.say("02-food-A", 150.0)
    expect(card(page, "Food A")).to_contain_text("is not known yet: it falls")
    expect(card(page, "Smoker")).not_to_contain_text("done")


def test_an_earlier_cook_can_be_chosen_and_comes_as_the_csv_it_was(shared, cook, open_page):
    cook.say("01-smoker", 225.5, 226.0, cook="earlier", last=True)
    cook.say("01-smoker", 100.0, cook="later")
    page = open_page(shared.address)
    expect(card(page, "Smoker")).to_contain_text("100.0")
    page.get_by_label("Cook", exact=True).select_option("earlier")
    expect(card(page, "Smoker")).to_contain_text("226.0")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this cook as CSV").click()
    assert download.value.suggested_filename == "earlier.csv"
    rows = list(read_rows(download.value.path().read_text(encoding="utf-8").splitlines()))
    assert [(row.time, row.temperatures) for row in rows] == [
        (clock(1), (225.5, None, None)),
        (clock(2), (226.0, None, None)),
    ]
    for number in range(100):
        cook.say("01-smoker", 100.0, cook=f"later-{number}")
    expect(page.get_by_role("option")).to_have_count(102)
    expect(page.get_by_label("Cook", exact=True)).to_have_value("earlier")
    expect(page.get_by_text("is not in the history")).to_have_count(0)


def test_an_earlier_cook_lies_behind_this_one_from_the_same_beginning(shared, cook, open_page):
    cook.say("01-smoker", *range(200, 320), cook="before", last=True)
    cook.say("01-smoker", *[225.0] * 10)
    cook.say("02-food-A", 150.0, 151.0)
    page = open_page(cook.address)
    assert len(drawn(page)["series"]) == 7
    began = 1_621_684_830_000
    assert tooltip(page, began + 61_000) == ["12:01", "● Smoker 225.0 °F", "● Food A 151.0 °F"]
    page.get_by_label("Earlier cook behind this one").select_option("before")
    page.wait_for_function(f"{SPAN} === 3570")
    *_, smoker, food_a, food_b = drawn(page)["series"]
    assert smoker["data"] == [[began + 30_000 * n, 200 + n] for n in range(120)]
    assert (food_a["data"], food_b["data"]) == ([], [])
    both = "● Smoker 225.0 °F (earlier cook: 202.0)"
    assert tooltip(page, began + 61_000) == ["12:01", both, "● Food A 151.0 °F"]
    over = "● Smoker – (earlier cook: 318.0)"
    assert tooltip(page, began + 3_540_000) == ["12:59", over]
    cook.say("01-smoker", 225.0, cook="another", last=True)
    expect(page.get_by_label("Cook", exact=True)).to_contain_text("another")
    expect(page.get_by_label("Earlier cook behind this one")).to_have_value("before")
    assert serious(page) == []
    page.get_by_label("Earlier cook behind this one").select_option("No cook behind it")
    page.wait_for_function(f"{SPAN} === 270")
    assert all(drawn(page)["series"][number]["data"] == [] for number in (4, 5, 6))


def test_what_is_downloaded_is_in_the_unit_that_is_shown_and_that_is_first_the_settings(
    shared, cook, open_page, tmp_path
):
    def downloaded() -> str:
        with page.expect_download() as download:
            page.get_by_role("link", name="Download this cook as CSV").click()
        path = download.value.path()
        code, said = program.run("smoker_producer.py", path, "--check", "--no-admin")
        assert (code, "107.5 °C to 108.0 °C" in said) == (0, True), said
        text = path.read_text(encoding="utf-8")
        assert [row.temperatures[0] for row in read_rows(text.splitlines())] == [225.5, 226.4]
        return text

    cook.say("01-smoker", 225.5, 226.4)
    with Program(tmp_path / "program", shared.url) as program:
        program.write(".env.toml", 'units = "C"\n')
        page = open_page(f"{start(program)[1]}?cook={cook.id}")
        expect(card(page, "Smoker")).to_contain_text("108.0°C")
        assert [t for _, t in drawn(page)["series"][0]["data"]] == [107.5, 108]
        assert downloaded().splitlines()[0] == "Time,Smoker (°C),Food A (°C),Food B (°C)"
        page.get_by_role("button", name="°F").click()
        expect(card(page, "Smoker")).to_contain_text("226.4°F")
        assert downloaded().splitlines()[0] == "Time,Smoker (°F),Food A (°F),Food B (°F)"
        page.wait_for_function(f"({OPTION})().series[0].data[1][1] === 226.4")


def test_what_comes_from_outside_is_text_and_never_markup(shared, cook, open_page):
    cook.say("01-smoker", 225.0, cook=SCRIPT, time_=SCRIPT)
    alert = cook.tell("raised", 1, f"Smoker Alert! {SCRIPT}", cook=SCRIPT)
    cook.deliver(alert, SCRIPT, "refused", SCRIPT)
    turned = cook.tell("lost", 1, "Signal\x1b[2J \u202etsoL", cook=SCRIPT)
    cook.deliver(turned, "ntfy", "refused", "no\u202eanswer\x9b")
    page = open_page(f"{shared.address}?cook={SCRIPT}")
    expect(page.get_by_role("log")).to_contain_text("ntfy refused (no answer )")
    assert page.get_by_role("log").inner_text().replace("\n", "").isprintable()
    expect(page.get_by_role("log").get_by_text(f"✕ {SCRIPT} refused ({SCRIPT})")).to_be_visible()
    expect(page.get_by_label("Cook", exact=True)).to_contain_text(SCRIPT)
    expect(card(page, "Smoker")).to_contain_text("225.0")
    page.goto(f"{shared.address}?cook={SCRIPT}no")
    expect(page.get_by_label("Cook", exact=True)).to_contain_text("is not in the history")
    assert page.locator("img[src=x]").count() == 0


# --- many cooks ----------------------------------------------------------------------------------


def rows(page: Page) -> list[str]:
    """What each row of the list says."""
    return [" ".join(text.split()) for text in page.locator("tbody tr").all_inner_texts()]


def test_more_than_one_cook_is_a_list_worst_first_and_each_is_a_click_away(shared, cook, open_page):
    names = [f"many-{number}" for number in range(5)]
    cook.say("01-smoker", 225.0, cook=names[0])
    cook.say("02-food-A", 150.0, cook=names[0])
    cook.say("01-smoker", 70.0, cook="a-trial", last=True)
    page = open_page(shared.address)
    expect(card(page, "Smoker")).to_contain_text("225.0")  # The trial is over, and hides nothing.
    for name in names[1:3]:
        cook.say("01-smoker", 225.0, cook=name)
        cook.say("02-food-A", 150.0, cook=name)
    cook.say("02-food-A", 160.0, cook=names[3])
    cook.tell("raised", 1, "Food A Alert!", cook=names[3], probe="Food A")
    cook.say("01-smoker", 14.0, cook=names[4])
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.get_by_role("row").nth(1)).to_contain_text("many-3")
    assert rows(page) == [
        "many-3 – no reading yet 160.0 °F stalled for 10 min, now – no reading yet",
        *(f"many-{n} 225.0 °F steady, now 150.0 °F steady, now – no reading yet" for n in range(3)),
        "many-4 14.0 °F steady, now – no reading yet – no reading yet",
    ]
    expect(page.get_by_role("columnheader")).to_have_text(["Cook", "Smoker", "Food A", "Food B"])
    cook.say("01-smoker", -4.0, cook=names[4])
    cook.tell("raised", 2, "Smoker Alert!", cook=names[4])
    expect(page.get_by_role("row").nth(1)).to_contain_text("many-4-4.0 °Fdropped, now")
    page.get_by_role("button", name="°C").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("-20.0 °C")
    page.get_by_role("link", name=names[4]).click()
    expect(card(page, "Smoker")).to_contain_text("-20.0°C")
    expect(page.get_by_label("Cook", exact=True)).to_have_value(names[4])
    page.get_by_role("link", name="All cooks").click()
    expect(page.get_by_role("row")).to_have_count(6)
    for name in names[:4]:
        cook.say("01-smoker", 225.0, cook=name, last=True)
        cook.say("02-food-A", 150.0, cook=name, last=True)
    expect(card(page, "Smoker")).to_contain_text("-20.0°C")  # One alone again.


def test_the_list_fits_a_small_phone_takes_no_markup_and_axe_finds_nothing_serious(
    shared, cook, open_page
):
    for number in range(5):
        name = "a-very-long-name-for-a-cook-" * 3 if number else SCRIPT
        cook.say("01-smoker", 225.0, cook=f"{name}{number}", ago=number * 100)
        cook.say("02-food-A", 150.0, cook=f"{name}{number}")
    with Relay(shared.url) as relay:
        relay.open()
        _, address = start(shared.program, RABBITMQ_URL=relay.url)
        for size, scheme in ((SMALL_PHONE, "light"), (DESKTOP, "dark")):
            page = open_page(address, size, color_scheme=scheme)
            expect(page.get_by_role("row").nth(1)).to_contain_text("no signal for")
            urgent = URGENT_DARK if scheme == "dark" else URGENT
            expect(page.get_by_role("cell").filter(has_text="no signal").first).to_have_css(*urgent)
            assert page.locator("img[src=x]").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert serious(page) == []
        relay.cut()
        expect(page.get_by_role("row").nth(1)).to_contain_text("225.0 °Fnot known")
        expect(page.get_by_role("cell").first.get_by_text("225.0")).to_have_css(*STRUCK)


# --- what is wrong -------------------------------------------------------------------------------


def test_alerts_that_could_not_be_sent_are_counted(cook, open_page):
    cook.say("01-smoker", 225.0, 200.0)
    alert = cook.tell("raised", 2, "Smoker Alert!")
    cook.consume("04-alerts", prefetch=1)  # as an outbox does
    cook.deliver(alert, "email", "failed", "the mail server does not listen")
    page = open_page(cook.address)
    expect(page.get_by_role("alert")).to_contain_text("1 alert could not be sent yet")
    expect(page.get_by_role("log")).to_contain_text(
        "… e-mail failed, trying goes on (the mail server does not listen)"
    )
    cook.deliver(alert, "email", "accepted")
    expect(page.get_by_role("log")).to_contain_text("✓ e-mail accepted")
    expect(page.get_by_role("alert")).not_to_contain_text("could not be sent")


def test_what_is_old_never_looks_live_be_it_a_probe_the_broker_or_the_panel_that_is_away(
    shared, cook, open_page
):
    cook.say("01-smoker", 225.0)
    cook.say("02-food-A", 150.0, 151.0, ago=370)
    cook.say("03-food-B", 140.0, ago=200)
    with Relay(shared.url) as relay:
        relay.open()
        panel, address = start(shared.program, RABBITMQ_URL=relay.url)
        page = open_page(f"{address}?cook={cook.id}")
        expect(card(page, "Smoker")).to_contain_text("steady")
        expect(card(page, "Smoker")).to_contain_text(re.compile(r"\d s ago"))
        expect(card(page, "Food A")).to_contain_text("no signal for 6 min")
        expect(card(page, "Food A")).to_contain_text("last heard 6 min ago")
        expect(card(page, "Food B")).to_contain_text("last heard 3 min ago")
        assert looks(page) == ["solid", "dashed", "dashed"]
        expect(card(page, "Food A")).to_have_css(*URGENT)
        expect(card(page, "Food B")).to_have_css(*GREY)
        expect(card(page, "Food A").get_by_text("151.0")).to_have_css(*STRUCK)
        relay.cut()
        expect(page.get_by_role("alert")).to_contain_text("RabbitMQ has been away since")
        expect(card(page, "Smoker")).to_contain_text("not known")
        expect(card(page, "Smoker").get_by_text("225.0")).to_have_css(*STRUCK)
        assert looks(page) == ["dashed"] * 3
        expect(card(page, "Food A")).to_have_css(*GREY)
        assert serious(page) == []
        cook.say("01-smoker", 226.0)
        relay.open()
        expect(card(page, "Smoker")).to_contain_text("226.0")
        expect(card(page, "Smoker")).to_contain_text("steady")
        expect(page.get_by_role("alert")).not_to_contain_text("been away")
        ends_in_a_line(panel, signal.SIGHUP)
        expect(page.get_by_text("This page has lost its panel")).to_be_visible()
        expect(card(page, "Food A")).to_have_css(*GREY)
        port = int(address.rpartition(":")[2].strip("/"))
        cook.say("01-smoker", 227.0)
        panel = shared.program.start("panel.py", "--port", port)
        expect(card(page, "Smoker")).to_contain_text("227.0")
        expect(page.get_by_text("This page has lost its panel")).to_be_hidden()
        ends_in_a_line(panel, signal.SIGINT)


def test_a_signal_that_is_lost_is_as_urgent_as_a_drop_and_one_of_a_cook_that_is_over_is_not(
    shared, cook, open_page
):
    cook.say("01-smoker", 225.0, 200.0, ago=170)
    cook.tell("raised", 2, "Smoker Alert!")
    cook.say("02-food-A", 149.0, 150.0)
    cook.tell("lost", 2, "Signal Lost! Food A", probe="Food A")
    cook.say("03-food-B", 150.0, ago=370, last=True)
    cook.say("01-smoker", 225.0, cook="long-ago", ago=25 * 3600)
    _, address = start(shared.program)
    for scheme, urgent in (("light", URGENT), ("dark", URGENT_DARK)):
        page = open_page(f"{address}?cook={cook.id}", SMALL_PHONE, color_scheme=scheme)
        expect(card(page, "Food A")).to_contain_text("no signal for")
        expect(card(page, "Food A")).not_to_contain_text(" in ")  # by how much it changes
        for probe, look in (("Smoker", urgent), ("Food A", urgent), ("Food B", GREY)):
            expect(card(page, probe)).to_have_css(*look)
        assert looks(page) == ["dashed"] * 3
        expect(card(page, "Food A").get_by_text("150.0")).to_have_css(*STRUCK)
        assert serious(page) == []
        page = open_page(f"{address}?cook=long-ago", color_scheme=scheme)
        expect(card(page, "Smoker")).to_contain_text("no signal for 25 h")
        expect(card(page, "Smoker")).to_have_css(*GREY)
        assert serious(page) == []


STRUCK = "text-decoration-line", "line-through"
URGENT, URGENT_DARK = (
    ("background-color", f"rgb({colour})") for colour in ("125, 29, 16", "255, 184, 163")
)
GREY = "background-color", "rgba(0, 0, 0, 0)"


def looks(page: Page) -> list[str]:
    """How each card is framed."""
    framed = "cards => cards.map(card => getComputedStyle(card).borderRightStyle)"
    return page.locator(".card").evaluate_all(framed)


def ends_in_a_line(panel: Script, number: int):
    before = panel.text
    code, said = panel.end(number)
    assert code == 0
    assert said[len(before) :].splitlines()[-1].endswith("Stopped.")
    assert len(said[len(before) :].splitlines()) <= 2


def test_a_cook_that_is_not_there_and_an_address_that_is_none_are_told_and_lead_on(
    shared, cook, open_page
):
    cook.say("01-smoker", 225.0)
    for size, scheme in ((SMALL_PHONE, "light"), (DESKTOP, "dark")):
        page = open_page(f"{cook.address}-and-not-there", size, color_scheme=scheme)
        said = page.get_by_role("status")
        expect(said).to_contain_text(f"There is no cook “{cook.id}-and-not-there” in the history")
        expect(card(page, "Smoker")).to_be_hidden()
        expect(page.get_by_role("link", name="CSV")).to_have_count(0)
        assert serious(page) == []
        said.get_by_role("link", name="The latest cook").click()
        expect(card(page, "Smoker")).to_contain_text("225.0")
        expect(page.get_by_role("link", name="CSV")).to_be_visible()
        expect(page.get_by_role("status").get_by_role("link")).to_have_count(0)
        assert page.goto(f"{shared.address}foo").status == 404
        expect(page.get_by_role("main")).to_contain_text("There is nothing at this address.")
        expect(page).to_have_title("Smart Smoker: not found")
        assert serious(page) == []
        page.get_by_role("link", name="To the cook").click()
        expect(card(page, "Smoker")).to_contain_text("225.0")


# --- who may see it ------------------------------------------------------------------------------


def get(address: str, path: str, **headers: str) -> int:
    """The status of an answer to a program that is no browser."""
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=60)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="


def test_another_host_needs_a_password_and_without_it_nobody_gets_any_data(shared, cook, open_page):
    code, said = shared.program.run("panel.py", "--host", "0.0.0.0")
    assert (code, said.count("\n")) == (2, 1)
    assert "panel_password" in said
    cook.say("01-smoker", 225.0)
    _, address = start(shared.program, "--host", "0.0.0.0", PANEL_PASSWORD=PASSWORD)
    address = f"http://127.0.0.1:{address.rpartition(':')[2]}"
    for path in ("/chart.json", "/cook.csv", "/nowhere", f"{SOCKET}polling"):
        assert get(address, path) == 401
    assert get(address, f"{SOCKET}websocket", **UPGRADE) == 403
    cook.say("01-smoker", 100.0, cook="another")
    page = open_page(f"{address}?cook={cook.id}", SMALL_PHONE)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("This is not the password.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    assert "225" not in page.content()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(card(page, "Smoker")).to_contain_text("225.0°F")
    assert page.url == f"{address}?cook={cook.id}"


def test_an_invented_address_gives_nobody_more_guesses_but_the_named_proxy_is_believed(shared):
    for proxy, expected in (("", [403, 403, 403, 429]), ("127.0.0.1", [403] * 4)):
        how = {"PANEL_PASSWORD": PASSWORD, "PANEL_PROXY": proxy}
        _, address = start(shared.program, **how)
        assert [guess(address, f"203.0.113.{n}") for n in range(4)] == expected


def test_the_admin_page_of_this_machine_is_a_link_only_for_a_browser_on_it(shared):
    how = {"PANEL_PASSWORD": PASSWORD, "PANEL_PROXY": "127.0.0.1"}
    for admin, here_alone in (("http://localhost:15672/", True), ("http://192.0.2.1/", False)):
        _, address = start(shared.program, RABBITMQ_ADMIN_URL=admin, **how)
        connection = http.client.HTTPConnection(address.split("/")[2], timeout=60)
        connection.request("POST", "/login", f"password={PASSWORD}")
        answer = connection.getresponse()
        answer.read()
        cookie = {"Cookie": answer.getheader("set-cookie").partition(";")[0]}
        for elsewhere in ({}, {"X-Forwarded-For": "192.0.2.7"}, {"Host": "192.0.2.80:8000"}):
            connection.request("GET", "/", headers=cookie | elsewhere)
            page = connection.getresponse().read().decode()
            assert (f'"href":"{admin}"' in page) != (here_alone and elsewhere != {})
            assert ("on the panel’s own machine" in page) == (here_alone and elsewhere != {})
        connection.close()


def guess(address: str, forwarded_for: str) -> int:
    """The status of the answer to a wrong password from an address that a header tells."""
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=60)
    connection.request("POST", "/login", "password=x", {"X-Forwarded-For": forwarded_for})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_page_of_another_site_gets_nothing_of_a_panel_on_this_machine(shared):
    assert get(shared.address, f"{SOCKET}websocket", **UPGRADE) == 101
    for foreign in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        assert get(shared.address, "/chart.json", **foreign) == 403
        assert get(shared.address, f"{SOCKET}polling", **foreign) == 403
        assert get(shared.address, f"{SOCKET}websocket", **UPGRADE, **foreign) == 403


# --- for everybody -------------------------------------------------------------------------------


def test_it_fits_a_small_phone_and_axe_finds_nothing_serious(shared, open_page):
    name = "a-very-long-name-for-a-cook-" * 3
    with Cook(shared.url, name) as cook:
        cook.say("01-smoker", 225.0, 200.0)
        cook.say("02-food-A", 150.0)
        alert = cook.tell("raised", 2, "Smoker Alert! 200.0 °F " + "x" * 90)
        cook.deliver(alert, "email", "refused", "reason" * 30)
    for size, scheme in ((SMALL_PHONE, "light"), (DESKTOP, "dark")):
        page = open_page(f"{shared.address}?cook={name}", size, color_scheme=scheme)
        expect(page.get_by_role("log")).to_contain_text("Smoker Alert!")
        expect(page.get_by_role("alert")).to_contain_text("Nobody watches Smoker")
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert serious(page) == []
        dark = page.get_by_role("button", name="Dark")
        expect(dark).to_have_attribute("aria-pressed", "true" if scheme == "dark" else "false")


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html']}"
        for each in found
        for node in each["nodes"]
        if each["impact"] in ("serious", "critical")
    ]


# --- the script ----------------------------------------------------------------------------------


def test_without_nicegui_it_says_in_a_line_how_to_install_it(shared):
    shared.program.write(
        "without.py",
        "import runpy, sys\n"
        "sys.modules['nicegui'] = None\n"
        "runpy.run_path('panel.py', run_name='__main__')\n",
    )
    code, said = shared.program.run("without.py", PYTHONPATH=str(shared.program.folder))
    assert (code, said.count("\n")) == (2, 1)
    assert "-m pip install -r requirements-panel.txt" in said


def test_a_port_that_is_taken_is_exit_code_2_and_a_line(shared):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = shared.program.run("panel.py", "--port", port)
    assert (code, said.count("\n")) == (2, 1)
    assert f"port {port}" in said
