"""Cases of the review as REST shows them: single steps of counters, and steps of one cause together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.review import CaseRow, DecisionRow
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.time import clock
from energy_workbench.energy.counter_steps import Choice, Decision

FALL: Final = (Choice.ROLLOVER, Choice.RESET, Choice.EXCHANGE, Choice.GLITCH)
RISE: Final = (Choice.REAL, Choice.EXCHANGE, Choice.GLITCH)
"""What a step may have been, by its direction."""
MANY: Final = 3
"""From so many on, steps of one counter that look alike are one case."""


@dataclass(frozen=True, slots=True)
class CaseId:
    """What a case is called: one step, or all that look alike from one instant to another."""

    meter: str
    quantity: str
    first: datetime
    last: datetime

    def __str__(self) -> str:
        first, last = clock.to_micros(self.first), clock.to_micros(self.last)
        return f"{self.meter}.{self.quantity}.{first}" + (f"-{last}" if last > first else "")

    @classmethod
    def of(cls, text: str) -> CaseId:
        """As it is written.

        Raises
        ------
        NotFoundError
            If nothing is written like that.
        """
        try:
            meter, quantity, micros = text.split(".")
            first, _, last = micros.partition("-")
            return cls(meter, quantity, *(clock.from_micros(int(each)) for each in (first, last or first)))
        except (ValueError, OverflowError, OSError):
            raise NotFoundError(f"there is no case {text!r}: see the review list") from None

    @property
    def many(self) -> bool:
        """Whether it is several steps."""
        return self.last > self.first


def alike(steps: Iterable[Finding]) -> list[list[Finding]]:
    """Open steps by cause, by meter and time: of one counter, the same thing, with the same end of the register."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for each in steps:
        groups.setdefault((each.meter, each.quantity, *cause(each)), []).append(each)
    found = [group for group in groups.values() if len(group) >= MANY]
    found += [[each] for group in groups.values() if len(group) < MANY for each in group]
    return sorted(found, key=lambda group: (group[0].meter, group[0].end, group[0].quantity))


def cause(step: Finding) -> tuple[object, ...]:
    """What steps of one cause have in common beside their counter."""
    return step.name, step.evidence.get("modulus")


def decided_alike(decisions: Iterable[tuple[int, Decision]]) -> list[tuple[int, list[Decision]]]:
    """Decisions that say the same of steps of one counter, by the key of its meter."""
    groups: dict[tuple[object, ...], tuple[int, list[Decision]]] = {}
    for key, each in decisions:
        groups.setdefault((key, each.quantity, *said(each)), (key, []))[1].append(each)
    found = [group for group in groups.values() if len(group[1]) >= MANY]
    found += [(key, [each]) for key, group in groups.values() if len(group) < MANY for each in group]
    return sorted(found, key=lambda group: (group[0], group[1][0].at, group[1][0].quantity))


def said(decision: Decision) -> tuple[object, ...]:
    """What somebody said, whatever step it is about."""
    return (
        decision.choice, decision.reason, decision.modulus, decision.closing, decision.opening,
        decision.until is None or decision.at,
    )  # fmt: skip


def case_row(meter: Meter, steps: Sequence[Finding], decision: Decision | None, zone: ZoneInfo) -> CaseRow:
    """A case as REST shows it; of several steps the first is the evidence.

    Parameters
    ----------
    steps : sequence of Finding
        By time; each ends where its reading after it was taken.
    """
    first, last, many = steps[0], steps[-1], len(steps) > 1
    rises = (number(first, "after") or 0.0) >= (number(first, "before") or 0.0)
    choices = [each for each in (RISE if rises else FALL) if not many or each is not Choice.EXCHANGE]
    edges = " to ".join(f"{each.end.astimezone(zone):%Y-%m-%d %H:%M}" for each in (first, last))
    return {
        "id": str(CaseId(meter.id, first.quantity, first.end, last.end)),
        "meter": meter.id,
        "number": meter.number,
        "quantity": first.quantity,
        "from": iso(first.start, zone),
        "to": iso(last.end, zone),
        "name": first.name,
        "text": f"{len(steps)} times from {edges}, the first time: {first.text}" if many else first.text,
        "evidence": dict(first.evidence),
        "choices": [choice.value for choice in choices],
        "decision": None if decision is None else _decision_row(decision, zone),
        "count": len(steps),
        "steps": [
            {
                "id": str(CaseId(meter.id, each.quantity, each.end, each.end)),
                "from": iso(each.start, zone),
                "to": iso(each.end, zone),
                "text": each.text,
            }
            for each in steps
        ],
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


def step_of(key: int, decision: Decision) -> Finding:
    """What is known of a step that a decision made plain, so that the build finds none any more."""
    return Finding(
        name=f"counter.{decision.choice.value}",
        meter=key,
        quantity=decision.quantity,
        start=decision.since,
        end=decision.at,
        text=f"decided to be {decision.choice.value}: {decision.reason}",
    )


def number(finding: Finding, name: str) -> float | None:
    """A number of the evidence."""
    value = finding.evidence.get(name)
    return value if isinstance(value, float) else None
