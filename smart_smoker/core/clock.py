"""The clock: the moment that a thermometer's timestamp names."""

import re
from datetime import datetime, timedelta, timezone

_DAY = {
    "iso": r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})",
    "us": r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4}|[0-9]{2})",
}
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(:(?P<second>[0-9]{2})([.,](?P<fraction>[0-9]+))?)?"
    r"(\s?(?P<half>[ap])\.?m\.?)?"
    r"\s?(?P<zone>z|utc|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_FORMATS = [re.compile(rf"{day}(t|,?\s+){_TIME}", re.IGNORECASE) for day in _DAY.values()]

_EPOCH = re.compile(r"(?P<whole>[0-9]{9,10}(?P<milli>[0-9]{3})?)(?P<part>\.[0-9]+)?")
"""Since 1970: nine or ten digits are seconds from 1973 to 2286, three more make milliseconds."""


def parse_moment(text: str) -> datetime | None:
    """The moment that a timestamp names, with a zone where it states one; None for any other text.

    It takes `05/22/21 12:20:15` and `5/22/2021 12:20 PM`, the month first, ISO 8601 as in
    `2021-05-22T12:20:15.5Z`, and seconds or milliseconds since 1970.
    """
    if epoch := _EPOCH.fullmatch(text.strip()):
        seconds = int(epoch["whole"]) / (1000 if epoch["milli"] else 1)
        return datetime.fromtimestamp(seconds + float(f"0{epoch['part'] or ''}"), timezone.utc)
    found = next(filter(None, (known.fullmatch(text.strip()) for known in _FORMATS)), None)
    if not found:
        return None
    year, hour = int(found["year"]), int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (found["half"] in "pP")
    try:
        return datetime(
            year if len(found["year"]) == 4 else 2000 + year,
            int(found["month"]),
            int(found["day"]),
            hour,
            int(found["minute"]),
            int(found["second"] or 0),
            int((found["fraction"] or "")[:6].ljust(6, "0")),
            _zone(found["zone"]),
        )
    except ValueError:  # the 31st of June, 25 o'clock
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return timezone.utc
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def for_people(time: str) -> str:
    """A timestamp as people read it: seconds since 1970 say nothing to them."""
    moment = parse_moment(time) if _EPOCH.fullmatch(time.strip()) else None
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else time
