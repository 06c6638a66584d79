"""Around the setup of a plant: templates, audit and undo, profiles, gateways, reading a meter once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import (
    As,
    Edge,
    Existing,
    Help,
    Limit,
    Longest,
    Offset,
    Period,
    Reason,
    Revision,
    Sent,
)
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.rows.setup import (
    AuditRow,
    AuditSummary,
    ChangeRow,
    GatewayRow,
    Probed,
    ProfileRow,
    SuggestedProfiles,
    TemplateRow,
    Undone,
)
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.roles import May

TAG = "Setup"

ChangedMeter = Annotated[str | None, Existing(), Help("Only changes of that meter (id or number)")]
Who = Annotated[str | None, Longest(200), Help("Only changes that somebody of this name made")]
Action = Annotated[str | None, Longest(64), Help("Only those of that action or below it: `meter`, `meter.update`")]


class SetupContract:
    """What sets a plant up beside its meters; every change is audited and can be undone."""

    @operation("GET", "/templates", "Saved meters to create others from", tag=TAG)
    def templates(self) -> list[TemplateRow]:
        """Saved meters to create others from: `name`, `fields`, and `meters` that were made from each."""

    @operation("POST", "/templates", "Save a template", tag=TAG, needs=May.CHANGE, status=201, refuses=CONTRADICTED)
    def create_template(
        self, name: Annotated[str, As.MEMBER], meter: Annotated[str, Existing(), As.MEMBER]
    ) -> TemplateRow:
        """Save what a meter has in common with others like it: all but number, name, unit id and such."""

    @operation("PUT", "/templates/{name}", "Write or change a template", tag=TAG, needs=May.CHANGE)
    def put_template(self, name: Annotated[str, Help("Of the template")], fields: bodies.Meter) -> TemplateRow:
        """Save fields as a template, all of them, in place of the one of that name where there is one.

        What each meter has of its own (number, name, serial, unit id) is none of them. Meters that were made from it
        stay as they are.

        Raises
        ------
        InputError
            With everything that is wrong.
        """

    @operation("DELETE", "/templates/{name}", "Delete a template", tag=TAG, needs=May.CHANGE, status=204)
    def delete_template(self, name: Annotated[str, Help("Of the template")]) -> None:
        """Delete a template; meters created from it stay as they are."""

    @operation("GET", "/undo", "What can be undone", tag=TAG, needs=May.CHANGE)
    def undoable(self) -> ChangeRow | None:
        """The caller's last change that still holds: `change`, `text` and `entries`; None where there is none."""

    @operation("POST", "/undo", "Undo the last change", tag=TAG, needs=May.CHANGE, refuses=CONTRADICTED)
    def undo(self, *, reason: Reason = None) -> Undone:
        """Take the last change of the caller back by a new change; again, and it goes one step further.

        `undone` is what `undoable` said.

        Raises
        ------
        ConflictError
            If there is none, or something newer builds on it.
        """

    @operation(
        "GET",
        "/audit",
        "Who changed what",
        tag=TAG,
        slow=True,
        paged=True,
        secrets=True,
        by_hand=True,
        refuses=(InputError, NotFoundError),
    )
    def audit(
        self,
        limit: Limit = 50,
        meter: ChangedMeter = None,
        *,
        period: Period | None = None,
        who: Who = None,
        action: Action = None,
        offset: Offset = 0,
        start: Edge = None,
        end: Edge = None,
    ) -> list[AuditRow]:
        """The newest changes but for `offset` of them, newest first, each with what was before and after.

        Each has `at, by, action, subject, number, before, after, change, undoes`. Over REST, `total` counts all that
        there are, and editors see whole addresses of webhooks.

        Parameters
        ----------
        period : optional
            Those made in it; all by default.
        who : str, optional
            Only those that somebody of this name made.
        action : str, optional
            Dotted, with those below it: `meter` has `meter.update`.

        Returns
        -------
        list of dict
            Instants are ISO text in the site's zone.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.audit(20, "UNIT-A", period="this month")
        """

    @operation("GET", "/audit/summary", "How many changes there are, of whom and of which kind", tag=TAG, slow=True)
    def audit_summary(
        self,
        meter: ChangedMeter = None,
        *,
        period: Period | None = None,
        who: Who = None,
        action: Action = None,
        start: Edge = None,
        end: Edge = None,
    ) -> AuditSummary:
        """How many changes `audit` lists, and how many each made, and of each action, in all of the period.

        `total` is of those that all parameters choose; `by` and `actions`, from which one chooses, are of the meter
        and the period alone.

        Returns
        -------
        dict
            Counts.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.audit_summary(period="this month")["total"]
        """

    @operation("GET", "/profiles", "Meter models that can be read", tag=TAG)
    def profiles(self) -> list[ProfileRow]:
        """Meter models that can be read, the home's own among them: `id, vendor, model`."""

    @operation("GET", "/gateways", "Gateways", tag=TAG)
    def gateways(self) -> list[GatewayRow]:
        """Gateways with their options, how many meters they have, and how many of those are online."""

    @operation("PUT", "/gateways", "Options of a gateway", tag=TAG, needs=May.CHANGE, tagged=True)
    def set_gateway(
        self,
        url: Annotated[str, Existing(), As.MEMBER],
        options: Annotated[Mapping[str, Any], As.MEMBER, Sent(bodies.Table.OPTIONS)],
        *,
        revision: Revision = None,
    ) -> GatewayRow:
        """Replace a gateway's options; one that is None or left out takes its default.

        They are `timeout_ms`, `pause_ms`, `retries`, `connections`. The collector follows while it runs.

        Raises
        ------
        InputError
            If one does not exist or is out of its bounds.
        ConflictError
            If they have changed meanwhile.
        """

    @operation("POST", "/probe", "Read a meter once", tag=TAG, needs=May.CHANGE)
    def probe(self, fields: bodies.Metered) -> Probed:
        """Read a meter once over Modbus: `ok, values, error, advice, milliseconds`.

        `fields` are `gateway, unit_id, profile` and those of the ratio; each of the `values` has
        `quantity, label, unit, raw, scaled`.
        """

    @operation("POST", "/probe/profiles", "Find a meter's profile", tag=TAG, needs=May.CHANGE)
    def suggest_profiles(self, fields: bodies.Device) -> SuggestedProfiles:
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
