"""A file of any shape as a source of an import: one value a row, as in the workbench's own long form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.quantities import INTERVAL_ESTIMATED, INTERVAL_MINUTES
from energy_workbench.lake.imports.incoming import LONG, Block
from energy_workbench.lake.imports.shapes.both_ways import apart
from energy_workbench.lake.imports.shapes.unclear import Reading
from energy_workbench.lake.imports.shapes.value import Value

ROWS = 300_000
"""Rows that are checked at once."""
MINUTE_US = 60_000_000


class ShapedFile:
    """Values that a shape found in a file.

    Parameters
    ----------
    values : sequence of Value
    problems : sequence of Problem
        Cells that cannot be read.
    reading : Reading
        How the file was read.

    Attributes
    ----------
    header, separator, share
        As of any source.
    """

    separator = ""

    def __init__(self, values: Sequence[Value], problems: Sequence[Problem], reading: Reading) -> None:
        self.header = list(LONG)
        self.share = 0.0
        self.values, negative = apart(values, reading)
        self.reading, self._cells = reading, problems
        self.problems = [*problems, *negative, *_overlaps(self.values)]

    def named(self, known: Callable[[str], str | None]) -> ShapedFile:
        """The same with the meters' numbers, where something else than their number names them."""
        words = {each.meter for each in self.values}
        numbers = {word: known(word) or word for word in words}
        return ShapedFile([each._replace(meter=numbers[each.meter]) for each in self.values], self._cells, self.reading)

    def blocks(self) -> Iterator[Block]:
        """Its rows, with a row for the length of each interval."""
        import numpy as np
        import pyarrow as pa

        told: set[tuple[str, int]] = set()
        rows: list[tuple[int, str, int, str, float]] = []
        problems: Sequence[Problem] = self.problems

        def block() -> Block:
            lines, meters, instants, quantities, numbers = zip(*rows, strict=True) if rows else ((),) * 5
            columns = {
                "meter": pa.array(meters, pa.string()).dictionary_encode(),
                "ts": pa.array(instants, pa.int64()).cast(pa.timestamp("us", "UTC")),
                "quantity": pa.array(quantities, pa.string()).dictionary_encode(),
                "value": pa.array(numbers, pa.float64()),
            }
            return Block(np.array(lines, "int64"), columns, problems)

        for nth, each in enumerate(self.values, 1):
            rows.append((each.line, each.meter, each.end, each.quantity, each.value))
            key = each.meter, each.end
            if each.end > each.start and key not in told:
                told.add(key)
                rows.append((each.line, each.meter, each.end, INTERVAL_MINUTES, (each.end - each.start) / MINUTE_US))
                if each.estimated:
                    rows.append((each.line, each.meter, each.end, INTERVAL_ESTIMATED, 1.0))
            if len(rows) >= ROWS:
                self.share = nth / len(self.values)
                yield block()
                rows, problems = [], ()
        self.share = 1.0
        if rows or problems:
            yield block()


def _overlaps(values: Sequence[Value]) -> list[Problem]:
    """Intervals of a meter that overlap others of the file: their energy would count twice."""
    problems: list[Problem] = []
    series: dict[tuple[str, str], list[Value]] = {}
    for each in values:
        if each.end > each.start:
            series.setdefault((each.meter, each.quantity), []).append(each)
    for rows in series.values():
        rows.sort(key=lambda each: (each.end, each.start, each.line))
        for before, after in pairwise(rows):
            if after.start >= before.end:
                continue
            same = (before.start, before.end) == (after.start, after.end)
            if same and before.value == after.value:
                continue
            first, second = sorted((before, after), key=lambda each: each.line)
            reason = (
                f"{first.value:,.10g} stands in line {first.line} for the same interval: if the clock shows that hour "
                "twice in the file's zone, state it with --timezone"
                if same
                else f"the interval overlaps that of line {first.line}: its energy would count twice"
            )
            problems.append(Problem(f"line {second.line}", second.column, f"{second.value:,.10g}", reason))
    return problems
