"""The list: all cooks that go on, worst first, each one click from its own page."""

from urllib.parse import quote

from ..core.probes import PROBES
from .elements import Tag
from .overview import Cell, Overview, Row
from .words import shortened


class CookList:
    """A table with a row for each cook, and what it leaves out."""

    def __init__(self, labelled_by: str):
        with Tag("div", role="status"):
            self._missing = Tag("p")
        # The roles stay what they are where a small screen lays the table out as blocks.
        with Tag("table", classes="cooks", role="table", aria_labelledby=labelled_by):
            with Tag("thead", role="rowgroup"), Tag("tr", role="row"):
                for name in ("Cook", *(probe.name for probe in PROBES)):
                    Tag("th", name, role="columnheader", scope="col")
            self._body = Tag("tbody", role="rowgroup")
        self._left_out = Tag("p")
        self._rows: dict[str, CookRow] = {}

    def show(self, found: Overview):
        """Show these rows in this order; those that are the same stay as they are."""
        self._missing.put(found.missing, "quiet lines")
        self._left_out.put(found.left_out, "quiet lines")
        for id in self._rows.keys() - {row.id for row in found.rows}:
            self._rows.pop(id).delete()
        order = list(self._rows)
        for place, row in enumerate(found.rows):
            if row.id not in self._rows:
                with self._body:
                    self._rows[row.id] = CookRow(row)
                order.append(row.id)
            if order[place] != row.id:
                order.remove(row.id)
                order.insert(place, row.id)
                self._rows[row.id].move(target_index=place)
            self._rows[row.id].show(row)
        self._rows = {id: self._rows[id] for id in order}


class CookRow(Tag):
    """One cook: its name, which leads to its page, and a cell for each probe."""

    def __init__(self, row: Row):
        super().__init__("tr", role="row")
        with self:
            with Tag("th", role="rowheader", scope="row"):
                Tag("a", shortened(row.label), href=f"?cook={quote(row.id, safe='')}")
            self._cells = [ProbeCell(number) for number in range(len(PROBES))]

    def show(self, row: Row):
        for cell, shown in zip(self._cells, row.cells, strict=True):
            cell.show(shown)


class ProbeCell(Tag):
    """How a probe is: its shape is drawn before the words by the style sheet."""

    def __init__(self, number: int):
        super().__init__("td", role="cell", data_probe=PROBES[number].name)
        self._number = number
        with self:
            self._temperature, self._words = Tag("strong"), Tag("span")
        self._shown: Cell | None = None

    def show(self, cell: Cell):
        if cell == self._shown:
            return
        self._shown = cell
        look = cell.kind.replace(" ", "-") + (" late" if cell.age else "")
        self.put(classes=f"{look} probe-{self._number}")
        self._temperature.put(cell.temperature)
        self._words.put(", ".join(filter(None, [cell.words, cell.age])), "state")
