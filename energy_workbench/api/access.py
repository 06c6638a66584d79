"""The two tokens of a home: made at first start, kept in files that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from energy_workbench.core import disk
from energy_workbench.core.errors import HomeError, SettingsError
from energy_workbench.core.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.registry import Registry


class Tokens(NamedTuple):
    """Access tokens of the home: one that may change things, one that may only look."""

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
        settings.token or _kept(settings.home / "editor.token"),
        settings.viewer_token or _kept(settings.home / "viewer.token"),
    )
    if tokens.editor == tokens.viewer:
        raise SettingsError("the editor's and the viewer's token are the same: a viewer could change things")
    return tokens


def adopt(registry: Registry, tokens: Tokens) -> None:
    """Let the registry accept the home's tokens; the same again changes nothing."""
    for role, token in tokens._asdict().items():
        registry.adopt_token(role, role, token)


def _kept(path: Path) -> str:
    try:
        if token := _read(path):
            return token
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and linked into place: of two processes that start together one wins, and
        # nobody ever reads half a token.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        disk.sync(draft)
        try:
            os.link(draft, path)
            disk.sync(path.parent)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return _read(path)
    except OSError as error:
        raise HomeError(f"the token file {path} cannot be used: {error.strerror or error}") from None


def _read(path: Path) -> str:
    try:
        token = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    if not token:
        raise HomeError(f"the token file {path} is empty: delete it, and a new token is made")
    return token
