"""Check of a SQLite write-ahead log for damage, before SQLite opens it.

SQLite takes a log up to the first frame whose checksum is wrong and silently forgets what follows: right after
a power cut, when what follows was never acknowledged; wrong for a flipped bit among frames that were. The
format is that of https://www.sqlite.org/fileformat2.html, section 4.
"""

from __future__ import annotations

import struct
from pathlib import Path

HEADER, FRAME = 32, 24
"""Bytes before the first frame, and before the page in each frame."""

_MAGIC = 0x377F0682


def damage(path: Path) -> str:
    """What is wrong with a log, in words; empty where it is whole or ends as a crash may leave it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ""
    if len(content) <= HEADER:
        return ""
    magic, _, page, _, *salts = struct.unpack(">6I", content[:24])
    order = ">" if magic & 1 else "<"
    sums = _sum(order, content[:24], (0, 0))
    if magic & ~1 != _MAGIC or struct.pack(">2I", *sums) != content[24:32] or not 512 <= page <= 65_536:
        return f"the header of {path.name} is damaged"
    size = FRAME + page
    for number, at in enumerate(range(HEADER, len(content) - size + 1, size), 1):
        frame = content[at : at + size]
        ours = [mine == salt for mine, salt in zip(struct.unpack(">2I", frame[8:16]), salts, strict=True)]
        sums = _sum(order, frame[:8], sums)
        sums = _sum(order, frame[FRAME:], sums)
        if all(ours) and struct.pack(">2I", *sums) == frame[16:24]:
            continue
        # What an earlier round of the log left behind has other salts altogether, and so has all after it.
        rest = range(at, len(content) - 16, size)
        if any(content[i + 8 : i + 12] == content[16:20] or content[i + 12 : i + 16] == content[20:24] for i in rest):
            return f"frame {number} of {path.name} is damaged"
        return ""
    return ""


def _sum(order: str, content: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    words = iter(struct.unpack(f"{order}{len(content) // 4}I", content))
    for even, odd in zip(words, words, strict=True):
        first = first + even + second & 0xFFFFFFFF
        second = second + odd + first & 0xFFFFFFFF
    return first, second
