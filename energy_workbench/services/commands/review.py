"""The review list and edits of intervals, on the files of a home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from energy_workbench.analytics.live import iso
from energy_workbench.contract.review import ReviewContract
from energy_workbench.contract.rows.review import CaseRow, EditedInterval
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.energy import counter_steps
from energy_workbench.energy.counter_steps import Choice, Decision, Edit, Register, Step
from energy_workbench.services.home import Home
from energy_workbench.services.rows.locks import told
from energy_workbench.services.rows.review import CaseId, alike, case_row, cause, decided_alike, number, said, step_of

BY = "python"
"""Who decides something, where nobody says it."""


class Reviewing(Home, ReviewContract):
    """The review, each decision and edit by someone: `by` is the name that the audit keeps."""

    def review(self, *, decided: bool = False) -> list[CaseRow]:
        return self._observed(("review", decided), lambda: self._review(decided))

    def _review(self, decided: bool) -> list[CaseRow]:
        from energy_workbench.energy.counter_validation import OPEN
        from energy_workbench.lake import findings

        meters = {meter.key: meter for meter in self.registry.meters(deleted=True)}
        known = self.registry.decisions()
        if decided:
            found = findings.stored(self.reader.lake.findings, {key for key, _ in known})
            told = {(each.meter, each.quantity, each.end): each for each in found}
            return [
                case_row(
                    meters[key],
                    [told.get((key, each.quantity, each.at)) or step_of(key, each) for each in decisions],
                    decisions[0],
                    self.zone,
                )
                for key, decisions in decided_alike(known)
            ]
        waiting = [
            each
            for each in findings.stored(self.reader.lake.findings)
            if each.name in OPEN and each.meter in meters and not _decided(known, each)
        ]
        return [case_row(meters[steps[0].meter], steps, None, self.zone) for steps in alike(waiting)]

    def decide(
        self,
        case: str,
        choice: str,
        reason: str,
        *,
        modulus: float | None = None,
        closing: float | None = None,
        opening: float | None = None,
        until: str | None = None,
        by: str = BY,
    ) -> CaseRow:
        of = CaseId.of(case)
        meter = self.registry.meter(of.meter, deleted=True)
        steps = self._steps(case, of, meter)
        try:
            chosen = Choice(choice)
        except ValueError:
            problem = Problem(case, "choice", str(choice)[:60], f"must be one of {', '.join(Choice)}")
            raise InputError("the decision cannot be stored", [problem]) from None
        figures = {"modulus": modulus, "closing": closing, "opening": opening}
        if problems := [
            Problem(case, name, str(value)[:60], "must be a number")
            for name, value in figures.items()
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float))
        ]:
            raise InputError("the decision cannot be stored", problems)
        if of.many and (chosen is Choice.EXCHANGE or until is not None):
            field, value = ("until", until) if until is not None else ("choice", chosen.value)
            why = f"is of one step, and these are {len(steps)}: decide it by the id of that step"
            raise InputError("the decision cannot be stored", [Problem(case, field, str(value)[:60], why)])
        decisions = [
            Decision(
                quantity=of.quantity,
                since=step.start,
                at=step.end,
                choice=chosen,
                until=None if until is None else parse_instant(until, self.zone),
                reason=reason,
                **figures,
            )
            for step in steps
        ]
        for step, decision in zip(steps, decisions, strict=True):
            _refuse_impossible(case, step, decision)
        with because(reason) as stated:
            self.registry.decide(meter.id, *decisions, by=by)
        return cast(CaseRow, told(case_row(meter, steps, decisions[0], self.zone), stated, self.zone))

    def withdraw(self, case: str, *, reason: str | None = None, by: str = BY) -> None:
        of = CaseId.of(case)
        meter = self.registry.meter(of.meter, deleted=True)
        mine = [each for _, each in self.registry.decisions(meter.id) if _within(of, each.quantity, each.at)]
        instants = [each.at for each in mine if said(each) == said(mine[0])] or [of.first]
        with because(reason) as stated:
            self.registry.withdraw_decision(meter.id, of.quantity, *instants, by=by)
        told(None, stated, self.zone)

    def edit_interval(self, meter: str, start: str, fields: Mapping[str, Any], *, by: str = BY) -> EditedInterval:
        known, at = self._meter(meter), parse_instant(start, self.zone)
        energies = {name: value for name, value in fields.items() if name not in ("reason", "start")}
        edit = Edit(start=at, energies=energies, reason=fields.get("reason") or "")
        with because(str(edit.reason)) as stated:
            self.registry.edit_interval(known.id, edit, by=by)
        row = next(row for row in self.edited_intervals(meter) if row["start"] == iso(at, self.zone))
        return cast(EditedInterval, told(row, stated, self.zone))

    def restore_interval(self, meter: str, start: str, *, reason: str | None = None, by: str = BY) -> None:
        with because(reason) as stated:
            self.registry.withdraw_edit(self._meter(meter).id, parse_instant(start, self.zone), by=by)
        told(None, stated, self.zone)

    def edited_intervals(self, meter: str) -> list[EditedInterval]:
        return [
            cast(EditedInterval, {"start": iso(edit.start, self.zone), **edit.energies, "reason": edit.reason})
            for edit in self.registry.interval_edits(self._meter(meter).id)
        ]

    def _steps(self, case: str, of: CaseId, meter: Meter) -> list[Finding]:
        """The steps of a case, by time: of several, those that are like the first."""
        from energy_workbench.energy.counter_validation import OPEN
        from energy_workbench.lake import findings

        first, last = clock.to_micros(of.first), clock.to_micros(of.last)
        known = self.registry.decisions(meter.id)
        decided = {each.at: each for _, each in known if _within(of, each.quantity, each.at)}
        found = {
            each.end: each
            for each in findings.stored(self.reader.lake.findings, [meter.key], first, last + 1)
            if each.quantity == of.quantity and (not of.many or each.name in OPEN or each.end in decided)
        }
        found = {at: step_of(meter.key, each) for at, each in decided.items()} | found
        if of.first not in found:
            raise NotFoundError(f"there is no case {case!r}: see the review list")
        if of.first in decided:
            return [found[at] for at in sorted(found) if at in decided and said(decided[at]) == said(decided[of.first])]
        waiting = [each for at, each in sorted(found.items()) if at not in decided and not _decided(known, each)]
        return [each for each in waiting if not of.many or cause(each) == cause(found[of.first])] or [found[of.first]]


def _within(of: CaseId, quantity: str, at: datetime) -> bool:
    return quantity == of.quantity and of.first <= at <= of.last


def _decided(known: Iterable[tuple[int, Decision]], step: Finding) -> bool:
    """Whether a decision is about a step; of a glitch, the step to the next reading is another."""
    return any(
        key == step.meter
        and each.quantity == step.quantity
        and (each.at == step.end if each.choice is Choice.GLITCH else each.since < step.end and each.at > step.start)
        for key, each in known
    )


def _refuse_impossible(case: str, finding: Finding, decision: Decision) -> None:
    """What the two readings around the step contradict, with the numbers."""
    before, after = number(finding, "before"), number(finding, "after")
    if before is None or after is None:
        return
    problems: list[Problem] = []

    def wrong(field: str, value: Any, reason: str) -> None:
        problems.append(Problem(case, field, "" if value is None else str(value), reason))

    step = Step(before=before, after=after, hours=1.0, register=Register(modulus=number(finding, "modulus")))
    if decision.choice is Choice.ROLLOVER and counter_steps.wrapped(step, decision.modulus) is None:
        why = f"must be where the counter begins again, at least {before:,.10g}, and the counter must have fallen"
        wrong("modulus", decision.modulus, why)
    if decision.choice is Choice.REAL and after < before:
        wrong("choice", decision.choice.value, f"a counter that fell from {before:,.10g} to {after:,.10g} is no energy")
    if decision.choice is Choice.EXCHANGE:
        if decision.closing is not None and decision.closing < before:
            wrong("closing", decision.closing, f"is below the last reading of the old device, {before:,.10g}")
        if decision.opening is not None and decision.opening > after:
            wrong("opening", decision.opening, f"is above the first reading of the new device, {after:,.10g}")
    if problems:
        raise InputError("the decision does not fit the readings", problems)
