"""The alerts of a cook: when, what, and what became of each in every channel."""

from collections.abc import Callable

from ..core.alert import Alert
from ..core.probes import PROBE_OF_NAME, PROBES
from ..core.units import in_unit
from ..rabbitmq.messages import Outcome
from .cook_story import CookStory
from .elements import Tag, press
from .probe_story import Episode
from .records import AlertRecord
from .words import clock, of_day, shortened

MOST = 100
"""How many a page shows: anybody who may publish can fill the history."""

CHANNELS = {"email": "e-mail", "sms": "text"}
OUTCOMES = {
    Outcome.ACCEPTED: "✓ {} accepted",
    Outcome.REFUSED: "✕ {} refused",
    Outcome.FAILED: "… {} failed, trying goes on",
    Outcome.UNKNOWN: "? {} has not said whether it took it",
    Outcome.ABANDONED: "✕ {} was given up",
}


class Alerts:
    """The newest alerts of a cook, in a list that grows at its top."""

    def __init__(self, labelled_by: str, hear: Callable[[Alert], None]) -> None:
        self._hear = hear
        Tag("h3", "Alerts")
        self._count = Tag("p", classes="quiet")
        with Tag("div", role="log", aria_labelledby=labelled_by):
            self._list = Tag("ol", classes="alerts")
        self._rows: dict[str, AlertRow] = {}

    def show(self, cook: CookStory | None, unit: str) -> None:
        """Show the alerts of this cook, in "F" or "C"."""
        alerts = cook.alerts if cook else []
        newest_first = sorted(alerts, key=lambda record: record.moment)[::-1]
        shown = {record.alert.id: record for record in newest_first[:MOST]}
        words = f"The newest {MOST}." if len(alerts) > MOST else ""
        self._count.put(words if alerts else "Nothing so far.", "quiet")
        for id in self._rows.keys() - shown:
            self._rows.pop(id).delete()
        if cook:
            self._show_rows(cook, shown, unit)

    def _show_rows(self, cook: CookStory, shown: dict[str, AlertRecord], unit: str) -> None:
        asked: list[Episode] = []  # those whose newest alert is there already
        for place, (id, record) in enumerate(shown.items()):
            if id not in self._rows:
                with self._list:
                    self._rows[id] = AlertRow(record.alert, self._hear)
                self._rows[id].move(target_index=place)
            episode = cook.episode_of(record.alert)
            if any(episode is other for other in asked):
                episode = None
            elif episode:
                asked.append(episode)
            self._rows[id].show(record, cook, unit, episode)


class AlertRow(Tag):
    """One alert: when, what, and what became of it in each channel."""

    def __init__(self, alert: Alert, hear: Callable[[Alert], None]) -> None:
        super().__init__("li")
        with self:
            Tag("span", classes="shape", aria_hidden="true")
            self._time = Tag("time")
            with Tag("div", classes="what"):
                self._subject, self._advice = Tag("strong"), Tag("p")
                self._deliveries, self._heard = Tag("p"), Tag("p", role="status")
                self._button = Tag("button", "I have heard it", "none")
                self._refused = Tag("p", role="status")
                press(self._button, lambda: hear(alert), self._refused.put)
        self._shown: tuple[object, ...] = ()

    def show(
        self, record: AlertRecord, cook: CookStory, unit: str, episode: Episode | None
    ) -> None:
        """Show it; `episode` is what goes on where this is the newest alert of it."""
        heard = episode.heard if episode else None
        deliveries = tuple(record.deliveries.items())
        shown = cook.id, record.moment, deliveries, unit, episode is None, heard
        if shown == self._shown:
            return
        self._shown = shown
        alert = record.alert
        number = PROBES.index(PROBE_OF_NAME[alert.probe])
        self.put(classes=f"{STATES.get(alert.state, alert.kind)} probe-{number}")
        self._time.put(clock(cook, record.moment, cook.begin))
        self._subject.put(shortened(in_unit(alert.said, unit) if alert.said else alert.subject))
        lines = alert.text.splitlines()
        wanted = alert.state in ("raised", "lost") and len(lines) > 1
        self._advice.put(shortened(lines[1]) if wanted else "")
        self._deliveries.put(*_deliveries(record))
        self._heard.put(f"Heard at {of_day(heard)}" if heard else "")
        self._refused.put()
        self._button.put("I have heard it", "none" if heard or episode is None else "")


STATES = {"cleared": "over", "found": "over", "over": "over", "lid": "lid"}
"""How an alert looks, where its state tells; else like what it is about."""


def _deliveries(record: AlertRecord) -> tuple[str, str]:
    """What became of an alert, and the class of these words."""
    if record.alert.quiet:
        return "Told to nobody", ""
    if not record.deliveries:
        return "Not sent to anybody yet", "unsent"
    words = []
    for channel, (outcome, reason, _) in sorted(record.deliveries.items()):
        why = f" ({reason})" if reason and outcome != Outcome.ACCEPTED else ""
        words.append(shortened(OUTCOMES[outcome].format(CHANNELS.get(channel, channel)) + why))
    done = all(each.outcome == Outcome.ACCEPTED for each in record.deliveries.values())
    return ", ".join(words), "" if done else "unsent"
