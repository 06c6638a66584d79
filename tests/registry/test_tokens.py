"""Access tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.domain.roles import Role
from energy_workbench.registry import Registry
from energy_workbench.runtime.secret import LASTS, digest


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


def test_a_revoked_token_stays_so_however_often_it_is_given(registry: Registry) -> None:
    assert registry.adopt_token("editor", "admin", "given")
    registry.revoke_token("editor")
    before = registry.revision()
    assert not registry.adopt_token("editor", "admin", "given")
    assert not registry.adopt_token("another", "viewer", "given")
    assert (registry.role_of("given"), registry.revision()) == (None, before)
    assert registry.adopt_token("editor", "admin", "another")
    assert registry.role_of("another") is Role.ADMIN


def test_a_token_is_replaced_by_another_of_its_role(registry: Registry) -> None:
    first = registry.create_token("asha", "operator")
    registry.rotate_token("asha", "second")
    assert (registry.role_of(first), registry.role_of("second")) == (None, Role.OPERATOR)
    assert not registry.adopt_token("asha", "operator", first)
    registry.revoke_token("asha")
    registry.rotate_token("asha", "third")  # one that was revoked gets a token again
    assert (registry.role_of("second"), registry.role_of("third")) == (None, Role.OPERATOR)
    assert [entry.action for entry in registry.audit(2)] == ["token.rotate", "token.revoke"]
    with pytest.raises(NotFoundError, match="nobody"):
        registry.rotate_token("nobody", "fourth")


def test_a_visit_ends_with_its_token_and_by_itself(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = {name: registry.create_token(name, "viewer") for name in ("asha", "bert", "cleo")}
    secrets = {name: registry.begin_session(token) for name, token in tokens.items()}
    assert registry.begin_session("unknown") is None
    visits = {name: digest(secret) for name, secret in secrets.items() if secret}
    revision = registry.revision()
    assert {visit: who.name for visit, who in registry.visitors([*visits.values(), "x"]).items()} == {
        visit: name for name, visit in visits.items()
    }
    assert registry.revision() == revision
    registry.revoke_token("asha")
    registry.rotate_token("bert", "another")
    assert [who.name for who in registry.visitors(visits.values()).values()] == ["cleo"]
    assert (registry.visitor(visits["asha"]), registry.visitor("x")) == (None, None)
    # With another role it is the same visit, of that role.
    registry.adopt_token("cleo", "admin", tokens["cleo"])
    found = registry.visitor(visits["cleo"])
    assert found is not None
    assert found.role is Role.ADMIN
    monkeypatch.setenv("ENERGY_WORKBENCH_NOW", (datetime.now(UTC) + LASTS).isoformat())
    assert registry.visitor(visits["cleo"]) is None


def test_a_browser_that_shows_its_token_again_goes_on_with_its_visit(registry: Registry) -> None:
    tokens = {name: registry.create_token(name, "viewer") for name in ("asha", "bert")}
    secret = registry.begin_session(tokens["asha"])
    assert secret
    assert registry.begin_session(tokens["asha"], secret) == secret
    other = registry.begin_session(tokens["bert"], secret)
    assert other not in (None, secret)
    assert registry.begin_session("unknown", secret) is None
    registry.rotate_token("asha", "second")
    assert registry.begin_session("second", secret) not in (None, secret)


def test_no_secret_of_a_visit_is_stored(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path}/registry.db")
    registry.migrate()
    secret = registry.begin_session(registry.create_token("asha", "viewer"))
    registry.close()
    assert secret
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("registry.db*"))
    assert digest(secret).encode() in stored
    assert secret.encode() not in stored


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
