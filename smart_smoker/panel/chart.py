"""The chart: what a browser is told to draw of a cook."""

from ..core.alert import NO_SIGNAL
from .cook_story import CookStory
from .probe_story import Episode, Points, ProbeStory

POINTS = 1500
"""How many points of a probe the chart has at most."""


def shape_of(cook: CookStory | None) -> tuple[object, ...]:
    """What tells whether a cook's chart has changed."""
    if cook is None:
        return ()
    stories = cook.probes.values()
    ends = tuple(episode.end for story in stories for episode in story.episodes)
    limits = tuple(limit for story in stories for limit in story.limits.items())
    shape = tuple(len(story.moments) for story in stories)
    return cook.id, shape, ends, limits, len(cook.remarks)


def chart_of(cook: CookStory, begin: float, end: float) -> dict[str, object]:
    """The points and the episodes of a cook, with many points between two moments."""
    return {
        "extent": [cook.begin, cook.end],
        "counted": cook.counted,
        "remarks": list(cook.remarks_by(lambda remark: remark.moment).items()),
        "probes": [
            {
                "name": probe.name,
                "points": _points(story, begin, end),
                "limits": [{"kind": kind, "f": limit} for kind, limit in story.limits.items()],
            }
            for probe, story in cook.probes.items()
        ],
        "episodes": [
            {
                "probe": number,
                "kind": each.kind,
                "begin": max(each.begin, cook.begin),
                "end": _end(each, story, cook),
                "goes_on": each.end is None,
            }
            for number, story in enumerate(cook.probes.values())
            for each in sorted(story.episodes, key=lambda episode: episode.begin)
            if each.end is None or each.end >= cook.begin
        ],
    }


def _end(episode: Episode, story: ProbeStory, cook: CookStory) -> float:
    """Up to where an episode is drawn: one that goes on, as far as anything is known."""
    if episode.end is not None:
        return episode.end
    return cook.end if episode.kind == NO_SIGNAL else story.moments[-1]


def _points(story: ProbeStory, begin: float, end: float) -> Points:
    """A probe's points in order: as many as there may be from `begin` to `end`, some around."""
    if not story.moments:
        return []
    first, last = story.moments[0], story.moments[-1]
    before = story.points(first, begin, POINTS // 5) if begin > first else []
    after = story.points(end, last, POINTS // 5) if end < last else []
    # Each part also has the reading just outside of it.
    inside = story.points(begin, end, POINTS)
    before = [point for point in before if not inside or point[0] < inside[0][0]]
    after = [point for point in after if not inside or point[0] > inside[-1][0]]
    return before + inside + after
