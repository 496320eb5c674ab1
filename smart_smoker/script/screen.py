"""The screen: lines, a progress bar where there is a terminal, and how much a person can follow."""

from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

LINES_PER_SECOND = 20
"""What a person can still follow; readings beyond it are summed up once a second."""

_console = Console(soft_wrap=True, highlight=False, emoji=False)


def show(line: str, style: str = "", speaker: str = "", speaker_style: str = ""):
    """Print a line as it is, above any progress bar, with who speaks before it.

    Styles are rich's, and seen on a terminal only.
    """
    _console.print(Text.assemble((speaker, speaker_style), (line, style)))


class CookBar(Progress):
    """How far a cook of so many rows is: its own clock, a bar, the rows and the time left.

    It is seen on a terminal only, and not for a cook whose length nobody knows (None).
    """

    def __init__(self, rows: int | None):
        super().__init__(
            TextColumn("{task.fields[clock]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.completed:,} of {task.total:,} rows, {task.fields[left]} left"),
            console=_console,
            disable=rows is None or not _console.is_terminal,
        )
        self._task = self.add_task("", total=rows or 0, clock="", left="?")

    def show_rows(self, done: int, clock: str, seconds_per_row: float):
        """Show so many rows as done, the last of them at `clock`, the cook's own time."""
        left = timedelta(seconds=round((self.tasks[0].total - done) * seconds_per_row))
        self.update(self._task, completed=done, clock=clock, left=left)


class Pace:
    """Decides what is shown: each reading while there are few, else how many there were a second.

    Times are in seconds, of any clock that does not jump.
    """

    def __init__(self):
        self._second = 0
        self._allowance = LINES_PER_SECOND
        self._shown = 0
        self._unshown = 0

    def allows(self) -> bool:
        """Whether the reading of this moment gets a line of its own."""
        allowed = self._shown < self._allowance
        self._shown += allowed
        self._unshown += not allowed
        return allowed

    def unshown(self, now: float) -> int:
        """How many readings had no line, told once when their second is over; 0 until then.

        To be asked before a moment's readings are.
        """
        if int(now) == self._second:
            return 0
        unshown = self._unshown
        many = self._shown + unshown > LINES_PER_SECOND and int(now) == self._second + 1
        self._second, self._shown, self._unshown = int(now), 0, 0
        self._allowance = 0 if many else LINES_PER_SECOND
        return unshown

    def rest(self) -> int:
        """How many readings had no line so far, told once: nothing more comes."""
        rest, self._unshown = self._unshown, 0
        return rest
