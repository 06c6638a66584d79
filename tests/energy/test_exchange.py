"""The exchange of a device as people plan it: what it changes in kWh is told before, and it is undone as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.energy.fallen import ENERGY, FIRST, STEP, rebuild

AT = (FIRST + timedelta(minutes=15 * STEP - 5)).isoformat()
"""Between the last reading of the old device and the first of the new one."""

SWAP: dict[str, Any] = {"at": AT, "new_serial": "N-2", "closing": {ENERGY: 9498.0}, "opening": {ENERGY: 3499.0}}


def energy(wb: Any, period: str) -> float:
    return sum(row["energy_import_kwh"] or 0.0 for row in wb.intervals("GRID", period))


def of_month(preview: Any) -> tuple[float, float]:
    (row,) = (each for each in preview["energy"] if each["span"] == "month")
    return row["before_import_kwh"], row["after_import_kwh"]


def test_what_is_told_before_is_what_the_build_makes(wb: Workbench, far: RemoteWorkbench, home: Settings) -> None:
    told = wb.preview_exchange("GRID", SWAP)
    assert far.preview_exchange("GRID", SWAP) == told
    before, after = of_month(told)
    assert before == pytest.approx(energy(wb, "2026-10"))
    # 3 kWh up to the last reading of the old device, 1 kWh since the first of the new one.
    assert after - before == pytest.approx(4.0)
    (day,) = (each for each in told["energy"] if each["span"] == "day")
    assert day["after_import_kwh"] - day["before_import_kwh"] == pytest.approx(4.0)
    (counter,) = told["counters"]
    assert (counter["last"], counter["closing"], counter["opening"], counter["first"]) == (
        9495.0,
        9498.0,
        3499.0,
        3500.0,
    )
    assert told["warnings"] == []
    assert wb.exchanges("GRID") == []
    wb.add_exchange("GRID", SWAP)
    rebuild(home)
    assert energy(wb, "2026-10") == pytest.approx(after)


def test_what_taking_it_away_would_change_is_told_too(wb: Workbench, home: Settings) -> None:
    wb.add_exchange("GRID", SWAP)
    rebuild(home)
    before, after = of_month(wb.preview_exchange("GRID", {"at": AT}, remove=True))
    assert before == pytest.approx(energy(wb, "2026-10"))
    assert after - before == pytest.approx(-4.0)
    wb.delete_exchange("GRID", AT)
    rebuild(home)
    assert energy(wb, "2026-10") == pytest.approx(after)
    with pytest.raises(NotFoundError, match="no exchange"):
        wb.preview_exchange("GRID", {"at": AT}, remove=True)


def test_readings_that_contradict_what_was_read_are_told_in_words(wb: Workbench) -> None:
    wrong = wb.preview_exchange("GRID", {**SWAP, "closing": {ENERGY: 9000.0}, "opening": {ENERGY: 4000.0}})
    assert [text.partition(" (")[0] for text in wrong["warnings"]] == [
        "Energy active import: the last reading of the old device",
        "Energy active import: the first reading of the new device",
    ]


def test_the_new_device_brings_its_ratio_and_profile_and_all_of_it_is_one_change(wb: Workbench) -> None:
    wb.update_meter("GRID", {"serial": "O-1", "gateway": "tcp://h:502", "unit_id": 1, "profile": "schneider_pm5xxx"})
    ratio = {"ct_primary": 200, "ct_secondary": 5, "ratio_applied_by": "workbench"}
    device = {"profile": "eastron_sdm630", "ratio": ratio}
    before, after = of_month(wb.preview_exchange("GRID", {**SWAP, **device}))
    assert after > 2 * before
    wb.add_exchange("GRID", {**SWAP, **device}, by="asha")
    meter = wb.meter("GRID")
    assert (meter["serial"], meter["profile"], meter["ct_ratio"]) == ("N-2", "eastron_sdm630", "200/5")
    assert [row["valid_from"] for row in wb.meter_ratios("GRID")][1:] == [wb.exchanges("GRID")[0]["at"]]
    told = wb.undo(by="asha")["undone"]
    assert [entry["action"] for entry in told["entries"]] == ["exchange.add", "ratio.add", "meter.update"]
    meter = wb.meter("GRID")
    assert (meter["serial"], meter["profile"], meter["ct_ratio"]) == ("O-1", "schneider_pm5xxx", None)
    assert (wb.exchanges("GRID"), len(wb.meter_ratios("GRID"))) == ([], 1)
    assert wb.registry.audit_differences() == []


def test_an_earlier_exchange_brings_no_profile_and_unknown_ones_are_refused(wb: Workbench) -> None:
    later = (FIRST + timedelta(minutes=15 * STEP + 60)).isoformat()
    wb.add_exchange("GRID", {"at": later, "new_serial": "N-3"})
    for fields in ({**SWAP, "profile": "eastron_sdm630"}, {**SWAP, "at": later, "profile": "no_such_meter"}):
        with pytest.raises(InputError) as caught:
            wb.add_exchange("GRID", fields)
        assert [problem.field for problem in caught.value.problems] == ["profile"]
    assert [row["new_serial"] for row in wb.exchanges("GRID")] == ["N-3"]
