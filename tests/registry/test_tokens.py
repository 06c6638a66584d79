"""Access tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy_workbench.core.errors import ConflictError, InputError, NotFoundError
from energy_workbench.registry import Registry


def test_a_token_gives_its_role_until_it_is_revoked(registry: Registry) -> None:
    viewer, editor = registry.create_token("screen", "viewer"), registry.create_token("asha", "editor")
    assert (registry.role_of(viewer), registry.role_of(editor)) == ("viewer", "editor")
    assert [(token.name, token.role) for token in registry.tokens()] == [("asha", "editor"), ("screen", "viewer")]
    registry.revoke_token("screen")
    assert (registry.role_of(viewer), registry.role_of(editor)) == (None, "editor")
    with pytest.raises(NotFoundError, match="screen"):
        registry.revoke_token("screen")


@pytest.mark.parametrize("token", ["", " ", "ew_", "unknown", "\ud800", "x" * 100_000])
def test_an_unknown_token_gives_nothing(registry: Registry, token: str) -> None:
    registry.create_token("asha", "editor")
    assert registry.role_of(token) is None


def test_no_token_is_stored(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path}/registry.db")
    registry.migrate()
    token = registry.create_token("asha", "editor")
    registry.adopt_token("given", "viewer", "a token from the settings")
    registry.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("registry.db*"))
    assert b"asha" in stored
    assert token.encode() not in stored
    assert b"a token from the settings" not in stored


def test_adopting_again_changes_nothing_and_another_replaces(registry: Registry) -> None:
    registry.adopt_token("settings", "editor", "first")
    revision = registry.revision()
    registry.adopt_token("settings", "editor", "first")
    assert registry.revision() == revision
    registry.adopt_token("settings", "editor", "second")
    assert (registry.role_of("first"), registry.role_of("second")) == (None, "editor")
    assert [entry.action for entry in registry.audit()] == ["token.replace", "token.create"]


def test_one_token_cannot_have_two_roles(registry: Registry) -> None:
    registry.adopt_token("editor", "editor", "same")
    with pytest.raises(ConflictError, match="the same as 'editor'"):
        registry.adopt_token("viewer", "viewer", "same")


def test_a_name_is_used_once(registry: Registry) -> None:
    token = registry.create_token("asha", "viewer")
    with pytest.raises(ConflictError, match="revoke it first"):
        registry.create_token("asha", "editor")
    assert registry.role_of(token) == "viewer"


@pytest.mark.parametrize(
    ("name", "role", "token"),
    [("", "viewer", "t"), ("\ud800", "viewer", "t"), ("x", "owner", "t"), ("x", "viewer", " ")],
)
def test_an_impossible_token_is_refused(registry: Registry, name: str, role: str, token: str) -> None:
    with pytest.raises(InputError):
        registry.adopt_token(name, role, token)
