"""The screen: lines, and a progress bar where there is a terminal."""

from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from ..core.text import printable

_console = Console(soft_wrap=True, highlight=False, emoji=False)


def show(line: str, style: str = "", speaker: str = "", speaker_style: str = ""):
    """Print one line above any progress bar, with who speaks before it: whatever it says is text.

    Styles are rich's, and seen on a terminal only.
    """
    _console.print(Text.assemble((speaker, speaker_style), (printable(line), style)))


class CookBar(Progress):
    """How far a cook of so many rows is: its own clock, a bar, the rows and the time left.

    It is seen on a terminal only, and not for a cook whose length nobody knows (None).
    """

    def __init__(self, rows: int | None):
        super().__init__(
            TextColumn("{task.fields[clock]}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:,} of {task.total:,} rows, {task.fields[left]} left"),
            console=_console,
            disable=rows is None or not _console.is_terminal,
        )
        self._task = self.add_task("", total=rows or 0, clock="", left="?")

    def show_rows(self, done: int, clock: str, seconds_per_row: float):
        """Show so many rows as done, the last of them at `clock`, the cook's own time."""
        left = timedelta(seconds=round((self.tasks[0].total - done) * seconds_per_row))
        self.update(self._task, completed=done, clock=printable(clock), left=left)
