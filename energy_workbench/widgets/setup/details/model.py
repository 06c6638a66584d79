"""Model of the details of the chosen meter: its row, newest values, events and last changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from traitlets import Dict, HasTraits, Instance, List, Tuple, Unicode

from energy_workbench.contract.results import Readings
from energy_workbench.contract.rows.condition import EventRow
from energy_workbench.contract.rows.meters import ReadingRow
from energy_workbench.contract.rows.setup import AuditRow
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.setup.meter_tree import MeterTree

CHANGES = 8
"""Changes that are listed."""
LIVE = ("health", "communication", "health_reason")
EVENTS = 6
"""Changes of health and communication that are listed."""


class Asked(Protocol):
    """The part of the workbench that the details need."""

    def readings(self, meter: str, *, limit: int | None = ..., scaled: bool = ...) -> Readings:
        """The newest readings."""

    def events(self, meter: str, *, limit: int = ...) -> list[EventRow]:
        """Changes of health and communication, the newest first."""

    def audit(self, limit: int = ..., meter: str | None = ...) -> list[AuditRow]:
        """Changes of the configuration, the newest first."""


@dataclass(frozen=True)
class Values:
    """A reading.

    Attributes
    ----------
    meter : str
        Id of whose it is.
    at : str
        ISO instant in the site's zone; empty where there is none.
    values : dict of str to float or None
        Primary values by quantity.
    """

    meter: str
    at: str
    values: Mapping[str, float | None]


def last_values(workbench: Asked, meter: str) -> Values:
    """The newest reading of a meter, as primary values; none of one that was deleted meanwhile."""
    try:
        rows: Sequence[ReadingRow] = workbench.readings(meter, limit=1, scaled=True).rows
    except NotFoundError:
        rows = ()
    return Values(meter, rows[-1]["ts"], rows[-1]["values"]) if rows else Values(meter, "", {})


class DetailsModel(HasTraits):
    """Headless. `show` chooses a meter; its row comes with the meters, its values with each poll."""

    meters = Instance(MeterTree, ())
    selected = Unicode("")
    row = Dict()
    path = Tuple()
    """Numbers of the meters above it, from the top."""
    values = Dict()
    values_at = Unicode("")
    changes: list[AuditRow] = List()
    """Its last changes, the newest first."""
    zone = Unicode("UTC")
    """The site's."""
    events: list[EventRow] = List()
    """When its health and communication changed, the newest first."""

    def __init__(self, workbench: Asked, doer: Doer) -> None:
        super().__init__()
        self._workbench, self._doer = workbench, doer
        self.observe(self._look, ["meters", "selected"])

    def show(self, key: str) -> None:
        """Choose a meter, or none."""
        with self.hold_trait_notifications():
            if key != self.selected:
                self.values, self.values_at, self.changes, self.events = {}, "", [], []
            self.selected = key
        self.renew()

    def renew(self) -> None:
        """Ask for the last changes again."""
        if key := self.selected:
            self._doer.do(lambda: self._workbench.audit(limit=CHANGES, meter=key), self._take_changes, key="audit")
            self._ask_events()

    def ask_values(self) -> Callable[[], Values | None]:
        """The request for the newest values; may be called in a thread."""
        key, workbench = self.selected, self._workbench
        return lambda: last_values(workbench, key) if key else None

    def take_values(self, newest: Values | None) -> None:
        """Show a reading, unless another meter has been chosen since."""
        if newest is not None and newest.meter == self.selected:
            values, at = dict(newest.values), newest.at
            if not at and (power := self.row.get("power_kw")) is not None:
                # One that is made of others has no readings of its own.
                values, at = {"active_power_total": power}, self.row.get("last_seen") or ""
            with self.hold_trait_notifications():
                self.values, self.values_at = values, at

    def _ask_events(self) -> None:
        key = self.selected
        self._doer.do(
            lambda: self._workbench.events(key, limit=EVENTS),
            lambda events: self.set_trait("events", list(events)),
            key="events",
        )

    def _take_changes(self, entries: Sequence[AuditRow]) -> None:
        self.changes = list(entries)

    def _look(self, _: Any) -> None:
        key, meters = self.selected, self.meters
        before = self.row
        with self.hold_trait_notifications():
            self.row = dict(meters[key]) if key in meters else {}
            self.path = tuple(meters.number_of(above) for above in reversed(meters.above(key)))
        # Another meter is asked for where it is chosen.
        if before.get("id") == self.row.get("id") and any(before.get(name) != self.row.get(name) for name in LIVE):
            self._ask_events()
