"""The screen: lines, and a progress bar where there is a terminal."""

from datetime import timedelta
from textwrap import fill

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from ..core.text import printable

_console = Console(soft_wrap=True, highlight=False, emoji=False)


def show(line: str, style: str = "", speaker: str = "", speaker_style: str = "") -> None:
    """Print one line above any progress bar, with who speaks before it: whatever it says is text.

    On a terminal it is broken between words, where it must be. Styles are rich's, and seen there
    only.
    """
    said, end = speaker + printable(line), len(speaker)
    if _console.is_terminal and _console.width > 0:
        said = fill(said, _console.width, break_long_words=False, break_on_hyphens=False)
    _console.print(Text.assemble((said[:end], speaker_style), (said[end:], style)))


class CookBar(Progress):
    """The progress of a cook of so many rows: its own clock, a bar, the rows and the time left.

    It is seen on a terminal only, and not for a cook whose length nobody knows (None).
    """

    def __init__(self, rows: int | None):
        self._rows = rows or 0
        super().__init__(
            TextColumn("{task.fields[clock]}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:,} of {task.total:,} rows, {task.fields[left]} left"),
            console=_console,
            disable=rows is None or not _console.is_terminal,
        )
        self._task = self.add_task("", total=self._rows, clock="", left="?")

    def get_renderable(self) -> RenderableType:
        """The bar, with room behind it: a terminal writes ^C there, and must not begin a line."""
        return Constrain(super().get_renderable(), _console.width - 4)

    def show_rows(self, done: int, clock: str, seconds_per_row: float) -> None:
        """Show so many rows as done, the last of them at `clock`, the cook's own time."""
        left = timedelta(seconds=round((self._rows - done) * seconds_per_row))
        self.update(self._task, completed=done, clock=printable(clock), left=left)
