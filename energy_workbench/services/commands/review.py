"""The review list and edits of intervals, on the files of a home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.review import ReviewContract
from energy_workbench.contract.rows.review import CaseRow, DecisionRow, EditedInterval
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

BY = "python"
"""Who decides something, where nobody says it."""

FALL = (Choice.ROLLOVER, Choice.RESET, Choice.EXCHANGE, Choice.GLITCH)
RISE = (Choice.REAL, Choice.EXCHANGE, Choice.GLITCH)
"""What a step may have been, by its direction."""


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
            of_step = {(key, each.quantity, each.at): each for key, each in known}
            found = findings.stored(self.reader.lake.findings, {key for key, _ in known})
            told = {(each.meter, each.quantity, each.end): each for each in found}
            return [
                case_row(meters[key], told.get((key, quantity, at)) or _step_of(key, each), each, self.zone)
                for (key, quantity, at), each in of_step.items()
            ]
        return [
            case_row(meters[each.meter], each, None, self.zone)
            for each in findings.stored(self.reader.lake.findings)
            if each.name in OPEN and each.meter in meters and not _decided(known, each)
        ]

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
        meter, quantity, at = self._case(case)
        step = self._step(case, meter, quantity, at)
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
        decision = Decision(
            quantity=quantity,
            since=step.start,
            at=at,
            choice=chosen,
            until=None if until is None else parse_instant(until, self.zone),
            reason=reason,
            **figures,
        )
        _refuse_impossible(case, step, decision)
        with because(reason) as stated:
            self.registry.decide(meter.id, decision, by=by)
        return cast(CaseRow, told(case_row(meter, step, decision, self.zone), stated, self.zone))

    def withdraw(self, case: str, *, reason: str | None = None, by: str = BY) -> None:
        meter, quantity, at = self._case(case)
        with because(reason) as stated:
            self.registry.withdraw_decision(meter.id, quantity, at, by=by)
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

    def _case(self, case: str) -> tuple[Meter, str, datetime]:
        try:
            ref, quantity, micros = case.split(".")
            at = clock.from_micros(int(micros))
        except (ValueError, OverflowError, OSError):
            raise NotFoundError(f"there is no case {case!r}: see the review list") from None
        return self.registry.meter(ref, deleted=True), quantity, at

    def _step(self, case: str, meter: Meter, quantity: str, at: datetime) -> Finding:
        from energy_workbench.lake import findings

        micros = clock.to_micros(at)
        for each in findings.stored(self.reader.lake.findings, [meter.key], micros, micros + 1):
            if each.quantity == quantity:
                return each
        for key, decision in self.registry.decisions(meter.id):
            if decision.quantity == quantity and decision.at == at:
                return _step_of(key, decision)
        raise NotFoundError(f"there is no case {case!r}: see the review list")


def case_row(meter: Meter, step: Finding, decision: Decision | None, zone: ZoneInfo) -> CaseRow:
    """A case as REST shows it."""
    rises = (_number(step, "after") or 0.0) >= (_number(step, "before") or 0.0)
    return {
        "id": f"{meter.id}.{step.quantity}.{clock.to_micros(step.end if decision is None else decision.at)}",
        "meter": meter.id,
        "number": meter.number,
        "quantity": step.quantity,
        "from": iso(step.start, zone),
        "to": iso(step.end, zone),
        "name": step.name,
        "text": step.text,
        "evidence": dict(step.evidence),
        "choices": [choice.value for choice in (RISE if rises else FALL)],
        "decision": None if decision is None else _decision_row(decision, zone),
    }


def _decision_row(decision: Decision, zone: ZoneInfo) -> DecisionRow:
    return {
        "choice": decision.choice.value,
        "reason": decision.reason,
        "modulus": decision.modulus,
        "closing": decision.closing,
        "opening": decision.opening,
        "until": iso(decision.until, zone),
    }


def _decided(known: Iterable[tuple[int, Decision]], step: Finding) -> bool:
    """Whether a decision is about a step; of a glitch, the step to the next reading is another."""
    return any(
        key == step.meter
        and each.quantity == step.quantity
        and (each.at == step.end if each.choice is Choice.GLITCH else each.since < step.end and each.at > step.start)
        for key, each in known
    )


def _step_of(key: int, decision: Decision) -> Finding:
    """What is known of a step that a decision made plain, so that the build finds none any more."""
    return Finding(
        name=f"counter.{decision.choice.value}",
        meter=key,
        quantity=decision.quantity,
        start=decision.since,
        end=decision.at,
        text=f"decided to be {decision.choice.value}: {decision.reason}",
    )


def _refuse_impossible(case: str, finding: Finding, decision: Decision) -> None:
    """What the two readings around the step contradict, with the numbers."""
    before, after = _number(finding, "before"), _number(finding, "after")
    if before is None or after is None:
        return
    problems: list[Problem] = []

    def wrong(field: str, value: Any, reason: str) -> None:
        problems.append(Problem(case, field, "" if value is None else str(value), reason))

    step = Step(before=before, after=after, hours=1.0, register=Register(modulus=_number(finding, "modulus")))
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


def _number(finding: Finding, name: str) -> float | None:
    value = finding.evidence.get(name)
    return value if isinstance(value, float) else None
