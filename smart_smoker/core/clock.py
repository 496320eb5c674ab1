"""The clock: the moment that a thermometer's timestamp names."""

import re
from datetime import datetime, timedelta, timezone

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = rf"(?P<named>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_DATES = (
    r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})",
    rf"(?P<first>[0-9]{{1,2}})(?P<sign>[-/.])(?P<second_>[0-9]{{1,2}})(?P=sign){_YEAR}",
    rf"(?:[a-z]+,?\s)?{_NAMED}\s(?P<day>[0-9]{{1,2}}),?\s{_YEAR}",
    rf"(?:[a-z]+,?\s)?(?P<day>[0-9]{{1,2}})[\s-]{_NAMED}[\s-]{_YEAR}",
)
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(:(?P<second>[0-9]{2})([.,](?P<fraction>[0-9]+))?)?"
    r"(\s?(?P<half>[ap])\.?m\.?)?"
    r"\s?(z(?=[+-]))?(?P<zone>z|utc|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_DATED = [rf"{date}(t|,?\s+){_TIME}" for date in _DATES]
_FORMATS = [re.compile(each, re.IGNORECASE) for each in (*_DATED, _TIME)]

_EPOCH = re.compile(r"(?P<whole>[0-9]{9,10}(?P<milli>[0-9]{3})?)(?P<part>\.[0-9]+)?")
"""Since 1970: nine or ten digits are seconds from 1973 to 2286, three more make milliseconds."""

_ELAPSED = re.compile(r"\+([0-9]{1,5}):([0-9]{2}):([0-9]{2}(?:\.[0-9]+)?)")
"""Since the beginning of a cook, as `elapsed` writes it."""

_DAY_OR_MONTH = re.compile(
    r"(?<![0-9])([0-9]{1,2})([-/])([0-9]{1,2})\2(?:[0-9]{4}|[0-9]{2})(?![0-9])"
)

DAY = 24 * 3600

DAWN = datetime(1970, 1, 1)
"""The day of a timestamp that names none."""


def parse_moment(text: str, day_first: bool = False) -> datetime | None:
    """The moment that a timestamp names, with a zone where it states one; None for any other text.

    It takes `05/22/21 12:20:15` and `5/22/2021 12:20 PM`, the month first unless that cannot be or
    `day_first` says so; `22.05.2021 12:20`; ISO 8601 as in `2021-05-22T12:20:15.5Z`, with slashes
    too; `May 22, 2021 12:20 PM`; and seconds or milliseconds since 1970. A time of the day alone,
    and a time since the beginning like `+1:20:15`, are of the day DAWN.
    """
    text = text.strip()
    if epoch := _EPOCH.fullmatch(text):
        seconds = int(epoch["whole"]) / (1000 if epoch["milli"] else 1)
        return datetime.fromtimestamp(seconds + float(f"0{epoch['part'] or ''}"), timezone.utc)
    if since := _ELAPSED.fullmatch(text):
        hours, minutes, rest = since.groups()
        return DAWN + timedelta(hours=int(hours), minutes=int(minutes), seconds=float(rest))
    found = next(filter(None, (each.fullmatch(text) for each in _FORMATS)), None)
    return _moment(found.groupdict(""), day_first) if found else None


def seconds_of(moment: datetime, near: float | None) -> float:
    """A moment in seconds since 1970; a time of the day alone is of the day nearest to `near`."""
    whole = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    seconds = whole.timestamp()
    if moment.date() == DAWN.date() and near is not None:
        seconds += round((near - seconds) / DAY) * DAY
    return seconds


def _moment(found: dict[str, str], day_first: bool) -> datetime | None:
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (found["half"] in "pP")
    try:
        return datetime(
            *_date(found, day_first),
            hour,
            int(found["minute"]),
            int(found["second"] or 0),
            int(found["fraction"][:6].ljust(6, "0")),
            _zone(found["zone"]),
        )
    except ValueError:  # the 31st of June, 25 o'clock
        return None


def _date(found: dict[str, str], day_first: bool) -> tuple[int, int, int]:
    if "year" not in found:
        return DAWN.year, DAWN.month, DAWN.day
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    if "named" in found:
        return year, 1 + _MONTHS.index(found["named"].lower()), int(found["day"])
    if "first" not in found:
        return year, int(found["month"]), int(found["day"])
    first, second = int(found["first"]), int(found["second_"])
    turned = day_first or found["sign"] == "." or first > 12
    return (year, second, first) if turned else (year, first, second)


def _zone(text: str) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return timezone.utc
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def says_day_first(time: str) -> bool | None:
    """Whether a date of two numbers and a year has its day first; None where it could be either."""
    found = _DAY_OR_MONTH.search(time)
    first, second = (int(found[1]), int(found[3])) if found else (0, 0)
    return first > 12 if first > 12 or second > 12 else None


def is_numbers(time: str) -> bool:
    """Whether its date is of two numbers and a year: either can be the day."""
    return _DAY_OR_MONTH.search(time) is not None


def elapsed(seconds: float) -> str:
    """The timestamp of so many seconds since the beginning of a cook: `+1:20:15`."""
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"+{hours}:{minutes:02}:{f'{rest:06.3f}'.rstrip('0').rstrip('.')}"


def for_people(time: str) -> str:
    """A timestamp as people read it: seconds since 1970 say nothing to them."""
    moment = parse_moment(time) if _EPOCH.fullmatch(time.strip()) else None
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else time
