"""Green Button in its two forms: the CSV that utilities offer, and ESPI XML.

Source: NAESB REQ.21 ESPI, `espi.xsd`: values are integers times 10^powerOfTenMultiplier in the unit `uom` (72 is Wh, 71
VAh, 73 varh, 38 W); `flowDirection` 1 is to the customer and 19 from it; `accumulationBehaviour` 4 is the energy of
each interval and 1 or 3 a counter; starts are seconds since 1970, UTC; `quality` 8, 9, 12 and 13 are estimates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from xml.etree import ElementTree

from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.fields.readings_mapping import ReadingsMapping
from energy_workbench.domain.quantities import INTERVAL_ENERGIES
from energy_workbench.lake.imports.shapes.layout import Known
from energy_workbench.lake.imports.shapes.shaped_file import ShapedFile
from energy_workbench.lake.imports.shapes.sheet_rows import Sheet
from energy_workbench.lake.imports.shapes.unclear import Reading, UnclearError
from energy_workbench.lake.imports.shapes.value import Value

UNITS: Final = {72: "active", 73: "reactive", 71: "apparent"}
WATT: Final = 38
FORWARD, REVERSE = (0, 1), 19
COUNTERS: Final = (1, 3)
"""Accumulation behaviours of counters: bulk quantity and cumulative."""
ESTIMATES: Final = (8, 9, 12, 13)
_DECLARED: Final = re.compile("<!(?:DOCTYPE|ENTITY)")
_READING: Final = re.compile(r"<(?:[\w.-]+:)?IntervalReading[\s/>]")


def is_espi(text: str) -> bool:
    """Whether a text is XML."""
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def is_csv(sheet: Sheet) -> bool:
    """Whether a table is a Green Button CSV: its header begins with TYPE and has start and end times."""
    return any(
        cells[0].casefold() == "type" and {"start time", "end time"} <= {cell.casefold() for cell in cells}
        for _, cells in sheet.rows[:40]
        if cells
    )


def electric(sheet: Sheet, name: str) -> tuple[Sheet, list[str]]:
    """The rows of electric usage of a Green Button CSV, its unit in the heading; and what is left out, in words."""
    at = next(nth for nth, (_, cells) in enumerate(sheet.rows) if cells and cells[0].casefold() == "type")
    line, heads = sheet.rows[at]
    lower = [head.casefold() for head in heads]
    body: list[tuple[int, list[str]]] = []
    notes: list[str] = []
    for row in sheet.rows[at + 1 :]:
        kind = row[1][0].casefold()
        if "gas" in kind or "water" in kind or "billing" in kind:
            notes = [*dict.fromkeys([*notes, f"left out: rows of {row[1][0]}"])]
        else:
            body.append(row)
    if "units" in lower:
        place = lower.index("units")
        units = {cells[place] for _, cells in body if len(cells) > place}
        if len(units) > 1:
            raise UnclearError(name, f"line {line}", heads[place], "", f"has several units: {', '.join(sorted(units))}")
        unit = units.pop() if units else ""
        heads = [f"{head} ({unit})" if head.casefold() in ("usage", "import", "export") else head for head in heads]
    return Sheet([*sheet.rows[:at], (line, heads), *body], sheet.separator), notes


def espi(text: str, name: str, stated: ReadingsMapping, known: Known, stem: str) -> ShapedFile:
    """The readings of an ESPI document.

    Raises
    ------
    InputError
        If it is no such document, or declares entities.
    """
    # Without a document type there are no entities: nothing expands, nothing is fetched.
    if _DECLARED.search(text):
        raise InputError(f"{name}: declares a document type: Green Button has none, and nothing of it is read")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type, so no entities
    except ElementTree.ParseError as error:
        raise InputError(f"{name}: line {error.position[0]}: is no well-formed XML: {error}") from None
    reading, problems, values = Reading("Green Button (ESPI)"), list[Problem](), list[Value]()
    lines = _lines(text)
    meters = _meters(stated, known, stem)
    types, of_meter_reading = _types(root)
    last: Mapping[str, int] = next(iter(types.values()), {})
    for entry in _entries(root):
        hrefs = _hrefs(entry)
        for node in entry.iter():
            if _name(node) == "ReadingType":
                last = _numbers(node)
            if _name(node) != "IntervalBlock":
                continue
            linked = next(
                (types[of_meter_reading[up]] for up in of_meter_reading if any(_below(h, up) for h in hrefs)), last
            )
            kind = linked if linked or len(types) != 1 else next(iter(types.values()))
            values += _block(node, kind, meters(hrefs), lines, problems, reading)
    if not values and not problems:
        raise InputError(f"{name}: holds no IntervalReading of electricity: is it a Green Button file of usage?")
    return ShapedFile(values, problems, reading)


def _block(
    block: Any,
    kind: Mapping[str, int],
    meter: str | None,
    lines: Iterator[int],
    problems: list[Problem],
    reading: Reading,
) -> Iterator[Value]:
    """Readings of one block."""
    unit, power = kind.get("uom", 72), kind.get("powerOfTenMultiplier", 0)
    reverse = kind.get("flowDirection", 1) == REVERSE
    told = False
    for node in block.iter():
        if _name(node) != "IntervalReading":
            continue
        line = next(lines)
        cells = {_name(each): (each.text or "").strip() for each in node.iter()}
        if (unit not in UNITS and unit != WATT) or kind.get("commodity", 1) not in (0, 1, 2):
            reading.note(f"left out: readings of the unit {unit} (72 is Wh)")
            continue
        if meter is None:
            if not told:
                reason = "no meter here has the number of its usage point or of the file: state --meter NUMBER"
                problems.append(Problem(f"line {line}", "UsagePoint", "", reason))
            told = True
            continue
        try:
            start, seconds = (
                int(cells.get("start", "")),
                int(cells.get("duration", "") or kind.get("intervalLength", 0)),
            )
            value = float(Decimal(cells.get("value", "")).scaleb(power - 3))
        except (ValueError, InvalidOperation):
            shown = ",".join(cells.get(key, "") for key in ("start", "duration", "value"))
            reason = "needs start, duration and value as whole numbers"
            problems.append(Problem(f"line {line}", "IntervalReading", shown[:60], reason))
            continue
        estimated = cells.get("quality", "0").isdigit() and int(cells.get("quality", "0")) in ESTIMATES
        begin, end = start * 1_000_000, (start + seconds) * 1_000_000
        counter = f"energy_{UNITS.get(unit, 'active')}_{'export' if reverse else 'import'}"
        if unit == WATT:
            quantity, begin, value = "active_power_total", end, -value if reverse else value
        elif kind.get("accumulationBehaviour", 4) in COUNTERS:
            quantity, begin = counter, end
        elif (amount := INTERVAL_ENERGIES.get(counter)) is not None:
            quantity = amount
        else:
            reading.note(f"left out: {counter}")
            continue
        reading.columns["value"] = quantity
        yield Value(line, "value", meter, begin, end, quantity, value, estimated)


def _meters(stated: ReadingsMapping, known: Known, stem: str) -> Callable[[list[str]], str | None]:
    """Finds the meter of a block by what its usage point, or the file, is called."""

    def meter(hrefs: list[str]) -> str | None:
        for href in hrefs:
            match = re.search(r"UsagePoint/([^/]+)", href)
            if match and (number := known(match[1])):
                return number
        return stated.meter or known(stem)

    return meter


def _types(root: Any) -> tuple[dict[str, Mapping[str, int]], dict[str, str]]:
    """Reading types by their address, and by the address of a meter reading that of its type."""
    types: dict[str, Mapping[str, int]] = {}
    links: dict[str, str] = {}
    for entry in _entries(root):
        hrefs = {link.get("rel", ""): link.get("href", "") for link in entry.iter() if _name(link) == "link"}
        for node in entry.iter():
            if _name(node) == "ReadingType":
                types[hrefs.get("self", f"#{len(types)}")] = _numbers(node)
    for entry in _entries(root):
        if any(_name(node) == "MeterReading" for node in entry.iter()):
            self_ = next((h.get("href", "") for h in entry.iter() if _name(h) == "link" and h.get("rel") == "self"), "")
            for href in _hrefs(entry):
                if href in types and self_:
                    links[self_] = href
    return types, links


def _entries(root: Any) -> list[Any]:
    entries = [node for node in root.iter() if _name(node) == "entry"]
    return entries or [root]


def _hrefs(entry: Any) -> list[str]:
    return [link.get("href", "") for link in entry.iter() if _name(link) == "link"]


def _below(href: str, of: str) -> bool:
    return href == of or href.startswith(of.rstrip("/") + "/")


def _numbers(node: Any) -> Mapping[str, int]:
    numbers = {}
    for each in node.iter():
        text = (each.text or "").strip()
        if re.fullmatch(r"-?\d{1,9}", text):
            numbers[_name(each)] = int(text)
    return numbers


def _name(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _lines(text: str) -> Iterator[int]:
    """The line of each interval reading, in the order of the document."""
    line, at = 1, 0
    for match in _READING.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        yield line
    while True:
        yield line
