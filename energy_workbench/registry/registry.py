"""The registry: what is configured, and every change of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select

from energy_workbench.domain.entities import Meter, Site
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.status import Status, StatusChange
from energy_workbench.domain.time import clock
from energy_workbench.registry import gateways, sites, templates
from energy_workbench.registry.access.tokens import AccessTokens
from energy_workbench.registry.change_log import ChangeLog
from energy_workbench.registry.commissioning.sheets import CommissioningSheets
from energy_workbench.registry.emission_factors import EmissionFactors
from energy_workbench.registry.gateways import Gateway
from energy_workbench.registry.health_limits import HealthLimits
from energy_workbench.registry.meters import deletion, edits, queries, status_history
from energy_workbench.registry.meters.checked import checked, one, refuse_stale
from energy_workbench.registry.meters.meter_history import MeterHistory
from energy_workbench.registry.meters.readings_mappings import SavedMappings
from energy_workbench.registry.month_locks import MonthLocks
from energy_workbench.registry.report_runs import ReportRuns
from energy_workbench.registry.report_schedules import ReportSchedules
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.templates import SavedTemplates
from energy_workbench.registry.validation import Validation

Children = Literal["refuse", "reparent", "cascade"]


class Registry(
    MeterHistory,
    Validation,
    HealthLimits,
    CommissioningSheets,
    ChangeLog,
    SavedTemplates,
    SavedMappings,
    EmissionFactors,
    MonthLocks,
    ReportSchedules,
    ReportRuns,
    AccessTokens,
):
    """Site, meters, ratios, placements, gateways and tokens of one plant, with their history.

    Every method is one transaction; all may be called from several threads and processes.

    Parameters
    ----------
    url : str
        SQLAlchemy URL: `sqlite:///path` or `postgresql://…`. Nothing is opened before the first call.
    """

    def revision(self) -> int:
        """A number that grows with each change of anything here; cheap to ask for."""
        with self.database.read() as connection:
            return int(connection.execute(select(schema.revision.c.value)).scalar_one())

    def begun(self) -> int:
        """A number that grows when a status comes to hold that was dated ahead; cheap to ask for."""
        with self.database.read() as connection:
            return queries.begun(connection, clock.now())

    def site(self) -> Site:
        """The plant."""
        with self.database.read() as connection:
            return sites.read_site(connection)

    def site_was_changed(self) -> bool:
        """Whether somebody ever said what the plant is; until then it has a name of the program's."""
        with self.database.read() as connection:
            return sites.was_changed(connection)

    def update_site(self, fields: Mapping[str, Any], by: str) -> Site:
        """Change what is given of `name`, `timezone`, `country` and `currency`; the plant as it is then.

        Raises
        ------
        InputError
            With everything that cannot be.
        """
        with self.database.write() as connection:
            site = sites.read_fields(sites.read_site(connection), fields)
            sites.write_site(connection, site, by=by, at=clock.now())
            return site

    def set_site(self, site: Site, by: str) -> None:
        """Change the plant's name, zone, currency and country.

        Raises
        ------
        InputError
            If one of them cannot be.
        """
        with self.database.write() as connection:
            sites.write_site(connection, site, by=by, at=clock.now())

    def meters(self, at: datetime | None = None, deleted: bool = False) -> list[Meter]:
        """The meters in tree order: each before its children, siblings by their numbers.

        Parameters
        ----------
        at : datetime, optional
            Aware; the tree and the ratios as they were then, with the meters that lived then. Now by default.
        deleted : bool
            Deleted meters as well.
        """
        with self.database.read() as connection:
            living = queries.living_at(at) if at else schema.meters.c.deleted_at.is_(None)
            return queries.tree_order(queries.load(connection, at, living=None if deleted else living))

    def count(self) -> int:
        """How many meters there are; cheap to ask for."""
        with self.database.read() as connection:
            living = schema.meters.c.deleted_at.is_(None)
            return int(connection.execute(select(func.count()).select_from(schema.meters).where(living)).scalar_one())

    def meter(self, ref: str | int, *, deleted: bool = False) -> Meter:
        """One meter by its id (`mtr_12`), number or key; with `deleted`, also one that was deleted.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.read() as connection:
            return one(connection, ref, deleted=deleted)

    def create_meter(
        self,
        fields: Mapping[str, Any],
        *,
        by: str,
        template: str | None = None,
        profiles: Collection[str] | None = None,
    ) -> Meter:
        """Add a meter; its ratio, parent and status hold from the beginning of time.

        `fields` have the names of the meter file; the parent is `parent` (number or id) or `parent_id`.
        With a `template`, its values hold where `fields` has none. With `profiles`, ids of the meter models
        that can be read, its own must be one of them.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the number is in use.
        NotFoundError
            If there is no such template.
        """
        with self.database.write() as connection:
            source = templates.find(connection, template) if template else None
            given = {**(source.fields if source else {}), **fields}
            meter = replace(checked(connection, None, given, profiles), key=edits.next_key(connection))
            entries = edits.created(connection, [meter], by=by, at=clock.now())
            journal.commit(connection, templates.named(entries, source) if source else entries)
            return one(connection, meter.key)

    def update_meter(
        self,
        ref: str | int,
        fields: Mapping[str, Any],
        *,
        by: str,
        revision: int | None = None,
        profiles: Collection[str] | None = None,
    ) -> Meter:
        """Change the given fields of a meter.

        Another CT, PT or who applies them becomes a ratio valid from now; another parent, a placement
        from now; another status, one from now (its reason does not outlive it). None or an empty text sets
        the default. What an answer shows and cannot be set is ignored. With `revision`, the meter must not
        have changed since that one. With `profiles`, ids of the meter models that can be read, another one
        must be one of them.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the meter has changed since that revision (the error has both versions), the number is in use,
            or the parent is below it.
        NotFoundError
            If there is no such meter.
        """
        with self.database.write() as connection:
            before = one(connection, ref)
            refuse_stale(connection, before, revision, fields)
            after = checked(connection, before, fields, profiles)
            if after == before:
                return before
            journal.commit(connection, edits.changed(connection, [(before, after)], by=by, at=clock.now()))
            return one(connection, before.key)

    def set_status(
        self,
        ref: str | int,
        status: str,
        reason: str,
        *,
        by: str,
        valid_from: datetime | Literal["now"] | None = "now",
        revision: int | None = None,
    ) -> Meter:
        """Say what a meter is from an instant on, and why; one that begins at the same instant is corrected.

        Parameters
        ----------
        valid_from : datetime, None or "now"
            Aware, also ahead; None is the beginning of time. Statuses that begin later stay.

        Raises
        ------
        InputError
            If there is no such status, or no reason for one other than active.
        ConflictError
            If the meter has changed since that revision.
        """
        with self.database.write() as connection:
            before = one(connection, ref)
            given = {"status": status, "status_reason": reason}
            refuse_stale(connection, before, revision, given)
            # Checked by itself, so that the reason of the former status can be given again.
            after = checked(connection, replace(before, status_reason=""), given)
            if not after.status_reason and after.status is not Status.ACTIVE:
                problem = Problem(before.number, "status_reason", "", f"is required: why is the meter {after.status}?")
                raise InputError(f"the status of meter {before.number} cannot be changed", [problem])
            at = clock.now()
            said = StatusChange(
                status=after.status, reason=after.status_reason, valid_from=at if valid_from == "now" else valid_from,
                by=by,
            )  # fmt: skip
            status_history.add(connection, before, said, at=at)
            return one(connection, before.key)

    def delete_meter(
        self, ref: str | int, *, by: str, children: Children = "refuse", revision: int | None = None
    ) -> list[Meter]:
        """Delete a meter; its history stays, and it can be restored.

        Parameters
        ----------
        ref : str or int
            Id, number or key.
        by : str
        children : {"refuse", "reparent", "cascade"}
            What becomes of meters below it: refuse while there are any, hang them under its parent from
            now on, or delete them too.
        revision : int, optional
            The one that the caller has seen.

        Returns
        -------
        list of Meter
            Those deleted, as they were.

        Raises
        ------
        ConflictError
            If it has children and they are not to be moved or deleted, or has changed since that revision.
        """
        with self.database.write() as connection:
            return deletion.delete(connection, ref, children, by=by, at=clock.now(), revision=revision)

    def restore_meter(self, ref: str | int, *, by: str) -> Meter:
        """Bring a deleted meter back under its former parent, or the nearest one above that lives.

        Raises
        ------
        ConflictError
            If it is not deleted, or its number or its device is in use by another meter now.
        """
        with self.database.write() as connection:
            return deletion.restore(connection, ref, by=by, at=clock.now())

    def deleted_meters(self) -> list[deletion.Deleted]:
        """Meters that were deleted and can be restored, the newest first."""
        with self.database.read() as connection:
            return deletion.deleted(connection)

    def restorable(self, ref: str | int) -> tuple[Meter, list[str]]:
        """A deleted meter as it would come back, and what is in its way, in words.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        ConflictError
            If it is not deleted.
        """
        with self.database.read() as connection:
            before = deletion.gone(connection, ref)
            return deletion.restored(connection, before), deletion.obstacles(connection, before)

    def gateways(self) -> list[Gateway]:
        """Every gateway that a meter named, with its options."""
        with self.database.read() as connection:
            return gateways.listing(connection)

    def set_gateway(self, url: str, options: Mapping[str, Any], *, by: str, revision: int | None = None) -> Gateway:
        """Replace the options of a gateway (`domain.fields.gateway_options.OPTIONS`); one that is None is not set.

        Raises
        ------
        InputError
            If an option does not exist or is out of its bounds.
        ConflictError
            If they have changed since that revision (the error has both versions).
        NotFoundError
            If no meter names that gateway.
        """
        with self.database.write() as connection:
            return gateways.set_options(connection, url, options, by=by, at=clock.now(), revision=revision)
