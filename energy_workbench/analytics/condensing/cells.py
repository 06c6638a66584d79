"""Points on a plan that are too many to be told apart: those that are near each other as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from energy_workbench.domain.site.area import Area

CELL = "cell"
"""Begins the id of what stands for several meters of the plan, before the area in which they are."""

AROUND, LEAST = 0.15, 0.004
"""What is seen around the points of an area, as a share of it, and the least that is told apart on the plan [1]."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Points that are shown as one, in the middle of them.

    Attributes
    ----------
    members : tuple of int
        Places of them among those given.
    area : Area or None
        Where they are seen apart; None where they are as good as at one place.
    """

    x: float
    y: float
    members: tuple[int, ...]
    area: Area | None


def cells(points: Sequence[tuple[float, float]], area: Area, most: int) -> list[Cell]:
    """The points of an area, each by itself or, where there are more than `most`, by squares of it.

    Parameters
    ----------
    points : sequence of (float, float)
        Places on the plan, 0 to 1.
    """
    here = [place for place, point in enumerate(points) if area.has(*point)]
    side = max(2, math.isqrt(most))
    wide, high = (area.right - area.left) / side, (area.bottom - area.top) / side
    squares: dict[tuple[int, int], list[int]] = {}
    for place in here:
        x, y = points[place]
        square = (min(side - 1, int((x - area.left) / wide)), min(side - 1, int((y - area.top) / high)))
        squares.setdefault((place, -1) if len(here) <= most else square, []).append(place)
    return [_cell(members, points) for _, members in sorted(squares.items())]


def _cell(members: Sequence[int], points: Sequence[tuple[float, float]]) -> Cell:
    xs, ys = ([points[place][axis] for place in members] for axis in (0, 1))
    x, y = round(math.fsum(xs) / len(xs), 4), round(math.fsum(ys) / len(ys), 4)
    spread = max(max(xs) - min(xs), max(ys) - min(ys))
    if spread < LEAST:
        return Cell(x, y, tuple(members), None)
    room = spread * (0.5 + AROUND)
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    seen = Area(
        max(0.0, middle_x - room), max(0.0, middle_y - room), min(1.0, middle_x + room), min(1.0, middle_y + room)
    )
    return Cell(x, y, tuple(members), seen)
