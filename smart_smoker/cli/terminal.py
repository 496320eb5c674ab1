"""A terminal: styled lines, broken between words, and a progress bar below them."""

from datetime import timedelta
from textwrap import fill

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from ..core.text import printable

_console = Console(soft_wrap=True, highlight=False, emoji=False)


def print_styled(speaker: tuple[str, str], line: tuple[str, str]) -> None:
    """Print a line, and who speaks before it, each a text and its style."""
    (name, name_style), (words, style) = speaker, line
    said = name + words
    if _console.width > 0:
        said = fill(said, _console.width, break_long_words=False, break_on_hyphens=False)
    _console.print(Text.assemble((said[: len(name)], name_style), (said[len(name) :], style)))


class CookBar(Progress):
    """The progress of a cook of so many rows: its own clock, a bar, the rows and the time left."""

    def __init__(self, rows: int):
        self._rows = rows
        super().__init__(
            TextColumn("{task.fields[clock]}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:,} of {task.total:,} rows, {task.fields[left]} left"),
            console=_console,
        )
        self._task = self.add_task("", total=self._rows, clock="", left="?")

    def get_renderable(self) -> RenderableType:
        """The bar, with room behind it: a terminal writes ^C there, and must not begin a line."""
        return Constrain(super().get_renderable(), _console.width - 4)

    def show_rows(self, done: int, clock: str, seconds_per_row: float) -> None:
        """Show so many rows as done, the last of them at `clock`, the cook's own time."""
        left = timedelta(seconds=round((self._rows - done) * seconds_per_row))
        self.update(self._task, completed=done, clock=printable(clock), left=left)
