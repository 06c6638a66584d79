"""What the workbench says, in one file: before and after a change of its inside the difference is empty.

    python scripts/behaviour.py homes FOLDER            make the plants' homes, with the code as it was before
    python scripts/behaviour.py record FOLDER OUT       ask them everything, with the code as it is now
    python scripts/behaviour.py compare BEFORE AFTER    what differs; exit code 1 if anything does

Recorded are the status and the payload of each REST call (and of calls with what is wrong), a day's changes with
their answers, the OpenAPI document, the help of each command, and the columns and types of each frame of Python.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

NOW = datetime(2026, 10, 12, 9, 37, tzinfo=UTC)
BASE = "/api/Energy"
PERIODS = (
    "2026-10-05/2026-10-11",
    "2026-10-10",
    "today",
    "last 7 days",
    "2026-10",
    "2026-10-08T06:00/2026-10-08T18:00",
)
WRONG = {"period": "2026-13", "meter": "NO-SUCH", "every": "7min", "limit": "-1", "threshold_percent": "x", "days": "0"}
GIVEN: dict[str, tuple[str, ...]] = {
    "every": ("1h", "15min", "1d"),
    "against": ("previous", "year"),
    "by": ("hour", "weekday", "shift", "day"),
    "block": ("30", "60"),
    "kind": ("sliding",),
    "unit": ("kVA",),
    "billing_day": ("15",),
    "threshold_percent": ("5",),
    "shifts": ("A=06:00-14:00,B=14:00-22:00,C=22:00-06:00",),
    "days": ("3",),
    "limit": ("3",),
    "offset": ("2",),
    "quantity": ("active_power_total", "energy_active_import"),
    "scaled": ("false",),
    "deleted": ("true",),
    "decided": ("true",),
    "status": ("maintenance",),
    "type": ("machine",),
    "q": ("unit",),
    "format": ("csv",),
    "text": (
        "select count(*) from readings",
        "select meter, sum(import_kwh) from intervals group by 1 order by 1",
        "select",
    ),
    "max_rows": ("2",),
}
"""Values of a parameter, each tried alone beside what a route requires."""

VOLATILE = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32,64}\b|\bew_[\w-]{20,}|/[\w/.-]*/home\b"
    r"|\bsch_[0-9a-f]{10}\b|[\d.]+ [GT]B free, room for about \d+ years"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(?:\+00:00|Z)"
)
"""What is another at each run: ids, sums, secrets, folders, instants of the machine's own clock."""


# --- homes ------------------------------------------------------------------------------------------------------------


def homes(folder: Path) -> None:
    """Make a home of each plant."""
    for name, make in {"demo": demo, "berlin": berlin, "kolkata": kolkata}.items():
        make(folder / name / "home")


def demo(home: Path) -> None:
    """The plant of the tests: a week of quarters, ratios of the workbench's, solar and a generator."""
    from tests.workbench.plant import add_history, make_home

    add_history(make_home(home))


