"""Commissioning sheets: signed, kept, and listed; a new one takes no other's place."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.commissioning.sheet import CommissioningSheet
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.meters import edits, queries
from energy_workbench.registry.meters.checked import checked, one
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import changed, typed

LONGEST_NAME: Final = 200
LONGEST_REMARKS: Final = 2000
"""Characters of remarks; lines count as a blank."""


class CommissioningSheets(Opened):
    """Sheets of meters."""

    def sheets(self, ref: str | int) -> list[CommissioningSheet]:
        """The sheets of a meter, the newest first; also of one that was deleted."""
        with self.database.read() as connection:
            return _listing(connection, queries.find(connection, ref, deleted=True))

    def sign_sheet(
        self,
        ref: str | int,
        *,
        signed_by: Any,
        remarks: Any,
        verdict: str,
        found: Row,
        by: str,
        commissioned_at: str = "",
    ) -> CommissioningSheet:
        """Store the next version of a meter's sheet, and with it from when on the meter is there, where that is given.

        Raises
        ------
        InputError
            If nobody signed it, something is wrong and no remark says why it is put into service all the same, or it is
            stated already, otherwise, from when on the meter is there.
        NotFoundError
            If there is no such meter.
        LockedMonthError
            If that alters numbers of a locked month, and nobody said why.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            name, said = _checked(meter, signed_by, remarks, verdict, commissioned_at)
            sheet = CommissioningSheet(
                meter=meter.key, version=meter.sheets + 1, signed_at=clock.now(), signed_by=name, by=by[:200],
                remarks=said, verdict=verdict, found=found,
            )  # fmt: skip
            entry = journal.AuditEntry(
                at=sheet.signed_at, by=by, action="sheet.sign", subject=meter.id,
                after={"version": sheet.version, "signed_by": name, "remarks": said, "verdict": verdict},
                rows=(changed("commissioning_sheets", None, sheet, meter=meter.key),),
            )  # fmt: skip
            entries = [entry]
            if commissioned_at and not meter.commissioned_at:
                begun = checked(connection, meter, {"commissioned_at": commissioned_at})
                entries += edits.changed(connection, [(meter, begun)], by=by, at=sheet.signed_at)
            journal.commit(connection, entries)
            return sheet


def _checked(meter: Meter, signed_by: Any, remarks: Any, verdict: str, commissioned_at: str) -> tuple[str, str]:
    problems, texts = [], {}
    lines = " ".join(str(remarks).split()) if isinstance(remarks, str) else remarks or ""
    for field, value, longest in (("signed_by", signed_by, LONGEST_NAME), ("remarks", lines, LONGEST_REMARKS)):
        try:
            texts[field] = text_of(longest)("" if value is None else value)
        except ValueError as reason:
            problems.append(Problem(meter.number, field, str(value)[:60], str(reason)))
    if texts.get("signed_by") == "":
        problems.append(Problem(meter.number, "signed_by", "", "is required: who puts the meter into service?"))
    if verdict == "wrong" and texts.get("remarks") == "":
        why = "is required where a check says that something is wrong: why is it put into service all the same?"
        problems.append(Problem(meter.number, "remarks", "", why))
    if commissioned_at and meter.commissioned_at not in (None, commissioned_at):
        why = f"is stated already, {meter.commissioned_at}: correct it among the meter's fields"
        problems.append(Problem(meter.number, "commissioned_at", commissioned_at[:60], why))
    if problems:
        raise InputError(f"the commissioning sheet of {meter.number} cannot be signed", problems)
    return texts["signed_by"], texts["remarks"]


def _listing(connection: Connection, key: int) -> list[CommissioningSheet]:
    table = schema.commissioning_sheets
    query = select(table).where(table.c.meter == key).order_by(table.c.version.desc())
    return [typed(CommissioningSheet, row) for row in connection.execute(query).mappings()]
