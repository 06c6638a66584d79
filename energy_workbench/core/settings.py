"""Settings: defaults, then `workbench.toml` in the home, then the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from energy_workbench.core.errors import SettingsError
from energy_workbench.core.paths import AnyPath

PREFIX = "ENERGY_WORKBENCH_"
FILE = "workbench.toml"
NOT_SETTINGS = {"NOW", "HOME", "URL", "SERVICE_TOKEN", "FAILPOINT", "SMTP_PASSWORD", "WEBHOOK_SECRET"}
"""Variables with the prefix that are no settings of a home: a fixed now, where the home is, and what a
page's kernel is told (address and token of the service), where a test lets a process die, and secrets."""

WORDS = {
    "paper": ("a4", "letter"),
    "log_format": ("text", "json"),
    "log_level": ("debug", "info", "warning", "error"),
    "smtp_security": ("starttls", "tls", "none"),
}
"""Settings that are one of some words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its default.

    Attributes
    ----------
    home : Path
        Folder of registry, state, spool, lake and reports.
    database_url : str
        SQLAlchemy URL of the registry; empty is SQLite in the home.
    lake : str
        Folder or URL of the lake; empty is `lake` in the home.
    timezone : str
        The site's zone at `init`; the site's stored zone wins later.
    host : str
        Address that every server binds to.
    port, dashboard_port, editor_port, lab_port, metrics_port, plant_port : int
        Ports of the service, the two Voilà servers, JupyterLab, the collector's metrics; first of the plant's.
    public_url : str
        Where a proxy serves everything as one origin, such as https://energy.example.com; empty: each server is asked
        at its own port.
    token, viewer_token : str
        Given editor and viewer tokens; empty means those kept in the home.
    commit_seconds : float
        How often spooled readings go to the lake [s].
    spool_max_mb : int
        Bound of the readings that wait for the lake [MB]: a week and more of 92 meters read every 10 s.
    build_seconds : float
        How often intervals are brought up to date [s].
    history_days : float
        How long changes of communication and health are kept [days].
    kernels : int
        Most kernels a Voilà server may run.
    loss_threshold_percent : float
        A node whose loss is above it, and above its uncertainty, is a hotspot [% of the supply].
    billing_day : int
        Day of the month on which a billing month begins.
    shifts : str
        Name and begin of each shift of the site.
    paper : {"a4", "letter"}
        Of reports.
    reports_at_once : int
        Most reports that are written at the same time.
    smtp_host, smtp_port : str, int
        Server that takes the mail; no host: no mail is sent.
    smtp_security : {"starttls", "tls", "none"}
        TLS from the second word on, from the first, or never: only for a server on this machine.
    smtp_user, smtp_from : str
        Who logs in there, nobody where it is empty; the sender's address. The password is no setting.
    smtp_ca_file : str
        Certificates that the server's is checked with; those of the machine by default.
    smtp_seconds : float
        Longest wait for a word of the server [s].
    log_format : {"text", "json"}
        A line an event for people, or a line of JSON for programs.
    log_level : {"debug", "info", "warning", "error"}
        The least that is logged.
    """

    home: Path
    database_url: str = ""
    lake: str = ""
    timezone: str = "Asia/Kolkata"
    host: str = "127.0.0.1"
    port: int = 3000
    dashboard_port: int = 8866
    editor_port: int = 8867
    lab_port: int = 8888
    metrics_port: int = 9108
    plant_port: int = 5020
    public_url: str = ""
    token: str = ""
    viewer_token: str = ""
    commit_seconds: float = 30.0
    spool_max_mb: int = 2048
    build_seconds: float = 30.0
    history_days: float = 400.0
    kernels: int = 30
    loss_threshold_percent: float = 3.0
    billing_day: int = 1
    shifts: str = "A 06:00, B 14:00, C 22:00"
    paper: str = "a4"
    reports_at_once: int = 2
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_from: str = ""
    smtp_ca_file: str = ""
    smtp_seconds: float = 30.0
    log_format: str = "text"
    log_level: str = "info"

    @property
    def registry_url(self) -> str:
        """SQLAlchemy URL of the registry."""
        return self.database_url or f"sqlite:///{self.home / 'registry.db'}"

    @property
    def state_url(self) -> str:
        """SQLAlchemy URL of the live state: a file of its own beside SQLite, the same database otherwise."""
        return self.database_url or f"sqlite:///{self.home / 'state.db'}"

    @property
    def spool_path(self) -> Path:
        """The spool of readings that are not in the lake yet."""
        return self.home / "spool.db"

    @property
    def spool_max_bytes(self) -> int:
        """Bound of the spool [bytes]."""
        return self.spool_max_mb * 1_000_000

    @property
    def lake_path(self) -> str:
        """Folder or URL of the lake."""
        return self.lake or str(self.home / "lake")

    @property
    def reports_path(self) -> Path:
        """Folder of the reports."""
        return self.home / "reports"

    @property
    def notebooks_path(self) -> Path:
        """Folder of the user's own report notebooks."""
        return self.home / "notebooks"

    @property
    def profiles_path(self) -> Path:
        """Folder of the user's own meter profiles."""
        return self.home / "profiles"

    @property
    def service_url(self) -> str:
        """Address of the service as other processes of this machine reach it."""
        return f"http://{self.near_host}:{self.port}"

    def base_of(self, server: str) -> str:
        """Path below which a server of pages (`dashboards`, `editor`, `lab`) answers."""
        return f"/{server}/" if self.public_url else "/"

    @property
    def near_host(self) -> str:
        """Host at which other processes of this machine reach what binds to `host`."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104


def load(home: AnyPath | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a home.

    Parameters
    ----------
    home : path, optional
        `ENERGY_WORKBENCH_HOME` by default, else `./data`.
    environ : mapping, optional
        Stands for the environment.

    Raises
    ------
    SettingsError
        If a key is unknown or a value has a wrong type or is out of bounds; it says where.
    """
    environ = os.environ if environ is None else environ
    folder = Path(home or environ.get(PREFIX + "HOME") or "data").expanduser().absolute()
    types = {f.name: f.type for f in fields(Settings) if f.name != "home"}
    values: dict[str, Any] = {}
    for key, raw, where in [*_from_file(folder / FILE), *_from_environment(environ)]:
        if key not in types:
            raise SettingsError(f"{where}: there is no setting {key!r}; the settings are {', '.join(sorted(types))}")
        values[key] = _convert(key, raw, str(types[key]), where)
    return Settings(home=folder, **values)


