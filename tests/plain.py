"""The plain count: windows and episodes from all the readings so far, at O(n) each."""

from smart_smoker.core.rules import SmokerDrop

Arrival = tuple[float, int]
"""A moment in seconds, and hundredths of a degree."""


def plain_window(arrivals: list[Arrival], span: float, step: float = 0, late: float = 0):
    """What a window should hold after these arrivals, and whether it really spans its length.

    One that is older than `late` seconds, or else than the span, is a new beginning.
    """
    known: list[Arrival] = []
    for moment, temperature in arrivals:
        if known and moment < known[-1][0] - ((late or span) - step):
            known = []
        if (moment, temperature) not in known:
            known = sorted([*known, (moment, temperature)], key=lambda arrival: arrival[0])
    begin = now = known[-1][0]
    for moment, _ in reversed(known):
        if begin - moment > min(300, span):
            break
        begin = moment
    held = [arrival for arrival in known if arrival[0] >= now - (span - step)]
    return held, now - begin >= span - step


def plain_episodes(rule, arrivals: list[Arrival], remind: float, step: float = 0) -> dict[int, str]:
    """What a watch should tell, by the number of the reading that causes it.

    `remind` is in seconds, 0 for never.
    """
    told, since, begun, eased = {}, None, 0, False
    newest_ones, highest = [], 0
    for number in range(1, len(arrivals) + 1):
        held, spans = plain_window(arrivals[:number], rule.window * 30, step)
        now, newest = held[-1]
        newest_ones.append(newest)
        temperatures = [temperature for _, temperature in held]
        again = False
        if isinstance(rule, SmokerDrop):
            change = max(temperatures) - newest
            begins = change >= 100 * rule.degrees
            if since is not None:
                lowest = min(newest_ones[begun:])
                lately, long = plain_window(arrivals[:number], 600, step, rule.window * 30)
                lately = [temperature for _, temperature in lately]
                holds = long and max(lately) - min(lately) <= round(100 * rule.degrees / 3, 6)
                ends = holds or 2 * (newest - lowest) >= highest - lowest
                again = eased and begins
                eased = eased or 2 * change < 100 * rule.degrees
        else:
            change = max(temperatures) - min(temperatures)
            begins = spans and change <= 100 * rule.degrees
            ends = change > 100 * rule.degrees + 100
        if since is None and begins:
            told[number], since, begun, eased = "raised", now, number - 1, False
            highest = max(temperatures)
        elif since is not None:
            since = min(since, now)
            if ends:
                told[number], since = "cleared", None
            elif again or (remind and now - since >= remind):
                told[number], since, eased = "reminder", now, False
    return told
