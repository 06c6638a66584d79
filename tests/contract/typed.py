"""Read by mypy alone: what a far workbench answers is of its type, and so is each member of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

if TYPE_CHECKING:
    from energy_workbench.client.workbench import RemoteWorkbench
    from energy_workbench.contract.results import Balance, Intervals, LoadShape, MeterTable, Pattern
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

    def near(wb: Workbench) -> None:
        """On the files of a home."""
        assert_type(wb.meters(), MeterTable)
        assert_type(wb.intervals("UNIT-A"), Intervals)
        assert_type(wb.create_meter({}), MeterRow)
