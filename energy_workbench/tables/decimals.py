"""Numbers of 32 bits as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def decimals(column: pa.ChunkedArray) -> list[float | None]:
    """Values of a column, those of 32 bits as the shortest decimals that stand for them."""
    import pyarrow as pa

    if pa.types.is_float32(column.type):
        column = column.cast(pa.string()).cast(pa.float64())
    return column.to_pylist()
