"""JSON responses without blanks, and request bodies that are read with a limit of size and time."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from energy_workbench.contract.rows.payload import JsonObject
from energy_workbench.domain.errors import InputError, TooLargeError
from energy_workbench.domain.meter_tree import with_depth

LARGEST_BODY = 8_000_000
"""Bytes of a body: about 50,000 readings."""
STALLED_SECONDS = 60.0
"""Longest wait for the next part of a body [s]."""
_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")
"""Where a body may have one half of a character of two (a surrogate), which is no text."""


class Json(JSONResponse):
    """JSON without blanks, in UTF-8; a number that JSON has no word for is an error."""

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
        # What came in by another door (the name of a file, say) may hold what UTF-8 has no word for.
        return text.encode("utf-8", "replace")


class JsonTree(Json):
    """A nested tree of meters as JSON; it may be deeper than what writes JSON can follow."""

    def render(self, content: Any) -> bytes:
        """The bytes of the answer: each meter's own fields, and its `children` opened and closed by depth."""
        parts: list[bytes] = []
        before = -1
        for depth, meter in with_depth(content):
            if depth <= before:
                parts.append(b"]}" * (before - depth + 1) + b",")
            own = super().render({name: value for name, value in meter.items() if name != "children"})
            parts.append(own[:-1] + b',"children":[')
            before = depth
        return b"[" + b"".join(parts) + b"]}" * (before + 1) + b"]"


MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Ending of a file that a report wrote → what it is."""


def attachment(name: str, content: bytes) -> Response:
    """A file, to be saved under its name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=MEDIA.get(Path(name).suffix, "application/octet-stream"), headers=headers)


async def raw_body(request: Request, most: int) -> bytes:
    """The bytes of a request.

    Raises
    ------
    TooLargeError
        If there are more than `most`; the rest is not read.
    """
    return b"".join([part async for part in _parts(request, most)])


async def saved_body(request: Request, path: Path, most: int) -> None:
    """The bytes of a request as a file.

    Raises
    ------
    TooLargeError
        If there are more than `most`; the rest is not read.
    """
    with path.open("wb") as file:
        async for part in _parts(request, most):
            file.write(part)


async def _parts(request: Request, most: int) -> AsyncIterator[bytes]:
    size, stream = 0, request.stream()
    while True:
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                part = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise HTTPException(408, f"nothing of the body came for {STALLED_SECONDS:g} s: send it again") from None
        size += len(part)
        if size > most:
            raise TooLargeError(f"the body is larger than {most // 1_000_000} MB: send it in parts")
        yield part


async def json_body(request: Request) -> Any:
    """The JSON of a request.

    Raises
    ------
    TooLargeError
        If it is larger than 8 MB.
    InputError
        If it is no JSON, or a text in it is none that can be written in UTF-8.
    """
    body = await raw_body(request, LARGEST_BODY)
    try:
        content = json.loads(body, parse_constant=_no_number)
        if _HALF.search(body):
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        half = f"U+{ord(error.object[error.start]):04X}"
        raise InputError(f"the body has half of a character ({half}, a surrogate without the other half)") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"the body is no JSON: {error}") from None
    return content


async def json_object(request: Request) -> JsonObject:
    """The JSON object of a request.

    Raises
    ------
    InputError
        If it is something else.
    """
    body = await json_body(request)
    if not isinstance(body, dict):
        raise InputError('the body must be a JSON object, such as {"name": "Unit A"}')
    return body


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
