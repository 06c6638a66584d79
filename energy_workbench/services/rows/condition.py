"""Changes of communication and health, findings, and what people stated, as REST shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.condition import EventRow, FindingRow, StatementRow
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.time.clock import to_micros

if TYPE_CHECKING:
    from energy_workbench.lake import Lake
    from energy_workbench.registry.live_state.events import Event
    from energy_workbench.registry.meters.statements import Statement


def event_row(event: Event, zone: ZoneInfo) -> EventRow:
    """A change of communication or health."""
    return {
        "at": iso(event.at, zone),
        "of": event.of,
        "from": event.before,
        "to": event.after,
        "reason": event.reason,
    }


def finding_row(finding: Finding, numbers: Mapping[str, str], zone: ZoneInfo) -> FindingRow:
    """A finding; `numbers` are those of meters by id, deleted ones too."""
    meter = f"mtr_{finding.meter}"
    evidence: dict[str, Any] = dict(finding.evidence)
    return {
        "name": finding.name,
        "meter": meter,
        "number": numbers.get(meter),
        "quantity": finding.quantity or None,
        "from": iso(finding.start, zone),
        "to": iso(finding.end, zone),
        "text": finding.text,
        "value": evidence.get("value"),
        "evidence": evidence,
        "factors": evidence.get("factors") or [],
        "likely": evidence.get("likely"),
    }


def statement_row(said: Statement, numbers: Mapping[str, str], zone: ZoneInfo) -> StatementRow:
    """What somebody stated of a meter; `numbers` are those of meters by id, deleted ones too."""
    meter = f"mtr_{said.meter}"
    return {
        "at": iso(said.at, zone),
        "until": iso(said.until, zone),
        "meter": meter,
        "number": numbers.get(meter),
        "of": said.of,
        "text": said.text,
        "reason": said.reason,
        "by": said.by,
        "entered": iso(said.entered, zone),
    }


def found_by_build(
    lake: Lake, meter: int | None, start: datetime | None, end: datetime | None, name: str | None
) -> list[Finding]:
    """Findings of the interval build that touch a span; `name` has those below it too."""
    from energy_workbench.lake.findings import stored

    since = None if start is None else to_micros(start)
    findings = stored(lake.findings, None if meter is None else [meter], since)
    return [
        each
        for each in findings
        if (end is None or each.start < end) and (name is None or each.name == name or each.name.startswith(f"{name}."))
    ]
