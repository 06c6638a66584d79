"""Rows around the setup of a plant: templates, audit, gateways, probes, imports."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Unit, Words
from energy_workbench.contract.rows.locked import LockedChangeRow
from energy_workbench.domain.fields.readings_mapping import MappingFields


class TemplateRow(TypedDict):
    """A saved meter to create others from, and the numbers of the meters that were made from it."""

    name: str
    fields: dict[str, Any]
    meters: list[str]


class AuditRow(TypedDict):
    """A change of one thing: what was before and after, by whom; `number` where it is a meter.

    `locked` is what it altered of locked months, and why; None where it altered none.
    """

    at: Instant
    by: str
    action: str
    subject: str
    number: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    change: int
    undoes: int | None
    locked: LockedChangeRow | None


class AuditSummary(TypedDict):
    """How many changes there are: all that were chosen, and those of the meter and period by name and by action."""

    total: int
    by: dict[str, int]
    actions: dict[str, int]


class ChangeRow(TypedDict):
    """A change of one entry or more, in words."""

    change: int
    text: str
    entries: list[AuditRow]


class Undone(TypedDict):
    """The change that was taken back."""

    undone: ChangeRow
    locked_change: NotRequired[LockedChangeRow]


class ProfileRow(TypedDict):
    """A meter model that can be read."""

    id: str
    vendor: str
    model: str


class GatewayRow(TypedDict):
    """A gateway with its options, how many meters it has, and how many of those are online."""

    url: str
    options: dict[str, float]
    revision: int
    meters: int
    online: int


class ProbedValue(TypedDict):
    """A value as the meter says it, and primary; None where it is not available."""

    quantity: str
    label: str
    unit: str
    raw: float | None
    scaled: float | None


class Outcome(TypedDict):
    """How a question to a device went: the error, and what to try."""

    ok: bool
    error: str
    advice: str
    milliseconds: Annotated[int, Unit("ms")]


class Probed(Outcome):
    """What a meter says, or the error and what to try."""

    values: list[ProbedValue]


class Candidate(TypedDict):
    """A profile that fits a meter, with what speaks for it and against it."""

    profile: str
    vendor: str
    model: str
    word_order: str
    byte_order: str
    source: str
    confidence: str
    certainty: Annotated[str, Words(("certain", "likely", "possible"))]
    score: float
    reasons: list[str]
    against: list[str]


class SuggestedProfiles(Probed):
    """Profiles that fit a meter, best first, and the values as the best reads them."""

    candidates: list[Candidate]
    identity: dict[str, Any]
    notes: list[str]


class RowProblem(TypedDict):
    """What is wrong with a row of a meter file; no line where it is the file."""

    line: int | None
    column: str
    value: str
    reason: str


class ImportedMeter(TypedDict):
    """A meter of a file: its fields, or of one that changes each with before and after."""

    line: int
    number: str
    fields: dict[str, Any]


class ImportedMeters(TypedDict):
    """What an import of meters does, or would do."""

    new: list[ImportedMeter]
    changed: list[ImportedMeter]
    moved: list[ImportedMeter]
    unchanged: int
    problems: list[RowProblem]
    warnings: list[RowProblem]
    locked_change: NotRequired[LockedChangeRow]


class Refused(TypedDict):
    """What cannot be taken of a readings file."""

    where: str
    field: str
    value: str
    reason: str


class UnderstoodValue(TypedDict):
    """A value of a file as it was understood: in the workbench's unit, and of an interval where it begins and ends."""

    line: int
    column: str
    meter: str
    start: Instant
    end: Instant
    quantity: str
    value: float
    unit: str


class UnderstoodFile(TypedDict):
    """How a file of another shape than the workbench's own was read: `columns` as a mapping states them."""

    shape: str
    notes: list[str]
    columns: dict[str, str]
    sample: list[UnderstoodValue]


class MappingRow(TypedDict):
    """What was stated of the files of one source, to be used again by its name."""

    name: str
    fields: MappingFields


class ImportedReadings(TypedDict):
    """What an import of readings did, or would do; the first hundred problems and conflicts, and how many there are.

    `understood` is there where the file has another shape than the workbench's own.
    """

    rows: int
    new: int
    known: int
    meters: int
    first: Instant | None
    last: Instant | None
    problems: list[Refused]
    problem_count: int
    conflicts: list[Refused]
    conflict_count: int
    intervals: int
    dry_run: bool
    understood: NotRequired[UnderstoodFile]
    locked_change: NotRequired[LockedChangeRow]
