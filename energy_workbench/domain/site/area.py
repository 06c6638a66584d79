"""A part of the floor plan, as an address and a call name it: `0.25,0,0.5,0.5`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from energy_workbench.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the plan: 0 is its left and top, 1 its right and bottom edge."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    @classmethod
    def of(cls, text: str | None) -> Self:
        """The area that a text names; all of the plan where there is none.

        Raises
        ------
        InputError
            If it is none.
        """
        if not text:
            return cls()
        try:
            left, top, right, bottom = map(float, text.split(","))
        except ValueError:
            left = top = right = bottom = -1.0
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            edges = "its left, top, right and bottom edge, from 0 to 1, as in 0.25,0,0.5,0.5"
            raise InputError(f"“{text}” is no part of the floor plan: give {edges}")
        return cls(left, top, right, bottom)

    def __str__(self) -> str:
        return ",".join(f"{edge:.4f}".rstrip("0").rstrip(".") for edge in self.edges)

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def whole(self) -> bool:
        """Whether it is all of the plan."""
        return self.edges == (0.0, 0.0, 1.0, 1.0)

    def has(self, x: float | None, y: float | None) -> bool:
        """Whether a place is in it, its edges among it."""
        return x is not None and y is not None and self.left <= x <= self.right and self.top <= y <= self.bottom
