"""Result of a query as JSON: columns, their types and rows, written as they come."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa


def write_json(reader: pa.RecordBatchReader, out: BinaryIO) -> None:
    """Write `{"columns": […], "types": […], "rows": [[…], …]}`; types are Arrow's.

    Raises
    ------
    ValueError, OverflowError
        If a value is outside of what Python has a word for, such as an instant of the year 100,000.
    """
    types = [str(field.type) for field in reader.schema]
    head = _text({"columns": reader.schema.names, "types": types})
    out.write(head[:-1] + b',"rows":[')
    between = b""
    for batch in reader:
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            out.write(between + _text([_plain(value) for value in row]))
            between = b","
    out.write(b"]}")


def _text(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    return text.encode("utf-8")


def _plain(value: Any) -> Any:
    """A value as JSON can say it: no infinities, whole and decimal numbers as numbers, at any depth."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
