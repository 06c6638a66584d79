"""Rows of validation by people."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.rows.locked import LockedChangeRow
from energy_workbench.contract.words import Kvah, Kvarh, Kwh
from energy_workbench.energy.counter_steps import Choice

ChoiceText = Annotated[str, Words(tuple(Choice))]


class DecisionRow(TypedDict):
    """What somebody decided of a step, with the counters that it needs [the quantity's unit]."""

    choice: ChoiceText
    reason: str
    modulus: float | None
    closing: float | None
    opening: float | None
    until: Instant | None


StepRow = TypedDict("StepRow", {"id": str, "from": Instant, "to": Instant, "text": str})
"""One step of a case, which can be decided by its own `id`."""

CaseRow = TypedDict(
    "CaseRow",
    {
        "id": str,
        "meter": str,
        "number": str,
        "quantity": str,
        "from": Instant,
        "to": Instant,
        "name": str,
        "text": str,
        "evidence": "dict[str, Any]",
        "choices": "list[ChoiceText]",
        "decision": "DecisionRow | None",
        "count": int,
        "steps": "list[StepRow]",
        "locked_change": "NotRequired[LockedChangeRow]",
    },
)
"""A step of a counter whose meaning is not clear, with the evidence, what it may be, and what was decided.

Steps of one cause are one case: `count` of them, each in `steps`; the evidence is the first's.
"""


class EditedInterval(TypedDict):
    """Energies that somebody put in the place of an interval's, and why."""

    start: Instant
    energy_import_kwh: NotRequired[Kwh]
    energy_export_kwh: NotRequired[Kwh]
    energy_reactive_kvarh: NotRequired[Kvarh]
    energy_apparent_kvah: NotRequired[Kvah]
    reason: str
    locked_change: NotRequired[LockedChangeRow]
