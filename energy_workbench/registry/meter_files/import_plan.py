"""What importing a meter file would do: worked out without writing anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from energy_workbench.domain.entities import ID_PATTERN, Meter, MeterType
from energy_workbench.domain.errors import Problem
from energy_workbench.registry.checks.fields import PARENT, draft, folded
from energy_workbench.registry.meters import connections
from energy_workbench.registry.meters.checked import cycle_text
from energy_workbench.registry.meters.edits import changes
from energy_workbench.registry.meters.formulas import children, loop, spelled


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A row of a meter file: its line (the header is line 1), and its cells by column."""

    line: int
    cells: Mapping[str, Any]

    @property
    def where(self) -> str:
        """As a user finds it."""
        return f"line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A meter that an import would write.

    Attributes
    ----------
    line : int
    number : str
    before, after : dict
        The fields that change; `before` is empty for a new meter, and `parent` is a number.
    """

    line: int
    number: str
    before: dict[str, Any]
    after: dict[str, Any]

    def __str__(self) -> str:
        words = [f"{name} {_shown(self.before.get(name))} → {_shown(value)}" for name, value in self.after.items()]
        return f"line {self.line}: {self.number}: {', '.join(words)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do.

    Attributes
    ----------
    new, changed, moved : list of Change
        `moved` are those that get another parent; they are in `changed` too where other fields change.
    unchanged : list of str
        Numbers.
    problems : list of Problem
        What keeps the file from being imported: all of it, by line.
    warnings : list of Problem
        What is possible, but looks wrong: see `connections.findings`.
    revision : int
        The registry's, that the plan was made from.
    inserts : list of Meter
        New meters with their keys, each after its parent.
    updates : list of (Meter, Meter)
        Registered ones before and after.
    """

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    revision: int
    inserts: list[Meter] = field(default_factory=list)
    updates: list[tuple[Meter, Meter]] = field(default_factory=list)

    def summary(self) -> str:
        """In one line."""
        return (
            f"{len(self.new)} new, {len(self.changed)} changed, {len(self.moved)} moved, "
            f"{len(self.unchanged)} unchanged, {len(self.problems)} problems"
        )


def make_plan(
    registered: Sequence[Meter],
    rows: Sequence[MeterRow],
    *,
    revision: int,
    next_key: int,
    profiles: Collection[str] | None = None,
) -> ImportPlan:
    """Compare a file with what is registered.

    Parameters
    ----------
    registered : sequence of Meter
        Those that live.
    rows : sequence of MeterRow
    revision : int
        The registry's.
    next_key : int
        Key of the first new meter.
    profiles : collection of str, optional
        Ids of the meter models that can be read; None does not look at the profile's.

    Returns
    -------
    ImportPlan
        Where it has problems, nothing but those and what they leave to compare.
    """
    plan = ImportPlan(revision=revision)
    known = {folded(meter.number): meter for meter in registered}
    drafts = _drafts(plan, known, rows, next_key)
    keys = {name: meter.key for name, meter in known.items()} | {name: meter.key for name, (_, meter) in drafts.items()}
    parents = {meter.key: meter.parent for meter in registered}
    ids = {f"mtr_{key}": key for key in keys.values()}
    for row, meter in drafts.values():
        parents[meter.key] = _parent(plan, row, keys, ids, parents.get(meter.key))
    numbers = {meter.key: meter.number for meter in registered}
    numbers |= {meter.key: meter.number for _, meter in drafts.values()}
    _find_cycles(plan, drafts, parents, numbers)
    drafts = _with_formulas(plan, registered, drafts, parents)
    _find_loops(plan, known, drafts, parents, numbers)
    _look(plan, registered, drafts, known, profiles)
    for name, (row, meter) in drafts.items():
        _compare(plan, row, known.get(name), replace(meter, parent=parents[meter.key]), numbers)
    plan.problems.sort(key=lambda problem: int(problem.where.removeprefix("line ")))
    return plan


def _drafts(
    plan: ImportPlan, known: Mapping[str, Meter], rows: Sequence[MeterRow], next_key: int
) -> dict[str, tuple[MeterRow, Meter]]:
    """The meters of the file by folded number, with their keys, as far as they are right."""
    drafts: dict[str, tuple[MeterRow, Meter]] = {}
    first: dict[str, int] = {}
    for row in rows:
        number = str(row.cells.get("number") or "").strip()
        name = folded(number)
        if number and name in first:
            reason = f"this number is in line {first[name]} already"
            plan.problems.append(Problem(row.where, "number", number[:60], reason))
        first.setdefault(name, row.line)
        meter, problems = draft(known.get(name), row.cells, row.where)
        plan.problems.extend(problems)
        if meter is not None and name not in drafts:
            drafts[name] = (row, meter if meter.key else replace(meter, key=next_key))
            next_key += 0 if meter.key else 1
        elif meter is None and number and name not in drafts:
            # Nothing will be written, but its parent is looked at, and its children find it.
            drafts[name] = (row, known.get(name) or Meter(key=next_key, number=number, name="", type=MeterType.OTHER))
            next_key += 1
    return drafts


