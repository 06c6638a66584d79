"""Secrets: from the environment or a file of mode 600, and shown to nobody."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from energy_workbench.domain.errors import SettingsError
from energy_workbench.runtime import logs, secret

PASSWORD = "a password of the test"


def test_the_environment_comes_first_then_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert secret.read(tmp_path, secret.SMTP_PASSWORD) == ""
    path = tmp_path / "smtp_password"
    path.write_text("from the file\n")
    path.chmod(0o600)
    assert secret.read(tmp_path, secret.SMTP_PASSWORD) == "from the file"
    monkeypatch.setenv("ENERGY_WORKBENCH_SMTP_PASSWORD", PASSWORD)
    assert secret.read(tmp_path, secret.SMTP_PASSWORD) == PASSWORD


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_file_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int):
    path = tmp_path / "smtp_password"
    path.write_text(PASSWORD)
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600") as refused:
        secret.read(tmp_path, secret.SMTP_PASSWORD)
    assert PASSWORD not in str(refused.value)


def test_what_is_started_later_does_not_find_it_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENERGY_WORKBENCH_SMTP_PASSWORD", PASSWORD)
    assert secret.taken(tmp_path, secret.SMTP_PASSWORD) == PASSWORD
    assert PASSWORD not in os.environ.values()


def test_a_secret_that_was_read_is_in_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENERGY_WORKBENCH_SMTP_PASSWORD", PASSWORD)
    secret.read(tmp_path, secret.SMTP_PASSWORD)
    record = logging.LogRecord("test", logging.ERROR, "", 0, "login with %s failed", (PASSWORD,), None)
    assert PASSWORD not in logs.Text().format(record)
    assert PASSWORD not in logs.Json().format(record)


def test_a_secret_that_is_missing_is_made_once_and_kept(tmp_path: Path):
    made = secret.made(tmp_path, secret.WEBHOOK_SECRET)
    assert len(made) >= 32
    assert secret.made(tmp_path, secret.WEBHOOK_SECRET) == made
    assert (tmp_path / "webhook_secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["webhook_secret"]
