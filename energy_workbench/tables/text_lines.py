"""A table as lines of a terminal: columns as wide as their longest cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

GAP = "  "


def text_lines(rows: Sequence[Sequence[str]], *, longest: int | None = None) -> Iterator[str]:
    """Lines of a table; rows have as many cells each.

    Parameters
    ----------
    longest : int, optional
        Cells with more characters end with an ellipsis.
    """
    shown = [[_cut(cell, longest) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cut(cell: str, longest: int | None) -> str:
    return cell if longest is None or len(cell) <= longest else f"{cell[: longest - 1]}…"
