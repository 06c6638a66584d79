"""Fields of a meter as forms, calls and files give them: converted, checked, and every problem named."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from energy_workbench.domain.entities import Flow, Meter, contradictions, default_flow
from energy_workbench.domain.errors import Problem
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.plain import Scalar
from energy_workbench.domain.ratios import Ratio
from energy_workbench.registry.checks.conversions import Convert, converter


def folded(number: str) -> str:
    """What makes two numbers the same: letter case and composition do not count."""
    return unicodedata.normalize("NFC", number).casefold()


OWN: Final[dict[str, Convert]] = {field.name: converter(field.kind) for field in meter_fields.OWN}
"""Fields that are attributes of a meter itself."""
RATIO: Final[dict[str, Convert]] = {field.name: converter(field.kind) for field in meter_fields.RATIO}
"""Fields of the ratio that is valid now."""
REQUIRED: Final = meter_fields.REQUIRED
PARENT: Final = ("parent", "parent_id")
READ_ONLY: Final = frozenset(
    {
        "id",
        "key",
        "ct_ratio",
        "pt_ratio",
        "health",
        "health_reason",
        "health_since",
        "status_since",
        "communication",
        "colour",
        "error",
        "last_seen",
        "created_at",
        "updated_at",
        "deleted_at",
        "revision",
        "polled",
        "children",
        "values",
        "power_kw",
        "energy_kwh",
        "commissioned",
    }
)
"""What an answer shows of a meter and a change of it may bring back: ignored."""
_DEFAULTS: Final = {field.name: field.default for field in meter_fields.FIELDS}


def draft(base: Meter | None, given: Mapping[str, Any], where: str) -> tuple[Meter | None, list[Problem]]:
    """A meter with the given fields set; its parent is left as it was.

    Parameters
    ----------
    base : Meter or None
        The meter before; None for a new one.
    given : mapping
        Values by the field's name, typed or as text; None or an empty text means the default.
    where : str
        What a problem is said of: the line, or the meter.

    Returns
    -------
    Meter or None
        None where there are problems. A new one has key 0.
    list of Problem
        Everything that is wrong.
    """
    problems: list[Problem] = []

    def wrong(field: str, reason: str) -> None:
        shown = given.get(field)
        problems.append(Problem(where, field, "" if shown is None else str(shown)[:60], reason))

    own: dict[str, Any] = {}
    ratio: dict[str, Any] = {}
    for name, value in given.items():
        convert = OWN.get(name) or RATIO.get(name)
        if convert is None:
            if name not in PARENT and name not in READ_ONLY:
                wrong(name, f"there is no such field; the fields are {', '.join([*OWN, *RATIO, 'parent'])}")
            continue
        empty = value is None or (isinstance(value, str) and not value.strip())
        if empty and name in REQUIRED:
            wrong(name, "must not be empty")
            continue
        try:
            converted = None if empty else convert(value)
        except ValueError as reason:
            if not (name in OWN and base is not None and _same(value, getattr(base, name))):
                wrong(name, str(reason))
                continue
            # It was said under another rule; it stands until somebody says something else.
            converted = getattr(base, name)
        part = ratio if name in RATIO else own
        part[meter_fields.BY_NAME[name].held_as] = _DEFAULTS[name] if empty else converted
    if base is None:
        for name in REQUIRED:
            if name not in given:
                wrong(name, "is required")
    if not given.get("flow") and (base is None or "flow" in given):
        type_ = own.get("type") or (base.type if base else None)
        own["flow"] = default_flow(type_) if type_ else Flow.CONSUMER
    if base and own.get("status", base.status) is not base.status:
        # A reason explains one status: the old one does not explain the new.
        given_reason = own.get("status_reason", base.status_reason)
        own["status_reason"] = "" if given_reason == base.status_reason else given_reason
    merged = replace(base.ratio if base else Ratio(), **ratio)
    if problems:
        return None, problems
    meter = replace(base, **own, ratio=merged) if base else Meter(key=0, **own, ratio=merged)
    for field, rule in contradictions(meter):
        wrong(field, rule)
    return (None if problems else meter), problems


def _same(given: Any, before: Any) -> bool:
    """Whether a field is brought back as it was, as a value or as the text that a file or a form has of it."""
    texts = {str(before), f"{before:g}"} if isinstance(before, float) else {str(before)}
    return given is not True and before is not None and str(given).strip() in texts


def ratio_problems(ratio: Ratio, where: str) -> list[Problem]:
    """What is wrong with a ratio that came as a value."""
    problems = [Problem(where, f"{kind}_secondary", "", "needs both sides or none") for kind in ratio.half_pairs]
    for field in meter_fields.RATIO:
        value = getattr(ratio, field.held_as)
        try:
            if value is not None:
                RATIO[field.name](value)
        except ValueError as reason:
            problems.append(Problem(where, field.name, str(value), str(reason)))
    if ratio.valid_from is not None and ratio.valid_from.tzinfo is None:
        problems.append(Problem(where, "valid_from", str(ratio.valid_from), "needs an offset, such as +05:30 or Z"))
    return problems


def contents(meter: Meter) -> dict[str, Scalar]:
    """Every field that can be set, as plain values, without the parent."""
    return {field.name: field.of(meter) for field in (*meter_fields.OWN, *meter_fields.RATIO)}
