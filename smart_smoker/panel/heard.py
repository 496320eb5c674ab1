"""The page that a link in an alert leads to: it asks, and answers for this one episode alone."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from ..app.links import Links
from ..core.alert import Alert
from ..core.answers import heard
from ..core.errors import SmartSmokerError
from ..core.probes import PROBE_OF_NAME
from .answering import Answering
from .follower import Follower
from .words import of_day, shortened

SIGNED = ("cook", "probe", "kind", "began")

ASKS = """<p>{subject}</p>
<form method="post" action="heard?{query}"><button>I have heard it</button></form>"""

SAYS = '<p>{subject}</p>\n<p role="status">{words}</p>'

OVER = "It is over: there is nothing to answer any more."
HEARD = "It was heard at {}. Nobody is reminded of it."
GIVEN = "Heard. Nobody is reminded of it any more."
NOT_KNOWN = "The panel cannot tell now whether it goes on: try again in a moment."


def heard_page(
    query: Mapping[str, str],
    pressed: bool,
    address: str,
    links: Links,
    follower: Follower,
    answering: Answering,
) -> str | None:
    """What the page of a link with this query says, in HTML; None where it is none of ours.

    To open it answers nothing, since mail programs open links by themselves: its button does.
    `address` is that of whoever asks.
    """
    known = [query.get(name, "") for name in SIGNED]
    if not links.is_signed(query.get("sign", ""), *known):
        return None
    alert, words = _look(follower, *known)
    subject = escape(shortened(alert.subject)) if alert else ""
    if alert and pressed and not words:
        try:
            probes = [PROBE_OF_NAME[alert.probe]]
            answering.answer(probes, alert.cook, heard(alert), address)
            words = GIVEN
        except SmartSmokerError as error:
            words = f"It could not be answered: {error}"
    if words:
        return SAYS.format(subject=subject, words=escape(words))
    return ASKS.format(subject=subject, query=escape(urlencode(query)))


def _look(
    follower: Follower, id: str, probe: str, kind: str, began: str
) -> tuple[Alert | None, str]:
    """The newest alert of an episode, and what to say where it needs no answer."""
    with follower.lock:
        cook = follower.story.cooks.get(id)
        alerts = [
            each.alert
            for each in (cook.alerts if cook else ())
            if (each.alert.probe, each.alert.kind, each.alert.began) == (probe, kind, began)
        ]
        if cook is None or not alerts:
            return None, OVER if follower.whole else NOT_KNOWN
        episode = cook.episode_of(alerts[-1])
        if episode is None:
            return alerts[-1], OVER
        return alerts[-1], HEARD.format(of_day(episode.heard)) if episode.heard else ""
