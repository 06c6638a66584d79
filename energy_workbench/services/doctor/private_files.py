"""Files of a home that only its owner should read: secrets, wherever they stand, and databases."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from energy_workbench.analytics.bus_facts import Finding, Verdict
from energy_workbench.registry.examine import Examined
from energy_workbench.runtime import secret
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.disk import OWNERS
from energy_workbench.runtime.settings import Settings

SECRETS: Final = ("*.token", "lab.json", "lab.cookie", *secret.NAMES)
"""Files that hold a secret and nothing else."""
BESIDE: Final = ("", "-wal", "-shm")
"""Endings of the files of a database."""


def secrets(settings: Settings, examined: Examined) -> Finding:
    """Whether others can read a token, a password or a key."""
    held = sorted({path for pattern in SECRETS for path in settings.home.glob(pattern)})
    held += [*_settings_file(settings), *_keys(settings, examined)]
    loose = _loose(held)
    if loose:
        text = f"others can read {_names(loose)}"
        return Finding(Verdict.PROBLEM, text, f"{_close(loose)}; then make new {_kinds(loose)}: they may be known")
    return Finding(Verdict.GOOD, f"{len(held)} files, for their owner only" if held else "none yet")


def databases(settings: Settings) -> Finding:
    """Whether others can read what is configured, measured and who comes here."""
    urls = [settings.registry_url, settings.state_url]
    files = [Path(url.removeprefix("sqlite:///")) for url in urls if url.startswith("sqlite:///")]
    files = list(dict.fromkeys([*files, settings.spool_path]))
    loose = _loose(path.with_name(path.name + ending) for path in files for ending in BESIDE)
    if loose:
        return Finding(
            Verdict.WARNING, f"others can read {_names(loose)}", f"{_close(loose)}, or energy-workbench init"
        )
    return Finding(Verdict.GOOD, "databases are their owner's alone")


def _settings_file(settings: Settings) -> Iterator[Path]:
    """The home's settings, where a secret stands in them."""
    path = settings.home / settings_room.FILE
    try:
        stated = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return  # none, or told where it is read
    for name, each in settings_room.declared().items():
        value = stated.get(name)
        if each.secret and value and (name != "database_url" or urlsplit(str(value)).password):
            yield path
            return


def _keys(settings: Settings, examined: Examined) -> Iterator[Path]:
    """Private keys that addresses of gateways name."""
    for url in sorted({meter.gateway for meter in examined.meters if meter.gateway}):
        options = parse_qs(urlsplit(url).query)
        for name in options.get("key") or options.get("cert") or ():
            yield settings.home / Path(name).expanduser()


def _loose(paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if path.is_file() and stat.S_IMODE(path.stat().st_mode) & OWNERS]


def _names(paths: Iterable[Path]) -> str:
    return ", ".join(path.name for path in paths)


def _close(paths: Iterable[Path]) -> str:
    return f"chmod 600 {' '.join(map(str, paths))}"


def _kinds(paths: Iterable[Path]) -> str:
    """What is to be made anew."""
    ends = {path.suffix if path.suffix in (".token", ".toml") else path.name for path in paths}
    kinds = {".token": "tokens", "lab.json": "tokens", "lab.cookie": "tokens", ".toml": "secrets of its settings"}
    kinds |= {secret.SMTP_PASSWORD: "passwords", secret.WEBHOOK_SECRET: "webhook secrets"}
    return " and ".join(sorted({kinds.get(end, "keys") for end in ends}))
