"""Changing many meters together on the files of a home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from energy_workbench.contract.bodies import MeterFilter
from energy_workbench.contract.files import FilesContract
from energy_workbench.contract.rows.meters import EditedMeter, EditedMeters, FieldProblem
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.registry.bulk.many_meters import edit_meters
from energy_workbench.registry.profile_ids import profile_files
from energy_workbench.services.commands.setup import BY
from energy_workbench.services.home import Home
from energy_workbench.services.rows.locks import change_row, told
from energy_workbench.services.rows.meters import chosen

if TYPE_CHECKING:
    from energy_workbench.registry.bulk.plan import EditedMeter as Edited
    from energy_workbench.registry.bulk.plan import EditPlan


class ManyMeters(Home, FilesContract):
    """Changes of meters that are named, or that a filter means."""

    def edit_meters(
        self,
        meters: list[str] | None = None,
        fields: Mapping[str, Any] | None = None,
        *,
        where: Mapping[str, Any] | None = None,
        limits: Mapping[str, Any] | None = None,
        dry_run: bool = False,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> EditedMeters:
        keys = self._meant(meters, where)
        with because(reason) as stated:
            plan = edit_meters(
                self.registry, keys, fields or {}, limits or {}, by=by, revision=revision, dry_run=dry_run,
                profiles=profile_files(self.settings.profiles_path),
            )  # fmt: skip
        answer = edited_meters(plan, dry_run=dry_run, revision=plan.revision if dry_run else self.registry.revision())
        if plan.locked is not None:
            return {**answer, "locked_change": change_row(plan.locked, self.zone)}
        return cast(EditedMeters, told(answer, stated, self.zone))

    def _meant(self, refs: Sequence[str] | None, where: Mapping[str, Any] | None) -> set[int]:
        """Keys of the meters that are named, and of those that a filter means."""
        if not refs and not where:
            raise InputError("no meter is chosen: name them in meters, or say in where which are meant")
        _refuse_odd(where or {})
        # One that is not known so is looked for as everywhere, which says what a name is.
        index = self._index()
        keys = {(index.named(ref.strip()) or self.registry.meter(ref)).key for ref in refs or ()}
        if not where:
            return keys
        if not (found := self._filtered(dict(where))):
            raise NotFoundError("no meter is as `where` says: nothing was changed")
        return keys | {meter.key for meter in found}

    def _filtered(self, where: dict[str, Any]) -> list[Meter]:
        below, text = where.pop("below", None), where.pop("q", None)
        above = None if below is None else self._meter(below).key
        live = self._live() if where.get("communication") is not None else None
        return chosen(self._index(), text=text, below=above, live=live, **where)


def _refuse_odd(where: Mapping[str, Any]) -> None:
    """Raise InputError where a filter has what none has, or what is no text."""
    known = list(MeterFilter.__annotations__)
    kinds = {name: bool if name == "commissioned" else str for name in known}
    problems = [
        Problem("where", name, str(value)[:60], f"is not known here: {', '.join(known)}")
        for name, value in where.items()
        if name not in known
    ]
    problems += [
        Problem("where", name, str(where[name])[:60], f"must be {'true or false' if kind is bool else 'a text'}")
        for name, kind in kinds.items()
        if name in where and not isinstance(where[name], kind)
    ]
    if problems:
        raise InputError("the filter cannot be used", problems)


def edited_meters(plan: EditPlan, *, dry_run: bool, revision: int) -> EditedMeters:
    """What a change of many meters did, or would do, as REST shows it; those that stay as they are are counted."""
    shown = [each for each in plan.meters if each.changes or each.refused or each.warnings]
    refused = sum(bool(each.refused) for each in plan.meters)
    changed = sum(each.changes and not each.refused for each in plan.meters)
    return {
        "dry_run": dry_run,
        "total": len(plan.meters),
        "changed": changed,
        "unchanged": len(plan.meters) - changed - refused,
        "refused": refused,
        "revision": revision,
        "meters": [_row(each) for each in shown],
    }


def _row(each: Edited) -> EditedMeter:
    return {
        "id": each.meter.id,
        "number": each.meter.number,
        "name": each.meter.name,
        "fields": {name: list(values) for name, values in each.fields.items()},
        "limits": {name: list(values) for name, values in each.limits.items()},
        "refused": [_problem(problem) for problem in each.refused],
        "warnings": [_problem(problem) for problem in each.warnings],
        "locked_months": list(each.months),
    }


def _problem(problem: Problem) -> FieldProblem:
    return {"field": problem.field, "value": problem.value, "reason": problem.reason}
