"""The part of the registry that holds what a meter was over time: ratios, parents, statuses, devices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import StatusChange
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.meters import (
    edits,
    exchanges,
    formulas,
    placement_history,
    queries,
    ratio_history,
    stated,
)
from energy_workbench.registry.meters.checked import checked, one, refuse_stale
from energy_workbench.registry.meters.ratio_history import Span
from energy_workbench.registry.meters.statements import Statement
from energy_workbench.registry.storage import journal


class MeterHistory(Opened):
    """Dated rows of meters.

    Where a method takes a `revision`, the meter must not have changed since that one: else a
    ConflictError has both versions.
    """

    def ratios(self, ref: str | int) -> list[Ratio]:
        """The CT/PT history of a meter, oldest first; the first holds from the beginning of time."""
        with self.database.read() as connection:
            return [ratio for _, ratio in queries.all_ratios(connection, queries.find(connection, ref, deleted=True))]

    def all_ratios(self) -> list[tuple[int, Ratio]]:
        """The CT/PT history of every meter, deleted ones too, by key, oldest first."""
        with self.database.read() as connection:
            return queries.all_ratios(connection)

    def add_ratio(self, ref: str | int, ratio: Ratio, *, by: str, revision: int | None = None) -> Meter:
        """Add a CT/PT pair to a meter's history; one that begins at the same instant is corrected.

        `valid_from` None stands for the beginning of time.

        Raises
        ------
        InputError
            If it is no possible ratio.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            ratio_history.add(connection, meter, ratio, by=by, at=clock.now())
            return one(connection, ref)

    def edit_ratio(
        self, ref: str | int, valid_from: datetime | None, ratio: Ratio, *, by: str, revision: int | None = None
    ) -> Meter:
        """Correct the CT/PT pair that begins at `valid_from`; it moves where `ratio.valid_from` is another instant.

        Raises
        ------
        NotFoundError
            If none begins then.
        InputError
            If it is no possible ratio.
        ConflictError
            If the first one was to begin later, or another begins at the new instant.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            ratio_history.edit(connection, meter, valid_from, ratio, by=by, at=clock.now())
            return one(connection, ref)

    def delete_ratio(
        self, ref: str | int, valid_from: datetime | None, *, by: str, revision: int | None = None
    ) -> Meter:
        """Take a later CT/PT pair out of a meter's history: the one before it holds on.

        Raises
        ------
        NotFoundError
            If none begins then.
        ConflictError
            If it is the first, which holds from the beginning of time.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            ratio_history.remove(connection, meter, valid_from, by=by, at=clock.now())
            return one(connection, ref)

    def ratio_impact(self, ref: str | int, *valid_from: datetime | None) -> Span:
        """The time [UTC] whose intervals change where a CT/PT pair is added, corrected or taken away.

        Parameters
        ----------
        ref : str or int
        *valid_from : datetime or None
            Where it begins; both instants where it moves from one to the other.
        """
        with self.database.read() as connection:
            key = queries.find(connection, ref, deleted=True)
            return ratio_history.impact([ratio for _, ratio in queries.all_ratios(connection, key)], *valid_from)

    def parents(self, ref: str | int) -> list[tuple[datetime | None, Meter | None]]:
        """The parents of a meter, oldest first; the first holds from the beginning of time."""
        with self.database.read() as connection:
            dated = queries.placements(connection, queries.find(connection, ref, deleted=True))
            return [(since, None if key is None else one(connection, key, deleted=True)) for _, key, since in dated]

    def add_parent(
        self,
        ref: str | int,
        parent: str | int | None,
        valid_from: datetime | None,
        *,
        by: str,
        revision: int | None = None,
    ) -> Meter:
        """Hang a meter below another, or at the top, from an instant on, also a past one; None: the beginning of time.

        Raises
        ------
        InputError
            If it lies ahead.
        ConflictError
            If the meter would be below itself at some time.
        NotFoundError
            If there is no such meter.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            above = None if parent is None else queries.find(connection, parent)
            placement_history.add(connection, meter, above, valid_from, by=by, at=clock.now())
            return one(connection, ref)

    def delete_parent(
        self, ref: str | int, valid_from: datetime | None, *, by: str, revision: int | None = None
    ) -> Meter:
        """Take a later parent out of a meter's history: the one before it holds on.

        Raises
        ------
        NotFoundError
            If none begins then.
        ConflictError
            If it is the first, which holds from the beginning of time, or the meter would be below itself.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            placement_history.remove(connection, meter, valid_from, by=by, at=clock.now())
            return one(connection, ref)

    def formulas(self, ref: str | int) -> list[tuple[datetime | None, str | None]]:
        """The formulas of a meter as people write them, oldest first; None took the one before away."""
        with self.database.read() as connection:
            dated = queries.all_formulas(connection, queries.find(connection, ref, deleted=True))
            texts = queries.written(connection, {place: text for place, (_, text, _) in enumerate(dated)})
            return [(since, texts[place]) for place, (_, _, since) in enumerate(dated)]

    def add_formula(
        self, ref: str | int, formula: str | None, valid_from: datetime | None, *, by: str, revision: int | None = None
    ) -> Meter:
        """Say what a calculated meter is made of from an instant on, also a past one; None: the beginning of time.

        Raises
        ------
        InputError
            If it lies ahead, or is no formula of this meter.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            formulas.add(connection, meter, formula, valid_from, by=by, at=clock.now())
            return one(connection, ref)

    def delete_formula(
        self, ref: str | int, valid_from: datetime | None, *, by: str, revision: int | None = None
    ) -> Meter:
        """Take a formula out of a meter's history: the one before it holds on, and before the first there is none.

        Raises
        ------
        NotFoundError
            If none begins then.
        ConflictError
            If some meter would be made of itself at some time.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            formulas.remove(connection, meter, valid_from, by=by, at=clock.now())
            return one(connection, ref)

    def placements(self) -> list[queries.Placement]:
        """The parents of every meter over time: (key, parent's key, valid from), by key, oldest first."""
        with self.database.read() as connection:
            return queries.placements(connection)

    def stated(
        self, start: datetime | None = None, end: datetime | None = None, key: int | None = None
    ) -> list[Statement]:
        """What was stated of meters, and holds from an instant in [start, end) on; of one where given, by its key."""
        with self.database.read() as connection:
            return stated.listing(connection, start, end, key)

    def tree_changes(self) -> set[datetime]:
        """When any meter moved or was deleted."""
        with self.database.read() as connection:
            return queries.tree_changes(connection)

    def metering_periods(self) -> dict[int, str]:
        """Stated metering periods of meters by key, deleted ones too, of those that have one."""
        with self.database.read() as connection:
            return queries.metering_periods(connection)

    def changes(self) -> list[datetime]:
        """When anything of a meter that is dated came to hold, or one was deleted, in order.

        Between two of them `meters(at=…)` is the same.
        """
        with self.database.read() as connection:
            return queries.changes(connection)

    def statuses(self, ref: str | int) -> list[StatusChange]:
        """What was said of a meter and why, oldest first; the first holds from the beginning of time."""
        with self.database.read() as connection:
            return queries.statuses(connection, queries.find(connection, ref, deleted=True))

    def exchanges(self, ref: str | int) -> list[Exchange]:
        """The exchanges of a meter's device, oldest first."""
        with self.database.read() as connection:
            key = queries.find(connection, ref, deleted=True)
            return [exchange for _, exchange in exchanges.listing(connection, key)]

    def all_exchanges(self) -> list[tuple[int, Exchange]]:
        """The exchanges of every meter, deleted ones too, by key, oldest first."""
        with self.database.read() as connection:
            return exchanges.listing(connection)

    def record_exchange(
        self,
        ref: str | int,
        exchange: Exchange,
        *,
        by: str,
        revision: int | None = None,
        ratio: Ratio | None = None,
        profile: str | None = None,
        profiles: Collection[str] | None = None,
    ) -> Meter:
        """Write down that a meter's device was exchanged; one at the same instant is corrected.

        The newest exchange gives the meter its serial; without `old_serial`, the serial of the meter is meant.
        All of it is one change, which is undone as a whole.

        Parameters
        ----------
        ratio : Ratio, optional
            That holds with the new device, from its `valid_from` on.
        profile : str, optional
            Of the new device, where it is another model; only the newest exchange can bring one.
        profiles : collection of str, optional
            Those that can be read.

        Raises
        ------
        InputError
            If a reading is none of a counter, the new serial is missing, or it lies ahead.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            now = clock.now()
            entries = exchanges.recorded(connection, meter, exchange, by=by, at=now)
            if ratio is not None:
                entries += ratio_history.added(connection, meter, ratio, by=by, at=now)
            if profile is not None and profile != meter.profile:
                if not exchanges.is_newest(connection, meter, exchange.at):
                    reason = "the device was exchanged again later: its profile is that of the last one"
                    raise InputError(
                        f"the exchange of meter {meter.number} cannot be stored",
                        [Problem(meter.number, "profile", profile, reason)],
                    )
                after = checked(connection, meter, {"profile": profile}, profiles)
                entries += edits.changed(connection, [(meter, after)], by=by, at=now)
            journal.commit(connection, entries)
            return one(connection, ref)

    def delete_exchange(self, ref: str | int, at: datetime, *, by: str, revision: int | None = None) -> Meter:
        """Take an exchange out of a meter's history; with the newest, the meter gets its former serial back.

        Raises
        ------
        NotFoundError
            If there is none at that instant.
        """
        with self.database.write() as connection:
            meter = one(connection, ref)
            refuse_stale(connection, meter, revision, {})
            exchanges.remove(connection, meter, at, by=by, at=clock.now())
            return one(connection, ref)
