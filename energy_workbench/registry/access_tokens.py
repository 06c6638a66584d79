"""The part of the registry that holds access tokens."""

from __future__ import annotations

from energy_workbench.core import clock
from energy_workbench.core.roles import Role
from energy_workbench.registry import tokens
from energy_workbench.registry.opened import Opened
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

    def adopt_token(self, name: str, role: str, token: str, *, by: str = "settings") -> None:
        """Accept a token that was made elsewhere, in place of the one of that name.

        Raises
        ------
        ConflictError
            If another name has the same token.
        """
        with self.database.write() as connection:
            tokens.adopt(connection, name, role, token, by=by, at=clock.now())

    def revoke_token(self, name: str, *, by: str = "command line") -> None:
        """Make a token worthless, at once.

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