def _from_file(path: Path) -> list[tuple[str, Any, str]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    return [(key, value, str(path)) for key, value in content.items()]


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    named = [(name.removeprefix(PREFIX), name) for name in environ if name.startswith(PREFIX)]
    return [
        (key.lower(), environ[name], f"environment variable {name}") for key, name in named if key not in NOT_SETTINGS
    ]


def _convert(key: str, raw: Any, type_name: str, where: str) -> Any:
    try:
        value = {"int": int, "float": float, "str": str}[type_name](raw)
    except (TypeError, ValueError):
        raise SettingsError(f"{where}: {key} = {raw!r} is no {type_name}") from None
    if isinstance(raw, bool) or (type_name == "str" and not isinstance(raw, str)):
        raise SettingsError(f"{where}: {key} = {raw!r} is no {type_name}")
    if key.endswith("port") and not 1 <= value <= 65_535:
        raise SettingsError(f"{where}: {key} = {value} is no port: 1 to 65535")
    if type_name in ("int", "float") and not 0 < value < 1e9:
        raise SettingsError(f"{where}: {key} = {value} must be above 0")
    if key == "public_url" and not re.fullmatch(r"(https?://[^/?#\s@]+)?", value):
        raise SettingsError(f"{where}: {key} = {value!r} is no origin, such as https://energy.example.com (no path)")
    if key in WORDS and value not in WORDS[key]:
        raise SettingsError(f"{where}: {key} = {value!r} is none of {', '.join(WORDS[key])}")
    if key == "timezone":
        from energy_workbench.core.errors import PeriodError
        from energy_workbench.core.period import zone_of

        try:
            zone_of(value)
        except PeriodError as error:
            raise SettingsError(f"{where}: {error}") from None
    return value
