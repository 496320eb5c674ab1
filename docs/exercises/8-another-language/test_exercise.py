"""A board in any language shows each alert once, and takes none from those who send them."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from scripts import ALERT, ask_admin, until

from smart_smoker.rabbitmq.connection import Broker
from smart_smoker.rabbitmq.messages import ALERTS, EXCHANGE, QUEUES, alert_message

FOLDER = Path(__file__).parent
RING = replace(ALERT, id="brisket/01-smoker/27/ring", state="ring", subject="Unanswered!")
OVER = replace(ALERT, id="brisket/01-smoker/31/cleared", state="cleared", subject="Cleared!")
DONE = replace(ALERT, id="ribs/02-food-A/99/done-raised", cook="ribs", subject="Done! 203 °F")


def test_a_board_in_any_language_shows_each_alert_once_and_takes_none_from_the_outbox(request):
    answers = [path for path in FOLDER.glob("answer*") if os.access(path, os.X_OK)]
    assert answers, "write answer.sh, or with another ending, and make it executable first"
    url, broker, stranger = map(request.getfixturevalue, ("url", "broker", "stranger"))
    host, said = urlsplit(url).path[1:], request.getfixturevalue("tmp_path") / "said"
    api = broker.admin_url.partition("#")[0].replace("://", "://guest:guest@") + "api"
    environment = {**os.environ, "RABBITMQ_URL": url, "RABBITMQ_API": api}

    def lines() -> list[str]:
        return said.read_text(encoding="utf-8").splitlines()

    def is_bound() -> bool:
        assert board.poll() is None, f"it has ended by itself, with exit code {board.returncode}"
        bindings = ask_admin(broker, "GET", f"/exchanges/{host}/{EXCHANGE}/bindings/source")
        return any(each["destination"] not in QUEUES for each in bindings)

    with Broker(url, "exercise") as ours, said.open("wb") as out:
        # In a group of its own, as it may be several processes.
        board = subprocess.Popen([answers[0]], env=environment, stdout=out, start_new_session=True)
        try:
            until(is_bound, f"a queue of its own that is bound to {EXCHANGE}")
            ours.publish([alert_message(alert) for alert in (ALERT, RING, ALERT, OVER, ALERT)])
            until(lambda: f"brisket: {OVER.subject}" in lines(), "the second alert")
            stranger.channel.basic_publish(EXCHANGE, ALERTS, "the ribs are on")
            ours.publish([alert_message(alert) for alert in (OVER, DONE)])
            until(lambda: f"ribs: {DONE.subject}" in lines(), "an alert after what is none")
        finally:
            os.killpg(board.pid, signal.SIGKILL)
            board.wait()
    assert lines() == [f"{alert.cook}: {alert.subject}" for alert in (ALERT, OVER, DONE)]
    assert stranger.waiting(ALERTS) == 8, "all is left for those who send it"
