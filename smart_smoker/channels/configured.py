"""Which channels the settings ask for."""

from ..cli.settings import Settings
from . import mail, push
from .channel import Channel

KINDS = (mail.channels, push.channels)
"""What makes the channels of each kind; a new kind stands here and nowhere else."""


def channels(settings: Settings) -> list[Channel]:
    """All channels that are set up. Raises InputError for a setting that one cannot use."""
    return [channel for of_kind in KINDS for channel in of_kind(settings)]