def berlin(home: Path) -> None:
    """Half-hours across a meter exchange, a node without a meter's readings, a counter that resets, two roots."""
    meters = [
        {"number": "NETZ", "name": "Netz", "type": "grid"},
        {"number": "NETZ-2", "name": "Netz 2", "type": "grid"},
        {"number": "HV", "name": "Hauptverteilung", "type": "main", "parent": "NETZ"},
        {"number": "LÜCKE", "name": "Ohne Zähler", "type": "unit", "parent": "HV"},
        {"number": "HALLE/1", "name": "Halle 1 <b>", "type": "unit", "parent": "LÜCKE"},
        {"number": "PV", "name": "PV", "type": "solar", "parent": "HV", "production_register": "import"},
        {"number": "AUS", "name": "Ausser Betrieb", "type": "machine", "parent": "HALLE/1", "status": "inactive"},
    ]
    made(home, "Europe/Berlin", {"country": "DE", "currency": "EUR"}, meters)
    silent = range(150, 190)
    rows = {
        "NETZ": [(n, 5e4 + 60 * n / 2, 0.0) for n in range(9 * 48) if n not in silent],
        "HV": [(n, 1e3 + 58 * n / 2, 2.0 * n) for n in range(9 * 48)],
        "HALLE/1": [(n, (7e3 + 40 * n / 2) if n < 250 else 40 * (n - 250) / 2, 0.0) for n in range(9 * 48)],
        "PV": [(n, 100 + 15 * (n // 48 * 24 + max(0, min(24, n % 48 - 12))) / 2, 0.0) for n in range(9 * 48)],
    }
    filled(home, rows, timedelta(minutes=30))


def kolkata(home: Path) -> None:
    """A root that cannot be read, five-minute power with a gap at the peak, a deep line of meters."""
    line = [f"L{n:02}" for n in range(12)]
    meters = [
        {"number": "ROOT", "name": "Root", "type": "grid"},
        {"number": "L00", "name": "Line 0", "type": "main", "parent": "ROOT", "ct_primary": 400, "ct_secondary": 5},
        *({"number": n, "name": n, "type": "unit", "parent": p} for p, n in itertools.pairwise(line)),
        {"number": "DG", "name": "Gen set", "type": "generator", "parent": "L00"},
    ]
    made(home, "Asia/Kolkata", {"country": "IN", "currency": "INR"}, meters)
    gap = {n for n in range(9 * 288) if 120 <= n % 288 < 150}
    rows = {
        name: [(n, 1e5 + (100 - 3 * at) * n / 12, 0.0) for n in range(9 * 288) if name != "L03" or n not in gap]
        for at, name in enumerate(line)
    }
    filled(home, rows | {"DG": [(n, 20 * min(n, 300) / 12, 0.0) for n in range(9 * 288)]}, timedelta(minutes=5))


def made(home: Path, zone: str, site: dict[str, Any], meters: list[dict[str, Any]]) -> None:
    """A home with a site and meters."""
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.runtime import settings

    home.mkdir(parents=True)
    found = settings.load(home)
    registry = Registry(found.registry_url)
    registry.migrate(timezone=zone, site_name="Werk")
    registry.update_site(site, by="setup")
    StateStore(found.state_url).migrate()
    for fields in meters:
        registry.create_meter(fields, by="setup")
    registry.close()


def filled(home: Path, rows: dict[str, list[tuple[int, float, float]]], step: timedelta) -> None:
    """Counters of meters, as (step, import, export) up to now, and their intervals."""
    from energy_workbench.domain.time.clock import to_micros
    from energy_workbench.lake import Lake, Reading, Spool
    from energy_workbench.lake.build.intervals import build
    from energy_workbench.registry import Registry
    from energy_workbench.runtime import settings

    found = settings.load(home)
    registry, spool, lake = Registry(found.registry_url), Spool(found.spool_path), Lake(found.lake_path)
    first, hours = NOW.replace(minute=30) - timedelta(days=9), step / timedelta(hours=1)
    keys = {meter.number: meter.key for meter in registry.meters()}
    readings = []
    for number, counted in rows.items():
        last: float | None = None
        for n, imported, exported in counted:
            power = 0.0 if last is None or imported < last else (imported - last) / hours
            last = imported
            values = {"energy_active_import": imported, "energy_active_export": exported, "active_power_total": power}
            readings.append(Reading(keys[number], to_micros(first + n * step), 0, values))
    spool.append(readings)
    lake.commit(spool)
    build(lake, registry.all_ratios())
    spool.close()
    registry.close()


# --- recording --------------------------------------------------------------------------------------------------------


def record(folder: Path, out: Path) -> None:
    """Ask each home everything."""
    os.environ["ENERGY_WORKBENCH_NOW"] = NOW.isoformat()
    found: dict[str, Any] = {}
    for plant in sorted(path.name for path in folder.iterdir()):
        with tempfile.TemporaryDirectory() as place:
            home = Path(place) / "home"
            shutil.copytree(folder / plant / "home", home)
            found |= {f"{plant} {key}": value for key, value in of_home(home)}
    found |= {f"help {' '.join(command)}": text for command, text in helps()}
    lines = [json.dumps([key, masked(value)], sort_keys=True, ensure_ascii=False) for key, value in found.items()]
    out.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} answers in {out}")


def masked(value: Any) -> Any:
    """A value without what is another at each run."""
    return json.loads(VOLATILE.sub("~", json.dumps(value, ensure_ascii=False, default=str)))


def of_home(home: Path) -> Iterator[tuple[str, Any]]:
    """Every question, then a day's changes, then the questions that tell of changes."""
    migrated(home)
    from energy_workbench.runtime import settings

    found = settings.load(home)
    yield from frames(home)
    from fastapi.testclient import TestClient

    from energy_workbench.api.access.home_tokens import tokens_of
    from energy_workbench.api.app import create_app

    app = create_app(found)
    token = {"Authorization": f"Bearer {tokens_of(found).editor}"}
    with TestClient(app, base_url="http://127.0.0.1", headers=token, raise_server_exceptions=False) as rest:
        document = app.openapi()
        for path, verbs in document["paths"].items():
            for verb, operation in verbs.items():
                yield f"openapi {verb} {path}", operation
        for name, schema in document["components"]["schemas"].items():
            yield f"openapi {name}", schema
        meters = [row["number"] for row in rest.get(f"{BASE}/meters").json()["items"]]
        for address, asked in questions(document, meters):
            yield f"GET {address} {json.dumps(asked, ensure_ascii=False)}", answer(rest, "GET", address, params=asked)
        for at, (verb, address, body) in enumerate(changes(meters)):
            yield (
                f"{at} {verb} {address} {json.dumps(body, ensure_ascii=False)}",
                answer(rest, verb, address, json=body),
            )
        for address in ("/meters", "/meters/hierarchy", "/audit", "/history", "/undo", "/energies", "/site", "/tokens"):
            asked = {"period": PERIODS[0]} if address in ("/history", "/energies") else {}
            yield f"GET {address} afterwards", answer(rest, "GET", address, params=asked)


def migrated(home: Path) -> None:
    """The home as `init` leaves it."""
    import contextlib
    import io

    from energy_workbench.cli.main import main

    kept, sys.argv = sys.argv, ["energy-workbench", "init"]
    os.environ["ENERGY_WORKBENCH_HOME"] = str(home)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            main()
    except SystemExit:
        pass
    finally:
        sys.argv = kept


def answer(rest: Any, verb: str, address: str, **given: Any) -> list[Any]:
    """Status, type of the content, and content (its sum where it is no JSON)."""
    said = rest.request(verb, f"{BASE}{address}", **given)
    kind = said.headers.get("content-type", "")
    if "json" in kind:
        return [said.status_code, kind, said.json()]
    if kind.startswith("text/"):
        return [said.status_code, kind, said.text]
    return [said.status_code, kind, len(said.content) > 0]


def questions(document: dict[str, Any], meters: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each GET with what it requires, each of its parameters alone, each period, and what is wrong."""
    for path, verbs in document["paths"].items():
        if "get" not in verbs or path.endswith("/health"):
            continue
        names = [each["name"] for each in verbs["get"].get("parameters", ()) if each["in"] == "query"]
        required = [
            each["name"]
            for each in verbs["get"].get("parameters", ())
            if each.get("required") and each["in"] == "query"
        ]
        base = {name: GIVEN[name][0] for name in required}
        if "period" in names:
            base["period"] = PERIODS[0]
        address = path.removeprefix(BASE)
        own = [*meters[:7], "NO-SUCH"] if "{id}" in path else [""]
        for number in own:
            at = address.replace("{id}", quote(number, safe="")).replace("{run}", "1").replace("{kind}", "pdf")
            yield at, base
            if number != own[0]:
                continue
            for name in names:
                values = PERIODS if name == "period" else meters[:6] if name == "meter" else GIVEN.get(name, ())
                for value in values:
                    yield at, base | {name: value}
                if name in WRONG:
                    yield at, base | {name: WRONG[name]}
            yield at, base | {"no_such_parameter": "1"}


def changes(meters: list[str]) -> Iterator[tuple[str, str, Any]]:
    """A day at the meter setup, with what is refused."""
    parent = meters[0]
    new = {"number": "NEW-1", "name": "New", "type": "machine", "parent": parent}
    yield "POST", "/meters", new
    yield "POST", "/meters", new
    yield "POST", "/meters", {"number": "", "name": "x", "type": "nonsense"}
    yield "POST", "/meters", new | {"number": "NEW-2", "parent": "NO-SUCH"}
    yield "POST", "/meters/check", {"fields": new | {"number": "NEW-3", "ct_primary": -5}}
    yield "PUT", "/meters/NEW-1", {"name": "Renamed", "location": "Hall"}
    yield "PUT", "/meters/NEW-1", {"parent": "NEW-1"}
    yield "PUT", "/meters/NEW-1/status", {"status": "maintenance", "reason": "bearings"}
    yield "PUT", "/meters/NEW-1/status", {"status": "nonsense"}
    yield "POST", "/meters/NEW-1/ratios", {"valid_from": "2026-10-08T06:00:00Z", "ct_primary": 200, "ct_secondary": 5}
    yield "POST", "/meters/NEW-1/ratios", {"valid_from": "yesterday", "ct_primary": 200}
    yield "PUT", "/meters/NEW-1/limits", {"voltage_warning": 8}
    yield "PUT", "/limits", {"voltage_warning": -8}
    yield "PUT", "/factors", {"name": "diesel", "valid_from": "2026-01-01", "value": 2.7, "source": "the supplier"}
    yield "PUT", "/factors", {"name": "diesel", "value": 2.7, "unit": "kg/l"}
    yield "PUT", "/site", {"name": "Renamed works"}
    yield "PUT", "/site", {"timezone": "Nowhere/None"}
    yield "POST", "/templates", {"name": "usual", "meter": "NEW-1"}
    yield "POST", "/meters?template=usual", {"number": "NEW-4", "name": "By template", "parent": parent}
    yield "DELETE", "/templates/usual", None
    yield "POST", "/schedules", {"name": "daily", "report": "daily", "cron": "0 6 * * *", "period": "yesterday"}
    yield "PUT", "/schedules/daily", {"cron": "0 7 * * *"}
    yield "POST", "/schedules/check", {"fields": {"name": "x", "report": "nonsense", "cron": "nonsense"}}
    yield "DELETE", "/schedules/daily", None
    yield "PUT", "/gateways", {"url": "tcp://127.0.0.1:502", "timeout_s": 2}
    yield "PUT", "/gateways", {"url": "nonsense", "timeout": -1}
    yield "POST", "/tokens", {"name": "asha", "role": "viewer"}
    yield "POST", "/tokens", {"name": "asha", "role": "viewer"}
    yield "DELETE", "/tokens/asha", None
    yield "DELETE", "/tokens/nobody", None
    yield "POST", "/undo", None
    yield "DELETE", "/meters/NEW-1", None
    yield "DELETE", "/meters/NEW-1", None
    yield "POST", "/meters/NEW-1/restore", None
    yield "DELETE", f"/meters/{parent}", None


def frames(home: Path) -> Iterator[tuple[str, Any]]:
    """Each question of Python that can be asked with a period and a meter alone: type, columns, types of columns."""
    import energy_workbench as ew
    from energy_workbench.domain.errors import WorkbenchError

    wb = ew.open(home)
    first = str(wb.meters().to_frame()["number"].iloc[0])
    for name, method in inspect.getmembers(type(wb), inspect.isfunction):
        if name.startswith("_") or name in ("close", "at"):
            continue
        signature = inspect.signature(method)
        yield f"signature {name}", str(signature)
        needed = [
            p for p in list(signature.parameters.values())[1:] if p.default is p.empty and p.kind is not p.VAR_KEYWORD
        ]
        if "period" not in signature.parameters:
            continue
        given = {p.name: first for p in needed if p.name in ("meter", "number", "id")} | {"period": PERIODS[0]}
        try:
            result = getattr(wb, name)(**given)
        except (WorkbenchError, TypeError) as error:
            yield f"frame {name}", f"{type(error).__name__}: {error}"
            continue
        frame = result.to_frame() if hasattr(result, "to_frame") else result
        columns = (
            {str(column): str(kind) for column, kind in frame.dtypes.items()} if hasattr(frame, "dtypes") else None
        )
        yield f"frame {name}", [type(result).__name__, columns]


def helps() -> Iterator[tuple[tuple[str, ...], str]]:
    """The help of each command and of what is below it."""
    from typer.testing import CliRunner

    commands = importlib.import_module("energy_workbench.cli.main").COMMANDS
    apps = {
        name: importlib.import_module(f"energy_workbench.cli.{module}").app for name, (module, _) in commands.items()
    }
    runner = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"})
    for name, app in apps.items():
        yield (name,), runner.invoke(app, ["--help"]).output
        for below in app.registered_commands:
            called = below.name or (below.callback.__name__.replace("_", "-") if below.callback else "")
            if len(app.registered_commands) > 1:
                yield (name, called), runner.invoke(app, [called, "--help"]).output


# --- comparing --------------------------------------------------------------------------------------------------------


def compare(before: Path, after: Path) -> int:
    """Print what differs; how many differ."""
    old, new = (dict(json.loads(line) for line in path.read_text("utf-8").splitlines()) for path in (before, after))
    differ = 0
    for key in dict.fromkeys((*old, *new)):
        if old.get(key, "(not there)") != new.get(key, "(not there)"):
            differ += 1
            print(key)
            for path, was, now in differences(old.get(key, "(not there)"), new.get(key, "(not there)")):
                print(f"    {path}: {short(was)} -> {short(now)}")
    print(f"{differ} of {len(old)} answers differ")
    return differ


def differences(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The leaves that differ."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            yield from differences(was.get(key, "(not there)"), now.get(key, "(not there)"), f"{path}.{key}")
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for at, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from differences(one, other, f"{path}[{at}]")
    elif was != now:
        yield path, was, now


def short(value: Any) -> str:
    """A value in at most a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 160 else f"{text[:157]}..."


def main(arguments: list[str]) -> int:
    """Do what is asked."""
    match arguments:
        case ["homes", folder]:
            homes(Path(folder))
        case ["record", folder, out]:
            record(Path(folder), Path(out))
        case ["compare", before, after]:
            return min(1, compare(Path(before), Path(after)))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
