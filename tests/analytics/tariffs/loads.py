"""Loads and bills for tests of tariffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from energy_workbench.analytics.tariffs.bill import Agreement, Bill, Line
from energy_workbench.analytics.tariffs.billing import Supply, bills
from energy_workbench.analytics.tariffs.metered_energy import MINUTE, MeteredEnergy
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.tariff import Tariff
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import local_midnight

UTC = ZoneInfo("UTC")
KOLKATA = ZoneInfo("Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")


def metered(
    first: date, energy: ArrayLike, zone: ZoneInfo = UTC, minutes: int = 15, **more: ArrayLike
) -> MeteredEnergy:
    """Energies one after the other from a local midnight on [kWh]."""
    imported = np.asarray(energy, float)
    starts = to_micros(local_midnight(first, zone)) + minutes * MINUTE * np.arange(len(imported), dtype=np.int64)
    return MeteredEnergy(
        starts=starts,
        minutes=minutes,
        imported=imported,
        **{name: np.asarray(each, bool if name == "estimated" else float) for name, each in more.items()},
    )


def intervals(first: date, end: date, zone: ZoneInfo = UTC, minutes: int = 15) -> int:
    """How many there are between two local midnights."""
    return (to_micros(local_midnight(end, zone)) - to_micros(local_midnight(first, zone))) // (minutes * MINUTE)


def one_bill(
    tariff: Tariff | str,
    energy: MeteredEnergy,
    first: date,
    end: date,
    zone: ZoneInfo = UTC,
    agreement: Agreement | None = None,
    **more: object,
) -> Bill:
    """The bill of one billing month."""
    tariff = tariff if isinstance(tariff, Tariff) else read_tariff(tariff)
    found = bills(tariff, energy, first, end, Supply(zone=zone, agreement=agreement or Agreement()), **more)  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0]


def lines(bill: Bill, charge: str, window: str | None = None) -> list[Line]:
    """Its lines of a charge."""
    return [each for each in bill.lines if each.charge == charge and window in (None, each.window)]


def line(bill: Bill, charge: str, window: str | None = None) -> Line:
    """Its one line of a charge."""
    found = lines(bill, charge, window)
    assert len(found) == 1, [(each.charge, each.window, each.block, each.detail) for each in bill.lines]
    return found[0]


def amount(bill: Bill, *charges: str) -> Decimal:
    """What some charges come to."""
    return sum((each.amount for each in bill.lines if each.charge in charges), Decimal(0))


def unrounded(tariff: Tariff) -> Tariff:
    """A tariff whose amounts are not rounded."""
    return replace(tariff, rounding=Rounding(amount=None))


def tariff_of(charges: Sequence[str] | str, head: str = "", version: str = "", since: str = "2018-01-01") -> Tariff:
    """A tariff of charges that are written in one line each."""
    each = charges.strip().splitlines() if isinstance(charges, str) else charges
    listed = "\n".join(f"      - {{{line.strip()}}}" for line in each)
    return read_tariff(
        f"name: test\ncurrency: EUR\n{head}\nversions:\n  - valid_from: {since}\n{version}\n    charges:\n{listed}\n"
    )
