"""Examples of an operation, and words about its answer and body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from energy_workbench.contract.rows.payload import JsonObject, JsonValue

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTES = "application/octet-stream"
"""What a file is sent as."""

SPAN: JsonObject = {
    "from": "2026-10-01T00:00:00+05:30", "to": "2026-11-01T00:00:00+05:30", "timezone": "Asia/Kolkata",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """An example of an operation.

    Attributes
    ----------
    answer : str
        What its answer is.
    example : JsonValue
        An answer.
    files : sequence of str
        Types of the content, where it answers a file.
    body : str
        What its body is, in words.
    sends : JsonValue
        A body.
    sends_file : bool
        Its body is a file.
    """

    answer: str
    example: JsonValue = None
    files: Sequence[str] = ()
    body: str = ""
    sends: JsonValue = None
    sends_file: bool = False


def listed(rows: Sequence[Mapping[str, JsonValue]]) -> JsonObject:
    """A whole list as REST sends it."""
    return {"items": list(rows), "total": len(rows)}
