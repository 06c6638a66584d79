"""Putting meters into service on the files of a home: a meter is read and looked at, and its sheet is signed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from energy_workbench.analytics.commissioning import registers
from energy_workbench.analytics.commissioning.checks import Check, Verdict, worst
from energy_workbench.analytics.commissioning.wiring import wiring
from energy_workbench.analytics.live import iso
from energy_workbench.contract.meter_history import MeterHistoryContract
from energy_workbench.contract.readings import ReadingsContract
from energy_workbench.contract.rows.commissioning import CheckRow, MeterChecked, SheetRow
from energy_workbench.domain.commissioning.sheet import CommissioningSheet
from energy_workbench.domain.entities import Meter, ProductionRegister
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.quantities import QUANTITIES, Kind, Scaling
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.services.commands import probing
from energy_workbench.services.commands.setup import BY
from energy_workbench.services.home import Home
from energy_workbench.services.measuring.rated import rated_kva
from energy_workbench.services.rows.ratios import ratio_row

OLD = timedelta(hours=24)
"""Readings older than that say nothing of how a meter is put in today."""
PLAUSIBLE = {"frequency": (45.0, 65.0), "power_factor_total": (-1.01, 1.01)}
"""What a value is read through a profile that fits."""


class Commissioning(Home, MeterHistoryContract, ReadingsContract):
    """Checks and sheets of meters."""

    def check_commissioning(
        self, meter: str, display: Mapping[str, Any] | None = None, *, display_at: str | None = None
    ) -> MeterChecked:
        return self._checked(self._meter(meter), display, display_at)

    def sign_commissioning(
        self,
        meter: str,
        signed_by: str,
        remarks: str = "",
        display: Mapping[str, Any] | None = None,
        *,
        display_at: str | None = None,
        by: str = BY,
    ) -> SheetRow:
        known = self._meter(meter)
        checked = self._checked(known, display, display_at)
        ratio = ratio_row(known.ratio, self.zone)
        found = {
            "checked_at": checked["checked_at"], "checks": checked["checks"], "values": checked["values"],
            "display": _shown(display), "number": known.number, "name": known.name, "serial": known.serial,
            "gateway": known.gateway or "", "unit_id": "" if known.unit_id is None else str(known.unit_id),
            "profile": known.profile or "", "ct_ratio": ratio["ct_ratio"] or "", "pt_ratio": ratio["pt_ratio"] or "",
        }  # fmt: skip
        sheet = self.registry.sign_sheet(
            known.id, signed_by=signed_by, remarks=remarks, verdict=checked["verdict"], found=cast(Row, found), by=by
        )
        return sheet_row(sheet, self.zone)

    def commissioning_sheets(self, meter: str) -> list[SheetRow]:
        zone = self.zone
        return [sheet_row(sheet, zone) for sheet in self.registry.sheets(meter)]

    def _checked(self, meter: Meter, display: Mapping[str, Any] | None, display_at: str | None) -> MeterChecked:
        shown, now = _shown(display), clock.now()
        seen = now if display_at is None else parse_instant(display_at, self.zone)
        if seen > now + timedelta(minutes=5):
            raise InputError(
                "the display cannot be compared",
                [Problem(meter.number, "display_at", str(display_at)[:60], "lies ahead: when was it read?")],
            )
        checks, values, read_at = self._read(meter)
        primary = {name: value * meter.ratio.factor(QUANTITIES[name].scaling) for name, value in values.items()}
        if values:
            exports = meter.production_register is ProductionRegister.EXPORT
            checks += wiring(primary, flow=meter.flow, exports=exports, rated_kva=rated_kva(meter, primary))
        checks += registers.transformers(values, meter.ratio)
        between = abs((read_at - seen).total_seconds())
        power = values.get("active_power_total")
        checks += registers.display(shown, values, meter.ratio, seconds=between, power_kw=power)
        return {
            "meter": meter.id,
            "number": meter.number,
            "checked_at": iso(now, self.zone),
            "verdict": worst(checks).value,
            "checks": [cast(CheckRow, {**asdict(each), "verdict": each.verdict.value}) for each in checks],
            "values": {name: float(f"{value:.10g}") for name, value in primary.items()},
        }

    def _read(self, meter: Meter) -> tuple[list[Check], dict[str, float], datetime]:
        """What is known of how a meter is read, its values as it says them, and when it said them."""
        if meter.polled:
            fields = {"gateway": meter.gateway, "unit_id": meter.unit_id, "profile": meter.profile}
            probed = probing.probe(self.settings, fields)
            values = {row["quantity"]: row["raw"] for row in probed["values"] if row["raw"] is not None}
            took = f"{probed['milliseconds']} ms"
            if probed["ok"]:
                first = Check("connection", "", Verdict.OK, f"it answers, {len(values)} values in {took}")
            else:
                said = f"{probed['error']}. {probed['advice']}".strip(". ")
                first = Check("connection", "", Verdict.WRONG, f"{said} (after {took})")
            return [first, *_profile(meter, values)], values, clock.now()
        why = "it is not read: it has no gateway or no profile" if meter.metered else "it is out of service"
        newest = self.readings(meter.id, limit=1).rows
        if not newest or clock.now() - datetime.fromisoformat(newest[0]["ts"]) > OLD:
            text = f"cannot be told: {why}, and no reading of it came in the last {OLD.total_seconds() / 3600:.0f} h"
            return [Check("connection", "", Verdict.CANNOT_TELL, text)], {}, clock.now()
        at = datetime.fromisoformat(newest[0]["ts"])
        text = f"cannot be told: {why}; its values are those that came of {iso(at, self.zone)}"
        return [Check("connection", "", Verdict.CANNOT_TELL, text)], dict(newest[0]["values"]), at


def _profile(meter: Meter, values: Mapping[str, float]) -> Iterator[Check]:
    """Whether what was read through its profile can be."""
    if not values:
        return
    odd = [
        f"{QUANTITIES[name].label} is {values[name]:.4g} {QUANTITIES[name].unit}".strip()
        for name, (low, high) in PLAUSIBLE.items()
        if name in values and not low <= values[name] <= high and not (name == "frequency" and values[name] == 0)
    ]
    gauges = [name for name in values if name in QUANTITIES and QUANTITIES[name].kind is not Kind.INFO]
    odd += [f"{QUANTITIES[name].label} is no number" for name in gauges if not math.isfinite(values[name])]
    if odd:
        yield Check("profile", "", Verdict.WRONG, f"{meter.profile} does not fit: {', '.join(odd)}")
    elif any(values[name] for name in gauges):
        yield Check("profile", "", Verdict.OK, f"{meter.profile} fits: what it reads can be")
    else:
        yield Check("profile", "", Verdict.CANNOT_TELL, f"cannot be told: {meter.profile} reads zeros only")


def _shown(display: Mapping[str, Any] | None) -> dict[str, float]:
    """What somebody read on a display.

    Raises
    ------
    InputError
        If one is no counter, or no number.
    """
    problems, found = [], {}
    for name, value in (display or {}).items():
        known = QUANTITIES.get(name)
        if known is None or known.kind is not Kind.COUNTER or known.scaling is not Scaling.POWER:
            problems.append(Problem("display", name, str(value)[:60], "is no counter of energy"))
            continue
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            problems.append(Problem("display", name, str(value)[:60], "a number with a decimal point is needed"))
        else:
            found[name] = number
    if problems:
        raise InputError("the display cannot be compared", problems)
    return found


def sheet_row(sheet: CommissioningSheet, zone: ZoneInfo) -> SheetRow:
    """A signed sheet, as REST shows it."""
    return cast(
        SheetRow,
        {
            **sheet.found,
            "meter": f"mtr_{sheet.meter}",
            "version": sheet.version,
            "signed_at": iso(sheet.signed_at, zone),
            "signed_by": sheet.signed_by,
            "by": sheet.by,
            "remarks": sheet.remarks,
            "verdict": sheet.verdict,
        },
    )
