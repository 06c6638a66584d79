"""Plants of real series, and what their analyses are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.migrated import migrated

REAL = Path(__file__).parent / "real"


def made(home: Path, zone: str, *meters: dict[str, Any]) -> Workbench:
    own = settings.load(home)
    own.home.mkdir(parents=True)
    registry = migrated(Registry(own.registry_url), timezone=zone, site_name="Works")
    StateStore(own.state_url).migrate()
    for fields in meters:
        registry.create_meter(fields, by="test")
    registry.close()
    return Workbench.at(home)


def local(wb: Workbench, start: str) -> pd.Timestamp:
    return pd.Timestamp(start).tz_convert(wb.zone)


def by_label(energy: pd.Series[float], form: str) -> dict[str, float]:
    found: dict[str, float] = energy.groupby(pd.DatetimeIndex(energy.index).strftime(form)).sum().to_dict()
    return found


def told(points: Any, form: str, value: str = "energy_kwh") -> dict[str, float]:
    return {f"{datetime.fromisoformat(each['start']):{form}}": each[value] for each in points}


def monthly_maxima(kw: pd.Series[float]) -> list[float]:
    found: list[float] = kw.groupby(pd.DatetimeIndex(kw.index).month).max().tolist()
    return found


def share(value: float) -> Any:
    """As it is told: of four digits."""
    return pytest.approx(value, abs=0.5001e-4)


def near(values: Mapping[Any, float]) -> Any:
    return pytest.approx(dict(values), rel=1e-9, abs=1e-6)
