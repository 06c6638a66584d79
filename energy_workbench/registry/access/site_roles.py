"""What a token may at each of several sites; one of which nothing is here has its role at all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, insert, select

from energy_workbench.domain.roles import Role, Token
from energy_workbench.registry.storage import schema

TABLE: Final = schema.token_sites


def with_sites(columns: Select[Any]) -> Select[Any]:
    """The question with the sites of each token that it finds: a row each, or one of nothing where it has none."""
    return columns.add_columns(TABLE.c.site, TABLE.c.role.label("role_there")).outerjoin(
        TABLE, TABLE.c.name == schema.tokens.c.name
    )


def tokens_of(rows: Iterable[Row[Any]]) -> list[Token]:
    """Tokens of rows of such a question, which are by token."""
    found: dict[str, Token] = {}
    sites: dict[str, dict[str, Role]] = {}
    for row in rows:
        there = sites.setdefault(row.name, {})
        if row.site is not None:
            there[row.site] = Role(row.role_there)
        found[row.name] = Token(name=row.name, role=Role(row.role), created_at=row.created_at, sites=there)
    return list(found.values())


def of(connection: Connection, name: str) -> dict[str, Role]:
    """The roles of a name by site; empty where it has one for all."""
    rows = connection.execute(select(TABLE.c.site, TABLE.c.role).where(TABLE.c.name == name).order_by(TABLE.c.site))
    return {row.site: Role(row.role) for row in rows}


def put(connection: Connection, name: str, sites: Mapping[str, Role], *, at: datetime) -> None:
    """Let a name have these roles, and no other."""
    connection.execute(delete(TABLE).where(TABLE.c.name == name))
    if sites:
        connection.execute(
            insert(TABLE), [{"name": name, "site": site, "role": role, "since": at} for site, role in sites.items()]
        )
