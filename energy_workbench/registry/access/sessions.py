"""Visits of browsers: a secret of their own in a cookie, kept as a digest, that ends with the token it came from."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from energy_workbench.domain.roles import Token
from energy_workbench.registry.access import site_roles
from energy_workbench.registry.storage import schema
from energy_workbench.runtime.secret import LASTS, digest

TABLE: Final = schema.sessions
SOME: Final = 500
"""Visits that are looked up at once: a database takes so many values in a question."""
_WHOSE: Final = site_roles.with_sites(
    select(TABLE.c.digest, schema.tokens.c.name, schema.tokens.c.role, schema.tokens.c.created_at).join(
        schema.tokens, schema.tokens.c.digest == TABLE.c.token
    )
)
_ONE: Final = _WHOSE.where(TABLE.c.digest == bindparam("visit"), TABLE.c.expires_at > bindparam("at"))


def begin(connection: Connection, token: str, *, at: datetime, kept: str = "") -> str | None:
    """The secret of a visit of who shows a token; None where the token is unknown.

    `kept` is the secret that the browser has already: of the same token, it goes on, and with it the browser's other
    pages, whose kernels belong to their visit.
    """
    source = digest(token)
    if connection.execute(select(schema.tokens.c.name).where(schema.tokens.c.digest == source)).first() is None:
        return None
    connection.execute(delete(TABLE).where(TABLE.c.expires_at <= at))
    same = update(TABLE).where(TABLE.c.digest == digest(kept), TABLE.c.token == source)
    if connection.execute(same.values(expires_at=at + LASTS)).rowcount:
        return kept
    secret = secrets.token_urlsafe(32)
    values = {"digest": digest(secret), "token": source, "created_at": at, "expires_at": at + LASTS}
    connection.execute(insert(TABLE).values(**values))
    return secret


def visitor(connection: Connection, visit: str, *, at: datetime) -> Token | None:
    """Whose visit it is, by the digest of its secret; None where it is over, or never was."""
    return next(iter(site_roles.tokens_of(connection.execute(_ONE, {"visit": visit, "at": at}))), None)


def visitors(connection: Connection, visits: Iterable[str], *, at: datetime) -> dict[str, Token]:
    """Of many, whose each is; those that are over are left out."""
    wanted = sorted(set(visits))
    tokens: dict[str, Token] = {}
    for first in range(0, len(wanted), SOME):
        query = _WHOSE.where(TABLE.c.digest.in_(wanted[first : first + SOME]), TABLE.c.expires_at > at)
        rows = connection.execute(query).all()
        by_name = {token.name: token for token in site_roles.tokens_of(rows)}
        tokens |= {row.digest: by_name[row.name] for row in rows}
    return tokens
