"""Settings: defaults, then `workbench.toml` in the home, then the environment; each is declared here, once.

Read by hand and not by pydantic-settings: its import costs each process of the workbench a third of a second and 12 to
21 MB (`docs/measurements.md`), and collector, commands and pages have no other use for it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, cast

from energy_workbench.domain.errors import Problem, SettingsError
from energy_workbench.runtime.paths import AnyPath
from energy_workbench.runtime.settings import checks, sites, sources
from energy_workbench.runtime.settings.declaration import DECLARED, Setting, Value, setting
from energy_workbench.runtime.settings.shifts import SHIFTS
from energy_workbench.runtime.settings.sources import FILE, PREFIX

__all__ = [
    "FILE", "PLANT_PORTS", "PREFIX", "Found", "Settings", "declared", "folder_of", "load", "load_all", "load_base",
    "look", "look_at",
]  # fmt: skip

PORTS: Final = 65_535
PLANT_PORTS: Final = 8
"""Ports that the demo plant listens on, from `plant_port` upwards."""
SECONDS: Final = {"unit": "s", "least": 0.01}
DAY: Final = 86_400.0
SERVER: Final = {"least": 1, "most": PORTS, "distinct": "each server needs a port of its own"}
TOKEN: Final = {
    "secret": True, "check": checks.token, "distinct": "a viewer could change things: give each role its own",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; what each does is in `energy_workbench.domain.fields.messages`.

    `home` is the folder of registry, state, spool, lake and reports; it cannot stand in the file that lies in it.
    `site` is the slug of the site whose home it is, empty where there is one only, and `site_number` its number: 0 of
    the home that is the installation, from 1 on of further sites, which lie in it.
    """

    home: Path
    site: str = ""
    site_number: int = 0
    database_url: str = setting("", check=checks.database, secret=True)
    lake: str = setting("")
    timezone: str = setting("Asia/Kolkata", check=checks.zone)
    host: str = setting("127.0.0.1", check=checks.host)
    port: int = setting(3000, **SERVER)
    dashboard_port: int = setting(8866, **SERVER)
    editor_port: int = setting(8867, **SERVER)
    lab_port: int = setting(8888, **SERVER)
    metrics_port: int = setting(9108, **SERVER)
    plant_port: int = setting(5020, least=1, most=PORTS + 1 - PLANT_PORTS)
    public_url: str = setting("", check=checks.origin)
    host_names: str = setting("", check=checks.hosts)
    token: str = setting("", **TOKEN)
    viewer_token: str = setting("", **TOKEN)
    commit_seconds: float = setting(30.0, **SECONDS, most=DAY)
    spool_max_mb: int = setting(2048, unit="MB", least=1, most=1_000_000)
    build_seconds: float = setting(30.0, **SECONDS, most=DAY)
    history_days: float = setting(400.0, unit="days", least=0.01, most=36_500)
    kernels: int = setting(40, least=1, most=1000)
    loss_threshold_percent: float = setting(3.0, unit="%", least=0, most=100)
    billing_day: int = setting(1, least=1, most=31)
    shifts: str = setting(SHIFTS, check=checks.shifts)
    paper: str = setting("a4", words=("a4", "letter"))
    reports_at_once: int = setting(2, least=1, most=100)
    smtp_host: str = setting("", check=checks.host)
    smtp_port: int = setting(587, least=1, most=PORTS)
    smtp_security: str = setting("starttls", words=("starttls", "tls", "none"))
    smtp_user: str = setting("")
    smtp_from: str = setting("", check=checks.sender)
    smtp_ca_file: str = setting("")
    smtp_seconds: float = setting(30.0, **SECONDS, most=3600)
    log_format: str = setting("text", words=("text", "json"))
    log_level: str = setting("info", words=("debug", "info", "warning", "error"))

    @property
    def installation(self) -> Path:
        """The home of the first site, which has tokens, visits and the list of all sites."""
        return self.home.parent.parent if self.site_number else self.home

    @property
    def named(self) -> dict[str, str]:
        """Variables of the environment by which another process finds the same site."""
        site = {f"{PREFIX}SITE": self.site} if self.site else {}
        return {f"{PREFIX}HOME": str(self.installation), **site}

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


def declared(of: type[Settings] = Settings) -> dict[str, Setting]:
    """Every setting of the file and the environment by its name, in their order."""
    return {
        each.name: Setting(name=each.name, default=cast(Value, each.default), **each.metadata[DECLARED])
        for each in fields(of)
        if DECLARED in each.metadata
    }


