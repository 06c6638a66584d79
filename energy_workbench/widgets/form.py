"""What a form of an editor holds: answers, what is wrong with them, and whether they are being stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traitlets import Bool, Dict, Enum, HasTraits, Unicode

from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain

PAUSE = 0.3
"""How long nobody types before the answers are checked [s]."""
Saved = Callable[[Mapping[str, Any], str], None]
"""Is told what was stored, and what was done to it in a word."""


class Form(HasTraits):
    """Headless; what is asked and stored, and what the service says of it, is its subclass's.

    Parameters
    ----------
    doer : Doer
    saved : callable
        As `Saved`.
    """

    kind = Enum(("", "add", "edit"), "")
    """Empty while there is no form."""
    title = Unicode("")
    values = Dict()
    """Answers by the field's name, as text."""
    problems = Dict()
    """Reasons by the field's name; those of fields that nobody has touched yet wait for `save`."""
    warnings = Dict()
    failure = Unicode("")
    """Why it could not be saved, where no field is to blame."""
    busy = Bool(False)

    def __init__(self, doer: Doer, saved: Saved) -> None:
        super().__init__()
        self._doer, self._saved = doer, saved
        self._touched: set[str] = set()
        self._found: dict[str, str] = {}

    def cancel(self) -> None:
        """Leave everything as it is stored."""
        self.kind = ""

    def _open(self, kind: str, values: dict[str, str], title: str, **cleared: Any) -> None:
        """Begin with these answers and no complaint; `cleared` are a subclass's own traits, as they begin."""
        self._touched, self._found = set(), {}
        with self.hold_trait_notifications():
            self.problems, self.warnings, self.failure, self.busy = {}, {}, "", False
            for name, value in cleared.items():
                self.set_trait(name, value)
            self.values, self.title, self.kind = values, title, kind

    def _no_check(self, error: Exception) -> None:
        self.failure = explain(error)
