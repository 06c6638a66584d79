"""What reports are made from of a registry, as plain values: kept beside a report, and put into a registry again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from energy_workbench.domain.errors import InputError
from energy_workbench.registry.registry import Registry
from energy_workbench.registry.storage import schema

TABLES = (
    "site", "revision", "gateways", "meters", "ratios", "placements", "statuses", "exchanges", "limits", "decisions",
    "interval_edits", "factors",
)  # fmt: skip
"""Everything but the audit, the templates and the tokens."""


def taken(registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, instants as ISO text; of gateways the address, without options."""
    found: dict[str, list[dict[str, Any]]] = {}
    with registry.database.read() as connection:
        for name in TABLES:
            table = schema.metadata.tables[name]
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            found[name] = [{key: _plain(value) for key, value in row.items()} for row in rows]
    # Options may name files of keys, and say nothing of what was measured.
    found["gateways"] = [{**row, "options": {}} for row in found["gateways"]]
    return found


def put(registry: Registry, rows: dict[str, list[dict[str, Any]]]) -> None:
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
                if given := rows[table.name]:
                    connection.execute(insert(table), [_typed(table, row) for row in given])
    except (KeyError, TypeError, ValueError, AttributeError, SQLAlchemyError) as error:
        first = str(error).partition("\n")[0]
        raise InputError(f"the archived registry cannot be read: {first}") from None


def _typed(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    instants = {column.name for column in table.columns if isinstance(column.type, schema.Instant)}
    return {
        key: datetime.fromisoformat(value) if key in instants and value is not None else value
        for key, value in row.items()
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
