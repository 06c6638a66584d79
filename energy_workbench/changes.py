"""The changes people make to the configuration: one set of methods, on the files or over the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from energy_workbench.answers.floor_plan import FloorPlan
from energy_workbench.core.paths import AnyPath

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

BEGINNING = "beginning"
"""The word for the beginning of time, where an instant is written as text."""


class Changes(ABC):
    """What sets a plant up, with the lists that this needs; every change is audited and can be undone.

    A meter is named by its number or id. `fields` have the names of the meter file; the parent is
    `parent_id` (id or number). With a `revision`, the meter must not have changed since that one:
    else a ConflictError has the version as it is (`current`) and as it was to be (`wanted`).
    An instant is ISO text; `valid_from` None, or `"beginning"`, is the beginning of time.
    """

    @abstractmethod
    def set_floor_plan(self, content: bytes) -> FloorPlan:
        """Give the site a picture of itself, PNG, JPEG or SVG, in place of the one before.

        Raises
        ------
        InputError
            If it is no such picture, or too large.
        """

    @abstractmethod
    def remove_floor_plan(self) -> None:
        """Remove the picture, if there is one."""

    @abstractmethod
    def create_meter(self, fields: Mapping[str, Any], template: str | None = None) -> dict[str, Any]:
        """Add a meter; with a template, its values hold where `fields` has none.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the number is in use.
        """

    @abstractmethod
    def update_meter(self, meter: str, fields: Mapping[str, Any], revision: int | None = None) -> dict[str, Any]:
        """Change the given fields; another CT, PT, parent or status is a dated row from now on.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If it has changed meanwhile, the number is in use, or the parent is below it.
        """

    @abstractmethod
    def delete_meter(
        self, meter: str, children: str = "refuse", *, revision: int | None = None
    ) -> list[dict[str, Any]]:
        """Delete a meter; its history stays. `children` below it: `refuse`, `reparent` or `cascade`.

        Raises
        ------
        ConflictError
            If it has children and `children` is `refuse`.
        """

    @abstractmethod
    def restore_meter(self, meter: str) -> dict[str, Any]:
        """Bring a deleted meter back."""

    @abstractmethod
    def set_status(
        self,
        meter: str,
        status: str,
        reason: str = "",
        *,
        valid_from: str | None = None,
        revision: int | None = None,
    ) -> dict[str, Any]:
        """Say what a meter is from an instant on, and why; every status but active needs a reason.

        From when a meter is inactive, what goes through it is not metered: balances above it have no say from then
        on, and the time before counts as before.

        Parameters
        ----------
        valid_from : str, optional
            ISO text (the site's zone where it has no offset), also ahead, or `beginning`; now by default.
        """

    @abstractmethod
    def meter_statuses(self, meter: str) -> list[dict[str, Any]]:
        """What was said of a meter: `valid_from, status, reason, by`, oldest first; None is the beginning of time."""

    @abstractmethod
    def check_meter(self, fields: Mapping[str, Any], id: str | None = None) -> dict[str, Any]:
        """What is wrong (`problems`) or looks wrong (`warnings`) with a form, and a worked `example` of its ratio.

        Nothing is stored. `id` is the meter that the form changes; None is a new one.
        """

    @abstractmethod
    def meter_ratios(self, meter: str) -> list[dict[str, Any]]:
        """The dated CT/PT history, oldest first."""

    @abstractmethod
    def add_ratio(self, meter: str, fields: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        """Add a CT/PT pair from `valid_from` on (now by default); readings never change, intervals follow."""

    @abstractmethod
    def edit_ratio(
        self, meter: str, valid_from: str | None, fields: Mapping[str, Any], *, revision: int | None = None
    ) -> dict[str, Any]:
        """Correct the CT/PT pair that begins at `valid_from`; another `valid_from` in `fields` moves it."""

    @abstractmethod
    def delete_ratio(self, meter: str, valid_from: str | None, *, revision: int | None = None) -> list[dict[str, Any]]:
        """Take a later CT/PT pair away, the one before it holds on; the history that is left."""

    @abstractmethod
    def ratio_impact(self, meter: str, *valid_from: str | None) -> dict[str, Any]:
        """What a pair that begins then would recompute: `from`, `until`, how many `intervals`, and `warnings`.

        Give both instants where a pair moves from one to the other.
        """

    @abstractmethod
    def exchanges(self, meter: str) -> list[dict[str, Any]]:
        """Exchanges of the meter's device, oldest first, with last and first readings."""

    @abstractmethod
    def add_exchange(self, meter: str, fields: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        """Write an exchange down: `at` (now by default), `new_serial`, `old_serial`, `closing`, `opening`, `note`."""

    @abstractmethod
    def delete_exchange(self, meter: str, at: str, *, revision: int | None = None) -> list[dict[str, Any]]:
        """Take an exchange that never was away; with the newest, the meter has its former serial again.

        The exchanges that are left.
        """

    @abstractmethod
    def set_site(self, fields: Mapping[str, Any] | None = None, /, **named: Any) -> dict[str, Any]:
        """Say what the plant is: `name`, `timezone` (IANA), `country` (ISO 3166-1), `currency` (ISO 4217).

        What is not given stays; None, of country and currency, is: not stated.

        Returns
        -------
        dict
            The plant as `site` tells it, and `effects`: what the change does to answers, in words. Another zone cuts
            days anew, in the past too.

        Raises
        ------
        InputError
            With everything that cannot be.
        """

    @abstractmethod
    def set_factor(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """State an emission factor: `name`, `value`, `source`, `valid_from` (a date; none is the beginning of time).

        `gases` are those that it counts, such as `"CO2, CH4, N2O"`: carbon dioxide alone by default.
        """

    @abstractmethod
    def delete_factor(self, name: str, valid_from: str | None = None) -> None:
        """Take a factor of the site's own away; one that is shipped for that date holds again."""

    @abstractmethod
    def limits(self, meter: str | None = None) -> dict[str, Any]:
        """What is watched of a meter's health; of the site without one.

        Returns
        -------
        dict
            `limits` that hold, by field; `own`, what was set here; `defaults`, what holds where nothing is set
            here; None is off. `rules` say what each of them is, with `name, label, unit, low, meaning, source`.
        """

    @abstractmethod
    def set_limits(self, fields: Mapping[str, Any], meter: str | None = None) -> dict[str, Any]:
        """Change limits of a meter, or of the site; None brings the default back, `off` switches one off.

        Raises
        ------
        InputError
            With everything that is wrong; then nothing is changed.
        """

    @abstractmethod
    def templates(self) -> list[dict[str, Any]]:
        """Saved meters to create others from: `name` and `fields`."""

    @abstractmethod
    def create_template(self, name: str, meter: str) -> dict[str, Any]:
        """Save what a meter has in common with others like it."""

    @abstractmethod
    def delete_template(self, name: str) -> None:
        """Delete a template; meters created from it stay as they are."""

    @abstractmethod
    def undoable(self) -> dict[str, Any] | None:
        """The caller's last change that still holds: `change`, `text` and `entries`; None where there is none."""

    @abstractmethod
    def undo(self) -> dict[str, Any]:
        """Take the last change of the caller back; `undone` is what `undoable` said.

        Raises
        ------
        ConflictError
            If there is none, or something newer builds on it.
        """

    @abstractmethod
    def audit(self, limit: int = 50, meter: str | None = None, *, offset: int = 0) -> list[dict[str, Any]]:
        """The newest changes but for `offset` of them, newest first.

        Each has `at, by, action, subject, number, before, after, change, undoes`.
        """

    @abstractmethod
    def profiles(self) -> list[dict[str, Any]]:
        """Meter models that can be read: `id, vendor, model`."""

    @abstractmethod
    def gateways(self) -> list[dict[str, Any]]:
        """Gateways with their options, how many meters they have, and how many of those are online."""

    @abstractmethod
    def set_gateway(self, url: str, options: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        """Replace a gateway's options: `timeout_ms`, `pause_ms`, `retries`, `connections`; None is the default.

        The collector follows while it runs.

        Raises
        ------
        InputError
            If one does not exist or is out of its bounds.
        ConflictError
            If they have changed meanwhile.
        """

    @abstractmethod
    def import_meters(self, content: bytes, filename: str, dry_run: bool = True) -> dict[str, Any]:
        """Import a meter file, all or nothing: `new, changed, moved, unchanged, problems, warnings`.

        A dry run only says what would happen, with every bad row's line, column, value and reason.

        Raises
        ------
        InputError
            If the file cannot be read, or, but for a dry run, with its problems.
        """

    @abstractmethod
    def export_meters(self, format: str = "csv") -> bytes:
        """All meters as a file (`csv` or `xlsx`) that can be imported again."""

    @abstractmethod
    def import_template(self, format: str = "csv") -> bytes:
        """A meter file without meters, to be filled in."""

    @abstractmethod
    def import_readings(
        self, source: AnyPath | pd.DataFrame | pa.Table, dry_run: bool = False, *, keep_stored: bool = False
    ) -> dict[str, Any]:
        """Import readings from a file (`.csv`, `.csv.gz`, `.parquet`) or a frame, all or nothing.

        The columns are `meter, ts, quantity, value`, or `meter, ts` and one a quantity; values are as the
        meters reported them, in the workbench's units. The same again changes nothing. The intervals that
        they touch are built.

        Parameters
        ----------
        dry_run : bool
            Only say what would happen, problems and conflicts included.
        keep_stored : bool
            Leave values that contradict stored ones out, instead of refusing all.

        Returns
        -------
        dict
            `rows, new, known` (readings), `meters, first, last` (of the new), `intervals`, and
            `problems, problem_count, conflicts, conflict_count`.

        Raises
        ------
        InputError
            With what cannot be taken (the first 100); nothing is imported then.
        ConflictError
            If another value is stored for the same meter, instant and quantity; nothing is imported then.
        """

    @abstractmethod
    def suggest_profiles(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Find out with which profile a meter (`gateway, unit_id`) can be read; it is only read for that.

        Returns
        -------
        dict
            `ok`; `candidates`, best first, each with `profile, certainty, score, reasons, against`
            and more; `identity`;
            `values` as the best reads them; `notes`; `error` and `advice`; `milliseconds`.

        Raises
        ------
        InputError
            If the address or the id is none.
        """

    @abstractmethod
    def probe(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Read a meter once over Modbus: `ok, values, error, advice, milliseconds`.

        `fields` are `gateway, unit_id, profile` and those of the ratio; each of the `values` has
        `quantity, label, unit, raw, scaled`.
        """
