"""Layout of a Sankey's nodes: columns by level, siblings together, no crossings."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence


def heights(columns: Sequence[Sequence[int]], values: Mapping[int, float], room: float, gap: float) -> dict[int, float]:
    """Height of each node [px], on the one scale on which the fullest column fits, as Plotly chooses it."""
    scale = min((room - (len(column) - 1) * gap) / sum(values[node] for node in column) for column in columns if column)
    return {node: values[node] * scale for column in columns for node in column}


def centres(
    columns: Sequence[Sequence[int]],
    right: Mapping[int, Sequence[int]],
    height: Mapping[int, float],
    room: float,
    gap: float,
) -> dict[int, float]:
    """Middle of each node, from the top [px].

    Parameters
    ----------
    columns : sequence of sequence of int
        Nodes from left to right, each column in the order of the tree.
    right : mapping of int to sequence of int
        The nodes that each one should stand beside: those its flows go to.
    height : mapping of int to float
        [px]
    room, gap : float
        Height of the drawing and least distance of two nodes [px].

    Notes
    -----
    From right to left, each node wants to be in the middle of what it feeds; where two want the same
    place, the least-squares answer under the order of the tree is taken (pool adjacent violators).
    """
    middles: dict[int, float] = {}
    for column in reversed(columns):
        wanted: list[float | None] = []
        for node in column:
            right_of_it = [middles[other] for other in right.get(node, ()) if other in middles]
            wanted.append((min(right_of_it) + max(right_of_it)) / 2 if right_of_it else None)
        middles |= dict(zip(column, _apart(column, wanted, height, room, gap), strict=True))
    return middles


def _apart(
    column: Sequence[int], wanted: Sequence[float | None], height: Mapping[int, float], room: float, gap: float
) -> list[float]:
    """The places nearest to the wanted ones, in order, at least a gap apart and inside the drawing."""
    if not column:
        return []
    offsets = [0.0]
    for before, after in itertools.pairwise(column):
        offsets.append(offsets[-1] + (height[before] + height[after]) / 2 + gap)
    spare = room - offsets[-1] - (height[column[0]] + height[column[-1]]) / 2
    shifts: list[float] = []
    last: float | None = next((want - offset for want, offset in zip(wanted, offsets, strict=True) if want), None)
    for index, (want, offset) in enumerate(zip(wanted, offsets, strict=True)):
        if want is not None:
            last = want - offset
        # A node that feeds nothing follows the one above it; a column of such nodes is spread over the height.
        shifts.append(last if last is not None else height[column[0]] / 2 + spare * index / max(1, len(column) - 1))
    low = height[column[0]] / 2
    return [
        min(max(z, low), low + max(spare, 0.0)) + offset for z, offset in zip(_isotonic(shifts), offsets, strict=True)
    ]


def _isotonic(values: Sequence[float]) -> list[float]:
    """The nondecreasing sequence nearest to the values (least squares)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, count = value, 1
        while blocks and blocks[-1][0] > mean:
            above, more = blocks.pop()
            mean = (mean * count + above * more) / (count + more)
            count += more
        blocks.append((mean, count))
    return [mean for mean, count in blocks for _ in range(count)]