def _parent(
    plan: ImportPlan, row: MeterRow, keys: Mapping[str, int], ids: Mapping[str, int], unchanged: int | None
) -> int | None:
    column = next((name for name in PARENT if name in row.cells), None)
    if column is None:
        return unchanged
    ref = str(row.cells[column] or "").strip()
    if not ref:
        return None
    key = ids.get(ref) if ID_PATTERN.match(ref) else keys.get(folded(ref))
    if key is None:
        reason = "there is no such meter, in the file or registered"
        plan.problems.append(Problem(row.where, column, ref[:60], reason))
        return unchanged
    return key


def _find_cycles(
    plan: ImportPlan,
    drafts: Mapping[str, tuple[MeterRow, Meter]],
    parents: Mapping[int, int | None],
    numbers: Mapping[int, str],
) -> None:
    rows = {meter.key: row for row, meter in drafts.values()}
    done: set[int] = set()
    for _, meter in drafts.values():
        path: dict[int, int] = {}
        key: int | None = meter.key
        while key is not None and key not in done and key not in path:
            path[key] = len(path)
            key = parents.get(key)
        if key in path:
            # What was registered has no cycle: one of the loop's meters at least is in the file.
            loop = list(path)[path[key] :]
            while loop[0] not in rows:
                loop.append(loop.pop(0))
            names = [numbers[each] for each in [*loop, loop[0]]]
            plan.problems.append(Problem(rows[loop[0]].where, "parent", names[1], cycle_text(names)))
        done.update(path)


def _with_formulas(
    plan: ImportPlan,
    registered: Sequence[Meter],
    drafts: Mapping[str, tuple[MeterRow, Meter]],
    parents: Mapping[int, int | None],
) -> dict[str, tuple[MeterRow, Meter]]:
    """The meters of the file with their formulas as they are stored: these may name others of the file."""
    after = {meter.key: meter for meter in registered}
    after |= {meter.key: replace(meter, parent=parents[meter.key]) for _, meter in drafts.values()}
    found = {}
    for name, (row, meter) in drafts.items():
        found[name] = row, meter
        if "formula" in row.cells:
            try:
                known = spelled(after[meter.key], after)
            except ValueError as reason:
                plan.problems.append(Problem(row.where, "formula", str(meter.formula)[:60], str(reason)))
                continue
            after[meter.key] = known
            found[name] = row, replace(meter, formula=known.formula, formula_by_id=known.formula_by_id)
    return found


def _find_loops(
    plan: ImportPlan,
    known: Mapping[str, Meter],
    drafts: Mapping[str, tuple[MeterRow, Meter]],
    parents: Mapping[int, int | None],
    numbers: Mapping[int, str],
) -> None:
    """What would be made of itself: by its formula, or by a move of the file."""
    after = {meter.key: meter for meter in known.values()}
    after |= {meter.key: replace(meter, parent=parents[meter.key]) for _, meter in drafts.values()}
    below = children(after)
    for name, (row, meter) in drafts.items():
        way = loop(meter.key, after, below)
        # What is registered is made of nothing by itself: a row that closes the way is in the file.
        if way and _joins(known.get(name), after[meter.key]):
            field, value = ("formula", meter.formula) if "formula" in row.cells and meter.formula else ("parent", "")
            text = f"a meter cannot be made of itself: {' → '.join(numbers[key] for key in way)}"
            plan.problems.append(Problem(row.where, field, str(value or row.cells.get(field) or "")[:60], text))


def _joins(before: Meter | None, after: Meter) -> bool:
    """Whether what it is part of, or what it is made of, is another than it was."""
    told = ("parent", "type", "seen_by_parent", "formula_by_id")
    return before is None or any(getattr(before, name) != getattr(after, name) for name in told)


def _look(
    plan: ImportPlan,
    registered: Sequence[Meter],
    drafts: Mapping[str, tuple[MeterRow, Meter]],
    known: Mapping[str, Meter],
    profiles: Collection[str] | None,
) -> None:
    """Look at how the meters of the file are to be read: each beside those that stay, and those above it."""
    new = {meter.key for name, (_, meter) in drafts.items() if not connections.same_device(known.get(name), meter)}
    devices = connections.Devices(meter for meter in registered if meter.key not in new)
    for name, (row, meter) in drafts.items():
        for concern in connections.findings(known.get(name), meter, devices.others(meter), profiles):
            problem = Problem(row.where, concern.field, concern.value, concern.reason)
            if concern.refused:
                plan.problems.append(problem)
            elif concern.changed:
                plan.warnings.append(problem)
        if meter.key in new:
            devices.add(meter)


def _compare(plan: ImportPlan, row: MeterRow, before: Meter | None, after: Meter, numbers: Mapping[int, str]) -> None:
    parent = numbers.get(after.parent) if after.parent else None
    if before is None:
        given = {name: value for name, value in row.cells.items() if str(value or "").strip()}
        plan.new.append(Change(line=row.line, number=after.number, before={}, after=given))
        plan.inserts.append(after)
        return
    old, new = changes(before, after)
    if new:
        plan.changed.append(Change(line=row.line, number=before.number, before=old, after=new))
    if before.parent != after.parent:
        was = {"parent": numbers.get(before.parent) if before.parent else None}
        plan.moved.append(Change(line=row.line, number=before.number, before=was, after={"parent": parent}))
    if new or before.parent != after.parent:
        plan.updates.append((before, after))
    else:
        plan.unchanged.append(before.number)


def _shown(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)
