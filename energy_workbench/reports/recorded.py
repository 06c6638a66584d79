"""A workbench that records its answers, so that a report's inputs can be archived."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from energy_workbench.contract.binding import Binding
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.operation import operations
from energy_workbench.contract.result import Result
from energy_workbench.contract.results.kinds import results
from energy_workbench.contract.rows.condition import Doctor
from energy_workbench.domain.emission_factors import Factor
from energy_workbench.domain.errors import ReportError
from energy_workbench.domain.fields.plain import Json
from energy_workbench.domain.fields.query_parameters import Parameters, as_json
from energy_workbench.domain.presence import Heard
from energy_workbench.domain.time.clock import EPOCH
from energy_workbench.lake import Reader
from energy_workbench.lake.calculated.reader import CalculatedReader
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.queries.meter_index import MeterIndex
from energy_workbench.services.workbench import Workbench

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from energy_workbench.lake.metering import Rules


Answers = dict[str, Any]
Answer = TypeVar("Answer")
IN_REGISTRY: Final = frozenset({"history"})
"""Questions that an archived registry answers too."""


class _Pinned:
    """A table of the lake that stays at one version."""

    def __init__(self, snapshot: Any) -> None:
        self._snapshot = snapshot

    def snapshot(self) -> Any:
        return self._snapshot


class PinnedLake:
    """A lake whose intervals stay at one version, however long a report takes."""

    def __init__(self, lake: Any) -> None:
        self.path, self.readings, self.findings = lake.path, lake.readings, lake.findings
        self.intervals = _Pinned(lake.intervals.snapshot())


class RecordingReader(CalculatedReader):
    """A reader that remembers which intervals it read, and the readings themselves.

    Attributes
    ----------
    spans : list of (set of int or None, int, int)
        Meters (None is every one), start and end [µs since 1970].
    read_tables : dict of str to pyarrow.Table
        Readings by question.
    """

    def __init__(
        self,
        lake: Any,
        spool: Any = None,
        read_tables: dict[str, pa.Table] | None = None,
        metering: Rules | None = None,
    ) -> None:
        pinned: Any = PinnedLake(lake)
        super().__init__(pinned, spool, note=self._read, metering=metering)
        self.spans: list[tuple[set[int] | None, int, int]] = []
        self.read_tables: dict[str, pa.Table] = {} if read_tables is None else read_tables
        self._given = read_tables is not None

    def readings(
        self,
        meter: int,
        start: datetime | None = None,
        end: datetime | None = None,
        quantities: Sequence[str] | None = None,
        limit: int | None = None,
        newest: bool = False,
    ) -> pa.Table:
        question = json.dumps([meter, *(e and e.isoformat() for e in (start, end)), quantities, limit, newest])
        if question not in self.read_tables:
            if self._given:
                raise ReportError(f"the archived inputs have no readings of this question: {question}")
            self.read_tables[question] = super().readings(meter, start, end, quantities, limit, newest)
        return self.read_tables[question]

    def heard(self, meters: Sequence[int], until: datetime) -> dict[int, Heard]:
        import pyarrow as pa

        question = json.dumps(["heard", sorted(meters), until.isoformat()])
        if question not in self.read_tables:
            told = {} if self._given else super().heard(meters, until)
            columns = {"meter": list(told), "last": [each.last for each in told.values()],
                       "period": [each.period for each in told.values()]}  # fmt: skip
            types = [("meter", pa.int64()), ("last", pa.timestamp("us", "UTC")), ("period", pa.duration("us"))]
            self.read_tables[question] = pa.table(columns, schema=pa.schema(types))
        return {row["meter"]: Heard(row["last"], row["period"]) for row in self.read_tables[question].to_pylist()}

    def begun(self) -> dict[int, datetime]:
        import pyarrow as pa

        question = json.dumps(["begun"])
        if question not in self.read_tables:
            if self._given:
                # A report of a version that did not ask: its meters are all there.
                files = self.lake.intervals.snapshot().files
                return {meter: EPOCH for file in files for meter in range(file.low, file.high + 1)}
            told = super().begun()
            columns = {"meter": list(told), "first": list(told.values())}
            types = [("meter", pa.int64()), ("first", pa.timestamp("us", "UTC"))]
            self.read_tables[question] = pa.table(columns, schema=pa.schema(types))
        return {row["meter"]: row["first"] for row in self.read_tables[question].to_pylist()}

    def plain(self) -> Reader:
        """A reader of the same version that remembers nothing."""
        return Reader(self.lake)

    def quantities(self, meter: int) -> frozenset[str]:
        import pyarrow as pa

        question = json.dumps(["quantities", meter])
        if question not in self.read_tables:
            known = frozenset[str]() if self._given else super().quantities(meter)
            self.read_tables[question] = pa.table({"quantity": pa.array(sorted(known), pa.string())})
        table = self.read_tables[question]
        return frozenset(table["quantity"].to_pylist() if "quantity" in table.column_names else ())

    def _read(self, meters: Collection[int] | None, low: int, high: int) -> None:
        if high > low:
            self.spans.append((None if meters is None else set(meters), low, high))


class Recorded(Workbench):
    """A workbench for a report: the plant as it was at the end of the period, and every answer remembered.

    What is measured is asked of the intervals; which were read is remembered by its reader. What is not in them
    (findings, events, the live state, SQL) is remembered as it was answered.

    Parameters
    ----------
    settings : Settings
    as_of : datetime, optional
        When the tree, the ratios and the meters are looked at; now by default.
    answers : dict, optional
        Remembered answers: then nothing else is asked for them.
    factors : list of Factor, optional
        Emission factors that held; those of the home by default.
    like : Workbench, optional
        Whose open files are used.

    Attributes
    ----------
    recorder : RecordingReader
        What was read of the lake.
    """

    def __init__(
        self,
        settings: Settings,
        as_of: datetime | None = None,
        *,
        answers: Answers | None = None,
        readings: dict[str, pa.Table] | None = None,
        factors: list[Factor] | None = None,
        like: Workbench | None = None,
    ) -> None:
        # Databases stay open from one report to the next.
        super().__init__(settings, like=like)
        self.as_of = as_of
        self.answers: Answers = {} if answers is None else answers
        self._given = answers is not None
        self._held = factors
        self.recorder = RecordingReader(self.reader.lake, self.spool, readings, metering=self.metering())
        self.recorder.eras = self._calculated
        self.reader = self.recorder

    def factors_used(self) -> list[Factor]:
        """Emission factors as the report has them."""
        return self._factors()

    def _index(self) -> MeterIndex:
        at = self.as_of
        if at is None:
            return super()._index()
        return self._cache.get(
            ("meters", self.registry.revision(), at), lambda: MeterIndex(self.registry.meters(at=at))
        )

    def _factors(self) -> list[Factor]:
        if self._held is None:
            self._held = super()._factors()
        return self._held

    def sql(self, text: str, parameters: Parameters | None = None, *, max_rows: int = 100_000) -> pd.DataFrame:
        import pandas as pd

        bound = as_json(parameters)

        def ask() -> Json:
            frame = super(Recorded, self).sql(text, parameters, max_rows=max_rows)
            table: Json = json.loads(frame.to_json(orient="table", index=False, date_unit="us"))
            return table

        from io import StringIO

        # Questions without parameters were kept without them before there were any.
        kept = self._remembered(("sql", text, max_rows, *([] if bound is None else [bound])), ask)
        return pd.read_json(StringIO(json.dumps(kept)), orient="table")

    def doctor(self, *, thorough: bool = False) -> Doctor:  # noqa: ARG002
        raise ReportError("the doctor looks at this moment: it is no input of a report, which can be written again")

    def _observed(self, question: tuple[Any, ...], answer: Callable[[], Answer]) -> Answer:
        kept = self._remembered(question, answer)
        kinds = results(_answers()[question[0]].answer)
        return cast(Answer, kinds[0].from_dict(kept) if kinds else kept)

    def _remembered(self, question: tuple[Any, ...], answer: Callable[[], Any]) -> Any:
        """The answer as JSON keeps it, so that the first time is like every other."""
        key = json.dumps(question)
        if key not in self.answers:
            if self._given and question[0] not in IN_REGISTRY:
                raise ReportError(f"the archived inputs have no answer to {key}")
            told = answer()
            plain = json.loads(json.dumps(told.to_dict() if isinstance(told, Result) else told))
            if self._given:
                # A report of a version that did not ask: the archived registry knows it, but for who stated it.
                return plain
            self.answers[key] = plain
        return self.answers[key]


@cache
def _answers() -> dict[str, Binding]:
    """What the contract declares, by the method's name."""
    return {name: Binding(method, operation) for name, method, operation in operations(WorkbenchContract)}
