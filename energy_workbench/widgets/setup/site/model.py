"""Model of the panel of the site: its fields as they are stored and as they are typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traitlets import Dict

from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers

FIELDS = ("name", "timezone", "country", "currency")


class SiteModel(Answers):
    """Shows the plant and changes it.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was changed, and the id of the meter to choose: none.
    """

    stored = Dict()
    """As the façade tells it; empty while it is not known."""

    def __init__(self, workbench: Any, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    def ask(self) -> None:
        """Ask how it is stored, and begin from there."""
        self._doer.do(self._workbench.site, self._take, key="site")

    @property
    def moves(self) -> bool:
        """Whether another time zone than the stored one was typed."""
        return bool(self.stored) and self.values.get("timezone", "").strip() != self.stored["timezone"]

    def save(self) -> None:
        """Store what was typed."""
        if self.busy or not self.stored:
            return
        asked = {name: text.strip() or None for name, text in self.values.items()}

        def done(answer: Mapping[str, Any]) -> None:
            self._take(answer)
            effects = "; ".join(answer["effects"])
            self._done(f"The site was changed{f': {effects}' if effects else ''}.", "")

        def failed(error: Exception) -> None:
            self._not_stored(error, FIELDS)

        self._storing()
        self._doer.do(lambda: self._workbench.set_site(asked), done, failed, key="site change")

    def _take(self, site: Mapping[str, Any]) -> None:
        with self.hold_trait_notifications():
            self.stored = dict(site)
            self._fresh({name: site[name] or "" for name in FIELDS})
