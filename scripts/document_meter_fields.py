"""Write the table of a meter's fields in `docs/add-a-meter.md`, which is made of their declaration."""

from __future__ import annotations

import re
from pathlib import Path

from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.messages import text
from energy_workbench.domain.fields.meter_field import MeterField

PAGE = Path(__file__).resolve().parents[1] / "docs" / "add-a-meter.md"
HEAD = "| column | label | what it says |\n| --- | --- | --- |\n"
_TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def line(field: MeterField) -> str:
    """The row of a field."""
    help_ = text(field.message("help")) if field.help else ""
    return f"| `{field.name}` | {text(field.message('label'))} | {help_} |\n"


def written(page: str) -> str:
    """The page with the table as it should be, where the one that begins with `HEAD` stands.

    Raises
    ------
    ValueError
        If there is none.
    """
    table = HEAD + "".join(map(line, meter_fields.COLUMNS))
    page, found = _TABLE.subn(lambda _: table, page)
    if found != 1:
        raise ValueError(f"{PAGE} has no table that begins with {HEAD!r}, or several")
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
