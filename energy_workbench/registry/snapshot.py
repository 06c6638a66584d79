"""What reports are made from of a registry, as plain values: kept beside a report, and put into a registry again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields.plain import Row, plain
from energy_workbench.registry.registry import Registry
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.rows import columns

TABLES = (
    "site", "revision", "gateways", "meters", "ratios", "placements", "statuses", "formulas", "exchanges", "limits",
    "decisions", "interval_edits", "factors",
)  # fmt: skip
"""Everything but the audit, the templates and the tokens."""


def taken(registry: Registry) -> dict[str, list[Row]]:
    """Rows by table, instants as ISO text; of gateways the address, without options."""
    tables: dict[str, list[Row]] = {}
    with registry.database.read() as connection:
        for name in TABLES:
            table = schema.metadata.tables[name]
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            tables[name] = [{key: plain(value) for key, value in row.items()} for row in rows]
    # Options may name files of keys, and say nothing of what was measured.
    tables["gateways"] = [{**row, "options": {}} for row in tables["gateways"]]
    return tables


def put(registry: Registry, rows: Mapping[str, Sequence[Row]]) -> None:
    """Fill a registry that was just made.

    Raises
    ------
    InputError
        If these are no rows of a registry.
    """
    tables = [table for table in schema.metadata.sorted_tables if table.name in TABLES]
    try:
        with registry.database.write() as connection:
            for table in reversed(tables):
                connection.execute(delete(table))
            for table in tables:
                # An archive of an earlier version has no formulas.
                if given := rows.get(table.name, ()) if table is schema.formulas else rows[table.name]:
                    connection.execute(insert(table), [columns(table, row) for row in given])
    except (KeyError, TypeError, ValueError, AttributeError, SQLAlchemyError) as error:
        first = str(error).partition("\n")[0]
        raise InputError(f"the archived registry cannot be read: {first}") from None
