"""Base of the editors' forms: values as typed, the problems with them, and whether they are being stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from traitlets import Bool, Dict, Enum, HasTraits, Unicode

from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain, explain_change

PAUSE = 0.3
"""How long nobody types before the values are checked [s]."""
Value = str | float | bool | None
"""What a field of a form is sent as."""


class Answers(HasTraits):
    """Headless: values as they were typed, and the result of storing them."""

    values = Dict()
    """Values by the field's name, as text."""
    problems = Dict()
    """Reasons by the field's name."""
    failure = Unicode("")
    """Why it could not be stored, where no field is to blame."""
    busy = Bool(False)

    def set(self, name: str, text: str) -> None:
        """Set the value of a field."""
        self.values = {**self.values, name: text}

    def _fresh(self, values: dict[str, str]) -> None:
        """Begin with these values and no problems."""
        self.values, self.problems, self.failure, self.busy = values, {}, "", False

    def _storing(self) -> None:
        with self.hold_trait_notifications():
            self.busy, self.failure, self.problems = True, "", {}

    def _not_stored(self, error: Exception, fields: Iterable[str]) -> None:
        """Set the problem of each of these fields, and `failure` where another one is refused."""
        refused = {item.field: item.reason for item in getattr(error, "problems", ())}
        shown = {name: reason for name, reason in refused.items() if name in fields}
        with self.hold_trait_notifications():
            self.busy, self.problems = False, shown
            self.failure = "" if refused and len(shown) == len(refused) else explain_change(error)


class Form(Answers):
    """A form whose values are checked while they are typed.

    Headless; what is asked and stored, and what the service says of it, is its subclass's. The problems of fields that
    nobody has touched yet wait for `save`.

    Parameters
    ----------
    doer : Doer
    """

    kind = Enum(("", "add", "edit"), "")
    """Empty while there is no form."""
    title = Unicode("")
    warnings = Dict()

    def __init__(self, doer: Doer) -> None:
        super().__init__()
        self._doer = doer
        self._touched: set[str] = set()
        self._all_problems: dict[str, str] = {}
        """By the last check, also of fields that nobody has touched yet."""

    def cancel(self) -> None:
        """Leave everything as it is stored."""
        self.kind = ""

    def _open(self, kind: str, values: dict[str, str], title: str, **cleared: Any) -> None:
        """Begin with these values and no problems; `cleared` are a subclass's own traits, as they begin."""
        self._touched, self._all_problems = set(), {}
        with self.hold_trait_notifications():
            self._fresh(values)
            self.warnings = {}
            for name, value in cleared.items():
                self.set_trait(name, value)
            self.title, self.kind = title, kind

    def _no_check(self, error: Exception) -> None:
        self.failure = explain(error)
