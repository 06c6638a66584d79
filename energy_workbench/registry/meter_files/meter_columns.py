"""Columns of the meter file: what each says, and the rows that a template file shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.messages import text

MEANING: Final[Mapping[str, str]] = {
    field.name: text(field.message("help")) if field.help else "" for field in meter_fields.COLUMNS
}
"""What a column says, in the order of an export."""
COLUMNS: Final = tuple(MEANING)
"""Columns of a meter file in the order of an export."""
EXAMPLES: Final[tuple[Mapping[str, str], ...]] = (
    {"number": "GRID", "name": "Grid incomer", "type": "grid", "location": "Substation"},
    {"number": "MAIN", "name": "Main panel", "type": "main", "parent": "GRID", "location": "Substation"},
    {field.name: field.example for field in meter_fields.COLUMNS if field.example},
)
"""Rows of a template file, to be replaced by a plant's own."""
