"""A plant of many meters: a grid, its mains, their boards, and machines below each, as rows of the service."""

from __future__ import annotations

from typing import Any

from tests.widgets.setup_stand_in import PLAIN, SetupStandIn, rows

MAINS = 10
BOARDS = 10
"""Below each of the mains."""


def large_meters(count: int = 10_000) -> list[dict[str, Any]]:
    """So many meters: a grid, 10 mains, 100 boards, and the rest as machines spread over the boards."""
    template = {**PLAIN, **rows()[-1]}

    def row(key: str, number: str, name: str, kind: str, parent: str | None) -> dict[str, Any]:
        return {**template, "id": key, "number": number, "name": name, "type": kind, "parent_id": parent}

    found = [row("mtr_grid", "GRID", "Grid", "grid", None)]
    found += [row(f"mtr_m{main}", f"MAIN-{main}", f"Main {main}", "unit", "mtr_grid") for main in range(MAINS)]
    boards = [(main, board) for main in range(MAINS) for board in range(BOARDS)]
    found += [
        row(f"mtr_b{main}{board}", f"B-{main}{board}", f"Board {main}{board}", "unit", f"mtr_m{main}")
        for main, board in boards
    ]
    for index in range(count - len(found)):
        main, board = boards[index % len(boards)]
        found.append(row(f"mtr_{index}", f"MC-{index:05d}", f"Machine {index}", "machine", f"mtr_b{main}{board}"))
    return found


class LargeStandIn(SetupStandIn):
    """Answers of a plant of many meters."""

    def __init__(self, count: int = 10_000) -> None:
        super().__init__()
        self.stored = {row["id"]: row for row in large_meters(count)}
