"""Read by mypy alone: what a workbench takes and answers is of its type, and so is each member of a row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, assert_type

if TYPE_CHECKING:
    import pandas as pd

    from energy_workbench.client.workbench import RemoteWorkbench
    from energy_workbench.contract.results import (
        Balance,
        Demand,
        Energies,
        Intervals,
        LoadShape,
        MeterTable,
        Pattern,
        Readings,
    )
    from energy_workbench.contract.results.several import Several
    from energy_workbench.contract.rows.meters import MeterRow
    from energy_workbench.contract.rows.setup import ChangeRow
    from energy_workbench.services.workbench import Workbench

    def far(wb: RemoteWorkbench) -> None:
        """Over its service."""
        assert_type(wb.meters(), MeterTable)
        assert_type(wb.meters().rows[0], MeterRow)
        assert_type(wb.meters().rows[0]["ct_primary"], float | None)
        assert_type(wb.meter("UNIT-A")["number"], str)
        assert_type(wb.balance("2026-10"), Balance)
        assert_type(wb.balance("2026-10").lost["nodes"], int)
        assert_type(wb.pattern("UNIT-A"), Pattern | LoadShape)
        assert_type(wb.undoable(), ChangeRow | None)
        assert_type(wb.consumption("UNIT-A", pd.Period("2026-10"), every=timedelta(hours=1)), Intervals)
        assert_type(wb.readings(["UNIT-A", "MAIN"], start=date(2026, 10, 5)), Several[Readings])

    def near(wb: Workbench) -> None:
        """On the files of a home."""
        assert_type(wb.meters(), MeterTable)
        assert_type(wb.intervals("UNIT-A", (datetime(2026, 10, 5), "2026-10-06T06:00")), Intervals)
        assert_type(wb.demand(("UNIT-A", "MAIN"), date(2026, 10, 5)), Several[Demand])
        assert_type(wb.pattern(["UNIT-A"])["UNIT-A"], Pattern | LoadShape)
        assert_type(wb.energies(end="2026-10-06", start="2026-10-05"), Energies)
        assert_type(wb.readings("UNIT-A"), Readings)
        assert_type(wb.create_meter({}), MeterRow)
