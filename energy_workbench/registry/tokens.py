"""Access tokens: a name, a role and a digest; the token itself is shown once and stored nowhere."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from energy_workbench.core.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.core.roles import Role
from energy_workbench.registry import journal, schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of an access token."""

    name: str
    role: Role
    created_at: datetime


def create(connection: Connection, name: str, role: str, *, by: str, at: datetime) -> str:
    """Make a token of 256 random bits; a name that is in use is refused."""
    token = f"ew_{secrets.token_urlsafe(32)}"
    _check(name, role, token)
    if connection.execute(select(schema.tokens.c.name).where(schema.tokens.c.name == name)).first():
        raise ConflictError(f"there is a token {name!r} already: revoke it first, or choose another name")
    adopt(connection, name, role, token, by=by, at=at)
    return token


def adopt(connection: Connection, name: str, role: str, token: str, *, by: str, at: datetime) -> None:
    """Accept a token that was made elsewhere; the same again changes nothing, another replaces it."""
    table = schema.tokens
    _check(name, role, token)
    digest = _digest(token)
    for row in connection.execute(select(table)):
        if row.digest == digest and row.name != name:
            raise ConflictError(f"the token {name!r} is the same as {row.name!r}: each name needs a token of its own")
        if row.name == name and row.digest == digest and row.role == role:
            return
    replaced = connection.execute(delete(table).where(table.c.name == name)).rowcount
    connection.execute(insert(table).values(name=name, role=role, digest=digest, created_at=at))
    action = "token.replace" if replaced else "token.create"
    journal.record(
        connection, [journal.AuditEntry(at=at, by=by, action=action, subject=name, after={"role": str(role)})]
    )


def revoke(connection: Connection, name: str, *, by: str, at: datetime) -> None:
    """Make a token worthless."""
    if not connection.execute(delete(schema.tokens).where(schema.tokens.c.name == name)).rowcount:
        raise NotFoundError(f"there is no token {name!r}: `energy-workbench token list` shows them")
    journal.record(connection, [journal.AuditEntry(at=at, by=by, action="token.revoke", subject=name)])


def listing(connection: Connection) -> list[Token]:
    """All tokens, by name."""
    table = schema.tokens
    rows = connection.execute(select(table.c.name, table.c.role, table.c.created_at).order_by(table.c.name))
    return [Token(name=row.name, role=Role(row.role), created_at=row.created_at) for row in rows]


def holder(connection: Connection, token: str) -> Token | None:
    """What is known of a token; None where it is unknown.

    Every stored digest is compared, each in constant time: how long it takes tells nothing.
    """
    digest, table = _digest(token), schema.tokens
    found: Token | None = None
    for row in connection.execute(select(table)):
        if hmac.compare_digest(row.digest, digest):
            found = Token(name=row.name, role=Role(row.role), created_at=row.created_at)
    return found


def _digest(token: str) -> str:
    # A random token of 256 bits needs no salt and no slow hash: there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _check(name: str, role: str, token: str) -> None:
    problems = []
    if not name.strip() or len(name) > 64 or not name.isprintable():
        problems.append(Problem("token", "name", name[:60], "1 to 64 printable characters"))
    if role not in tuple(Role):
        problems.append(Problem("token", "role", str(role)[:60], f"one of {', '.join(Role)}"))
    if not token.strip():
        problems.append(Problem("token", "token", "", "must not be empty"))
    if problems:
        raise InputError("the token cannot be made", problems)
