"""The part of the registry that holds access tokens."""

from __future__ import annotations

from collections.abc import Iterable

from energy_workbench.domain.roles import Role
from energy_workbench.domain.time import clock
from energy_workbench.registry import sessions, tokens
from energy_workbench.registry.base import Opened
from energy_workbench.registry.tokens import Token


class AccessTokens(Opened):
    """Tokens: made, adopted, revoked, and the role each gives."""

    def create_token(self, name: str, role: str, *, by: str = "command line") -> str:
        """Make an access token; it is returned once and kept as a digest only.

        Raises
        ------
        ConflictError
            If the name is in use.
        """
        with self.database.write() as connection:
            return tokens.create(connection, name, role, by=by, at=clock.now())

    def adopt_token(self, name: str, role: str, token: str, *, by: str = "settings") -> bool:
        """Accept a token that was made elsewhere, in place of the one of that name; False where it was revoked.

        Raises
        ------
        ConflictError
            If another name has the same token.
        """
        with self.database.write() as connection:
            return tokens.adopt(connection, name, role, token, by=by, at=clock.now())

    def rotate_token(self, name: str, token: str, *, by: str = "command line") -> None:
        """Put another token in the place of one, or of one that was revoked; the former is worthless for good.

        Raises
        ------
        NotFoundError
            If there never was one of that name.
        """
        with self.database.write() as connection:
            tokens.rotate(connection, name, token, by=by, at=clock.now())

    def revoke_token(self, name: str, *, by: str = "command line") -> None:
        """Make a token worthless, at once and for good, and end every visit that began with it.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        """
        with self.database.write() as connection:
            tokens.revoke(connection, name, by=by, at=clock.now())

    def tokens(self) -> list[Token]:
        """Names and roles of all tokens."""
        with self.database.read() as connection:
            return tokens.listing(connection)

    def holder(self, token: str) -> Token | None:
        """Name and role of a token; None where it is unknown."""
        with self.database.read() as connection:
            return tokens.holder(connection, token)

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
