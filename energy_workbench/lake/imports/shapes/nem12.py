"""NEM12 files, the interval data of Australian meters.

Source: AEMO, Meter Data File Format Specification NEM12 & NEM13, version 2.6: records 100 to 900, interval times in NEM
time (UTC+10 all year), quality flags A, E, F, N, S and V; Standing Data for MSATS: the suffix of a data stream begins
with E for energy that the customer takes, B for what the customer feeds in, Q and K for reactive energy.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.fields.readings_mapping import ReadingsMapping, factor
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, QUANTITIES
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake.imports.shapes.headings import UNITS
from energy_workbench.lake.imports.shapes.layout import Known
from energy_workbench.lake.imports.shapes.shaped_file import ShapedFile
from energy_workbench.lake.imports.shapes.unclear import Reading
from energy_workbench.lake.imports.shapes.value import Value

NEM_TIME: Final = "Etc/GMT-10"
"""UTC+10, without summer time."""
MINUTE_US: Final = 60_000_000
LENGTHS: Final = (5, 15, 30)
"""Minutes that an interval may have."""
STREAMS: Final = {
    "E": "energy_active_import",
    "B": "energy_active_export",
    "Q": "energy_reactive_import",
    "T": "energy_apparent_import",
}
ESTIMATES: Final = "ESF"
"""Quality flags of estimated, substituted and finally substituted values."""


_FLAG: Final = re.compile(r"[AEFNSV]\d{0,2}", re.IGNORECASE)


@dataclass
class Stream:
    """A data stream: what the 200 record says of the 300 records below it."""

    line: int
    nmi: str
    suffix: str
    serial: str
    unit: str
    minutes: int
    days: dict[str, Day] = field(default_factory=dict)


@dataclass
class Day:
    """A day of a stream: values with their quality flags, and when it was last updated."""

    line: int
    values: list[str]
    flags: list[str]
    updated: str


def is_nem12(text: str) -> bool:
    """Whether a text is a NEM12 file, with or without its header."""
    begin = text[:2000].lstrip("\ufeff \r\n")
    return begin.startswith("100,NEM12") or (begin.startswith("200,") and "\n300," in begin.replace("\r", ""))


def read(text: str, stated: ReadingsMapping, known: Known) -> ShapedFile:
    """The energies of a NEM12 file."""
    reading, problems = Reading("NEM12"), list[Problem]()
    zone = ZoneInfo(stated.timezone or NEM_TIME)
    reading.note("times are NEM time (UTC+10)" if not stated.timezone else f"times are of {zone.key}")
    streams = list(_streams(text, problems))
    values: list[Value] = []
    summed: dict[tuple[str, str], list[Stream]] = {}
    for stream in streams:
        name = STREAMS.get(stream.suffix[:1].upper())
        if name is None:
            reading.note(f"left out: data stream {stream.suffix} of {stream.nmi}")
            continue
        if factor(QUANTITIES[name].unit, stream.unit) is None:
            reason = f"is no unit of {name}: kWh, Wh or MWh are, kvarh or kVAh for others"
            problems.append(Problem(f"line {stream.line}", "UOM", stream.unit, reason))
            continue
        meter = _meter(stream, stated, known, streams)
        if meter is None:
            reason = (
                f"is no meter here: register one of that number or serial {stream.serial!r}, or state --meter NUMBER"
            )
            problems.append(Problem(f"line {stream.line}", "NMI", stream.nmi, reason))
            continue
        reading.columns[f"{stream.nmi} {stream.suffix}"] = INTERVAL_ENERGIES[name]
        alike = summed.setdefault((meter, name), [])
        same = next((each for each in alike if each.suffix == stream.suffix and each.nmi == stream.nmi), None)
        if same is None:
            alike.append(stream)
        else:
            _update(same, stream.days)
    for (meter, name), alike in summed.items():
        parts = [_values(stream, meter, name, zone, problems) for stream in alike]
        if len(alike) > 1:
            reading.note(f"{meter}: {name} is the sum of {', '.join(each.suffix for each in alike)}")
        values += _summed(alike, parts, problems)
    return ShapedFile(values, problems, reading)


def _streams(text: str, problems: list[Problem]) -> Iterator[Stream]:
    stream: Stream | None = None
    day: Day | None = None
    for line, cells in enumerate(csv.reader(text.splitlines()), 1):
        record = cells[0].strip() if cells else ""
        if record == "200" and len(cells) >= 9:
            unit = UNITS.get(cells[7].strip().casefold(), cells[7].strip())
            minutes = int(cells[8]) if cells[8].strip().isdigit() else 0
            stream, day = Stream(line, cells[1].strip(), cells[4].strip(), cells[6].strip(), unit, minutes), None
            if minutes in LENGTHS:
                yield stream
            else:
                reason = f"must be {', '.join(map(str, LENGTHS))} minutes"
                problems.append(Problem(f"line {line}", "IntervalLength", cells[8][:20], reason))
                stream = None
        elif record == "300" and stream is not None:
            count = 1440 // stream.minutes
            if len(cells) < count + 3 or _FLAG.fullmatch(cells[count + 1].strip()):
                reason = (
                    f"has {max(len(cells) - 2, 0)} cells behind its date: {count} values and a quality flag are needed"
                )
                problems.append(Problem(f"line {line}", "300", cells[1][:20] if len(cells) > 1 else "", reason))
                continue
            flag = (cells[count + 2].strip() or "A")[0].upper()
            updated = cells[count + 5].strip() if len(cells) > count + 5 else ""
            day = Day(line, [cell.strip() for cell in cells[2 : count + 2]], [flag] * count, updated)
            _update(stream, {cells[1].strip(): day})
        elif record == "400" and day is not None and len(cells) >= 4:
            first, last = (int(cell) if cell.strip().isdigit() else 0 for cell in cells[1:3])
            if 1 <= first <= last <= len(day.flags):
                day.flags[first - 1 : last] = [(cells[3].strip() or "A")[0].upper()] * (last - first + 1)
            else:
                reason = f"must be intervals of the day, 1 to {len(day.flags)}"
                problems.append(Problem(f"line {line}", "400", ",".join(cells[1:3]), reason))
        elif record == "200":
            problems.append(Problem(f"line {line}", "200", ",".join(cells)[:60], "has fewer than 9 cells"))
            stream = day = None
        elif record == "300":
            problems.append(Problem(f"line {line}", "300", "", "stands below no 200 record that could be read"))
        elif record not in ("", "100", "400", "500", "900"):
            problems.append(Problem(f"line {line}", "", record[:20], "is no record of NEM12: 100 to 500 or 900"))


def _update(stream: Stream, days: dict[str, Day]) -> None:
    """Take days of a stream; of two of the same date the one that was updated later counts."""
    for date, day in days.items():
        before = stream.days.get(date)
        if before is None or day.updated > before.updated:
            stream.days[date] = day
        elif day.updated == before.updated and day.values != before.values:
            # Both are kept, so that the contradiction is told.
            stream.days[f"{date} "] = day


def _meter(stream: Stream, stated: ReadingsMapping, known: Known, streams: Sequence[Stream]) -> str | None:
    words = (f"{stream.nmi}-{stream.suffix}", f"{stream.nmi}{stream.suffix}", stream.nmi, stream.serial)
    for word in words:
        if word and (number := known(word)):
            return number
    return stated.meter if len({each.nmi for each in streams}) == 1 else None


def _values(
    stream: Stream, meter: str, name: str, zone: ZoneInfo, problems: list[Problem]
) -> dict[tuple[int, int, int], Value]:
    by = factor(QUANTITIES[name].unit, stream.unit) or 1.0
    found: dict[tuple[int, int, int], Value] = {}
    for nth_day, (date, day) in enumerate(stream.days.items()):
        try:
            midnight = datetime.strptime(date.strip(), "%Y%m%d").replace(tzinfo=zone)
        except ValueError:
            problems.append(Problem(f"line {day.line}", "IntervalDate", date[:20], "is no date, such as 20241005"))
            continue
        for nth, (cell, flag) in enumerate(zip(day.values, day.flags, strict=True)):
            if flag == "N" or not cell:
                continue
            start = to_micros((midnight + timedelta(minutes=stream.minutes * nth)).astimezone(UTC))
            end = start + stream.minutes * MINUTE_US
            try:
                number = float(cell)
            except ValueError:
                reason = f"is no number (interval {nth + 1})"
                problems.append(Problem(f"line {day.line}", "300", cell[:20], reason))
                continue
            again = nth_day if date.endswith(" ") else -1
            found[start, end, again] = Value(
                day.line, f"{stream.suffix} interval {nth + 1}", meter, start, end, INTERVAL_ENERGIES[name],
                number * by, flag in ESTIMATES,
            )  # fmt: skip
    return found


def _summed(
    streams: Sequence[Stream], parts: Sequence[dict[tuple[int, int, int], Value]], problems: list[Problem]
) -> Iterator[Value]:
    """Values of one stream, or the sums of several where each has the interval."""
    if len(parts) == 1:
        yield from parts[0].values()
        return
    for key in sorted({key for part in parts for key in part}):
        there = [part[key] for part in parts if key in part]
        if len(there) < len(parts):
            lacking = ", ".join(s.suffix for s, part in zip(streams, parts, strict=True) if key not in part)
            if not any(f"{lacking} lacks" in problem.reason for problem in problems):
                reason = (
                    f"{lacking} lacks this interval, so that the sum is not known: register a meter for each stream"
                )
                problems.append(Problem(f"line {there[0].line}", there[0].column, "", reason))
            continue
        yield there[0]._replace(
            value=sum(each.value for each in there), estimated=any(each.estimated for each in there)
        )
