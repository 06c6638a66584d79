"""What can be wrong with a home beside its meters: settings, disk, databases, lake, clock, processes, tokens."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from energy_workbench.analytics.bus_facts import Finding, Verdict
from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.health.findings import Finding as Found
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import zone_of
from energy_workbench.registry.examine import Examined
from energy_workbench.runtime import machine_clock
from energy_workbench.runtime.incidents import FILE as INCIDENTS
from energy_workbench.runtime.incidents import incidents
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor import private_files
from energy_workbench.services.rows.site import site_row

LEAST_FREE: Final = 500_000_000
"""A disk with less free than this is nearly full [bytes]."""
FEW_DAYS: Final = 30
"""A disk that is full sooner than this needs somebody [days]."""
LATELY: Final = timedelta(days=3)
"""A finding that ends so long before a meter was last heard is over."""
BY_FILE: Final = timedelta(days=35)
"""And one of a meter whose readings come by file, once a month perhaps, so long before now."""
NAMED: Final = 5
"""Meters that are named."""
SILENT: Final = timedelta(seconds=30)
"""A process not heard of for this long does not run."""
BEATING: Final = {
    "collector": "energy-collector",
    "schedule": "energy-workbench schedule",
    "service": "energy-workbench serve",
}
"""Processes that say by themselves that they are alive, and what starts them."""

Check = tuple[str, Finding]
"""Name of what was checked, and how it is."""


def checkup(settings: Settings, examined: Examined, *, thorough: bool) -> Iterator[Check]:
    """Every check of a home; nothing is written, and nothing needs to run."""
    yield "home", _home(settings)
    if settings.home.is_dir():
        yield "database", _database(examined, thorough)
        yield "site", _site(examined, settings.site)
        yield "live state", _state(examined)
        yield "spool", _spool(settings, thorough)
        yield "lake", _lake(settings)
        yield "measuring", _measuring(examined)
        yield "damage", _damage(settings)
        yield "tokens", private_files.secrets(settings, examined)
        yield "files", private_files.databases(settings)
    yield "clock", _clock(settings, examined)
    yield "processes", _processes(settings, examined)


def _measuring(examined: Examined) -> Finding:
    """Whether meters measure what they should, as far as the last days of each tell."""
    meters = {meter.key: meter for meter in examined.meters}
    last: dict[int, Found] = {}
    for each in examined.findings:
        live = examined.live.get(each.meter)
        heard = live.last_seen if live else None
        lately = (heard or clock.now()) - each.end <= (LATELY if heard else BY_FILE)
        if each.meter in meters and lately:
            last.setdefault(each.meter, each)
    if not last:
        return Finding(Verdict.GOOD, "no counter disagrees with its power, its phases or its neighbours")
    told = sorted(last.values(), key=lambda each: natural(meters[each.meter].number))
    lines = [f"{meters[each.meter].number}: {each.text}" for each in told[:NAMED]]
    more = f"; and {len(told) - NAMED} more meters" if len(told) > NAMED else ""
    advice = "compare CT, PT, profile and wiring of each with its commissioning sheet; findings are on its page"
    return Finding(Verdict.WARNING, "; ".join(lines) + more, advice)


def _home(settings: Settings) -> Finding:
    from energy_workbench.lake import examine

    home = settings.home
    if not home.is_dir():
        return Finding(
            Verdict.PROBLEM, f"there is no home {home}", "set ENERGY_WORKBENCH_HOME, or run energy-workbench init"
        )
    if not examine.writable(home):
        return Finding(
            Verdict.PROBLEM, f"{home} cannot be written by this user", f"chown -R it to the service's user: {home}"
        )
    disk = os.statvfs(home)
    free = disk.f_bavail * disk.f_frsize
    daily = examine.daily_bytes(Path(settings.lake_path) / "readings") if "://" not in settings.lake_path else None
    days = free / daily if daily else None
    left = f", room for about {_days(days)} of readings at the present rate" if days is not None else ""
    text = f"{home}: {free / 1e9:.1f} GB free{left}"
    if free < LEAST_FREE:
        return Finding(Verdict.PROBLEM, text, "make room: old backups and reports first")
    if days is not None and days < FEW_DAYS:
        return Finding(Verdict.WARNING, text, "plan a larger disk, or move the lake: the setting `lake`")
    return Finding(Verdict.GOOD, text)


def _database(examined: Examined, thorough: bool) -> Finding:
    if examined.registry:
        advice = "run energy-workbench init"
        if "damaged" in examined.registry or "cannot be used" in examined.registry:
            advice = "stop everything, keep the file, and restore the newest backup: energy-workbench restore"
        return Finding(Verdict.PROBLEM, examined.registry, advice)
    whole = ", every page is whole" if thorough and "://" not in examined.place else ""
    return Finding(Verdict.GOOD, f"{examined.place}: of this version, {len(examined.meters)} meters{whole}")


def _site(examined: Examined, slug: str) -> Finding:
    if examined.site is None:
        return Finding(Verdict.GOOD, "not known: see the database above")
    site = site_row(examined.site, slug)
    told = ", ".join(site[name] or f"no {name} stated" for name in ("name", "timezone", "country", "currency"))
    told = f"{slug}: {told}" if slug else told
    return Finding(Verdict.WARNING if site["advice"] else Verdict.GOOD, told, site["advice"])


def _state(examined: Examined) -> Finding:
    if examined.state:
        advice = "stop everything and delete it: polling writes it again within a minute"
        return Finding(Verdict.WARNING, examined.state, advice)
    return Finding(Verdict.GOOD, f"known of {len(examined.live)} meters")


def _spool(settings: Settings, thorough: bool) -> Finding:
    from energy_workbench.lake import examine
    from energy_workbench.lake.spool.fullness import LATE_SECONDS

    state = examine.spool(settings.spool_path, settings.spool_max_bytes, thorough=thorough)
    if state is None:
        return Finding(Verdict.GOOD, "empty: nothing was polled yet")
    if isinstance(state, str):
        return Finding(
            Verdict.PROBLEM, state, "start the collector: it sets the damaged part aside and rescues the rest"
        )
    if state.failing_since_us or state.lost or state.share >= 1:
        return Finding(Verdict.PROBLEM, state.words(), "see the lake below: is its disk full, there, and writable")
    if state.worrying:
        return Finding(
            Verdict.WARNING, state.words(), "is the schedule running; is the lake's disk full, there, and writable"
        )
    if state.waiting_seconds > LATE_SECONDS:
        text = f"{state.words()}, the oldest for {state.waiting_seconds / 60:.0f} minutes"
        return Finding(Verdict.WARNING, text, "start what moves them: energy-workbench schedule")
    return Finding(Verdict.GOOD, state.words())


def _lake(settings: Settings) -> Finding:
    from energy_workbench.lake import examine

    folder = Path(settings.lake_path.removeprefix("file://"))
    tables = {name: examine.table(folder / name) for name in ("readings", "intervals")}
    if wrong := [table.wrong for table in tables.values() if table.wrong]:
        return Finding(
            Verdict.PROBLEM, "; ".join(wrong), "start energy-workbench schedule, which mends what it can; else restore"
        )
    if not examine.writable(folder):
        return Finding(
            Verdict.PROBLEM, f"{folder} cannot be written by this user", "mount it, or chown it to the service's user"
        )
    if all(table.version < 0 for table in tables.values()):
        return Finding(Verdict.GOOD, f"{folder}: nothing is stored yet")
    told = [
        f"{table.rows:,} {name} in {table.files} files, last commit {_ago(table.at)}"
        for name, table in tables.items()
        if table.version >= 0
    ]
    return Finding(Verdict.GOOD, f"{folder}: {'; '.join(told)}")


def _damage(settings: Settings) -> Finding:
    damages = incidents(settings.home, settings.lake_path)
    if not damages:
        return Finding(Verdict.GOOD, "nothing was set aside")
    newest = damages[-1]
    aside = f" (kept as {newest.aside})" if newest.aside else ""
    text = f"{len(damages)} incidents nobody has looked at yet; the newest at {newest.at}: {newest.text}{aside}"
    return Finding(Verdict.WARNING, text, f"look at the disk; once it is understood, delete {INCIDENTS} beside it")


def _clock(settings: Settings, examined: Examined) -> Finding:
    now, name = clock.now(), examined.timezone or settings.timezone
    try:
        local = now.astimezone(zone_of(name))
    except PeriodError as error:
        return Finding(
            Verdict.PROBLEM, f"the site's zone: {error}", "set another zone; are the zone files installed (tzdata)"
        )
    text = f"{local:%Y-%m-%d %H:%M:%S} in {name}"
    seen = [live.last_seen for live in examined.live.values() if live.last_seen]
    if seen and max(seen) > now + SILENT:
        ahead = f"{text}, but a reading was taken at {max(seen).astimezone(local.tzinfo):%Y-%m-%d %H:%M:%S}"
        return Finding(Verdict.PROBLEM, ahead, "the clock was set back: set it right, and let NTP keep it")
    if machine_clock.synchronised() is False:
        advice = "turn NTP on: timedatectl set-ntp true; readings carry this clock's time"
        return Finding(Verdict.WARNING, f"{text}; nobody keeps this machine's clock", advice)
    return Finding(Verdict.GOOD, text)


def _processes(settings: Settings, examined: Examined) -> Finding:
    now = clock.now()
    alive = {name: name in examined.processes and now - examined.processes[name][0] < SILENT for name in BEATING}
    ports = {
        "service": settings.port,
        "dashboards": settings.dashboard_port,
        "editor": settings.editor_port,
        "lab": settings.lab_port,
    }
    answering = {name: _listens(settings.near_host, port) for name, port in ports.items()}
    # A service that answers lives, whatever it could write last.
    alive["service"] = alive["service"] or answering["service"]
    running = [name for name in dict.fromkeys([*alive, *answering]) if alive.get(name) or answering.get(name)]
    if not running:
        return Finding(
            Verdict.WARNING, "nothing runs", "energy-workbench up, or systemctl start energy-workbench.target"
        )
    if silent := [name for name, beats in alive.items() if not beats]:
        commands = " and ".join(BEATING[name] for name in silent)
        text = f"{', '.join(running)} run, {' and '.join(silent)} {'does' if len(silent) == 1 else 'do'} not"
        return Finding(Verdict.PROBLEM, text, f"start {commands}; why they stopped is in their log")
    absent = [f"{name} (port {ports[name]})" for name, there in answering.items() if not there]
    text = f"{', '.join(running)} run" + (f"; not running: {', '.join(absent)}" if absent else "")
    return Finding(Verdict.GOOD, text)


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False


def _days(days: float) -> str:
    return f"{days:.0f} days" if days < 1000 else f"{days / 365:.0f} years"


def _ago(at: datetime | None) -> str:
    if at is None:
        return "at an unknown time"
    seconds = max(0.0, (clock.now() - at).total_seconds())
    for size, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name} ago"
    return f"{seconds:.0f} s ago"
