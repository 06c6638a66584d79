"""Who may still have a page: no visitor, and none of the tokens, keeps everybody else out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a page, or waits for one.

    Attributes
    ----------
    token : str
        Name of the token that the visit began with.
    visit : str
        One browser's.
    """

    token: str
    visit: str


@dataclass(frozen=True, slots=True)
class Places:
    """The pages that may be open at once.

    Attributes
    ----------
    total : int
    """

    total: int

    @property
    def of_a_visit(self) -> int:
        """Most of one browser: half, or all where there are few."""
        return self.total if self.total < 6 else self.total // 2

    @property
    def kept(self) -> int:
        """Those that a token which holds as many already does not get: a fifth."""
        return self.total // 5

    def refusal(self, held: Sequence[Holder], who: Holder) -> tuple[int, str] | None:
        """Status and reason with which one more page is refused; None where there is a place.

        Parameters
        ----------
        held : sequence of Holder
            One an open page, and one a page that is being made.
        who : Holder
            Who asks for one more.
        """
        free = self.total - len(held)
        own = sum(each.visit == who.visit for each in held)
        if free > 0 and own >= self.of_a_visit:
            return 429, "Too many pages of this browser"
        of_token = sum(each.token == who.token for each in held)
        if free <= 0 or (free <= self.kept and of_token >= self.kept):
            return 503, "All places are taken"
        return None
