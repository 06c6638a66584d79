"""Layout of a table of readings: where its header is, and what each column is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from energy_workbench.domain.fields.readings_mapping import ReadingsMapping, factor
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.lake.imports.shapes import headings
from energy_workbench.lake.imports.shapes.date_order import is_clock, is_date
from energy_workbench.lake.imports.shapes.unclear import Reading, UnclearError

PREAMBLE: Final = 100
"""Rows that may stand above the first reading."""
LOOKED_AT: Final = 20
"""Rows below the header that tell which column holds times."""

Known = Callable[[str], str | None]
"""The number of the meter that a word means; None where it means none."""


class ValueColumn(NamedTuple):
    """A column of values.

    Attributes
    ----------
    place : int
    heading : str
    meter : str or None
        Whose they are, where the heading says it.
    quantity : str
    factor : float
    kind : str or None
        What the heading says of energy: "counter" or "interval".
    own : bool
        Whether the heading is the quantity's own name.
    """

    place: int
    heading: str
    meter: str | None
    quantity: str
    factor: float
    kind: str | None
    own: bool


@dataclass
class Layout:
    """What stands where.

    Attributes
    ----------
    header : int
        Place of the header among the rows.
    first : int
        Place of the first row of readings.
    places : dict of str to int
        Role → column.
    values : list of ValueColumn
    preamble : list of str
        Cells above the header.
    """

    header: int
    first: int
    places: dict[str, int]
    values: list[ValueColumn] = field(default_factory=list)
    preamble: list[str] = field(default_factory=list)


def layout(
    rows: Sequence[tuple[int, list[str]]], name: str, stated: ReadingsMapping, known: Known, reading: Reading
) -> Layout:
    """Find the header and the columns of a table.

    Raises
    ------
    UnclearError
        If no header, no time or no values are found, with what to state.
    """
    first = next((at for at, (_, cells) in enumerate(rows[: PREAMBLE + 1]) if _is_reading(cells)), None)
    if first is None:
        at = rows[0] if rows else (1, [""])
        reason = "no row with a date and a number follows within 100 lines: is it a file of readings?"
        raise UnclearError(name, f"line {at[0]}", "", ",".join(at[1]), reason)
    units: list[str] = []
    header = first - 1
    if header >= 1 and _is_units(rows[header][1]):
        units, header = rows[header][1], header - 1
    if header < 0:
        raise UnclearError(
            name, f"line {rows[first][0]}", "", ",".join(rows[first][1]),
            "the first row is a reading: a header above it must say what each column is",
        )  # fmt: skip
    cells = rows[header][1]
    width = max(len(row) for _, row in rows[first : first + LOOKED_AT])
    heads = [cells[place] if place < len(cells) else "" for place in range(width)]
    found = Layout(header, first, {}, preamble=[cell for _, row in rows[:header] for cell in row if cell])
    sample = [row for _, row in rows[first : first + LOOKED_AT]]
    said = {heading.strip().casefold(): role for heading, role in stated.columns.items()}
    twice = {each for each, count in Counter(heads).items() if each and count > 1}
    if twice:
        heading = sorted(twice)[0]
        raise UnclearError(
            name, f"line {rows[header][0]}", heading, "", "this column is there twice: rename one of them"
        )
    for place, heading in enumerate(heads):
        if not heading:
            continue
        _place(found, place, heading, units[place] if place < len(units) else "", said, sample, stated, known, reading)
    if not {"ts", "date", "end"} & set(found.places):
        dated = next((at for at in range(width) if _share(sample, at, is_date) > 0.9), None)
        if dated is None:
            reason = "no column of times was found: state one in a mapping, as columns: {heading: ts}"
            raise UnclearError(name, f"line {rows[header][0]}", "", ",".join(heads), reason)
        found.places["ts"] = dated
        found.values = [each for each in found.values if each.place != dated]
    for role_, place in found.places.items():
        reading.columns[heads[place]] = role_
    for each in found.values:
        own = QUANTITIES[each.quantity].unit
        reading.columns[each.heading] = (
            each.quantity if each.factor == 1 else f"{each.quantity} (× {each.factor:g} to {own})"
        )
    left = [heading for heading in heads if heading and heading not in reading.columns]
    for heading in left:
        reading.columns[heading] = "-"
    if left:
        reading.note(f"left out: {', '.join(left)[:300]}")
    if not found.values and "value" not in found.places:
        raise UnclearError(
            name, f"line {rows[header][0]}", "", ",".join(heads),
            "no column says which quantity and unit its values are: state --kind counter, interval (kWh) or power (kW),"
            " or in a mapping, as columns: {heading: energy_active_import kWh}",
        )  # fmt: skip
    return found


def _place(
    found: Layout, place: int, heading: str, unit_below: str, said: dict[str, str], sample: Sequence[list[str]],
    stated: ReadingsMapping, known: Known, reading: Reading,
) -> None:  # fmt: skip
    """Say what one column is, as far as that can be told."""
    if (chosen := said.get(heading.strip().casefold())) is not None:
        name, _, unit = chosen.partition(" ")
        if name in QUANTITIES:
            by = factor(QUANTITIES[name].unit, unit) if unit else 1.0
            found.values.append(ValueColumn(place, heading, None, name, by or 1.0, stated.kind or "counter", False))
        elif name != "-":
            found.places[name] = place
        return
    bare, unit = headings.unit_of(heading)
    unit = headings.UNITS.get(unit_below.strip(" []()").casefold(), unit)
    if heading.strip().casefold() in ("quantity", "value") and not unit:
        found.places.setdefault(heading.strip().casefold(), place)
        return
    if (role := headings.role(heading)) and not unit:
        _time(found, place, role, sample)
        return
    if known(bare) or known(heading):
        # A meter a column: the unit, or else the kind that is stated, says what it holds.
        meter = bare if known(bare) else heading
        unit = unit or _unit_of_kind(stated, reading)
        if value := headings.value("", unit) if unit else None:
            found.values.append(ValueColumn(place, heading, meter, value.quantity, value.factor, None, False))
        return
    cuts = [(*cut, True) for cut in headings.apart(bare, spaces=True) if known(cut[0])]
    if not known(bare):
        cuts += [(*cut, False) for cut in headings.apart(bare, spaces=False) if headings.is_named(*cut)]
    for meter, what, here in cuts:
        if value := headings.value(what, unit):
            whose = meter if here else stated.meter or meter
            found.values.append(ValueColumn(place, heading, whose, value.quantity, value.factor, value.kind, False))
            return
    if value := headings.value(bare, unit):
        own = bare.strip().casefold().replace(" ", "_") == value.quantity and not unit
        found.values.append(ValueColumn(place, heading, None, value.quantity, value.factor, value.kind, own))
        return
    numeric = _share(sample, place, _is_number) > 0.5
    if numeric and stated.kind and not unit and headings.value(f"{bare} usage", "kWh") and _looks_like_energy(bare):
        unit = _unit_of_kind(stated, reading)
        if value := headings.value(bare, unit):
            found.values.append(ValueColumn(place, heading, None, value.quantity, value.factor, value.kind, False))


def _unit_of_kind(stated: ReadingsMapping, reading: Reading) -> str:
    if stated.kind is None:
        return ""
    unit = "kW" if stated.kind == "power" else "kWh"
    reading.note(f"values without a unit are taken as {unit}")
    return unit


def _looks_like_energy(bare: str) -> bool:
    words = (
        "energy",
        "usage",
        "consumption",
        "verbrauch",
        "value",
        "wert",
        "power",
        "leistung",
        "reading",
        "load",
        "kwh",
    )
    return any(word in bare.casefold() for word in words)


def _time(found: Layout, place: int, role: str, sample: Sequence[list[str]]) -> None:
    """A column of meters or times: the words say which, and the cells whether date, time of the day or both."""
    if role == "meter":
        found.places.setdefault("meter", place)
        return
    dated = _share(sample, place, is_date) > 0.5
    clock = not dated and _share(sample, place, is_clock) > 0.5
    if role in ("end", "end_time"):
        found.places.setdefault("end" if dated else "end_time", place)
    elif clock:
        found.places.setdefault("time", place)
    elif dated:
        timed = _share(sample, place, lambda cell: ":" in cell) > 0.5
        name = "ts" if timed or role in ("ts", "start") else "date"
        found.places.setdefault(name, place)


def _share(sample: Sequence[list[str]], place: int, is_: Callable[[str], bool]) -> float:
    cells = [row[place] for row in sample if place < len(row) and row[place]]
    return sum(map(is_, cells)) / len(cells) if cells else 0.0


def _is_reading(cells: Sequence[str]) -> bool:
    """Whether a row has a date and a number beside it."""
    dated = [place for place, cell in enumerate(cells) if is_date(cell)]
    return bool(dated) and any(_is_number(cell) for place, cell in enumerate(cells) if place not in dated)


def _is_number(cell: str) -> bool:
    bare = cell.replace(" ", "").replace("\u00a0", "").replace("'", "").lstrip("+-")
    return any(c.isdigit() for c in bare) and all(c.isdigit() or c in ".,eE+-" for c in bare) and not is_date(cell)


def _is_units(cells: Sequence[str]) -> bool:
    """Whether a row says nothing but units."""
    said = [cell.strip(" []()") for cell in cells if cell.strip(" []()-")]
    return bool(said) and all(cell.casefold() in headings.UNITS or cell in ("%", "-") for cell in said)
