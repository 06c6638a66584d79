"""Secrets of a home: from the environment, or from a file of mode 600; no log shows them."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from datetime import timedelta
from pathlib import Path
from typing import Final

from energy_workbench.domain.errors import SettingsError
from energy_workbench.runtime import disk, logs
from energy_workbench.runtime.settings import PREFIX

SMTP_PASSWORD: Final = "smtp_password"  # noqa: S105 -- its name
WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105
NAMES: Final = (SMTP_PASSWORD, WEBHOOK_SECRET)
SESSION: Final = "ew_session"
"""Cookie of a browser's visit: at every server of the workbench the same, for cookies ignore ports."""
LASTS: Final = timedelta(days=30)
"""How long a visit lasts: after that the browser must show a token again."""
KERNEL: Final = "ewk_"
"""How the secret of a page's kernel begins."""


def variable(name: str) -> str:
    """Variable of the environment that a secret is taken from."""
    return PREFIX + name.upper()


def read(home: Path, name: str) -> str:
    """A secret by its name; empty where there is none.

    It is taken from the environment (`ENERGY_WORKBENCH_SMTP_PASSWORD`), else from the file of its name in the home
    (`smtp_password`). No log shows it from now on.

    Raises
    ------
    SettingsError
        If the file can be read by others, or not at all.
    """
    secret = os.environ.get(variable(name), "") or _kept(home / name)
    logs.hide(secret)
    return secret


def made(home: Path, name: str) -> str:
    """A secret as `read` finds it; where there is none, a new one, kept in its file from now on.

    Raises
    ------
    SettingsError
        If its file can be read by others, or cannot be read or written.
    """
    if secret := read(home, name):
        return secret
    path = home / name
    try:
        with disk.made(path) as draft:
            draft.write_text(secrets.token_urlsafe(32), "utf-8")
    except OSError as error:
        raise SettingsError(f"the secret in {path} cannot be written: {error.strerror}") from None
    return read(home, name)


def taken(home: Path, name: str) -> str:
    """A secret as `read` finds it, which no process that is started from now on finds in its environment."""
    secret = read(home, name)
    os.environ.pop(variable(name), None)
    return secret


def digest(secret: str) -> str:
    """What is kept of a secret of 256 random bits, which needs no salt and no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"the secret in {path} cannot be read: {error.strerror}") from None
    with os.fdopen(handle, encoding="utf-8") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise SettingsError(f"others can read the secret in {path} (mode {mode:o}): chmod 600 {path}")
        try:
            return file.read().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the secret in {path} cannot be read: {error}") from None
