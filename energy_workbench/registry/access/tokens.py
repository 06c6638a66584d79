"""Access tokens: a name, a role and a digest; the token itself is shown once and stored nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.roles import Role, Token, highest
from energy_workbench.domain.time import clock
from energy_workbench.registry.access import sessions, site_roles
from energy_workbench.registry.base import Opened
from energy_workbench.registry.storage import journal, schema
from energy_workbench.runtime.secret import digest

REVOKED = schema.revoked_tokens
_ALL = site_roles.with_sites(select(schema.tokens.c.name, schema.tokens.c.role, schema.tokens.c.created_at))


def create(connection: Connection, name: str, role: str, *, sites: Collection[str] = (), by: str, at: datetime) -> str:
    """Make a token of 256 random bits, for some sites or all; a name that is in use is refused."""
    token = f"ew_{secrets.token_urlsafe(32)}"
    _check(name, role, token)
    if connection.execute(select(schema.tokens.c.name).where(schema.tokens.c.name == name)).first():
        raise ConflictError(f"there is a token {name!r} already: revoke it first, or choose another name")
    adopt(connection, name, role, token, by=by, at=at, sites=sites)
    return token


def grant(connection: Connection, name: str, role: str, site: str, *, by: str, at: datetime) -> None:
    """Give a token that holds at some sites a role at another, or another role at one of them."""
    table = schema.tokens
    _check(name, role, site)
    if connection.execute(select(table.c.name).where(table.c.name == name)).first() is None:
        raise _unknown(name)
    if not (before := site_roles.of(connection, name)):
        raise ConflictError(f"the token {name!r} holds at all sites: make another one for those that are meant")
    after = {**before, site: Role(role)}
    if after == before:
        return
    site_roles.put(connection, name, after, at=at)
    connection.execute(update(table).where(table.c.name == name).values(role=highest(after.values())))
    _record(connection, "token.grant", name, role, by=by, at=at, sites=[site])


def adopt(
    connection: Connection, name: str, role: str, token: str, *, by: str, at: datetime, sites: Collection[str] = ()
) -> bool:
    """Accept a token that was made elsewhere; the same again changes nothing, another replaces it.

    False where that token was revoked: it stays so, however often it is given.
    """
    table = schema.tokens
    _check(name, role, token)
    given = digest(token)
    if connection.execute(select(REVOKED.c.digest).where(REVOKED.c.digest == given)).first():
        return False
    for row in connection.execute(select(table)):
        if row.digest == given and row.name != name:
            raise ConflictError(f"the token {name!r} is the same as {row.name!r}: each name needs a token of its own")
        if row.name == name and row.digest == given:
            if row.role == role:
                return True
            # In place, so that who came in with it stays in.
            connection.execute(update(table).where(table.c.name == name).values(role=role))
            _record(connection, "token.replace", name, role, by=by, at=at)
            return True
    replaced = connection.execute(delete(table).where(table.c.name == name)).rowcount
    connection.execute(insert(table).values(name=name, role=role, digest=given, created_at=at))
    # Who had the name before is another.
    site_roles.put(connection, name, {site: Role(role) for site in sites}, at=at)
    _record(connection, "token.replace" if replaced else "token.create", name, role, by=by, at=at, sites=sites)
    return True


def rotate(connection: Connection, name: str, token: str, *, by: str, at: datetime) -> None:
    """Put another token in the place of one, with its role; the former is worthless for good."""
    role = connection.execute(select(schema.tokens.c.role).where(schema.tokens.c.name == name)).scalar()
    if role is None:
        # Revoked before: it gets a token again, of the role that it had.
        before = connection.execute(
            select(REVOKED.c.role).where(REVOKED.c.name == name).order_by(REVOKED.c.revoked_at.desc()).limit(1)
        ).scalar()
        if before is None:
            raise _unknown(name)
        role = before
    else:
        _end(connection, name, at)
    _check(name, role, token)
    values = {"name": name, "role": role, "digest": digest(token), "created_at": at}
    connection.execute(insert(schema.tokens).values(**values))
    _record(connection, "token.rotate", name, role, by=by, at=at)


def revoke(connection: Connection, name: str, *, by: str, at: datetime) -> None:
    """Make a token worthless for good, and with it every visit that began with it."""
    if not _end(connection, name, at):
        raise _unknown(name)
    journal.record(connection, [journal.AuditEntry(at=at, by=by, action="token.revoke", subject=name)])


def listing(connection: Connection) -> list[Token]:
    """All tokens, by name."""
    return sorted(site_roles.tokens_of(connection.execute(_ALL)), key=lambda each: natural(each.name))


def holder(connection: Connection, token: str) -> Token | None:
    """What is known of a token; None where it is unknown.

    It is looked up by its digest: how long that takes tells nothing of any token.
    """
    rows = connection.execute(_ALL.where(schema.tokens.c.digest == digest(token)))
    return next(iter(site_roles.tokens_of(rows)), None)


def _end(connection: Connection, name: str, at: datetime) -> bool:
    """Take a token away for good, whoever gives it again; its visits go with it."""
    row = connection.execute(select(schema.tokens).where(schema.tokens.c.name == name)).first()
    if row is None:
        return False
    connection.execute(delete(schema.tokens).where(schema.tokens.c.name == name))
    connection.execute(insert(REVOKED).values(digest=row.digest, name=name, role=row.role, revoked_at=at))
    return True


def _record(
    connection: Connection, action: str, name: str, role: str, *, by: str, at: datetime, sites: Collection[str] = ()
) -> None:
    after = {"role": str(role), **({"sites": list(sites)} if sites else {})}
    entry = journal.AuditEntry(at=at, by=by, action=action, subject=name, after=after)
    journal.record(connection, [entry])


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(f"there is no token {name!r}: `energy-workbench token list` shows them")


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


class AccessTokens(Opened):
    """Tokens: made, adopted, revoked, and the role each gives."""

    def create_token(self, name: str, role: str, *, sites: Collection[str] = (), by: str = "command line") -> str:
        """Make an access token; it is returned once and kept as a digest only.

        Parameters
        ----------
        sites : collection of str
            Slugs of those at which it holds; at all by default.

        Raises
        ------
        ConflictError
            If the name is in use.
        """
        with self.database.write() as connection:
            return create(connection, name, role, sites=sites, by=by, at=clock.now())

    def grant_token(self, name: str, role: str, site: str, *, by: str = "command line") -> None:
        """Give a token that holds at some sites a role at another, or another role at one of them.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        ConflictError
            If it holds at all sites.
        """
        with self.database.write() as connection:
            grant(connection, name, role, site, by=by, at=clock.now())

    def adopt_token(self, name: str, role: str, token: str, *, by: str = "settings") -> bool:
        """Accept a token that was made elsewhere, in place of the one of that name; False where it was revoked.

        Raises
        ------
        ConflictError
            If another name has the same token.
        """
        with self.database.write() as connection:
            return adopt(connection, name, role, token, by=by, at=clock.now())

    def rotate_token(self, name: str, token: str, *, by: str = "command line") -> None:
        """Put another token in the place of one, or of one that was revoked; the former is worthless for good.

        Raises
        ------
        NotFoundError
            If there never was one of that name.
        """
        with self.database.write() as connection:
            rotate(connection, name, token, by=by, at=clock.now())

    def revoke_token(self, name: str, *, by: str = "command line") -> None:
        """Make a token worthless, at once and for good, and end every visit that began with it.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.write() as connection:
            revoke(connection, name, by=by, at=clock.now())

    def tokens(self) -> list[Token]:
        """Names and roles of all tokens."""
        with self.database.read() as connection:
            return listing(connection)

    def holder(self, token: str) -> Token | None:
        """Name and role of a token; None where it is unknown."""
        with self.database.read() as connection:
            return holder(connection, token)

    def role_of(self, token: str) -> Role | None:
        """The role that a token gives; None where it is unknown."""
        found = self.holder(token)
        return None if found is None else found.role

    def begin_session(self, token: str, kept: str = "") -> str | None:
        """Begin a browser's visit, or go on with the one that it has: the secret for its cookie.

        None where the token is unknown; `kept` is the secret that the browser has already, if any.
        """
        with self.database.write() as connection:
            return sessions.begin(connection, token, at=clock.now(), kept=kept)

    def visitor(self, visit: str) -> Token | None:
        """Whose visit it is, by the digest of its secret; None where it is over, or never was."""
        with self.database.read() as connection:
            return sessions.visitor(connection, visit, at=clock.now())

    def visitors(self, visits: Iterable[str]) -> dict[str, Token]:
        """Of many, whose each is; those that are over are left out."""
        with self.database.read() as connection:
            return sessions.visitors(connection, visits, at=clock.now())
