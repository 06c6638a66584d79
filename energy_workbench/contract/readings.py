"""Raw readings, and users' own questions in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, overload

from energy_workbench.contract import bodies
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
from energy_workbench.contract.rows.setup import ImportedReadings, MappingRow
from energy_workbench.domain.errors import BusyError, ConflictError, InputError, NotFoundError, QueryError
from energy_workbench.domain.fields.query_parameters import Parameters
from energy_workbench.domain.roles import May
from energy_workbench.runtime.paths import AnyPath, NamedContent

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TAG = "Readings"

FileKind = Annotated[
    Literal["counter", "interval", "power"] | None,
    Help("What values of energy are: a counter's, the energy of each interval [kWh], or power [kW]"),
]
Mapped = Annotated[
    str | Mapping[str, Any] | None, Longest(60_000), Help("Name of a saved mapping, or one as a JSON object")
]
FileZone = Annotated[str | None, Longest(64), Help("Zone of times without an offset; the site's by default")]
InOrder = Annotated[bool, Help("The hour that the clock shows twice stands in the order of time")]
FileMeter = Annotated[str | None, Longest(200), Help("Whose readings they are, where the file names no meter")]
DateOrder = Annotated[Literal["dmy", "mdy", "ymd"] | None, Help("Order of day, month and year, where no date tells")]
DecimalSign = Annotated[Literal[".", ","] | None, Help("The decimal sign, where no number tells")]
Stamps = Annotated[Literal["start", "end"] | None, Help("Where in its interval a time stands, where nothing tells")]
FileInterval = Annotated[
    Literal["5min", "10min", "15min", "30min", "1h", "1d", "1mo"] | None,
    Help("How long each interval is, where the times do not tell"),
]
MappingName = Annotated[str, Longest(64), Help("Of the mapping")]


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
            what was not read is None. `thinned` says that of some of this time only those readings are kept that
            intervals are made of. Of several meters a `Several` of these.

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
        refuses=(ConflictError, BusyError, NotFoundError),
    )
    def import_readings(
        self,
        source: AnyPath | NamedContent | pd.DataFrame | pa.Table,
        dry_run: bool = False,
        *,
        keep_stored: bool = False,
        mapping: Mapped = None,
        timezone: FileZone = None,
        kind: FileKind = None,
        in_order: InOrder = False,
        meter: FileMeter = None,
        date_order: DateOrder = None,
        decimal: DecimalSign = None,
        stamps: Stamps = None,
        interval: FileInterval = None,
        reason: Reason = None,
    ) -> ImportedReadings:
        """Import readings from a file, its name and bytes, or a frame, all or nothing.

        The workbench's own columns are `meter, ts, quantity, value`, or `meter, ts` and one a quantity; values are
        as the meters reported them, in the workbench's units. Files of any other shape are recognised by their
        content: CSV and Excel with headings of their own, a meter a column, NEM12, Green Button (CSV and ESPI XML).
        What a file leaves open (day or month first, a counter or the energy of each interval) is refused with what to
        state. The same again changes nothing. The intervals that they touch are built.

        Parameters
        ----------
        dry_run : bool
            Only say what would happen, problems and conflicts included.
        keep_stored : bool
            Leave values that contradict stored ones out, instead of refusing all.
        mapping : str or mapping, optional
            The name of a saved one, or its fields; what is stated beside it counts before it.
        timezone : str, optional
            IANA zone of times without an offset; the site's by default, of NEM12 UTC+10.
        kind : {"counter", "interval", "power"}, optional
            What values of energy are: a counter's, the energy of each interval [kWh], or power [kW].
        in_order : bool
            The rows of the hour that the clock shows twice stand in the order of time.
        meter : str, optional
            Whose readings they are, where the file names no meter.
        date_order, decimal, stamps, interval : str, optional
            `dmy`, `mdy` or `ymd`; the decimal sign; whether times are the `start` or `end` of intervals; how long these
            are (`15min`, `1h`, `1d`, `1mo`): where the file does not tell.

        Returns
        -------
        dict
            `rows, new, known` (readings), `meters, first, last` (of the new), `intervals`,
            `problems, problem_count, conflicts, conflict_count`, and of other shapes `understood`.

        Raises
        ------
        InputError
            With what cannot be taken (the first 100); nothing is imported then.
        ConflictError
            If another value is stored for the same meter, instant and quantity; nothing is imported then.
        """

    @operation("GET", "/readings/mappings", "What was stated of files of readings", tag=TAG)
    def mappings(self) -> list[MappingRow]:
        """Saved mappings, by name: what was stated of the files of one source, to be used again."""

    @operation("PUT", "/readings/mappings/{name}", "Write or change a mapping", tag=TAG, needs=May.CHANGE)
    def put_mapping(self, name: MappingName, fields: bodies.Mapped) -> MappingRow:
        """Save what is stated of a file under a name, in place of the mapping of that name where there is one.

        Raises
        ------
        InputError
            With everything that is wrong.
        """

    @operation("DELETE", "/readings/mappings/{name}", "Delete a mapping", tag=TAG, needs=May.CHANGE, status=204)
    def delete_mapping(self, name: MappingName) -> None:
        """Delete a mapping; what was imported with it stays.

        Raises
        ------
        NotFoundError
            If there is none of that name.
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
