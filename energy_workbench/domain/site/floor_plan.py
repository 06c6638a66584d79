"""The picture of the site on which its meters stand."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from energy_workbench.domain.errors import InputError

LARGEST = 4_000_000
"""Of a picture [bytes]: each viewer who opens the plan is sent it whole."""

MEDIA = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
"""Ending → kind of picture."""


@dataclass(frozen=True)
class FloorPlan:
    """A picture of the site.

    Attributes
    ----------
    content : bytes
    media : str
        `image/png`, `image/jpeg` or `image/svg+xml`.
    width, height : float
        Its size, or its proportions [px].
    """

    content: bytes
    media: str
    width: float
    height: float


def understood(content: bytes) -> FloorPlan:
    """The picture that these bytes are, whatever their name says.

    Raises
    ------
    InputError
        If it is no PNG, JPEG or SVG with a size, or too large.
    """
    if len(content) > LARGEST:
        raise InputError(f"the picture has {len(content) / 1e6:.1f} MB, at most {LARGEST / 1e6:.0f} MB are taken")
    for media, size in (("image/png", _png), ("image/jpeg", _jpeg), ("image/svg+xml", _svg)):
        if found := size(content):
            width, height = found
            if not (0 < width < 1e6 and 0 < height < 1e6):
                raise InputError("the picture has no size: save it again in another program")
            return FloorPlan(content, media, width, height)
    raise InputError("a floor plan is a PNG, JPEG or SVG picture: this is none")


def _png(content: bytes) -> tuple[float, float] | None:
    """Width and height that a PNG's header says (W3C PNG, 11.2.2)."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return float(width), float(height)


def _jpeg(content: bytes) -> tuple[float, float] | None:
    """Width and height that a JPEG's frame header says (ITU-T T.81, B.2.2)."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return float(width), float(height)
        at += 2 + length
    return None


def _svg(content: bytes) -> tuple[float, float] | None:
    """Width and height of an SVG: its view box, or its own size."""
    try:
        head = content[:20_000].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        head = content[: error.start].decode("utf-8", "ignore")
    root = re.search(r"<svg\b[^>]*>", head)
    if root is None or re.search(r"<(?!\?|!--|!DOCTYPE)[^>]*>", head[: root.start()]):
        return None
    box = re.search(r'\bviewBox\s*=\s*["\']\s*\S+[\s,]+\S+[\s,]+([\d.eE+]+)[\s,]+([\d.eE+]+)', root[0])
    own = [re.search(rf'\b{name}\s*=\s*["\']\s*([\d.]+)(?:px)?\s*["\']', root[0]) for name in ("width", "height")]
    try:
        if box:
            return float(box[1]), float(box[2])
        if all(own):
            return float(own[0][1]), float(own[1][1])  # type: ignore[index]
    except ValueError:
        return None
    return None
