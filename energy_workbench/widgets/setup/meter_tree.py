"""The meters of a site as a tree: children, ancestors, descendants, and the meters that match a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.widgets.setup import marks

STATUS_FILTERS: tuple[tuple[str, str], ...] = (
    ("Any status", ""),
    ("Active", "active"),
    ("Inactive", "inactive"),
    ("Maintenance", "maintenance"),
    ("Faulty", "faulty"),
    ("Offline or timeout", "silent"),
    ("Not connected", "not_connected"),
    ("Needs attention", "attention"),
    ("Not yet commissioned", "uncommissioned"),
)
"""Label and value of each filter."""


class MeterTree:
    """Meters by id, in the order of the tree.

    Parameters
    ----------
    rows : sequence of dict
        As the service lists them. One whose parent is not among them stands at the top.
    """

    def __init__(self, rows: Sequence[MeterRow] = ()) -> None:
        self.rows = {row["id"]: row for row in rows}
        self._below: dict[str, list[str]] = {}
        self._concerns: dict[str, tuple[int, marks.Mark]] = {}
        for key, row in self.rows.items():
            parent = row["parent_id"]
            self._below.setdefault(parent if parent in self.rows else "", []).append(key)
        self._by_number = {row["number"].casefold(): key for key, row in self.rows.items()}

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, key: object) -> bool:
        return key in self.rows

    def __getitem__(self, key: str) -> MeterRow:
        return self.rows[key]

    def below(self, key: str = "") -> Sequence[str]:
        """Ids directly below a meter; the roots where none is named."""
        return self._below.get(key, ())

    def above(self, key: str) -> list[str]:
        """Ids of a meter's ancestors, the nearest first."""
        ancestors: list[str] = []
        parent = self.rows[key]["parent_id"] if key in self.rows else None
        while parent is not None and parent in self.rows and parent not in ancestors:
            ancestors.append(parent)
            parent = self.rows[parent]["parent_id"]
        return ancestors

    def under(self, key: str) -> Iterator[str]:
        """Ids of everything below a meter, at any depth."""
        waiting = list(self.below(key))
        while waiting:
            meter = waiting.pop()
            yield meter
            waiting += self.below(meter)

    def id_of(self, number: str) -> str:
        """Id of the meter with that number or id; empty where there is none."""
        text = number.strip()
        return text if text in self.rows else self._by_number.get(text.casefold(), "")

    def number_of(self, key: str | None) -> str:
        """Number of a meter; empty for none."""
        return self.rows[key]["number"] if key is not None and key in self.rows else ""

    def concerns(self) -> Mapping[str, tuple[int, marks.Mark]]:
        """Of each meter with others below it: how many those are at any depth, and the mark of most concern."""
        if not self._concerns:
            rank = {mark: place for place, mark in enumerate(marks.LEGEND)}
            order = [key for parents in self.levels() for key in parents]
            for key in reversed(order):
                below = self.below(key)
                found = [marks.of(self.rows[child]) for child in below]
                deeper = [self._concerns[child] for child in below if child in self._concerns]
                worst = max([*found, *(mark for _, mark in deeper)], key=lambda mark: rank.get(mark, 0))
                self._concerns[key] = len(below) + sum(count for count, _ in deeper), worst
        return self._concerns

    def levels(self) -> Iterator[list[str]]:
        """Ids of meters that have others below them, a level of the tree at a time."""
        level = list(self.below())
        while parents := [key for key in level if self.below(key)]:
            yield parents
            level = [child for key in parents for child in self.below(key)]

    def matching(self, text: str = "", status: str = "", kind: str = "") -> list[str]:
        """Ids of meters with that text in number, name, location or address, of that status and type."""
        words = text.casefold().split()
        return [
            key
            for key, row in self.rows.items()
            if (not kind or row["type"] == kind) and _has_status(row, status) and _has_words(row, words)
        ]


def _has_status(row: MeterRow, status: str) -> bool:
    if status == "silent":
        return row["communication"] in ("offline", "timeout")
    if status == "not_connected":
        return row["communication"] == status
    if status == "uncommissioned":
        return not row["commissioned"] and row["type"] != "virtual"
    if status == "attention":
        return row["colour"] not in ("green", "grey")
    return not status or row["status"] == status


def _has_words(row: MeterRow, words: Sequence[str]) -> bool:
    if not words:
        return True
    texts = (row["number"], row["name"], row["location"], row["gateway"], row["serial"])
    text = " ".join(filter(None, texts)).casefold()
    return all(word in text for word in words)
