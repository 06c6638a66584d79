"""Mail to a real server on loopback: taken, refused, greylisted, hanging, with and without TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from energy_workbench.domain.errors import DeliveryError, SettingsError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.mail import smtp
from energy_workbench.services.mail.letter import Letter, plain_letter
from tests.conftest import free_ports
from tests.schedules.mail_server import PASSWORD, USER, MailServer, mail_server, silent_server

ANNA, BERT = "anna@works.example", "bert@works.example"


def settings(**given: Any) -> Settings:
    return Settings(home=Path("/nowhere"), **{"smtp_host": "127.0.0.1", "smtp_seconds": 0.3, **given})


def letters(found: Settings, *addresses: str) -> list[Letter]:
    return [plain_letter(found, "Works", address, "Monthly", "Text\n", address) for address in addresses]


def deliver(server: MailServer, *addresses: str, password: str = "", **given: Any) -> dict[str, DeliveryError]:
    found = settings(**server.settings(**given))
    return smtp.send(found, password, letters(found, *addresses))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_with_the_login(tmp_path: Path, security: str):
    with mail_server(tmp_path, security, login=security == "starttls") as server:
        password = PASSWORD if security == "starttls" else ""
        assert deliver(server, ANNA, BERT, password=password, smtp_security=security, smtp_user=USER) == {}
        assert server.box.recipients == [ANNA, BERT]
        assert server.box.logins == ([(USER, PASSWORD)] if password else [])
        assert [message["To"] for _, message in server.box.taken] == [ANNA, BERT]


def test_mail_goes_without_tls_where_the_settings_say_so(tmp_path: Path):
    with mail_server(tmp_path, "none") as server:
        assert deliver(server, ANNA, smtp_security="none") == {}
        assert server.box.recipients == [ANNA]


def test_one_refused_recipient_does_not_keep_the_others_from_theirs(tmp_path: Path):
    with mail_server(tmp_path) as server:
        server.box.refusing[ANNA] = "550 5.1.1 No such mailbox"
        failed = deliver(server, ANNA, BERT)
        assert server.box.recipients == [BERT]
        assert list(failed) == [ANNA]
        assert not failed[ANNA].temporary
        assert "550 5.1.1 No such mailbox" in str(failed[ANNA])


def test_a_greylisted_mail_may_be_handed_in_again(tmp_path: Path):
    with mail_server(tmp_path) as server:
        server.box.greylisted.add(ANNA)
        failed = deliver(server, ANNA)
        assert failed[ANNA].temporary
        assert "451" in str(failed[ANNA])
        assert deliver(server, ANNA) == {}


def test_a_certificate_of_nobody_we_trust_is_refused_before_a_word_is_said(tmp_path: Path):
    with mail_server(tmp_path, login=True) as server:
        failed = deliver(server, ANNA, password=PASSWORD, smtp_user=USER, smtp_ca_file="")
        assert "smtp_ca_file" in str(failed[ANNA])
        assert (server.box.logins, server.box.taken) == ([], [])


def test_a_certificate_of_another_host_is_refused(tmp_path: Path):
    with mail_server(tmp_path, names=("mail.elsewhere.example",)) as server:
        failed = deliver(server, ANNA)
        assert "certificate" in str(failed[ANNA])
        assert server.box.taken == []


def test_a_wrong_password_is_told_without_it(tmp_path: Path):
    with mail_server(tmp_path, login=True) as server:
        failed = deliver(server, ANNA, password="wrong but secret", smtp_user=USER)
        assert not failed[ANNA].temporary
        assert "login" in str(failed[ANNA])
        assert "wrong but secret" not in str(failed[ANNA])


def test_a_server_without_tls_gets_neither_password_nor_mail(tmp_path: Path):
    with mail_server(tmp_path, "none") as server:
        failed = deliver(server, ANNA, password=PASSWORD, smtp_user=USER)
        assert "STARTTLS" in str(failed[ANNA])
        assert (server.box.logins, server.box.taken) == ([], [])


def test_no_password_goes_in_the_clear_to_another_machine():
    found = settings(smtp_host="mail.works.example", smtp_security="none", smtp_user=USER)
    with pytest.raises(SettingsError, match="in the clear"):
        smtp.send(found, PASSWORD, letters(found, ANNA))


@pytest.mark.parametrize(
    ("greeting", "drip"), [(b"", b""), (b"220 hello\r\n", b""), (b"", b"2"), (b"220 hello\r\n", b"250-more\r\n")]
)
def test_a_server_that_hangs_is_left_in_time(greeting: bytes, drip: bytes):
    with silent_server(greeting, drip) as port:
        found = settings(smtp_port=port, smtp_security="none")
        failed = smtp.send(found, "", letters(found, ANNA, BERT))
        assert all(error.temporary for error in failed.values())
        assert list(failed) == [ANNA, BERT]


def test_nobody_listening_is_told_with_the_address():
    found = settings(smtp_port=free_ports(1)[0])
    (error,) = smtp.send(found, "", letters(found, ANNA)).values()
    assert error.temporary
    assert f"127.0.0.1:{found.smtp_port} cannot be reached" in str(error)


def test_without_a_server_in_the_settings_it_says_what_to_set():
    with pytest.raises(SettingsError, match="smtp_host"):
        smtp.send(settings(smtp_host=""), "", letters(settings(), ANNA))
