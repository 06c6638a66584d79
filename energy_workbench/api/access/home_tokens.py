"""The two tokens of a home: made at first start, kept in files that only its owner can read."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from energy_workbench.domain.errors import HomeError, SettingsError
from energy_workbench.domain.roles import Role
from energy_workbench.runtime import disk
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.registry import Registry


log = logging.getLogger(__name__)


class Tokens(NamedTuple):
    """Access tokens of the home: one that may do everything, one that may only look."""

    editor: str
    viewer: str


def tokens_of(settings: Settings) -> Tokens:
    """The tokens that the settings give, else those kept in the home, else new ones, kept from now on.

    Raises
    ------
    HomeError
        If a token's file cannot be read or written.
    SettingsError
        If both roles have the same token.
    """
    tokens = Tokens(
        settings.token or _kept(settings.installation / "editor.token"),
        settings.viewer_token or _kept(settings.installation / "viewer.token"),
    )
    if tokens.editor == tokens.viewer:
        raise SettingsError("the editor's and the viewer's token are the same: a viewer could change things")
    return tokens


def adopt(registry: Registry, tokens: Tokens) -> None:
    """Let the registry accept the home's tokens; the same again changes nothing, and one that was revoked stays so."""
    # Whoever reads the home's files may do everything with it: so may the token that is kept there.
    for name, role in (("editor", Role.ADMIN), ("viewer", Role.VIEWER)):
        if not registry.adopt_token(name, role, getattr(tokens, name)):
            log.warning("the token %r was revoked and stays so: `energy-workbench token rotate %s`", name, name)


def link(registry: Registry, address: str, name: str, token: str) -> str:
    """An address with a token of the home in it; where that was revoked, what to do."""
    if registry.role_of(token) is None:
        return f"its token was revoked; `energy-workbench token rotate {name}` makes another"
    return f"{address}?token={token}"


def rotate(registry: Registry, settings: Settings, name: str) -> str:
    """Make another token in the place of one, of the home's own too; the former is worthless for good.

    Raises
    ------
    SettingsError
        If the settings give it: they must be changed instead.
    NotFoundError
        If there is none of that name.
    """
    if {"editor": settings.token, "viewer": settings.viewer_token}.get(name):
        key = "token" if name == "editor" else "viewer_token"
        raise SettingsError(f"the settings give this token: change `{key}` there, and start the service again")
    token = f"ew_{secrets.token_urlsafe(32)}"
    registry.rotate_token(name, token)
    if name in Tokens._fields:
        _keep(settings.installation / f"{name}.token", token)
    return token


def machine_secret(settings: Settings) -> str:
    """What the home's own servers show each other; like the tokens, kept in a file that only its owner can read."""
    return _kept(settings.installation / "machine.token")


def _kept(path: Path) -> str:
    try:
        if token := _read(path):
            return token
        path.parent.mkdir(parents=True, exist_ok=True)
        # Of two processes that start together one wins, and nobody ever reads half a token.
        with disk.made(path) as draft:
            draft.write_text(secrets.token_urlsafe(32), "utf-8")
        return _read(path)
    except OSError as error:
        raise HomeError(f"the token file {path} cannot be used: {error.strerror or error}") from None


def _keep(path: Path, token: str) -> None:
    """Put a token in the place of the one in a file."""
    try:
        with disk.replaced(path, private=True) as draft:
            draft.write_text(token, "utf-8")
    except OSError as error:
        raise HomeError(f"the token file {path} cannot be written: {error.strerror or error}") from None


def _read(path: Path) -> str:
    try:
        token = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    if not token:
        raise HomeError(f"the token file {path} is empty: delete it, and a new token is made")
    return token
