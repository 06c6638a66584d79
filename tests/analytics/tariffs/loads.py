"""Loads and tariffs of the tests of bills."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.tariffs.load import Load
from energy_workbench.analytics.tariffs.local_time import midnight
from energy_workbench.domain.tariffs.reader import read_tariff
from energy_workbench.domain.tariffs.tariff import Tariff


def starts(first: date, end: date, zone: ZoneInfo, minutes: int = 15) -> np.ndarray:
    return np.arange(midnight(first, zone), midnight(end, zone), minutes * 60_000_000, dtype=np.int64)


def flat(first: date, end: date, zone: ZoneInfo, kwh: float = 1.0, minutes: int = 15, **more: object) -> Load:
    at = starts(first, end, zone, minutes)
    return Load.of(at, np.full(len(at), kwh), minutes=minutes, **more)


def random(first: date, end: date, zone: ZoneInfo, seed: int = 0, minutes: int = 15) -> Load:
    at, draw = starts(first, end, zone, minutes), np.random.default_rng(seed)
    n = len(at)
    return Load.of(
        at,
        draw.uniform(0, 40, n),
        minutes=minutes,
        export=draw.uniform(0, 5, n),
        kvarh=draw.uniform(0, 20, n),
        estimated=draw.random(n) < 0.02,
    )


def tariff(charges: str, *, windows: str = "", head: str = "", version: str = "") -> Tariff:
    """A tariff of one version: `charges` are lines of a list, indented by nothing."""
    body = "\n".join(f"      {line}" for line in charges.strip().splitlines())
    schemes = f"    windows:\n      {windows}\n" if windows else ""
    begin = f"tariff: Test\ncurrency: EUR\n{head}\nversions:\n  - from: 2000-01-01\n{version}"
    return read_tariff(f"{begin}{schemes}    charges:\n{body}\n")
