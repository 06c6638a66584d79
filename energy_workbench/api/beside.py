"""Operations that only REST has: declared as those of the contract are, and answered by hand."""

from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Help, Instant, MeterRef, Words
from energy_workbench.contract.operation import operation
from energy_workbench.contract.results import MeterTable
from energy_workbench.domain.errors import ConflictError
from energy_workbench.domain.roles import May, Role

RoleText = Annotated[str, Words(tuple(Role))]


class Alive(TypedDict):
    """The service answers."""

    ok: bool


class TokenFields(TypedDict):
    """Whose a token is to be, and what it may."""

    name: str
    role: RoleText
    sites: NotRequired[list[str]]


class TokenRow(TypedDict):
    """Who may come in, and as what; a token itself is stored nowhere. It holds at all sites where none is named."""

    name: str
    role: RoleText
    created_at: Instant
    sites: dict[str, RoleText]


class TokenMade(TokenRow):
    """A token that was made, which is told this once."""

    token: str


class RestAlone:
    """What other systems ask, and Python has by other ways."""

    @operation("GET", "/health", "Whether the service answers", tag="Site", by_hand=True, everywhere=True)
    def health(self) -> Alive:
        """It needs no token."""

    @operation("GET", "/meters/{id}/children", "Meters directly below", tag="Meters", by_hand=True)
    def children(self, meter: MeterRef) -> MeterTable:
        """The meters whose parent this one is."""

    @operation("GET", "/tokens", "Access tokens", tag="Access", needs=May.GOVERN, by_hand=True, everywhere=True)
    def tokens(self) -> list[TokenRow]:
        """Names and roles."""

    @operation(
        "POST", "/tokens", "Make a token", tag="Access", needs=May.GOVERN, status=201, by_hand=True, everywhere=True,
        refuses=(ConflictError,),
    )  # fmt: skip
    def create_token(self, fields: TokenFields) -> TokenMade:
        """The answer has the token, this once."""

    @operation(
        "DELETE", "/tokens/{name}", "Revoke a token", tag="Access", needs=May.GOVERN, status=204, by_hand=True,
        everywhere=True,
    )  # fmt: skip
    def revoke_token(self, name: Annotated[str, Help("Of the token")]) -> None:
        """It is worthless at once and for good."""
