"""The meters: list, tree and state, and what adds, changes and deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import (
    As,
    Existing,
    Help,
    Instant,
    Limit,
    Longest,
    MeterRef,
    Offset,
    Reason,
    Revision,
)
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.results import MeterTable, StatusSummary
from energy_workbench.contract.rows.meters import DeletedMeter, MeterCheck, MeterNode, MeterRow, RestorePreview
from energy_workbench.contract.words import CommunicationText, StatusText, TypeText
from energy_workbench.domain.roles import May

TAG = "Meters"

Children = Literal["refuse", "reparent", "cascade"]


class MetersContract:
    """What a plant has, and how it is.

    A meter is named by its number (`"UNIT-A"`) or id (`"mtr_12"`). `fields` have the names of the meter file; the
    parent is `parent_id` (id or number). With a `revision`, the meter must not have changed since that one: else a
    ConflictError has the version as it is (`current`) and as it was to be (`wanted`).
    """

    @operation("GET", "/meters", "All meters", tag=TAG, paged=True)
    def meters(
        self,
        *,
        type: Annotated[TypeText | None, Help("`unit`, `machine`, …")] = None,
        status: Annotated[StatusText | None, Help("`active`, `inactive`, `maintenance` or `faulty`")] = None,
        parent_id: Annotated[str | None, Existing(), Help("Only those directly below (id or number)")] = None,
        q: Annotated[str | None, Longest(200), Help("Text in number, name or location")] = None,
        communication: Annotated[
            CommunicationText | None, Help("`online`, `timeout`, `offline` or `not_connected`")
        ] = None,
        gateway: Annotated[str | None, Longest(300), Help("Only those read there; `none`: read nowhere")] = None,
        profile: Annotated[str | None, Longest(64), Help("Only those of that model; `none`: of no model")] = None,
        below: Annotated[str | None, Existing(), Help("Only those below that one, at any depth (id or number)")] = None,
        commissioned: Annotated[bool | None, Help("Whether a commissioning sheet was signed")] = None,
        deleted: Annotated[bool, Help("Those that were deleted, instead of those that live")] = False,
        limit: Limit | None = None,
        offset: Offset = 0,
    ) -> MeterTable:
        """Meters in the order of the tree, with their live state.

        Parameters
        ----------
        type, status, parent_id : str, optional
            Only those of that type or status, or directly below that parent (id or number).
        q : str, optional
            Only those with this text in number, name or location.
        communication, gateway, profile : str, optional
            Only those of that state, read at that gateway, or of that profile; `none`: without one.
        below : str, optional
            Only those below that meter, at any depth (id or number).
        commissioned : bool, optional
            Only those of which a commissioning sheet was signed, or with False those with a device of which none was.
        deleted : bool
            Those that were deleted and can be restored, instead of those that live.

        Returns
        -------
        MeterTable
            A row a meter: `id`, `number`, `name`, `type`, `parent_id`, `ct_ratio`, `pt_ratio`, `status`, `health`,
            `communication`, `colour`, `last_seen`, …

        Raises
        ------
        NotFoundError
            If there is no such parent, or meter that they are below.
        InputError
            If there is no such type, status or state of communication, or the gateway is no address.

        Examples
        --------
        >>> wb.meters(type="machine").to_frame()[["number", "name", "colour"]]
        """

    @operation("GET", "/meters/hierarchy", "The tree", tag=TAG, by_hand=True)
    def hierarchy(self) -> list[MeterNode]:
        """The tree: a list of roots, each meter with its `children`."""

    @operation("GET", "/meters/status-summary", "How many meters are in which state", tag=TAG)
    def status_summary(self) -> StatusSummary:
        """How many meters are in which status, health, communication and colour."""

    @operation("GET", "/meters/{id}", "One meter", tag=TAG, tagged=True)
    def meter(self, meter: MeterRef) -> MeterRow:
        """One meter with its live state; over REST the ETag is the revision of its configuration.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        """

    @operation(
        "POST", "/meters", "Create a meter", tag=TAG, needs=May.CHANGE, status=201, tagged=True, refuses=CONTRADICTED
    )
    def create_meter(
        self,
        fields: bodies.NewMeter,
        template: Annotated[
            str | None, Existing(), Help("Saved meter whose values hold where the body has none")
        ] = None,
        *,
        reason: Reason = None,
    ) -> MeterRow:
        """Add a meter; its first ratio and parent hold from the beginning of time.

        With a template, its values hold where `fields` has none.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the number is in use.
        """

    @operation("POST", "/meters/check", "Check a meter's form", tag=TAG)
    def check_meter(
        self,
        fields: Annotated[Mapping[str, Any], As.MEMBER],
        id: Annotated[str | None, Existing(), As.MEMBER] = None,
    ) -> MeterCheck:
        """What is wrong (`problems`) or looks wrong (`warnings`) with a form, and a worked `example` of its ratio.

        Nothing is stored. `id` is the meter that the form changes; None is a new one.
        """

    @operation("PUT", "/meters/{id}", "Update a meter", tag=TAG, needs=May.CHANGE, tagged=True, refuses=CONTRADICTED)
    def update_meter(
        self, meter: MeterRef, fields: bodies.Meter, revision: Revision = None, *, reason: Reason = None
    ) -> MeterRow:
        """Change the given fields; another CT, PT, parent or status is a dated row from now on.

        Fields that are only shown are ignored.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If it has changed meanwhile, the number is in use, or the parent is below it.
        """

    @operation(
        "PUT",
        "/meters/{id}/status",
        "Say what a meter is, and why",
        tag=TAG,
        needs=May.CHANGE,
        tagged=True,
        exact=True,
        refuses=CONTRADICTED,
    )
    def set_status(
        self,
        meter: MeterRef,
        status: Annotated[StatusText, As.MEMBER],
        reason: Annotated[str, As.MEMBER] = "",
        *,
        valid_from: Annotated[Instant | None, As.MEMBER] = None,
        revision: Revision = None,
    ) -> MeterRow:
        """Say what a meter is from an instant on, and why; every status but active needs a reason.

        From when a meter is inactive, what goes through it is not metered: balances above it have no say from then
        on, and the time before counts as before.

        Parameters
        ----------
        valid_from : str, optional
            ISO text (the site's zone where it has no offset), also ahead, or `beginning`; now by default.
        """

    @operation("DELETE", "/meters/{id}", "Delete a meter", tag=TAG, needs=May.CHANGE, refuses=CONTRADICTED)
    def delete_meter(
        self,
        meter: MeterRef,
        children: Annotated[Children, Help("What becomes of meters below it")] = "refuse",
        *,
        revision: Revision = None,
        reason: Reason = None,
    ) -> list[MeterRow]:
        """Delete a meter, and with `cascade` all below it; the history stays, and it can be restored.

        Raises
        ------
        ConflictError
            If it has children and `children` is `refuse`.
        """

    @operation(
        "POST",
        "/meters/{id}/restore",
        "Bring a deleted meter back",
        tag=TAG,
        needs=May.CHANGE,
        status=201,
        tagged=True,
        refuses=CONTRADICTED,
    )
    def restore_meter(self, meter: MeterRef, *, reason: Reason = None) -> MeterRow:
        """Bring a deleted meter back under its former parent, or the nearest one above that lives."""

    @operation("GET", "/deleted-meters", "Meters that can be restored", tag=TAG, slow=True)
    def deleted_meters(self) -> list[DeletedMeter]:
        """Meters that were deleted, the newest first: when, by whom, and what hung below and was deleted with each."""

    @operation(
        "GET", "/deleted-meters/{id}", "What restoring a meter would do", tag=TAG, slow=True, refuses=CONTRADICTED
    )
    def restore_preview(self, meter: MeterRef) -> RestorePreview:
        """Where a deleted meter would hang, what is in its way, and from when to when there are intervals of it.

        Raises
        ------
        ConflictError
            If it is not deleted.
        """
