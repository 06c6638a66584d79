"""A table of readings in columns of any order and name: vendors' exports, Excel of a utility, a meter a column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.fields.readings_mapping import ReadingsMapping, as_kind
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.quantities import Kind as QuantityKind
from energy_workbench.lake.imports.shapes import interval_lengths, number_signs
from energy_workbench.lake.imports.shapes.date_order import day_of, order_of, seconds_of, split
from energy_workbench.lake.imports.shapes.layout import Known, Layout, ValueColumn, layout
from energy_workbench.lake.imports.shapes.shaped_file import ShapedFile
from energy_workbench.lake.imports.shapes.unclear import Reading, UnclearError
from energy_workbench.lake.imports.shapes.value import Value
from energy_workbench.lake.imports.shapes.wall_clocks import Wall, instants

if TYPE_CHECKING:
    from energy_workbench.lake.imports.shapes.sheet_rows import Sheet

ESTIMATES: Final = frozenset(
    ["e", "est", "estimate", "estimated", "s", "substituted", "geschätzt", "ersatzwert", "true", "yes", "1"]
)
FALLS: Final = 0.25
"""Values that fall in more than this share of their steps are no counter's."""
NOTHING: Final = ("", "-", "–")
"""What stands where there is no value."""
YEARS: Final = 1970, 2200
"""No meter was read before, none will be after."""
ENOUGH: Final = 8
"""Steps that prove a counter where each rises."""


