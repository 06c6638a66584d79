"""A case folder for each trap of the field: what was on the wire, and what must come out."""

from __future__ import annotations

import csv
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import parse_period
from energy_workbench.energy.counter_steps import Choice, Decision, Facts, Register
from energy_workbench.energy.counter_validation import OPEN
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.findings import stored
from tests.lake.helpers import T0_US, table

CASES = sorted(path.parent for path in Path(__file__).parent.glob("cases/*/expected.json"))

FAR = datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path, tmp_path: Path) -> None:
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    given, expected = case["given"], case["expected"]
    lake = Lake(tmp_path / "lake")
    ratios, evidence = [(1, ratio(given.get("ratio", {})))], {1: facts(given)}
    for rows in commits(folder / "readings.csv"):
        lake.append(table(rows))
        build(lake, ratios, evidence=evidence)
    if "later_ratio" in given:
        ratios.append((1, ratio(given["later_ratio"])))
        build(lake, ratios, evidence=evidence)
    assert expected, "a case that expects nothing shows nothing"
    check(lake, expected)
    told = Reader(lake).intervals([1], *FAR).to_pylist(), stored(lake.findings)
    # Built from nothing it is the same.
    build(lake, ratios, meters=[1], evidence=evidence)
    again, findings = Reader(lake).intervals([1], *FAR).to_pylist(), stored(lake.findings)
    assert findings == told[1]
    for row, before in zip(again, told[0], strict=True):
        assert {**row, **rounded(row)} == {**before, **rounded(before)}


def check(lake: Lake, expected: dict[str, Any]) -> None:
    reader = Reader(lake)
    rows = reader.intervals([1], *FAR).to_pylist()
    by_start = {row["start"]: row for row in rows}
    known = {
        "total_kwh": lambda: sum(row["energy_import_kwh"] or 0.0 for row in rows),
        "export_kwh": lambda: sum(row["energy_export_kwh"] or 0.0 for row in rows),
        "peak_kw": lambda: max(row["demand_kw"] for row in rows if row["demand_kw"] is not None),
    }
    for name, found in known.items():
        if name in expected:
            assert found() == pytest.approx(expected[name], abs=1e-4), name
    if "least_kwh" in expected:
        assert min(row["energy_import_kwh"] or 0.0 for row in rows) >= expected["least_kwh"]
    if "rows" in expected:
        assert len(rows) == expected["rows"]
    if "qualities" in expected:
        assert sorted({row["quality"] for row in rows}) == expected["qualities"]
    if "findings" in expected:
        assert [finding.name for finding in stored(lake.findings)] == expected["findings"]
    if "open" in expected:
        assert sum(finding.name in OPEN for finding in stored(lake.findings)) == expected["open"]
    for start in expected.get("absent", ()):
        assert datetime.fromisoformat(start) not in by_start
    for row in expected.get("intervals", ()):
        found = by_start[datetime.fromisoformat(row["start"])]
        for name, value in row.items():
            if name != "start":
                wanted = pytest.approx(value, abs=1e-6) if isinstance(value, float) else value
                assert found[name] == wanted, (row["start"], name)
    if "days" in expected:
        asked = expected["days"]
        zone = ZoneInfo(asked["zone"])
        edges = axis.edges(parse_period(asked["period"], zone, FAR[1]), "1d", zone)
        sums = [reader.energy([1], pair).to_pylist() for pair in itertools.pairwise(edges)]
        assert [day[0]["energy_import_kwh"] for day in sums] == pytest.approx(asked["kwh"])


def commits(path: Path) -> list[list[tuple[int, float, dict[str, float]]]]:
    """Readings of each commit: (meter, seconds after T0, values)."""
    found: dict[int, list[tuple[int, float, dict[str, float]]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row.pop("commit", None) or 1)
            second = (to_micros(datetime.fromisoformat(row.pop("ts"))) - T0_US) / 1e6
            found.setdefault(number, []).append((1, second, {name: float(value) for name, value in row.items()}))
    return [found[number] for number in sorted(found)]


def ratio(row: dict[str, Any]) -> Ratio:
    sides = {name: row.get(name) for name in ("ct_primary", "ct_secondary", "pt_primary", "pt_secondary")}
    since = datetime.fromisoformat(row["valid_from"]) if "valid_from" in row else None
    return Ratio(**sides, applied_by=AppliedBy(row.get("ratio_applied_by", "meter")), valid_from=since)


def facts(given: dict[str, Any]) -> Facts:
    return Facts(
        rated_kw=given.get("rated_kw"),
        registers={name: Register(**row) for name, row in given.get("registers", {}).items()},
        exchanges=tuple(Exchange(**instants(row, "at")) for row in given.get("exchanges", ())),
        decisions=tuple(
            Decision(**{**instants(row, "at", "since", "until"), "choice": Choice(row["choice"])})
            for row in given.get("decisions", ())
        ),
    )


def instants(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return row | {name: datetime.fromisoformat(row[name]) for name in names if name in row}


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 9) for name, value in row.items() if isinstance(value, float)}
