"""The floor plan: what is taken, what is refused, and that the service gives back what it got."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.domain.site.floor_plan import LARGEST, understood
from energy_workbench.services.files import floor_plan


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff" * 3 * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


JPEG = bytes.fromhex("ffd8 ffe0 0010 4a464946 00 0101 00 0001 0001 0000 ffc0 000b 08 012c 0258 01 011100")


@pytest.mark.parametrize(
    ("content", "media", "size"),
    [
        (png(), "image/png", (3, 2)),
        (JPEG, "image/jpeg", (600, 300)),
        (b'<?xml version="1.0"?>\n<!-- site -->\n<svg viewBox="0 0 1600 900"/>', "image/svg+xml", (1600, 900)),
        (b"<svg width='40px' height='30'></svg>", "image/svg+xml", (40, 30)),
    ],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, media: str, size: tuple[float, float]) -> None:
    plan = understood(content)
    assert (plan.media, (plan.width, plan.height)) == (media, size)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html><svg viewBox='0 0 1 1'/></html>",
        b"<svg></svg>",
        png(0, 5),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
    ],
)
def test_what_is_no_picture_with_a_size_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="picture"):
        understood(content)


def test_a_picture_that_is_too_large_is_refused_with_both_sizes() -> None:
    with pytest.raises(InputError, match=r"4\.0 MB, at most 4 MB"):
        understood(b"\x89PNG" + b"0" * LARGEST)


def test_a_new_picture_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    assert floor_plan.read(tmp_path) is None
    floor_plan.write(tmp_path, png())
    floor_plan.write(tmp_path, JPEG)
    found = floor_plan.read(tmp_path)
    assert found is not None
    assert found.content == JPEG
    assert [path.name for path in tmp_path.iterdir()] == ["floor-plan.jpg"]
    with pytest.raises(InputError):
        floor_plan.write(tmp_path, b"no picture")
    assert floor_plan.read(tmp_path) == found
    assert floor_plan.remove(tmp_path)
    assert not floor_plan.remove(tmp_path)