class Table:
    """One file on its way to values.

    Parameters
    ----------
    sheet : Sheet
    name : str
        What messages call the file.
    stated : ReadingsMapping
    known : callable
        The number of the meter that a word means.
    zone : ZoneInfo
        Of times without an offset.
    today : date
        Nothing was measured later.
    stem : str
        The file's name without its ending.
    """

    def __init__(
        self, sheet: Sheet, name: str, stated: ReadingsMapping, known: Known, zone: ZoneInfo, today: date, stem: str
    ) -> None:  # fmt: skip
        self.sheet, self.name, self.stated, self.known = sheet, name, stated, known
        self.zone, self.today, self.stem = zone, today, stem
        self.reading = Reading("columns")
        self.problems: list[Problem] = []
        try:
            self.layout: Layout = layout(sheet.rows, name, stated, known, self.reading)
        except UnclearError as error:
            error.reading = self.reading
            raise
        self.heads = sheet.rows[self.layout.header][1]
        self.rows = self._without_footer([row for row in sheet.rows[self.layout.first :] if any(row[1])])

    def file(self) -> ShapedFile:
        """The values of the file.

        Raises
        ------
        UnclearError
            If something that they depend on is not told by the file.
        """
        try:
            return self._file()
        except UnclearError as error:
            error.reading = self.reading
            raise

    def _file(self) -> ShapedFile:
        readings = self._cells()
        times, ends = self._times()
        of_file = None if "meter" in self.layout.places else self._meter()
        kinds = self._kinds(readings)
        values: list[Value] = []
        for column, cells in readings.items():
            kind = kinds[column]
            quantity_ = self._quantity(column, kind)
            interval = QUANTITIES[quantity_].kind is QuantityKind.AMOUNT
            series: dict[str, list[tuple[int, int, float]]] = {}
            for nth, value in cells.items():
                if (at := times[nth]) is not None:
                    meter = column.meter or self._cell(nth, "meter") or of_file or ""
                    series.setdefault(meter, []).append((nth, at, value))
            for meter, points in series.items():
                spans = self._spans(column, points, ends) if interval else [(at, at) for _, at, _ in points]
                for (nth, _, value), (start, end) in zip(points, spans, strict=True):
                    estimated = interval and self._cell(nth, "estimated").casefold() in ESTIMATES
                    line = self.rows[nth][0]
                    values.append(
                        Value(line, column.heading, meter, start, end, quantity_, value * column.factor, estimated)
                    )
        values.sort(key=lambda each: each.line)
        return ShapedFile(self._of_known_meters(values), self.problems, self.reading)

    def _without_footer(self, rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        """Rows up to the last one with a date: below stand sums and remarks. Rows of another width are told."""
        place = next(at for role, at in self.layout.places.items() if role in ("ts", "date", "end"))
        dated = [nth for nth, (_, cells) in enumerate(rows) if place < len(cells) and split(cells[place])[0]]
        kept = rows[: dated[-1] + 1] if dated else rows
        if len(kept) < len(rows):
            self.reading.note(f"left out: what stands below line {kept[-1][0]}, without a date")
        width = len(self.heads)
        for line, cells in kept:
            if len(cells) < width or any(cells[width:]):
                reason = f"has {len(cells)} cells, the header has {width}"
                self.problems.append(Problem(f"line {line}", "", ",".join(cells)[:60], reason))
        return kept

    def _cell(self, nth: int, role: str) -> str:
        place = self.layout.places.get(role)
        cells = self.rows[nth][1]
        return cells[place] if place is not None and place < len(cells) else ""

    def _cells(self) -> dict[ValueColumn, dict[int, float]]:
        """Numbers by column and row; what is none is a problem."""
        columns = list(self.layout.values)
        long = "value" in self.layout.places and "quantity" in self.layout.places
        if not columns and not long:
            self._one_quantity(columns)
        texts: list[tuple[ValueColumn, int, str]] = []
        for nth, (line, cells) in enumerate(self.rows):
            there = (column for column in columns if column.place < len(cells))
            texts += [(column, nth, cells[column.place]) for column in there if cells[column.place] not in NOTHING]
            if long and (text := self._cell(nth, "value")):
                name = self._cell(nth, "quantity")
                if name in QUANTITIES:
                    place = self.layout.places["value"]
                    texts.append((ValueColumn(place, name, None, name, 1.0, None, True), nth, text))
                else:
                    self.problems.append(Problem(f"line {line}", "quantity", name[:60], "is no quantity"))
        of = number_signs.signs(
            ((self.rows[nth][0], column.heading, text) for column, nth, text in texts),
            self.name, stated=self.stated.decimal, pointed=self.sheet.separator in (",", ""),
        )  # fmt: skip
        if of.decimal == "," or of.thousands:
            told = f", thousands {of.thousands!r}" if of.thousands else ""
            self.reading.note(f"numbers have the decimal sign {of.decimal!r}{told}")
        readings: dict[ValueColumn, dict[int, float]] = {}
        for column, nth, text in texts:
            if (value := number_signs.number(text, of)) is None:
                self.problems.append(Problem(f"line {self.rows[nth][0]}", column.heading, text[:60], "is no number"))
            else:
                readings.setdefault(column, {})[nth] = value
        return readings

    def _one_quantity(self, columns: list[ValueColumn]) -> None:
        """A column `value` alone is what is stated of the file."""
        place, kind = self.layout.places["value"], self.stated.kind
        heading = self.heads[place]
        if kind is None:
            raise UnclearError(
                self.name, f"line {self.sheet.rows[self.layout.header][0]}", heading, "",
                "does not say which quantity it is: state --kind counter, interval (kWh) or power (kW)",
            )  # fmt: skip
        columns.append(ValueColumn(place, heading, None, "energy_active_import", 1.0, kind, True))
        self.reading.note("values without a unit are taken as " + ("kW" if kind == "power" else "kWh"))

    def _times(self) -> tuple[list[int | None], list[int | None]]:
        """The instant of each row, and where a column says it, that at which its interval ends."""
        places = self.layout.places
        dated = next(role for role in ("ts", "date", "end") if role in places)
        parts = [split(self._cell(nth, dated)) for nth in range(len(self.rows))]
        clocks = [self._cell(nth, "time") for nth in range(len(self.rows))] if "time" in places else None
        order, why = order_of(
            [
                (line, day, clocks[nth] if clocks else clock)
                for nth, ((line, _), (day, clock, _)) in enumerate(zip(self.rows, parts, strict=True))
                if day
            ],
            self.name, self.heads[places[dated]], stated=self.stated.date_order, today=self.today,
        )  # fmt: skip
        if why:
            self.reading.note(f"dates are {'/'.join({'d': 'day', 'm': 'month', 'y': 'year'}[c] for c in order)}: {why}")
        self.order, self.late = order, False
        year_first = 2 * sum(day[:4].isdigit() for day, _, _ in parts) >= sum(bool(day) for day, _, _ in parts)
        walls, index = [], []
        for nth, (line, _) in enumerate(self.rows):
            day, clock, offset = parts[nth]
            wall = self._wall(day, clocks[nth] if clocks else clock, offset)
            if wall is not None and len(day) > 4 and day[:4].isdigit() != year_first:
                reason = "is written otherwise than the dates of most other lines: write one and the same"
                self.problems.append(Problem(f"line {line}", self.heads[places[dated]], day[:60], reason))
                continue
            text = " ".join(filter(None, (self._cell(nth, dated), clocks[nth] if clocks else "")))
            if wall is None:
                reason = "is no date and time, such as 2026-10-05 14:30" if text else "is missing"
                self.problems.append(Problem(f"line {line}", self.heads[places[dated]], text[:60], reason))
                continue
            key = self._cell(nth, "meter"), self._cell(nth, "quantity")
            walls.append(Wall(line, key, wall, self.heads[places[dated]], text))
            index.append(nth)
        told, problems = instants(walls, self.zone, self.reading, in_order=self.stated.in_order)
        self.problems += problems
        times: list[int | None] = [None] * len(self.rows)
        for nth, instant in zip(index, told, strict=True):
            times[nth] = instant
        return times, self._ends(parts, walls, index, times)

    def _wall(self, day: str, clock: str, offset: str) -> datetime | None:
        of_day, since = day_of(day, self.order), seconds_of(clock) if clock else (0, 0)
        if of_day is None or since is None:
            return None
        self.late |= clock.startswith("24")
        if not YEARS[0] <= of_day.year <= YEARS[1]:
            return None
        wall = datetime.combine(of_day, time()) + timedelta(seconds=since[0], microseconds=since[1])
        if not offset:
            return wall
        if offset.upper() in ("Z", "UTC"):
            return wall.replace(tzinfo=UTC)
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        return wall.replace(tzinfo=timezone(timedelta(minutes=minutes if offset[0] == "+" else -minutes)))

    def _ends(
        self,
        parts: Sequence[tuple[str, str, str]],
        walls: Sequence[Wall],
        index: Sequence[int],
        times: Sequence[int | None],
    ) -> list[int | None]:
        """Where the interval of each row ends, by its column; the last minute of it counts as well: 00:59 is 01:00."""
        ends: list[int | None] = [None] * len(self.rows)
        places = self.layout.places
        if not {"end", "end_time"} & set(places) or ("ts" not in places and "date" not in places):
            return ends
        for wall, nth in zip(walls, index, strict=True):
            begins = times[nth]
            day, clock, _ = split(self._cell(nth, "end")) if "end" in places else (parts[nth][0], "", "")
            clock = self._cell(nth, "end_time") or clock
            end = self._wall(day, clock, "")
            if begins is None or end is None:
                continue
            length = end - wall.wall.replace(tzinfo=None)
            if length < timedelta():
                length += timedelta(days=1)
            minutes = round(length.total_seconds() / 60)
            ends[nth] = begins + (minutes + (minutes % 5 == 4)) * interval_lengths.MINUTE_US
        return ends

    def _meter(self) -> str:
        """Whose readings they are, where neither a column nor a heading says it."""
        if all(each.meter for each in self.layout.values) and self.layout.values:
            return ""
        if self.stated.meter:
            return self.stated.meter
        named = {number for cell in self.layout.preamble if (number := self.known(cell))}
        if len(named) == 1:
            return named.pop()
        if number := self.known(self.stem):
            return number
        line = self.sheet.rows[self.layout.header][0]
        raise UnclearError(
            self.name, f"line {line}", "", ",".join(self.heads), "no column names the meter: state --meter NUMBER"
        )

    def _kinds(self, readings: dict[ValueColumn, dict[int, float]]) -> dict[ValueColumn, str]:
        """What the energy of each column is, as stated, by its words, or proven by its values."""
        return {column: self._kind(column, cells) for column, cells in readings.items()}

    def _kind(self, column: ValueColumn, cells: dict[int, float]) -> str:
        counter = QUANTITIES[column.quantity].kind is QuantityKind.COUNTER
        if not counter:
            return "as it is"
        if kind := self.stated.kind or column.kind or ("counter" if column.own else None):
            return kind
        if "end" in self.layout.places or "end_time" in self.layout.places:
            return "interval"
        steps = [b - a for a, b in zip(cells.values(), list(cells.values())[1:], strict=False)]
        falls = sum(step < 0 for step in steps)
        moved = sum(step != 0 for step in steps)
        if moved >= 3 and falls >= FALLS * moved and "meter" not in self.layout.places:
            self.reading.note(f"{column.heading}: falls in {falls} of {moved} steps: the energy of each interval")
            return "interval"
        if moved >= ENOUGH and not falls and "meter" not in self.layout.places:
            self.reading.note(f"{column.heading}: never falls: a counter")
            return "counter"
        raise UnclearError(
            self.name, f"line {self.sheet.rows[self.layout.header][0]}", column.heading, "",
            "may be a counter or the energy of each interval: state --kind counter or --kind interval",
        )  # fmt: skip

    def _quantity(self, column: ValueColumn, kind: str) -> str:
        quantity_ = as_kind(column.quantity, None if kind == "as it is" else kind)
        if quantity_ is None:
            reason = f"{column.quantity} is not taken as the energy of each interval"
            raise UnclearError(self.name, f"line {self.sheet.rows[self.layout.header][0]}", column.heading, "", reason)
        return quantity_

    def _spans(
        self, column: ValueColumn, points: Sequence[tuple[int, int, float]], ends: Sequence[int | None]
    ) -> list[tuple[int, int]]:
        """Start and end of the interval of each value of a meter."""
        if all(ends[nth] is not None for nth, _, _ in points):
            return [(at, ends[nth] or at) for nth, at, _ in points]
        times = [at for _, at, _ in points]
        said = self.stated.interval
        length = interval_lengths.LENGTHS.get(said, said) if said else interval_lengths.length_of(times, self.zone)
        if length is None:
            raise UnclearError(
                self.name, f"line {self.rows[points[0][0]][0]}", column.heading, "",
                "how long the interval of each value is cannot be told from the times: state --interval, such as 15min",
            )  # fmt: skip
        stamps = self.stated.stamps or self._stamps(times, length)
        self.reading.note(
            f"{column.heading}: energy of {interval_lengths.spoken(length)}, whose time is where it "
            f"{'begins' if stamps == 'start' else 'ends'}"
        )
        return [interval_lengths.bounds(at, length, stamps, self.zone) for at in times]

    def _stamps(self, times: Sequence[int], length: str | int) -> str:
        """Where the time of an interval stands: by 24:00, by the first and last of whole days, else where it begins."""
        if self.late or (set(self.layout.places) & {"end"} and "ts" not in self.layout.places):
            return "end"
        told = interval_lengths.begins_with(times, length, self.zone) if isinstance(length, int) else None
        return told or "start"

    def _of_known_meters(self, values: Sequence[Value]) -> list[Value]:
        """Values without those of headings whose meter nobody knows, which are told at their column."""
        line = self.sheet.rows[self.layout.header][0]
        strange = {each.heading: each.meter for each in self.layout.values if each.meter and not self.known(each.meter)}
        for heading, meter in strange.items():
            reason = (
                f"{meter} is no meter here: register it, state --meter NUMBER, or say which it is in a mapping, as "
                f"meters: {{{meter}: NUMBER}}"
            )
            self.problems.append(Problem(f"line {line}", heading, "", reason))
        return [each for each in values if each.column not in strange]
