"""Checksums of the blocks of each durable file of a table, by which a flipped bit is detected and located.

Parquet as delta-rs writes it carries no checksums, and neither does Delta's log: a flipped bit may read as another
value. A line a file, `path size block block … check`, beside the table; files without a line are believed.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from energy_workbench.runtime import disk

LEAST, MOST = 4096, 64
"""Bytes of the smallest block, and most blocks of a file."""


class Looks(NamedTuple):
    """What a file looked like.

    Attributes
    ----------
    size : int
        [bytes]
    blocks : tuple of int
        CRC-32 of each block.
    """

    size: int
    blocks: tuple[int, ...]


def note(table: Path, files: Iterable[Path]) -> None:
    """Keep what these files look like now; durable when it returns."""
    book = path_of(table)
    book.parent.mkdir(parents=True, exist_ok=True)
    new = not book.exists()
    lines = [_line(str(path.relative_to(table)), of(path)) for path in files]
    with book.open("ab") as file:
        # After a torn last line the next one begins anew.
        file.write(b"".join([b"\n", *lines]))
        file.flush()
        os.fsync(file.fileno())
    if new:
        disk.sync(book.parent)


class Book(NamedTuple):
    """What is known of a table's files.

    Attributes
    ----------
    files : dict of Path to Looks
    whole : bool
        Whether the book is there and every line of it is sound: a file that is not in it was never made durable.
    """

    files: dict[Path, Looks]
    whole: bool


def read(table: Path) -> Book:
    """The book of a table; lines that are damaged themselves are left out."""
    try:
        lines = [line for line in path_of(table).read_bytes().split(b"\n") if line]
    except OSError:
        return Book({}, whole=False)
    files: dict[Path, Looks] = {}
    sound = 0
    for line in lines:
        text, _, check = line.rpartition(b" ")
        if text and check == b"%08x" % zlib.crc32(text):
            path, size, *blocks = text.decode().split(" ")
            files[table / path] = Looks(int(size), tuple(int(block, 16) for block in blocks))
            sound += 1
    return Book(files, whole=sound == len(lines))


def keep(table: Path, files: set[Path]) -> None:
    """Forget every other file; whole or not at all."""
    book = path_of(table)
    kept = [_line(str(path.relative_to(table)), looks) for path, looks in read(table).files.items() if path in files]
    with disk.replaced(book) as draft:
        draft.write_bytes(b"".join(kept))


def of(path: Path, size: int | None = None) -> Looks:
    """What a file looks like, in the blocks of one of that size."""
    length = path.stat().st_size
    block = _block(length if size is None else size)
    with path.open("rb") as file:
        return Looks(length, tuple(zlib.crc32(part) for part in iter(lambda: file.read(block), b"")))


def bad_spans(path: Path, looks: Looks) -> list[tuple[int, int]]:
    """Where a file is not what it was, half-open [bytes]; the end of one that was cut off included.

    Raises
    ------
    OSError
        If it cannot be read at all.
    """
    now, block = of(path, looks.size), _block(looks.size)
    pairs = zip_longest(now.blocks, looks.blocks)
    return [(index * block, (index + 1) * block) for index, (ours, theirs) in enumerate(pairs) if ours != theirs]


def _block(size: int) -> int:
    return max(1, -(-size // (LEAST * MOST))) * LEAST


def path_of(table: Path) -> Path:
    """Where the book of a table lies."""
    return table.parent / f".{table.name}.digests"


def _line(path: str, looks: Looks) -> bytes:
    text = " ".join([path, str(looks.size), *(f"{block:08x}" for block in looks.blocks)]).encode()
    return b"%s %08x\n" % (text, zlib.crc32(text))
