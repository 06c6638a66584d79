"""Salvage of rows from the pages of a damaged spool: each row whose checksum holds.

Nothing that leads from page to page is believed, so one bad page costs what is on it and nothing else. The format
is that of https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1. Rows that were trimmed may come up
again; the lake has them, and ignores what it has.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path

from energy_workbench.domain.errors import InputError
from energy_workbench.lake.columns import is_wide
from energy_workbench.lake.spool import wal
from energy_workbench.lake.spool.schema import PAGE, Packed, checksum

_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value by its serial type; longer ones are texts and blobs."""

_ROW_COLUMNS = 9

Texts = dict[int, set[str]]
"""Quantities by id of the shape; more than one where a copy is damaged."""


def shapes(database: Path) -> Texts:
    """Every shape that a spool and its write-ahead log know."""
    by_id: Texts = {}
    for page in _pages(database):
        if b'["' not in page:
            continue
        for at in _cells(page):
            # The table has the id before the text, its index after it.
            for key, values in (_table_cell(page, at), (None, _record(page, _varint(page, at)[1]))):
                texts = [value for value in values if isinstance(value, str)]
                numbers = [value for value in values if isinstance(value, int)]
                known = key if key is not None else numbers[0] if numbers else None
                if known is not None and len(texts) == 1 and _is_shape(texts[0]):
                    by_id.setdefault(known, set()).add(texts[0])
    return by_id


def rows(database: Path, texts: Texts) -> Iterator[tuple[str, Packed]]:
    """Every reading that is whole, with its quantities; the same one may come several times."""
    for page in _pages(database):
        for at in _cells(page):
            _, values = _table_cell(page, at)
            if len(values) != _ROW_COLUMNS:
                continue
            _, meter, ts, part, slot, offset, shape, blob, crc = values
            if not isinstance(blob, bytes) or not isinstance(crc, int):
                continue
            numbers = [value for value in (meter, ts, part, slot, offset, shape) if isinstance(value, int)]
            if len(numbers) != _ROW_COLUMNS - 3 or numbers[1] != numbers[3] + numbers[4] * 1000:
                continue
            for text in texts.get(numbers[5], ()):
                if checksum(text, numbers[0], numbers[3], numbers[4], blob) == crc:
                    first, second, third, fourth, fifth, sixth = numbers
                    yield text, (first, second, third, fourth, fifth, sixth, blob, crc)


def _pages(database: Path) -> Iterator[bytes]:
    for path, start, lead in ((database, 0, 0), (log_of(database), wal.HEADER, wal.FRAME)):
        try:
            file = path.open("rb")
        except OSError:
            continue
        with file:
            file.seek(start)
            while page := file.read(lead + PAGE)[lead:]:
                yield page.ljust(PAGE, b"\0")


def log_of(database: Path) -> Path:
    """The write-ahead log beside a database."""
    return database.with_name(database.name + "-wal")


def _cells(page: bytes) -> Iterator[int]:
    """Where cells begin on a leaf; a count that cannot be is not believed."""
    count = int.from_bytes(page[3:5], "big")
    for index in range((PAGE - 8) // 2):
        at = int.from_bytes(page[8 + 2 * index : 10 + 2 * index], "big")
        if 8 <= at < PAGE - 4:
            yield at
        elif index >= count:
            return


def _table_cell(page: bytes, at: int) -> tuple[int | None, list[object]]:
    _, at = _varint(page, at)
    key, at = _varint(page, at)
    return key, _record(page, at)


def _record(page: bytes, start: int) -> list[object]:
    """The values of a record; none where it cannot be one."""
    length, at = _varint(page, start)
    body, kinds = start + length, list[int]()
    while at < body and len(kinds) <= _ROW_COLUMNS:
        kind, at = _varint(page, at)
        kinds.append(kind)
    if at != body or len(kinds) > _ROW_COLUMNS:
        return []
    values: list[object] = []
    for kind in kinds:
        width = _WIDTHS[kind] if kind < len(_WIDTHS) else (kind - 12) // 2
        content = page[body : body + width]
        if kind in (10, 11) or len(content) != width:
            return []
        body += width
        if kind == 7:
            values.append(struct.unpack(">d", content)[0])
        elif kind >= 12:
            values.append(content.decode("utf-8", "replace") if kind % 2 else content)
        else:
            values.append({0: None, 8: 0, 9: 1}.get(kind, int.from_bytes(content, "big", signed=True)))
    return values


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(page[at : at + 9]):
        if index == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return 0, PAGE


def _is_shape(text: str) -> bool:
    try:
        names = json.loads(text)
        return isinstance(names, list) and all(is_wide(name) is not None for name in names)
    except (ValueError, TypeError, InputError):
        return False
