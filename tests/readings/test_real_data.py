"""What a real meter counted (tests/readings/real), imported by the command; totals beside plain sums of its file."""

from __future__ import annotations

import csv
import gzip
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.waiting import patience

FILE = Path(__file__).parent / "real" / "london_half_hours.csv.gz"
LONDON = ZoneInfo("Europe/London")
HALF = timedelta(minutes=30)
NOW = datetime(2013, 11, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def half_hours() -> dict[datetime, Decimal]:
    """Energy by the start of its half-hour [kWh]; doubled rows once."""
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        return {
            datetime.fromisoformat(row["start"]).replace(tzinfo=UTC): Decimal(row["value"])
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def register(half_hours: dict[datetime, Decimal]) -> dict[datetime, Decimal]:
    """What the counter shows at each edge of a half-hour that was delivered."""
    shows, found = Decimal("71234.5"), {}
    for start, energy in sorted(half_hours.items()):
        found[start] = shows
        shows += energy
        found[start + HALF] = shows
    return found


def command(home: Path, *words: str) -> str:
    program = [sys.executable, "-c", "from energy_workbench.cli.main import main; main()", *words]
    environment = os.environ | {"ENERGY_WORKBENCH_HOME": str(home), FIXED_NOW: NOW.isoformat()}
    done = subprocess.run(program, capture_output=True, text=True, env=environment, timeout=patience(120), check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, register: dict[datetime, Decimal]) -> Path:
    """A home into which the command has imported it, and then some of it once more in disorder."""
    folder = tmp_path_factory.mktemp("real")
    own = settings.load(folder / "home")
    own.home.mkdir()
    registry = Registry(own.registry_url)
    registry.migrate(timezone="Europe/London", site_name="A home")
    StateStore(own.state_url).migrate()
    registry.create_meter({"number": "HOUSE", "name": "House", "type": "main"}, by="test")
    registry.close()
    lines = [f"HOUSE,{at.isoformat()},{shows}" for at, shows in register.items()]
    mixed = random.Random(1).sample(lines, len(lines))
    for name, rows, told in (
        ("orderly", lines, "are new"),
        ("mixed", mixed[:3000] + mixed[:50], ": 0 readings are new"),
    ):
        path = folder / f"{name}.csv"
        path.write_text("\n".join(["meter,ts,energy_active_import", *rows]))
        assert told in command(own.home, "readings", "import", str(path))
    return own.home


@pytest.fixture
def wb(home: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return Workbench.at(home)


def summed(half_hours: dict[datetime, Decimal], form: str) -> dict[str, float]:
    """Energy by what the site's clock shows."""
    found: dict[str, Decimal] = {}
    for start, energy in half_hours.items():
        key = f"{start.astimezone(LONDON):{form}}"
        found[key] = found.get(key, Decimal(0)) + energy
    return {key: float(value) for key, value in found.items()}


@pytest.mark.parametrize(
    ("by", "form", "shown"), [("month", "%Y-%m", 7), ("day", "%Y-%m-%d", 10), ("1h", "%Y-%m-%dT%H%z", 0)]
)
def test_energy_is_what_the_file_says(
    wb: Workbench, half_hours: dict[datetime, Decimal], by: str, form: str, shown: int
) -> None:
    wanted = summed(half_hours, form)
    steps = {"every": by} if by == "1h" else {"by": by}
    found = wb.pattern("HOUSE", "2013", **steps).points  # type: ignore[arg-type]
    known = {
        row["start"][:shown] if shown else f"{datetime.fromisoformat(row['start']):{form}}": row["energy_kwh"]
        for row in found
        if row["energy_kwh"] is not None
    }
    # Rows that are known and hold nothing are those of half-hours that were not delivered.
    assert {key: known[key] for key in wanted} == pytest.approx(wanted, abs=1e-6)
    assert sum(known.values()) == pytest.approx(sum(wanted.values()), abs=1e-6)


def test_the_days_of_the_clock_change_have_their_hours(wb: Workbench, half_hours: dict[datetime, Decimal]) -> None:
    daily = summed(half_hours, "%Y-%m-%d")
    for day, hours in (("2013-03-31", 23), ("2013-10-27", 25)):
        found = wb.consumption("HOUSE", day, every="1h")
        assert len(found) == hours
        assert sum(row["energy_import_kwh"] for row in found) == pytest.approx(daily[day], abs=1e-9)


def test_the_register_is_the_sum_of_all_intervals_exactly(wb: Workbench, register: dict[datetime, Decimal]) -> None:
    frame = wb.sql("select sum(energy_import_kwh) as kwh, count(*) as intervals from intervals where number = 'HOUSE'")
    first, last = min(register), max(register)
    assert frame["kwh"][0] == pytest.approx(float(register[last] - register[first]), abs=1e-6)
    assert frame["intervals"][0] == (last - first) / timedelta(minutes=15)


def test_half_an_hour_between_readings_is_no_quarter_that_was_measured_but_a_half_hour_that_was(wb: Workbench) -> None:
    quarters = wb.consumption("HOUSE", "2013-07", every="15min")
    assert {row["quality"] for row in quarters.rows} == {"estimated"}
    assert {(row["completeness"], row["demand_kw"]) for row in quarters.rows} == {(0.0, None)}
    halves = wb.consumption("HOUSE", "2013-07", every="30min").rows
    assert {row["quality"] for row in halves} == {"actual"}
    month = wb.pattern("HOUSE", "2013-07", by="day")
    assert {row["quality"] for row in month.points} == {"actual"}
    highest = 2 * max(row["energy_import_kwh"] or 0.0 for row in halves)
    assert month.peak_kw == pytest.approx(highest)
    assert wb.demand("HOUSE", "2013-07", block="30min").rows[0]["maximum"] == pytest.approx(highest)
    assert wb.findings("HOUSE") == []
