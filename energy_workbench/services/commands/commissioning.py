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
from energy_workbench.contract.rows.commissioning import (
    CheckRow,
    MeterChecked,
    OfferedBeginning,
    OfferText,
    SheetRow,
)
from energy_workbench.domain.commissioning.sheet import CommissioningSheet
from energy_workbench.domain.entities import Meter, ProductionRegister
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.domain.quantities import QUANTITIES, Kind, Scaling
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.runtime.paths import file_name
from energy_workbench.services.commands import probing
from energy_workbench.services.commands.setup import BY
from energy_workbench.services.home import Home
from energy_workbench.services.measuring.rated import rated_kva
from energy_workbench.services.rows.locks import told
from energy_workbench.services.rows.ratios import ratio_row

OLD = timedelta(hours=24)
"""Readings older than that say nothing of how a meter is put in today."""
SAYS = ("signing", "first_reading")
"""Words for a day that is looked up."""
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
        commissioned_at: str = "",
        reason: str | None = None,
        by: str = BY,
    ) -> SheetRow:
        known = self._meter(meter)
        begins = self._stated(known, commissioned_at.strip())
        checked = self._checked(known, display, display_at)
        found = {
            **_found(known, checked, _shown(display), self.zone),
            "commissioned_at": begins or known.commissioned_at or "",
        }
        with because(reason) as stated:
            sheet = self.registry.sign_sheet(
                known.id, signed_by=signed_by, remarks=remarks, verdict=checked["verdict"], found=cast(Row, found),
                commissioned_at=begins, by=by,
            )  # fmt: skip
        answer: SheetRow = told(sheet_row(sheet, self.zone), stated, self.zone)
        return answer

    def commissioning_sheets(self, meter: str) -> list[SheetRow]:
        zone = self.zone
        return [sheet_row(sheet, zone) for sheet in self.registry.sheets(meter)]

    def commissioning_pdf(self, meter: str, version: int | None = None) -> tuple[str, bytes]:
        known, zone = self._meter(meter), self.zone
        sheets = self.commissioning_sheets(known.id)
        if version is None and not sheets:
            raise NotFoundError(f"{known.number} has no commissioning sheet yet: sign one, or print what a check says")
        wanted = sheets[0]["version"] if version is None else version
        sheet = next((each for each in sheets if each["version"] == wanted), None)
        if sheet is None:
            versions = ", ".join(str(each["version"]) for each in reversed(sheets)) or "none"
            raise NotFoundError(f"{known.number} has no commissioning sheet {wanted}: it has {versions}")
        return self._paper(sheet, sheets, f"commissioning-{known.number}-{wanted}", zone)

    def check_pdf(
        self, meter: str, display: Mapping[str, Any] | None = None, *, display_at: str | None = None
    ) -> tuple[str, bytes]:
        return self.unsigned_paper(self._checked(self._meter(meter), display, display_at), display)

    def unsigned_paper(self, checked: MeterChecked, display: Mapping[str, Any] | None = None) -> tuple[str, bytes]:
        """Name and content of the sheet of a check that is done, as `check_pdf`; the meter is not read again."""
        known, zone = self._meter(checked["meter"]), self.zone
        unsigned = {
            "meter": known.id, "version": 0, "signed_at": "", "signed_by": "", "by": "", "remarks": "",
            "verdict": checked["verdict"], "commissioned_at": known.commissioned_at or "",
            **_found(known, checked, _shown(display), zone),
        }  # fmt: skip
        sheets = self.commissioning_sheets(known.id)
        return self._paper(cast(SheetRow, unsigned), sheets, f"commissioning-{known.number}-unsigned", zone)

    def _paper(self, sheet: SheetRow, sheets: list[SheetRow], name: str, zone: ZoneInfo) -> tuple[str, bytes]:
        from energy_workbench.services.papers.press import printed
        from energy_workbench.services.papers.sheet_page import sheet_page

        paper = self.settings.paper
        page = sheet_page(sheet, sheets, site=self.registry.site().name, zone=zone, now=clock.now(), paper=paper)
        return f"{file_name(name)}.pdf", printed(page, paper)

    def _offers(self, meter: Meter) -> list[OfferedBeginning]:
        """From when on a meter may be said to be there, where nobody said so yet."""
        if meter.commissioned_at:
            return []
        days: dict[OfferText, datetime] = {"signing": clock.now()}
        if first := self.reader.first([meter.key]).get(meter.key):
            days["first_reading"] = first
        return [
            {"says": says, "commissioned_at": at.astimezone(self.zone).date().isoformat()} for says, at in days.items()
        ]

    def _stated(self, meter: Meter, said: str) -> str:
        """What is to be stated of the beginning, as the field has it; empty where nothing is."""
        if said not in SAYS:
            return said
        if meter.commissioned_at:
            why = f"is stated already, {meter.commissioned_at}: sign without it, or correct it among the meter's fields"
        elif day := next((each["commissioned_at"] for each in self._offers(meter) if each["says"] == said), ""):
            return day
        else:
            why = "cannot be told: it has no reading yet"
        problem = Problem(meter.number, "commissioned_at", said, why)
        raise InputError(f"the commissioning sheet of {meter.number} cannot be signed", [problem])

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
            "offers": self._offers(meter),
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


def _found(meter: Meter, checked: MeterChecked, display: Mapping[str, float], zone: ZoneInfo) -> Row:
    """What a sheet keeps: the meter as it is configured, and what was found."""
    ratio = ratio_row(meter.ratio, zone)
    found = {
        "checked_at": checked["checked_at"], "checks": checked["checks"], "values": checked["values"],
        "display": dict(display), "number": meter.number, "name": meter.name, "serial": meter.serial,
        "gateway": meter.gateway or "", "unit_id": "" if meter.unit_id is None else str(meter.unit_id),
        "profile": meter.profile or "", "ct_ratio": ratio["ct_ratio"] or "", "pt_ratio": ratio["pt_ratio"] or "",
    }  # fmt: skip
    return cast(Row, found)


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
            "commissioned_at": "",
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
