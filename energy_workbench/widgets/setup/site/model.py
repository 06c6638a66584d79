"""Model of the panel of the site: its fields as they are stored and as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from traitlets import Instance

from energy_workbench.contract.rows.flow import SiteChanged, SiteRow
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

FIELDS = ("name", "timezone", "country", "currency", "keep_readings_days")


class SiteModel(Answers):
    """Shows the fields of the site and changes them.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was changed, and the id of the meter to choose: none.
    """

    stored: SiteRow | None = Instance(dict, allow_none=True)
    """None while it is not known."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    def ask(self) -> None:
        """Fetch what is stored, and begin from there."""
        self._doer.do(self._workbench.site, self._take, key="site")

    @property
    def moves(self) -> bool:
        """Whether another time zone than the stored one was typed."""
        return self.stored is not None and self.values.get("timezone", "").strip() != self.stored["timezone"]

    @property
    def thins(self) -> bool:
        """Whether another number of days than the stored one was typed."""
        typed = self.values.get("keep_readings_days", "").strip()
        return self.stored is not None and bool(typed) and typed != str(self.stored["keep_readings_days"])

    def save(self) -> None:
        """Store what was typed."""
        if self.busy or not self.stored:
            return
        asked = {name: text.strip() or None for name, text in self.values.items()}

        def done(answer: SiteChanged) -> None:
            self._take(answer)
            effects = "; ".join(answer["effects"])
            self._done(f"The site was changed{f': {effects}' if effects else ''}.", "")

        def failed(error: Exception) -> None:
            self._not_stored(error, FIELDS)

        self._storing()
        self._doer.do(lambda: self._workbench.set_site(asked), done, failed, key="site change")

    def _take(self, site: SiteRow) -> None:
        days = site["keep_readings_days"]
        stated = (site["name"], site["timezone"], site["country"], site["currency"], str(days) if days else None)
        with self.hold_trait_notifications():
            self.stored = site.copy()
            self._fresh({name: value or "" for name, value in zip(FIELDS, stated, strict=True)})