@dataclass(frozen=True, slots=True)
class Found:
    """What the settings of a home were found to be.

    Attributes
    ----------
    settings : Settings
        With the default for what is refused.
    origins : mapping of str to str
        By name: the file or the variable that a value comes from; missing for a default.
    problems : tuple of Problem
        Everything that is refused.
    """

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[Problem, ...]

    def accepted(self, *names: str) -> Settings:
        """The settings, where they are good: all of them, or those named.

        Raises
        ------
        SettingsError
            If something is refused; it names all of it.
        """
        refused = [each for each in self.problems if not names or each.field in ("", *names)]
        if refused:
            raise refusal(refused)
        return self.settings


def refusal(problems: Sequence[Problem]) -> SettingsError:
    """The error that tells them all."""
    counted = "a setting is" if len(problems) == 1 else f"{len(problems)} settings are"
    return SettingsError(f"{counted} refused: mend what is named here, and start again", problems)


def look(home: AnyPath | None = None, environ: Mapping[str, str] | None = None, *, site: str | None = None) -> Found:
    """Read the settings of a site, and what is wrong with them; as `load`, but for the raising of refusals."""
    environ = os.environ if environ is None else environ
    folder = folder_of(home, environ)
    if (own := sites.beside(folder)) is not None:
        return look_at(*own, environ)
    if places := sites.listed(folder).places:
        return look_at(folder, sites.chosen(places, site or environ.get(PREFIX + "SITE")), environ)
    return look_at(folder, None, environ)


def folder_of(home: AnyPath | None, environ: Mapping[str, str] | None = None) -> Path:
    """The folder of a home: the one given, else that of the environment, else `./data`.

    Raises
    ------
    SettingsError
        If it begins with the name of a user who is unknown.
    """
    given_home = home or (os.environ if environ is None else environ).get(PREFIX + "HOME") or "data"
    try:
        return Path(given_home).expanduser().absolute()
    except RuntimeError:
        raise SettingsError(
            f"the home {str(given_home)!r} begins with the name of a user who is unknown here"
        ) from None


def look_at(installation: Path, place: sites.Place | None, environ: Mapping[str, str] | None = None) -> Found:
    """Read the settings of a site of an installation; of its only one where there is no list."""
    environ = os.environ if environ is None else environ
    further = place is not None and place.number > 0
    folder = place.folder(installation) if place else installation
    given = sources.given(
        declared(), folder, environ, below=installation if further else None, own=sites.OWN if further else ()
    )
    values: dict[str, Any] = {**given.values}
    if place:
        values |= {"site": place.slug, "site_number": place.number}
    return Found(Settings(home=folder, **values), given.origins, given.problems)


def load(home: AnyPath | None = None, environ: Mapping[str, str] | None = None, *, site: str | None = None) -> Settings:
    """Read the settings of a site.

    Parameters
    ----------
    home : path, optional
        Of the installation, or of a further site itself; `ENERGY_WORKBENCH_HOME` by default, else `./data`.
    environ : mapping, optional
        Stands for the environment.
    site : str, optional
        Which of several; `ENERGY_WORKBENCH_SITE` by default.

    Raises
    ------
    SettingsError
        If a key is unknown, or a value has a wrong type or is out of bounds: it names each, says where it stands, why
        it is refused and what it may be.
    SiteError
        If there are several sites and none is named.
    NotFoundError
        If there is none of that name.
    """
    return look(home, environ, site=site).accepted()


def load_base(home: AnyPath | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of an installation: those of its first site, whichever is meant.

    Raises
    ------
    SettingsError
        As `load`.
    """
    environ = os.environ if environ is None else environ
    folder = folder_of(home, environ)
    own = sites.beside(folder)
    installation = own[0] if own else folder
    first = next(iter(sites.listed(installation).places), None)
    return look_at(installation, first, environ).accepted()


def load_all(base: Settings, environ: Mapping[str, str] | None = None) -> list[Settings]:
    """Read the settings of every site of an installation, the first of which is `base`.

    Raises
    ------
    SettingsError
        As `load`.
    """
    environ = os.environ if environ is None else environ
    places = sites.listed(base.home).places[1:]
    return [base, *(look_at(base.home, place, environ).accepted() for place in places)]
