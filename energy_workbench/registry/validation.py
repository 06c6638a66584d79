"""The part of the registry that validation needs: decisions, edits, and what is known of every meter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from energy_workbench.domain.time import clock
from energy_workbench.energy.counter_steps import Decision, Edit, Evidence, Facts
from energy_workbench.registry.base import Opened
from energy_workbench.registry.meters import decisions, exchanges, interval_edits, queries
from energy_workbench.registry.meters.checked import one

Row = TypeVar("Row")


class Validation(Opened):
    """What analysts decided and edited, and what the interval build is to know beside readings and ratios."""

    def evidence(self, profiles: Path) -> Evidence:
        """What is known of every meter, deleted ones too, by key.

        Parameters
        ----------
        profiles : Path
            Folder of the user's meter profiles.
        """
        from energy_workbench.registry.meters.counter_registers import counter_registers
        from energy_workbench.registry.meters.stated_registers import stated_registers

        with self.database.read() as connection:
            meters = queries.load(connection, None, living=None)
            exchanged = _by_meter(exchanges.listing(connection))
            decided = _by_meter(decisions.listing(connection))
            edited = _by_meter(interval_edits.listing(connection))
        return {
            meter.key: Facts(
                rated_kw=meter.rated_kw,
                registers=stated_registers(meter, counter_registers(meter.profile, profiles) if meter.profile else {}),
                exchanges=tuple(exchanged.get(meter.key, ())),
                decisions=tuple(decided.get(meter.key, ())),
                edits=tuple(edited.get(meter.key, ())),
            )
            for meter in meters
        }

    def decisions(self, ref: str | int | None = None) -> list[tuple[int, Decision]]:
        """Decisions on steps of counters with the keys of their meters; of one meter where given."""
        with self.database.read() as connection:
            return decisions.listing(connection, None if ref is None else queries.find(connection, ref, deleted=True))

    def decide(self, ref: str | int, *given: Decision, by: str) -> None:
        """Write down what steps of a counter were, as one change; another decision on the same step is corrected.

        Raises
        ------
        InputError
            If a reason is missing, or what the choice needs.
        """
        with self.database.write() as connection:
            decisions.store(connection, one(connection, ref, deleted=True), given, by=by, at=clock.now())

    def withdraw_decision(self, ref: str | int, quantity: str, *instants: datetime, by: str) -> None:
        """Take decisions on the steps at these instants back, as one change: they are judged by their evidence again.

        Raises
        ------
        NotFoundError
            If nothing was decided on one of them.
        """
        with self.database.write() as connection:
            decisions.remove(connection, one(connection, ref, deleted=True), quantity, instants, by=by, at=clock.now())

    def interval_edits(self, ref: str | int) -> list[Edit]:
        """Intervals of a meter that were edited, oldest first."""
        with self.database.read() as connection:
            key = queries.find(connection, ref, deleted=True)
            return [edit for _, edit in interval_edits.listing(connection, key)]

    def edit_interval(self, ref: str | int, edit: Edit, *, by: str) -> None:
        """Put other energies in an interval's place; another edit of it is replaced.

        Raises
        ------
        InputError
            If it is no interval, a value none of energy, or the reason is missing.
        """
        with self.database.write() as connection:
            interval_edits.store(connection, one(connection, ref), edit, by=by, at=clock.now())

    def withdraw_edit(self, ref: str | int, start: datetime, *, by: str) -> None:
        """Take an edit back: the interval is again what the readings say.

        Raises
        ------
        NotFoundError
            If it was not edited.
        """
        with self.database.write() as connection:
            interval_edits.remove(connection, one(connection, ref), start, by=by, at=clock.now())


def _by_meter(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    by_meter: dict[int, list[Row]] = {}
    for meter, row in rows:
        by_meter.setdefault(meter, []).append(row)
    return by_meter
