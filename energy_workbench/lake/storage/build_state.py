"""State that the interval table was last built from; losing it costs a full build, never a wrong number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.energy.counter_steps import Evidence, Facts, Register
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import disk

FILE = "intervals.build.json"

Value = TypeVar("Value")

RULES = 8
"""Grows when the same readings give other intervals than before: everything is built anew then."""


@dataclass(frozen=True, slots=True)
class State:
    """Readings, ratios and evidence that the intervals stand for.

    Attributes
    ----------
    readings : int
        Version of the readings table.
    steps : dict of str to list of (int, float)
        By meter the instants [µs since 1970] from which multipliers hold.
    whole : dict of str to str
        By meter what holds for all of its time: rating and registers.
    dated : dict of str to list of (int, int, str)
        By meter what people wrote down of a span [µs since 1970]: exchanges, decisions, edits.
    rules : int
    inferred : dict
        What the readings told of counters without a profile, see `lake.build.inference`.
    extents : dict or None
        Between which readings each counter tells something, see `lake.build.extents`; None in a state of before it was
        kept.
    told : tuple of str
        Quantities that the extents tell of: where there are more of them now, all readings are looked at once.
    """

    readings: int
    steps: dict[str, list[tuple[int, float]]]
    whole: dict[str, str] = field(default_factory=dict)
    dated: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    rules: int = RULES
    inferred: dict[str, dict[str, dict[str, tuple[float, str, int]]]] = field(default_factory=dict)
    extents: dict[int, dict[str, tuple[int, int]]] | None = None
    told: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        readings: int,
        steps: dict[str, list[tuple[int, float]]],
        evidence: Evidence,
        inferred: dict[str, dict[str, dict[str, tuple[float, str, int]]]] | None = None,
        extents: dict[int, dict[str, tuple[int, int]]] | None = None,
        told: tuple[str, ...] = (),
    ) -> State:
        """The state that these make."""
        whole = {str(meter): text for meter, facts in evidence.items() if (text := _whole(facts))}
        dated = {str(meter): rows for meter, facts in evidence.items() if (rows := sorted(_dated(facts)))}
        return cls(readings, steps, whole, dated, inferred=inferred or {}, extents=extents, told=told)

    @classmethod
    def load(cls, folder: Path) -> State | None:
        """The state of a lake's folder; None where there is none that can be read.

        Whoever builds again and again reads the file of many meters only where somebody else wrote it meanwhile.
        """
        target = folder / FILE
        stamp = _stamp(target)
        known = _known.get(target)
        if known is None or known[0] != stamp:
            known = _know(target, stamp, cls._read(target))
        return known[1]

    @classmethod
    def _read(cls, target: Path) -> State | None:
        try:
            content = json.loads(target.read_text("utf-8"))
            steps = _each(content["steps"], lambda rows: [(int(at), float(factor)) for at, factor in rows])
            dated = {
                meter: [(int(start), int(end), str(text)) for start, end, text in rows]
                for meter, rows in content["dated"].items()
            }
            inferred = {
                meter: {
                    name: {day: (float(step), str(nature), int(first)) for day, (step, nature, first) in days.items()}
                    for name, days in counters.items()
                }
                for meter, counters in content["inferred"].items()
            }
            extents = None if content.get("extents") is None else {
                int(meter): quantities for meter, quantities in _each(content["extents"], _extent).items()
            }  # fmt: skip
            rules, told = int(content["rules"]), tuple(map(str, content.get("told", ())))
            whole = _each(content["whole"], str)
            state = cls(int(content["readings"]), steps, whole, dated, rules, inferred, extents, told)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return state if state.rules == RULES else None

    def save(self, folder: Path) -> None:
        """Store it, whole or not at all; after the intervals, so that a crash between builds again.

        Raises
        ------
        LakeError
            If the disk refuses.
        """
        target = folder / FILE
        try:
            with disk.replaced(target) as draft:
                content = {each.name: getattr(self, each.name) for each in fields(self)}
                for name in ("steps", "whole", "extents"):
                    content[name] = None if content[name] is None else _shared(content[name])
                draft.write_text(json.dumps(content, separators=(",", ":")), "utf-8")
                stamp = _stamp(draft)
                failpoint("intervals.state.before")
            _know(target, stamp, self)
        except OSError as error:
            raise LakeError(f"{target} cannot be written: {error.strerror or error}") from None
        failpoint("intervals.state.after")

    def changed_since(self, before: State) -> dict[int, int | None]:
        """Meters of which something differs that holds on, and since when [µs]; None is from the beginning."""
        changed: dict[int, int | None] = {}
        for meter in {*self.steps, *before.steps}:
            mine, old = self.steps.get(meter, _ONE), before.steps.get(meter, _ONE)
            if mine == old:
                continue
            if mine[0] != old[0]:
                changed[int(meter)] = None
                continue
            differing = {*mine} ^ {*old}
            changed[int(meter)] = min(at for at, _ in differing)
        for meter in {*self.whole, *before.whole}:
            if self.whole.get(meter) != before.whole.get(meter):
                changed[int(meter)] = None
        return changed

    def changed_spans(self, before: State) -> list[tuple[int, int, int, bool]]:
        """`(meter, first, last, edit)` of what people wrote down, changed or took back [µs]."""
        spans = set()
        for meter in {*self.dated, *before.dated}:
            for start, end, text in {*self.dated.get(meter, ())} ^ {*before.dated.get(meter, ())}:
                spans.add((int(meter), start, end, text.startswith(_EDIT)))
        return sorted(spans)


def _shared(of_meters: Mapping[Any, Any]) -> dict[str, list[Any]]:
    """What is said of meters, each thing once: of thousands most are of one model, and read at one time.

    Of each thing there are the meters that it is said of, as runs of keys: the first, and how many.
    """
    places: dict[str, int] = {}
    values: list[Any] = []
    meters: list[list[list[int]]] = []
    for meter, value in sorted(((int(meter), value) for meter, value in of_meters.items()), key=lambda each: each[0]):
        nth = places.setdefault(value if isinstance(value, str) else repr(value), len(places))
        if nth == len(meters):
            values.append(value)
            meters.append([])
        runs = meters[nth]
        if runs and sum(runs[-1]) == meter:
            runs[-1][1] += 1
        else:
            runs.append([meter, 1])
    return {"values": values, "meters": meters}


def _each(shared: Mapping[str, Any], read: Callable[[Any], Value]) -> dict[str, Value]:
    """The same by meter; those of which the same is said share it."""
    found: dict[str, Value] = {}
    for value, runs in zip(shared["values"], shared["meters"], strict=True):
        keys = (str(key) for first, count in runs for key in range(int(first), int(first) + int(count)))
        found |= dict.fromkeys(keys, read(value))
    return found


def _extent(quantities: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {name: (int(first), int(last)) for name, (first, last) in quantities.items()}


_Stamp = tuple[int, int, int] | None
"""Which file it is, when it was written, and its size; None where there is none."""

_known: dict[Path, tuple[_Stamp, State | None]] = {}
"""What was read or written last, by file."""

_FILES = 16


def _know(target: Path, stamp: _Stamp, state: State | None) -> tuple[_Stamp, State | None]:
    if len(_known) >= _FILES:
        _known.clear()
    _known[target] = stamp, state
    return stamp, state


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _whole(facts: Facts) -> str:
    if facts.rated_kw is None and not facts.registers:
        return ""
    return _whole_text(facts.rated_kw, tuple(sorted(facts.registers.items())))


@lru_cache(maxsize=16_384)
def _whole_text(rated_kw: float | None, registers: tuple[tuple[str, Register], ...]) -> str:
    """Most meters are of few models: what is said of one again and again is worded once."""
    return _text({"rated_kw": rated_kw, "registers": {name: asdict(register) for name, register in registers}})


def _dated(facts: Facts) -> Iterator[tuple[int, int, str]]:
    for exchange in facts.exchanges:
        at = to_micros(exchange.at)
        yield at, at, "exchange " + _text({"closing": exchange.closing, "opening": exchange.opening})
    for decision in facts.decisions:
        rows = {key: str(value) for key, value in asdict(decision).items()}
        yield to_micros(decision.since), to_micros(decision.until or decision.at), "decision " + _text(rows)
    for edit in facts.edits:
        start = to_micros(edit.start)
        yield start, start, _EDIT + _text(edit.energies)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


_EDIT = "edit "

_ONE = [(-(2**62), 1.0)]
