"""Changing many meters together: all of them or none, audited and undone as one change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from energy_workbench.domain.errors import ConflictError, InputError, LockedMonthError
from energy_workbench.domain.time import clock
from energy_workbench.registry.bulk.plan import EditPlan, make_edit_plan, refuse_unknown
from energy_workbench.registry.storage import journal

if TYPE_CHECKING:
    from energy_workbench.registry import Registry


def edit_meters(
    registry: Registry,
    keys: Collection[int],
    fields: Mapping[str, Any],
    limits: Mapping[str, Any],
    *,
    by: str,
    revision: int | None = None,
    profiles: Collection[str] | None = None,
    dry_run: bool = False,
) -> EditPlan:
    """Set the same fields, and own limits of health, of meters; with `dry_run`, only say what that would do.

    Another CT, PT, parent or status holds from now on, as where one meter is changed.

    Parameters
    ----------
    keys : collection of int
        Of meters that live.
    revision : int, optional
        The registry's, that the caller has seen: nothing must have been changed since.

    Raises
    ------
    InputError
        If there is nothing to be changed, or no such field; but for a dry run, with all that is refused, by meter.
    ConflictError
        If anything has been changed since that revision.
    LockedMonthError
        If it would alter numbers of a locked month and nobody said why; it names the meters.
    """
    refuse_unknown(fields, limits)
    with registry.database.write() as connection, connection.begin_nested() as change:
        plan = make_edit_plan(connection, keys, fields, limits, by=by, at=clock.now(), profiles=profiles)
        if revision is not None and revision != plan.revision:
            raise ConflictError(
                f"the configuration has been changed meanwhile (revision {plan.revision}, yours is {revision}): "
                "look at what would change again",
                stored={"revision": plan.revision},
                wanted={"revision": revision},
            )
        if plan.problems:
            if dry_run:
                return plan
            refused = sum(bool(each.refused) for each in plan.meters)
            raise InputError(
                f"nothing was changed: {refused} of {len(plan.meters)} meters cannot be changed so", plan.problems
            )
        try:
            journal.commit(connection, plan.entries)
        except LockedMonthError as error:
            altering = tuple(each.meter.number for each in plan.meters if each.months)
            locked = replace(error.change, meters=altering)
            if not dry_run:
                raise LockedMonthError(locked) from None
            return replace(plan, locked=locked)
        if dry_run:
            change.rollback()
        return plan
