"""What kind of file something is, by its content, and its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields.readings_mapping import ReadingsMapping
from energy_workbench.lake.imports.incoming import folded
from energy_workbench.lake.imports.shapes import green_button, nem12, sheet_rows
from energy_workbench.lake.imports.shapes.columns import Table
from energy_workbench.lake.imports.shapes.layout import Known
from energy_workbench.lake.imports.shapes.shaped_file import ShapedFile


def knower(meters: Mapping[str, int | None], aliases: Mapping[str, str], stated: ReadingsMapping) -> Known:
    """What finds a meter's number by a word of a file: as stated, by number or id, or by its serial or name.

    Parameters
    ----------
    meters : mapping of str to int or None
        As of an importer.
    aliases : mapping of str to str
        Numbers by serials and names, folded, where only one meter has it.
    """
    said = {folded(word): number for word, number in stated.meters.items()}

    def known(word: str) -> str | None:
        key = folded(word.strip())
        if not key:
            return None
        if key in said:
            return said[key]
        return word.strip() if meters.get(key) is not None else aliases.get(key)

    return known


def shaped(
    path: Path,
    name: str,
    stated: ReadingsMapping,
    known: Known,
    zone: ZoneInfo,
    today: date,
    original: str | None = None,
) -> ShapedFile:
    """The values of a file of another shape than the workbench's own.

    Parameters
    ----------
    zone : ZoneInfo
        Of times without an offset, where nothing is stated.
    today : date
        Nothing was measured later.
    original : str, optional
        What the file was called where it came from.

    Raises
    ------
    InputError
        If it is no file of readings, or leaves open what somebody must state.
    """
    stem = Path(original or path.name).name.partition(".")[0]
    zone = ZoneInfo(stated.timezone) if stated.timezone else zone
    if sheet_rows.is_excel(path):
        table = Table(sheet_rows.excel(path, name), name, stated, known, zone, today, stem)
        table.reading.shape = "Excel"
        return table.file()
    given = sheet_rows.content(path, name)
    if given.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{name}: is not an Excel file (.xlsx): an older one (.xls) is saved as .xlsx first")
    return of_text(sheet_rows.text(given, name), name, stated, known, zone, today, stem)


def of_text(
    written: str, name: str, stated: ReadingsMapping, known: Known, zone: ZoneInfo, today: date, stem: str
) -> ShapedFile:
    """The values of a file that is text: NEM12, ESPI, or a table of cells."""
    if not written.strip():
        raise InputError(f"{name}: is empty: line 1 must be the header, such as meter,ts,quantity,value")
    if nem12.is_nem12(written):
        return nem12.read(written, stated, known)
    if green_button.is_espi(written):
        return green_button.espi(written, name, stated, known, stem)
    sheet = sheet_rows.delimited(written, name)
    notes: list[str] = []
    if is_button := green_button.is_csv(sheet):
        sheet, notes = green_button.electric(sheet, name)
    table = Table(sheet, name, stated, known, zone, today, stem)
    if is_button:
        table.reading.shape = "Green Button (CSV)"
    table.reading.notes += notes
    return table.file()
