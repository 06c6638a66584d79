"""The test mail: taken by a real server on loopback, or what failed in words, on each face the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from energy_workbench.api.app import create_app
from energy_workbench.cli.home import mail
from energy_workbench.domain.errors import DeliveryError, InputError
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings as settings_room
from energy_workbench.services.mail.smtp import NO_SERVER
from energy_workbench.services.workbench import Workbench
from tests.conftest import free_ports
from tests.schedules.mail_server import PASSWORD, USER, mail_server, silent_server
from tests.workbench.plant import make_home

ANNA, GONE = "anna@works.example", "gone@works.example"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home").home


def trial(home: Path, given: dict[str, Any]) -> str:
    """What is wrong with the server of these settings; empty where it takes a mail."""
    (home / "workbench.toml").write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in given.items()))
    told = Workbench.at(home).test_mail(ANNA)
    assert told["ok"] == (not told["error"])
    return told["error"]


def keep_password(home: Path, password: str) -> None:
    (home / "smtp_password").write_text(password)
    (home / "smtp_password").chmod(0o600)


def test_a_mail_that_was_taken_went_as_reports_do(home: Path, tmp_path: Path):
    with mail_server(tmp_path, login=True) as server:
        keep_password(home, PASSWORD)
        assert trial(home, server.settings(smtp_user=USER)) == ""
        assert server.box.logins == [(USER, PASSWORD)]
        ((to, message),) = server.box.taken
        assert to == ANNA
        assert "Test" in message["Subject"]


@contextmanager
def refusing(folder: Path) -> Iterator[dict[str, Any]]:
    with mail_server(folder) as server:
        server.box.refusing[ANNA] = "550 5.1.1 No such mailbox"
        yield server.settings()


@contextmanager
def silent(_: Path) -> Iterator[dict[str, Any]]:
    with silent_server(b"220 hello\r\n") as port:
        yield {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_seconds": 0.3}


@contextmanager
def served(folder: Path, *kind: str, login: bool = False, **more: Any) -> Iterator[dict[str, Any]]:
    with mail_server(folder, *kind, login=login) as server:
        yield server.settings(**more)


@contextmanager
def nobody(_: Path) -> Iterator[dict[str, Any]]:
    yield {"smtp_host": "127.0.0.1", "smtp_port": free_ports(1)[0]}


@contextmanager
def unset(_: Path) -> Iterator[dict[str, Any]]:
    yield {}


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (refusing, "refused it: 550 5.1.1 No such mailbox"),
        (silent, "did not answer within 0.3 s"),
        (nobody, "cannot be reached: Connection refused"),
        (unset, NO_SERVER),
        (lambda folder: served(folder, "none"), "check smtp_security"),
        (lambda folder: served(folder, "none", smtp_security="tls"), "speaks no TLS here"),
        (lambda folder: served(folder, smtp_ca_file=""), "certificate that cannot be trusted"),
        (lambda folder: served(folder, smtp_ca_file="/nowhere.pem"), "smtp_ca_file /nowhere.pem cannot be used"),
        (lambda folder: served(folder, login=True, smtp_user=USER), "does not accept the login"),
    ],
)
def test_what_failed_is_told_in_words(home: Path, tmp_path: Path, server: Any, told: str):
    keep_password(home, "wrong but secret")
    with server(tmp_path) as given:
        error = trial(home, given)
    assert told in error
    assert "wrong but secret" not in error


def test_a_login_without_a_password_says_where_it_belongs(home: Path, tmp_path: Path):
    with mail_server(tmp_path, login=True) as server:
        assert "smtp_password" in trial(home, server.settings(smtp_user=USER))


def test_each_face_says_the_same(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home))
    with mail_server(tmp_path) as server:
        server.box.refusing[GONE] = "550 5.1.1 No such mailbox"
        assert trial(home, server.settings()) == ""
        found = settings_room.load(home)
        told = Workbench.at(home).test_mail(GONE)
        token = Registry(found.registry_url).create_token("anna", "editor")
        with TestClient(create_app(found), base_url="http://localhost") as client:
            who = {"Authorization": f"Bearer {token}"}
            answer = client.post("/api/Energy/mail/test", json={"address": GONE}, headers=who)
        assert answer.status_code == 200
        assert answer.json() == {**told, "milliseconds": answer.json()["milliseconds"]}
        refused = CliRunner().invoke(mail.app, ["test", GONE])
        assert isinstance(refused.exception, DeliveryError)
        assert str(refused.exception) == told["error"]
        taken = CliRunner().invoke(mail.app, ["test", ANNA])
        assert taken.output == f"{told['server']} took a test mail to {ANNA}\n"


def test_what_is_no_address_is_refused(home: Path):
    with pytest.raises(InputError, match="anna"):
        Workbench.at(home).test_mail("anna")
