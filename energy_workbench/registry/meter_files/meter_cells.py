"""Meter lists as people keep them: where the header is, its columns, pairs and addresses in one cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from energy_workbench.registry.checks.fields import OWN, RATIO

TITLES: Final = 30
"""Rows that may stand above the header."""

SYNONYMS: Final[Mapping[str, str]] = {
    "meter_no": "number", "meter_number": "number", "meter_id": "number", "no": "number", "tag": "number",
    "meter_name": "name", "feeder": "name", "feeder_name": "name", "description": "name", "meter_type": "type",
    "parent_meter": "parent", "fed_from": "parent", "modbus_id": "unit_id", "slave_id": "unit_id",
    "modbus_address": "unit_id", "slave": "unit_id", "ip": "gateway", "ip_address": "gateway", "host": "gateway",
    "serial_no": "serial", "serial_number": "serial", "model": "profile", "make_/_model": "profile",
    "make/model": "profile", "ct": "ct_ratio", "pt": "pt_ratio", "vt": "pt_ratio", "vt_ratio": "pt_ratio",
}  # fmt: skip
"""What the columns of other lists are called → the column of the meter file."""
COUNTED: Final = frozenset({"sl_no", "s_no", "sr_no", "#", "row", "nr", "lfd_nr"})
"""Columns that only count the rows: they are left out."""
PAIRS: Final = ("ct", "pt")
_PAIR: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:[AaVv]|k[Vv])?\s*[/:]\s*(\d+(?:\.\d+)?)\s*[AaVv]?")
_ADDRESS: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|\[[0-9A-Fa-f:]+\](?::\d{1,5})?")
_NONE: Final = frozenset({"-", "–", "—", "n/a", "na", "nil", "none"})


def header_of(cells: Sequence[str]) -> list[str]:
    """The columns of a header, by their names in the meter file where they are known."""
    names = [re.sub(r"[\s.]+", "_", name.strip().strip(".").lower()) for name in cells]
    while names and not names[-1]:
        names.pop()
    known, there = {*OWN, *RATIO, "parent"}, set(names)
    return [name if name in known or SYNONYMS.get(name) in there else SYNONYMS.get(name, name) for name in names]


def header_row(rows: Sequence[tuple[int, list[str]]]) -> int:
    """The place of the header: the first row if none below a title names more of the columns."""
    known = {*OWN, *RATIO, "parent", "ct_ratio", "pt_ratio"}
    counts = [len(known & set(header_of(cells))) for _, cells in rows[: TITLES + 1]]
    if not counts or counts[0] >= 2:
        return 0
    best = max(range(len(counts)), key=counts.__getitem__)
    return best if counts[best] >= 2 else 0


def completed(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row with pairs such as `1000/5` in their two columns, and addresses with their scheme."""
    row = {name: cell for name, cell in cells.items() if name not in COUNTED and name not in ("ct_ratio", "pt_ratio")}
    for kind in PAIRS:
        first, second, both = f"{kind}_primary", f"{kind}_secondary", f"{kind}_ratio"
        text = cells.get(both, "") or cells.get(first, "")
        if text.strip().lower() in _NONE:
            text = ""
        match = _PAIR.fullmatch(text.strip())
        if both in cells and not cells.get(first):
            row[first] = text
            row.setdefault(second, "")
        if match and row.get(second, "") in ("", match[2]):
            row[first], row[second] = match[1], match[2]
        elif first in row and not match:
            row[first] = text
    address = row.get("gateway", "")
    if _ADDRESS.fullmatch(address):
        row["gateway"] = f"tcp://{address}"
    return row
