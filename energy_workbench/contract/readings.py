"""Raw readings, and users' own questions in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, overload

from energy_workbench.contract.energy import Meters
from energy_workbench.contract.notes import (
    Between,
    Edge,
    Help,
    Instant,
    Limit,
    Longest,
    Many,
    MeterRef,
    Named,
    Offset,
    Period,
    Reason,
)
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.results import Readings
from energy_workbench.contract.results.several import Several
from energy_workbench.contract.rows.meters import RecordedReading
from energy_workbench.contract.rows.setup import ImportedReadings
from energy_workbench.domain.errors import BusyError, ConflictError, InputError, QueryError
from energy_workbench.domain.fields.query_parameters import Parameters
from energy_workbench.domain.roles import May
from energy_workbench.runtime.paths import AnyPath

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TAG = "Readings"


class ReadingsContract:
    """What meters reported."""

    @overload
    def readings(
        self, meter: str, period: Period | None = ..., quantities: Sequence[str] | None = ..., *, scaled: bool = ...,
        limit: int | None = ..., offset: int = ..., after: str | None = ..., start: Edge = ..., end: Edge = ...,
    ) -> Readings: ...  # fmt: skip
    @overload
    def readings(
        self, meter: Many, period: Period | None = ..., quantities: Sequence[str] | None = ..., *, scaled: bool = ...,
        limit: int | None = ..., offset: int = ..., after: str | None = ..., start: Edge = ..., end: Edge = ...,
    ) -> Several[Readings]: ...  # fmt: skip
    @operation("GET", "/meters/{id}/readings", "Raw readings", tag=TAG, slow=True)
    def readings(
        self,
        meter: Meters,
        period: Period | None = None,
        quantities: Annotated[
            Sequence[str] | None, Named("quantity"), Help("Canonical names, repeated or with commas")
        ] = None,
        *,
        limit: Limit | None = None,
        scaled: Annotated[bool, Help("Primary values through the ratio valid then")] = False,
        offset: Offset = 0,
        after: Annotated[
            Instant | None,
            Help("Of a period, only those after this instant: the last of the page before"),
        ] = None,
        start: Edge = None,
        end: Edge = None,
    ) -> Readings | Several[Readings]:
        """Readings as the meter reported them, oldest first; without a period the newest `limit` of them.

        A page after the other costs the same with `after`; with `offset` each costs all before it again.

        Parameters
        ----------
        period : optional
            All of it; without one the newest `limit` (100 by default).
        quantities : sequence of str, optional
            Canonical names; all that were read by default.
        limit : int, optional
            Most rows, 1 or more.
        scaled : bool
            Primary values, through the ratio valid at each instant, instead of what the meter reported.
        offset : int
            Rows left out at the beginning; without a period, of the newest.
        after : str, optional
            Of a period, only those after this instant.

        Returns
        -------
        Readings
            A row an instant: `ts`, and in its frame a column a quantity, in the workbench's units (kW, V, A, kWh, …);
            what was not read is None. Of several meters a `Several` of these.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        InputError
            If there is no such quantity; it names the nearest one.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.readings("UNIT-A", "today", ["active_power_total"]).to_frame(index=True)
        """

    @operation(
        "POST",
        "/meters/{id}/readings",
        "Record readings",
        tag=TAG,
        needs=May.CHANGE,
        status=201,
        by_hand=True,
        refuses=CONTRADICTED,
    )
    def record(
        self, meter: MeterRef, readings: Sequence[Mapping[str, Any]], *, reason: Reason = None
    ) -> list[RecordedReading]:
        """Take readings from elsewhere: `{ts, values: {quantity: value}}`, as the meter reported them.

        They are on disk when this returns. The same again changes nothing.

        Raises
        ------
        InputError
            With every reading that cannot be taken; then none is.
        ConflictError
            If another value is stored for the same meter, instant and quantity.
        """

    @operation(
        "POST",
        "/readings/import",
        "Import a readings file",
        tag=TAG,
        needs=May.CHANGE,
        by_hand=True,
        refuses=(ConflictError, BusyError),
    )
    def import_readings(
        self,
        source: AnyPath | pd.DataFrame | pa.Table,
        dry_run: bool = False,
        *,
        keep_stored: bool = False,
        reason: Reason = None,
    ) -> ImportedReadings:
        """Import readings from a file (`.csv`, `.csv.gz`, `.parquet`) or a frame, all or nothing.

        The columns are `meter, ts, quantity, value`, or `meter, ts` and one a quantity; values are as the
        meters reported them, in the workbench's units. The same again changes nothing. The intervals that
        they touch are built.

        Parameters
        ----------
        dry_run : bool
            Only say what would happen, problems and conflicts included.
        keep_stored : bool
            Leave values that contradict stored ones out, instead of refusing all.

        Returns
        -------
        dict
            `rows, new, known` (readings), `meters, first, last` (of the new), `intervals`, and
            `problems, problem_count, conflicts, conflict_count`.

        Raises
        ------
        InputError
            With what cannot be taken (the first 100); nothing is imported then.
        ConflictError
            If another value is stored for the same meter, instant and quantity; nothing is imported then.
        """

    @operation(
        "GET",
        "/sql",
        "One SELECT over the views",
        tag="Site",
        slow=True,
        by_hand=True,
        refuses=(InputError, QueryError),
    )
    def sql(
        self,
        text: Annotated[str, Longest(60_000), Help("Over `readings`, `readings_long`, `intervals`, `meters`")],
        parameters: Annotated[
            Parameters | None, Help("JSON: a list for `?` and `$1`, an object for `$name`; values, never SQL")
        ] = None,
        *,
        max_rows: Annotated[int, Between(1, 100_000)] = 100_000,
    ) -> pd.DataFrame:
        """One SELECT over the views `readings`, `readings_long`, `intervals` and `meters`.

        It can change nothing and see nothing else.

        Parameters
        ----------
        text : str
            DuckDB's SQL, with `?`, `$1` or `$name` where a value is to stand.
        parameters : sequence or mapping, optional
            The values of `?` and `$1` in their order, or of each `$name`: text, numbers, truth values, `datetime`
            (with a zone an instant; without one a TIMESTAMP, which beside an instant is UTC), `date`, lists of these,
            None. They are bound, never made part of the text.
        max_rows : int
            An answer with more is refused.

        Returns
        -------
        pandas.DataFrame
            Instants are UTC; what is null stays null.

        Raises
        ------
        QueryError
            If it is no single SELECT, fails, or its parameters are not those that are given.

        Examples
        --------
        >>> wb.sql("select number, sum(energy_import_kwh) as kwh from intervals group by number order by kwh desc")
        >>> wb.sql("select * from intervals where number = ? and demand_kw > ?", ["UNIT-A", 100])
        """
