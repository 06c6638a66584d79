"""A meter's form, looked at while it is filled in: what is wrong, what looks wrong, and its ratio worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from energy_workbench.contract.rows.meters import MeterCheck
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.registry.checks.fields import PARENT, RATIO, draft, folded
from energy_workbench.registry.meters import connections

RATIO_FIELDS = tuple(RATIO)
SAMPLE = 0.84
"""Share of the rated secondary current that the worked example shows: 4.2 A of 5 A."""
_BARE = {"number": "-", "name": "-", "type": "other"}
"""Stands in for what else a form says where only its ratio is meant."""


def check(
    fields: Mapping[str, Any], before: Meter | None, meters: Sequence[Meter], profiles: Collection[str]
) -> MeterCheck:
    """Look at a form.

    Parameters
    ----------
    fields : mapping
        As typed so far.
    before : Meter or None
        The meter that the form changes; None for a new one.
    meters : sequence of Meter
        Those that live.
    profiles : collection of str
        Ids of the meter models that can be read.

    Returns
    -------
    dict
        `problems` (`field, value, reason`), for which it would be refused; `warnings` (`field, reason`),
        with which it would be stored; `example` of what becomes of a value, None where the ratio is wrong.
    """
    meter, found = draft(before, fields, "form")
    problems = [(problem.field, problem.reason) for problem in found]
    problems += [*_number(fields, before, meters), *_parent(fields, before, meters)]
    ratio = _ratio(fields, before)
    # While something else is wrong, its ratio is looked at by itself.
    looked_at = meter or (Meter(key=0, number="", name="", type=MeterType.OTHER, ratio=ratio) if ratio else None)
    warnings: list[tuple[str, str]] = []
    if looked_at is not None:
        for each in connections.findings(before, looked_at, connections.Devices(meters).others(looked_at), profiles):
            (problems if each.refused else warnings).append((each.field, each.reason))
    return {
        "problems": [
            {"field": field, "value": _shown(fields.get(field)), "reason": reason}
            for field, reason in dict.fromkeys(problems)
        ],
        "warnings": [{"field": field, "reason": reason} for field, reason in warnings],
        "example": example(ratio) if ratio else None,
    }


def example(ratio: Ratio) -> str:
    """What becomes of a value that the meter says, worked out: `meter says 4.2 A → 840 A`."""
    amperes = (ratio.ct_secondary or 5.0) * SAMPLE
    if ratio.ct == 1.0 and ratio.pt == 1.0:
        return f"meter says {_number_text(amperes)} A → {_number_text(amperes)} A: no transformer"
    if ratio.applied_by is AppliedBy.METER:
        shown, plate = _number_text(amperes * ratio.ct), " and ".join(filter(None, (ratio.ct_text, ratio.pt_text)))
        return f"meter says {shown} A → {shown} A: the meter itself multiplies with {plate}"
    parts = []
    if ratio.ct_text:
        parts.append(f"{_number_text(amperes)} A → {_number_text(amperes * ratio.ct)} A")
    if ratio.pt_secondary:
        parts.append(f"{_number_text(ratio.pt_secondary)} V → {_number_text(ratio.pt_secondary * ratio.pt)} V")
    if ratio.ct_text and ratio.pt_text:
        parts.append(f"1 kW → {_number_text(ratio.ct * ratio.pt)} kW")
    return f"meter says {', '.join(parts)}"


def ratio_of(fields: Mapping[str, Any], before: Meter | None = None) -> Ratio | None:
    """The ratio that a form means; None where it is no possible one."""
    return _ratio(fields, before)


def _ratio(fields: Mapping[str, Any], before: Meter | None) -> Ratio | None:
    given = {name: value for name, value in fields.items() if name in RATIO}
    meter, problems = draft(before, given if before else _BARE | given, "form")
    return None if problems or meter is None else meter.ratio


def _number(fields: Mapping[str, Any], before: Meter | None, meters: Iterable[Meter]) -> list[tuple[str, str]]:
    wanted = folded(str(fields.get("number") or "").strip())
    used = next((m for m in meters if folded(m.number) == wanted and (before is None or m.key != before.key)), None)
    return [("number", f"is in use by {used.id} ({used.name}): take another")] if wanted and used else []


def _parent(fields: Mapping[str, Any], before: Meter | None, meters: Sequence[Meter]) -> list[tuple[str, str]]:
    by_key = {meter.key: meter for meter in meters}
    concerns: list[tuple[str, str]] = []
    for name in PARENT:
        ref = str(fields.get(name) or "").strip()
        if not ref:
            continue
        parent = next((m for m in meters if ref == m.id or folded(ref) == folded(m.number)), None)
        if parent is None:
            concerns.append((name, "there is no such meter"))
            continue
        above: Meter | None = parent
        while before is not None and above is not None and above.key != before.key:
            above = by_key.get(above.parent) if above.parent is not None else None
        if before is not None and above is not None:
            where = "itself" if parent.key == before.key else f"{parent.number}, which is below it"
            concerns.append((name, f"a meter cannot be below {where}"))
    return concerns


def _number_text(value: float) -> str:
    return f"{float(f'{value:.6g}'):.10g}"


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:60]
