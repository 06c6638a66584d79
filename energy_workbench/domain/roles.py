"""Roles, what each may, and the token that gives one: the service, the pages and the command line ask here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class May(StrEnum):
    """What somebody may be allowed to do.

    `LOOK` is every question. `NOTE` is to acknowledge and shelve alarms, write notes, and subscribe oneself. `CHANGE`
    is every change of the configuration and of readings, and reading addresses whole. `GOVERN` is who may come in, what
    the site is, and its secrets.
    """

    LOOK = "look"
    NOTE = "note"
    CHANGE = "change"
    GOVERN = "govern"


class Role(StrEnum):
    """What a token stands for; each may what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    ADMIN = "admin"

    def may(self, what: May) -> bool:
        """Whether it may do that."""
        return _ORDER.index(self) >= _ORDER.index(LEAST[what])


LEAST: Final[dict[May, Role]] = {
    May.LOOK: Role.VIEWER,
    May.NOTE: Role.OPERATOR,
    May.CHANGE: Role.EDITOR,
    May.GOVERN: Role.ADMIN,
}
"""What is done → the least role that may."""
_ORDER: Final = tuple(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of an access token.

    Attributes
    ----------
    name : str
    role : Role
        At all sites; where it has roles at some, the highest of these.
    created_at : datetime
    sites : mapping of str to Role
        By slug, where it holds at some sites only; empty: at all.
    """

    name: str
    role: Role
    created_at: datetime
    sites: Mapping[str, Role] = field(default_factory=dict)

    def at(self, site: str) -> Role | None:
        """Its role at a site; None where it has none there."""
        return self.sites.get(site) if self.sites else self.role


def highest(roles: Iterable[Role]) -> Role:
    """The one that may most."""
    return max(roles, key=_ORDER.index)
