"""The list: all cooks that go on, worst first, each one click from its own page."""

import json

from ..core.probes import PROBES
from .elements import Browser, Tag
from .overview import Overview, Row, look
from .words import shortened


class CookList:
    """A table with a row for each cook, and what it leaves out.

    The rows are the browser's own (cooks.js): a hundred of them as elements of the page's would
    make each page a third of a second's work.
    """

    def __init__(self, labelled_by: str, browser: Browser) -> None:
        self._browser = browser
        self._found: Overview | None = None
        self._rows: dict[str, Row] = {}
        with Tag("div", role="status"):
            self._missing = Tag("p")
        # The roles stay what they are where a small screen lays the table out as blocks.
        with Tag("table", classes="cooks", role="table", aria_labelledby=labelled_by):
            with Tag("thead", role="rowgroup"), Tag("tr", role="row"):
                for name in ("Cook", *(probe.name for probe in PROBES)):
                    Tag("th", name, role="columnheader", scope="col")
            Tag("tbody", role="rowgroup")
        self._left_out = Tag("p")

    def show(self, found: Overview) -> None:
        """Show these rows in this order; only those that have changed go to the browser."""
        if found is self._found:
            return
        self._found = found
        self._missing.put(found.missing, "quiet lines")
        self._left_out.put(found.left_out, "quiet lines")
        rows = {row.id: row for row in found.rows}
        changed = [_said(row) for row in found.rows if row != self._rows.get(row.id)]
        if changed or list(rows) != list(self._rows):
            self._rows = rows
            self._browser.run(f"cookList.show({json.dumps(list(rows))}, {json.dumps(changed)})")


def _said(row: Row) -> list[object]:
    """A row as the browser takes it: id, label, and of each cell its look and its two lines."""
    cells = [
        (
            look(cell.kind, cell.late),
            probe.name,
            cell.temperature,
            ", ".join(filter(None, [cell.words, cell.age])),
        )
        for probe, cell in zip(PROBES, row.cells, strict=True)
    ]
    return [row.id, shortened(row.label), cells]
