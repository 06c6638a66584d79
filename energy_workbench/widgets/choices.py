"""Choices of a reader that all pages share: period, meter, comparison."""

from __future__ import annotations

from traitlets import Bool, Enum, HasTraits, Unicode

MAX_CHOICE = 64
"""Longest period or meter that an address may name [characters]."""


class Choices(HasTraits):
    """Shared by all pages; empty where a page's own default holds."""

    period = Unicode("")
    meter = Unicode("")
    """Number or id."""
    compare = Enum(("", "previous", "year"), "")
    """The time that is drawn beside the period: the one before it, or the same a year earlier."""
    dark = Bool(False)
    """Whether the reader's browser prefers dark colours."""

    def follow(self, query: dict[str, str]) -> None:
        """Set the choices by the query of an address."""
        with self.hold_trait_notifications():
            self.period = query.get("period", "")[:MAX_CHOICE]
            self.meter = query.get("meter", "")[:MAX_CHOICE]
            self.compare = compare if (compare := query.get("compare", "")) in ("previous", "year") else ""

    def address(self) -> dict[str, str]:
        """The choices as the query of an address."""
        return {"meter": self.meter, "period": self.period, "compare": self.compare}
