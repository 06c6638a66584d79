"""What people stated of meters and their readings, in words: from statuses and ratios to decisions and edits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import StatusChange
from energy_workbench.domain.time.axis import INTERVAL
from energy_workbench.energy.counter_steps import Choice, Decision, Edit

_CHOICES: Final = {
    Choice.ROLLOVER: "it rolled over",
    Choice.RESET: "it was set back",
    Choice.EXCHANGE: "the meter was exchanged",
    Choice.GLITCH: "it was misread, the readings are left out",
    Choice.REAL: "the energy flowed",
}
_ENERGIES: Final = {
    "energy_import_kwh": ("import", "kWh"),
    "energy_export_kwh": ("export", "kWh"),
    "energy_reactive_kvarh": ("reactive", "kvarh"),
    "energy_apparent_kvah": ("apparent", "kVAh"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody stated of a meter, from an instant on.

    Attributes
    ----------
    meter : int
        Key.
    of : str
        `status`, `ratio`, `place`, `formula`, `exchange`, `decision` or `edit`.
    at : datetime
        UTC instant from which it holds.
    until : datetime or None
        UTC end of the intervals edited; None for what holds on.
    text, reason : str
        What in words, and why in those of who stated it.
    by : str
        Who stated it; empty where that was not kept.
    entered : datetime or None
        When [UTC].
    energies : dict of str to float or None
        Of an edit [kWh, kvarh, kVAh].
    """

    meter: int
    of: str
    at: datetime
    text: str
    until: datetime | None = None
    reason: str = ""
    by: str = ""
    entered: datetime | None = None
    energies: dict[str, float] | None = None


def status_text(before: StatusChange | None, after: StatusChange) -> str:
    """`active → inactive`."""
    return str(after.status) if before is None else f"{before.status} → {after.status}"


def ratio_text(before: Ratio | None, after: Ratio) -> str:
    """`CT 1000/5 → 1500/5`: what differs from the ratio before."""
    old = before or Ratio()
    parts = [
        f"{name} {was or 'none'} → {now or 'none'}"
        for name, was, now in (("CT", old.ct_text, after.ct_text), ("PT", old.pt_text, after.pt_text))
        if was != now
    ]
    if old.applied_by is not after.applied_by:
        who = "the workbench" if after.applied_by is AppliedBy.WORKBENCH else "the meter"
        parts.append(f"applied by {who}")
    return ", ".join(parts) or "CT and PT as before"


def place_text(before: str | None, after: str | None) -> str:
    """`below MAIN → below SMD`, by the numbers of the parents."""
    return " → ".join("at the top" if number is None else f"below {number}" for number in (before, after))


def formula_text(before: str | None, after: str | None) -> str:
    """`[MAIN] → [MAIN] - [UNIT-A]`, with the numbers of meters as they are now."""
    return " → ".join(text or "the sum of what is below it" for text in (before, after))


def exchange_text(exchange: Exchange) -> str:
    """`serial A1 → B2; energy active import 4,210.5 → 0 kWh`, as the devices showed it."""
    old = exchange.old_serial or "not stated"
    told = [f"serial {old} → {exchange.new_serial}"]
    for name in dict.fromkeys((*exchange.closing, *exchange.opening)):
        known = QUANTITIES[name]
        shown = (counts.get(name) for counts in (exchange.closing, exchange.opening))
        told.append(f"{_lower(known.label)} {' → '.join(map(_counted, shown))} {known.unit}")
    return "; ".join(told)


def decision_text(decision: Decision) -> str:
    """`step of energy active import: it rolled over`."""
    return f"step of {_lower(QUANTITIES[decision.quantity].label)}: {_CHOICES[decision.choice]}"


def edit_statement(meter: int, edit: Edit, by: str, entered: datetime | None) -> Statement:
    """An edit of one interval."""
    return _edited(
        Statement(
            meter=meter, of="edit", at=edit.start, until=edit.start + INTERVAL, text="", reason=edit.reason, by=by,
            entered=entered, energies=dict(edit.energies),
        )
    )  # fmt: skip


def joined(edits: Sequence[Statement], pause: timedelta = timedelta(hours=1)) -> list[Statement]:
    """Edits of one interval after another, for one reason and by one person, as one statement each.

    Parameters
    ----------
    edits : sequence of Statement
        By meter and time.
    pause : timedelta
        Those entered further apart are not one.
    """
    statements: list[Statement] = []
    for each in edits:
        last = statements[-1] if statements else None
        if last is not None and _follows(last, each, pause):
            sums = {name: (last.energies or {})[name] + value for name, value in (each.energies or {}).items()}
            statements[-1] = _edited(replace(last, until=each.until, energies=sums, entered=each.entered))
        else:
            statements.append(each)
    return statements


def newest(statements: Iterable[Statement], limit: int) -> list[Statement]:
    """The newest of them, newest first."""
    return sorted(statements, key=lambda each: (each.at, each.meter, each.of), reverse=True)[:limit]


def _follows(last: Statement, each: Statement, pause: timedelta) -> bool:
    same = (last.meter, last.until, last.reason, last.by) == (each.meter, each.at, each.reason, each.by)
    if not same or (last.energies or {}).keys() != (each.energies or {}).keys():
        return False
    if last.entered is None or each.entered is None:
        return last.entered is each.entered
    return abs(each.entered - last.entered) <= pause


def _edited(edit: Statement) -> Statement:
    count = 1 if edit.until is None else round((edit.until - edit.at) / INTERVAL)
    told = ", ".join(f"{_ENERGIES[name][0]} {value:,.10g} {_ENERGIES[name][1]}" for name, value in _known(edit))
    return replace(edit, text=f"{'one interval' if count == 1 else f'{count:,} intervals'} of 15 minutes: {told}")


def _known(edit: Statement) -> list[tuple[str, float]]:
    return [(name, round(value, 6)) for name, value in (edit.energies or {}).items() if name in _ENERGIES]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _counted(value: float | None) -> str:
    return "not stated" if value is None else f"{value:,.10g}"
