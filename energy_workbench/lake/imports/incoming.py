"""Validation of imported cells: meters, instants, quantities and values as numbers; what is refused, with its line."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.quantities import QUANTITIES, quantity
from energy_workbench.lake.columns import is_wide
from energy_workbench.lake.imports.instants import Instants
from energy_workbench.lake.reading import LARGEST

if TYPE_CHECKING:
    import pyarrow as pa

LONG = ("meter", "ts", "quantity", "value")
CODED = ("meter", "quantity")
"""Columns of few different words."""

SHOWN = 100
"""Most problems that are told one by one."""

_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$"
_COMMA = r"^\s*[+-]?\d+,\d+\s*$"


class Block(NamedTuple):
    """Some rows of a file as they stand there.

    Attributes
    ----------
    lines : array of int, shape (n,)
        Where each row stands.
    columns : dict of str to pyarrow.Array
        Cells by the name of their column; null for an empty one.
    problems : sequence of Problem
        Lines that are no rows at all.
    """

    lines: Any
    columns: dict[str, Any]
    problems: Sequence[Problem] = ()


@dataclass
class Problems:
    """What is wrong with a file: all of it counted, the first told."""

    shown: list[Problem] = field(default_factory=list)
    total: int = 0

    def add(self, problems: Sequence[Problem], count: int | None = None) -> None:
        """Take problems; there are `count` of them where not all are given."""
        self.shown += problems[: SHOWN - len(self.shown)]
        self.total += len(problems) if count is None else count

    def error(self, name: str) -> InputError:
        """All of it as an error of that file."""
        bound = f", the first {len(self.shown)} are" if self.total > len(self.shown) else ""
        count = f"{self.total:,} problem{'s' if self.total > 1 else ''}"
        return InputError(f"{name}: nothing was imported, {count}{bound}:", sorted(self.shown, key=_line))


def _line(problem: Problem) -> int:
    number = problem.where.removeprefix("line ")
    return int(number) if number.isdigit() else 0


def quantities_of(name: str, header: Sequence[str]) -> list[str] | None:
    """The quantities that a file has columns of; None where it has a row a value (`meter,ts,quantity,value`).

    Raises
    ------
    InputError
        If the columns are those of no readings file.
    """
    form = "write meter,ts,quantity,value or meter,ts and a column a quantity"
    again = sorted(column for column, count in Counter(header).items() if count > 1)
    if again:
        raise InputError(f"{name}: line 1: the column {again[0]!r} is there twice")
    missing = [column for column in ("meter", "ts") if column not in header]
    if missing:
        raise InputError(f"{name}: line 1: {' and '.join(missing)} missing in {','.join(header)[:200]!r}: {form}")
    if "quantity" in header or "value" in header:
        if set(header) != set(LONG):
            raise InputError(f"{name}: line 1: {','.join(header)[:200]!r} are no columns of readings: {form}")
        return None
    names = [column for column in header if column not in ("meter", "ts")]
    problems = []
    # To look for what may be meant is dear: for those that are shown.
    for column in [each for each in names if each not in QUANTITIES][:SHOWN]:
        try:
            quantity(column)
        except InputError as error:
            problems.append(Problem("line 1", column[:60], "", error.message))
    if problems or not names:
        raise InputError(f"{name}: nothing was imported: {form}", problems)
    return names


class Checker:
    """Checks blocks of one file.

    Parameters
    ----------
    quantities : sequence of str or None
        Columns of values; None for a row a value.
    meters : mapping of str to int or None
        Keys by what meters are called, case folded; None for one that was deleted.
    instants : Instants
    problems : Problems
        Takes what is wrong.
    commas : bool
        Whether `1,5` may be a number: where something else separates the cells.
    """

    def __init__(
        self,
        quantities: Sequence[str] | None,
        meters: Mapping[str, int | None],
        instants: Instants,
        problems: Problems,
        *,
        commas: bool = False,
    ) -> None:
        self.quantities = quantities
        self._meters, self._instants, self._problems, self._commas = meters, instants, problems, commas
        self._numbers = list(QUANTITIES)
        self._index = {name: number for number, name in enumerate(self._numbers)}
        self._decimal: tuple[str, int] | None = None

    def check(self, block: Block) -> pa.Table:
        """The rows of a block that can be taken.

        Returns
        -------
        pyarrow.Table
            `line`, `meter` (key), `ts` [µs since 1970, UTC], then a column a quantity, or `quantity`
            (its place among all) and `value`. Values are what their columns in the lake can hold.
        """
        import numpy as np
        import pyarrow as pa

        self._problems.add(block.problems)
        meter, no_meter = self._coded(block, "meter", self._meter)
        names = ["value"] if self.quantities is None else list(self.quantities)
        values = {name: self._values(block, name) for name in names}
        blank = np.ones(len(block.lines), bool)
        for column in block.columns.values():
            blank &= column.is_null().to_numpy(zero_copy_only=False)
        ts, no_ts = self._instants.of(block.columns["ts"])
        good = ~no_meter & ~no_ts
        self._tell(block, "meter", no_meter & ~blank, self._meter_reason)
        self._tell(block, "ts", no_ts & ~blank, self._instants.reason)
        columns: dict[str, Any] = {}
        if self.quantities is None:
            number, unknown = self._coded(block, "quantity", self._index.get)
            self._tell(block, "quantity", unknown & ~blank, _quantity_reason)
            narrow = np.array([not is_wide(name) for name in self._numbers])
            value = values["value"]
            with np.errstate(over="ignore"):
                value = np.where(narrow[number] & ~unknown, value.astype("float32"), value)
            good &= ~unknown & ~np.isnan(value)
            columns = {"quantity": number.astype("int16"), "value": value}
        else:
            some = np.zeros(len(block.lines), bool)
            for name, value in values.items():
                some |= ~np.isnan(value)
                columns[name] = pa.array(value.astype("float64" if is_wide(name) else "float32"), from_pandas=True)
            good &= some
        table = pa.table({"line": block.lines, "meter": meter.astype("int32"), "ts": ts, **columns})
        return table if good.all() else table.filter(pa.array(good))

    def _coded(self, block: Block, name: str, key: Any) -> tuple[Any, Any]:
        """Numbers of words, and where there is none."""
        import numpy as np
        import pyarrow as pa

        column = block.columns[name]
        if not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        keys = [key((word or "").strip()) for word in column.dictionary.to_pylist()] or [None]
        numbers = np.array([0 if number is None else number for number in keys], "int64")
        unknown = np.array([number is None for number in keys])
        index = column.indices.fill_null(0).to_numpy()
        bad = unknown[index] | column.is_null().to_numpy(zero_copy_only=False)
        return numbers[index], bad

    def _meter(self, word: str) -> int | None:
        return self._meters.get(folded(word))

    def _meter_reason(self, word: str | None) -> str:
        if not word:
            return "is missing"
        if folded(word.strip()) in self._meters:
            return "was deleted: restore the meter first"
        near = difflib.get_close_matches(folded(word.strip()), self._meters, n=3)
        hint = f": did you mean {', '.join(near)}?" if near else ""
        return f"is no meter here{hint or ': import or create the meter first'}"

    def _values(self, block: Block, name: str) -> Any:
        """Values as floats, NaN where there is none; what is no number is told."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        column = block.columns[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            if self._commas:
                self._one_decimal_sign(block, name, column)
            try:
                numbers = column.cast(pa.float64())
            except pa.ArrowInvalid:
                numbers = self._loosely(block, name, column)
        elif pa.types.is_boolean(column.type) or not (
            pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
            or pa.types.is_decimal(column.type) or pa.types.is_null(column.type)
        ):  # fmt: skip
            raise InputError(f"the column {name} has the type {column.type}: write numbers")
        else:
            numbers = column.cast(pa.float64(), safe=False)
        beyond = pc.fill_null(pc.invert(pc.less(pc.abs(numbers), LARGEST)), False).to_numpy(zero_copy_only=False)
        if beyond.any():
            self._tell(block, name, beyond, lambda _: "is no finite number that a meter could show")
        values = numbers.to_numpy(zero_copy_only=False)
        return np.where(beyond, np.nan, values) if beyond.any() else values

    def _loosely(self, block: Block, name: str, column: pa.Array) -> pa.Array:
        """Numbers of text that is not all plain: with blanks around it, decimal commas, or wrong."""
        import pyarrow as pa
        import pyarrow.compute as pc

        special = pc.match_substring_regex(column, r"(?i)^\s*[+-]?(nan|inf|infinity)\s*$").fill_null(False)
        plain = pc.match_substring_regex(column, _NUMBER).fill_null(True)
        if self._commas:
            commas = pc.match_substring_regex(column, _COMMA).fill_null(False)
            column = pc.if_else(commas, pc.replace_substring(column, ",", "."), column)
            plain = pc.or_(plain, commas)
        bad = pc.invert(pc.or_(plain, special))
        self._tell(block, name, bad.to_numpy(zero_copy_only=False), self._number_reason)
        return pc.utf8_trim_whitespace(pc.if_else(bad, None, column)).cast(pa.float64())

    def _one_decimal_sign(self, block: Block, name: str, column: pa.Array) -> None:
        """Where `1.234` may be a thousand and more, only one sign may be there."""
        import pyarrow.compute as pc

        for mark in ",.":
            used = pc.match_substring(column, mark).fill_null(False)
            first = pc.index(used, True).as_py()
            if first < 0:
                continue
            self._decimal = self._decimal or (mark, int(block.lines[first]))
            known, line = self._decimal
            if known != mark:
                reason = f"line {line} has the decimal sign {known!r}: write one and the same, and no thousands"
                self._tell(block, name, used.to_numpy(zero_copy_only=False), lambda _, reason=reason: reason)

    def _number_reason(self, word: str | None) -> str:
        if word and "," in word and not self._commas:
            return "is no number: the decimal sign is a point, and thousands are not separated"
        return "is no number"

    def _tell(self, block: Block, name: str, bad: Any, reason: Any) -> None:
        import numpy as np

        rows = np.flatnonzero(bad)
        if not len(rows):
            return
        room = max(SHOWN - len(self._problems.shown), 0)
        column = block.columns[name]
        problems = []
        for row in rows[:room].tolist():
            cell = column[row].as_py()
            shown = "" if cell is None else str(cell)[:60]
            problems.append(Problem(f"line {block.lines[row]}", name, shown, reason(cell)))
        self._problems.add(problems, len(rows))


def folded(word: str) -> str:
    """What makes two words for a meter the same: letter case and composition do not count."""
    return unicodedata.normalize("NFC", word).casefold()


def _quantity_reason(word: str | None) -> str:
    if not word:
        return "is missing"
    try:
        quantity(word.strip())
    except InputError as error:
        return error.message
    return "cannot be read"
