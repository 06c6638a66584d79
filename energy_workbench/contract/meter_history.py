"""What a meter was over time: its statuses and ratios, the exchanges of its device, and how it was put into service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import As, Help, Instant, MeterRef, Reason, Revision, Sent
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.rows.commissioning import MeterChecked, SheetRow
from energy_workbench.contract.rows.meters import (
    ExchangePreview,
    ExchangeRow,
    FormulaRow,
    ParentRow,
    RatioImpact,
    RatioPreview,
    RatioRow,
    StatusRow,
)
from energy_workbench.domain.roles import May

TAG, SERVICE = "Meters over time", "Commissioning"

Since = Annotated[Instant | None, Help("Where the ratio begins, as the list has it; `beginning` for the first.")]


class MeterHistoryContract:
    """Dated facts of a meter.

    An instant is ISO text; `valid_from` None, or `"beginning"`, is the beginning of time.
    """

    @operation("GET", "/meters/{id}/statuses", "What was said of a meter", tag=TAG)
    def meter_statuses(self, meter: MeterRef) -> list[StatusRow]:
        """What was said of a meter: `valid_from, status, reason, by`, oldest first; None is the beginning of time."""

    @operation("GET", "/meters/{id}/parents", "Where a meter hung over time", tag=TAG)
    def meter_parents(self, meter: MeterRef) -> list[ParentRow]:
        """The dated parents: `valid_from, parent_id, parent` (its number), oldest first."""

    @operation(
        "POST", "/meters/{id}/parents", "Move a meter from an instant on", tag=TAG, needs=May.CHANGE, status=201,
        refuses=CONTRADICTED,
    )  # fmt: skip
    def add_parent(
        self, meter: MeterRef, fields: bodies.Parent, *, revision: Revision = None, reason: Reason = None
    ) -> ParentRow:
        """Hang a meter below another, or at the top, from `valid_from` on: now by default, also in the past.

        Balances and flows follow the tree as it was at each time. One that begins at the same instant is corrected.

        Raises
        ------
        InputError
            If it lies ahead, or there is no such parent.
        ConflictError
            If the meter would be below itself at some time.
        """

    @operation(
        "DELETE", "/meters/{id}/parents/{valid_from}", "Delete a dated place", tag=TAG, needs=May.CHANGE,
        refuses=CONTRADICTED,
    )  # fmt: skip
    def delete_parent(
        self,
        meter: MeterRef,
        valid_from: Annotated[Instant | None, Help("Where it begins, as the list has it.")],
        *,
        revision: Revision = None,
        reason: Reason = None,
    ) -> list[ParentRow]:
        """Take a later place away, the one before it holds on; the history that is left."""

    @operation("GET", "/meters/{id}/formulas", "What a calculated meter is made of over time", tag=TAG)
    def meter_formulas(self, meter: MeterRef) -> list[FormulaRow]:
        """The dated formulas, oldest first, with the numbers that meters have now."""

    @operation(
        "POST", "/meters/{id}/formulas", "Say what a meter is made of", tag=TAG, needs=May.CHANGE, status=201,
        refuses=CONTRADICTED,
    )  # fmt: skip
    def add_formula(
        self, meter: MeterRef, fields: bodies.Formula, *, revision: Revision = None, reason: Reason = None
    ) -> FormulaRow:
        """Say what a virtual meter is made of from `valid_from` on: now by default, also in the past.

        A formula is linear: numbers of meters in brackets (`.import` or `.export` behind them means that register),
        numbers, + - * / and parentheses, as in `[MAIN] - [UNIT-A] - 0.4 * [CHILLERS]`.

        Raises
        ------
        InputError
            If it cannot be read (where, and why), is not linear, names a meter that is not there, or itself.
        """

    @operation(
        "DELETE", "/meters/{id}/formulas/{valid_from}", "Delete a dated formula", tag=TAG, needs=May.CHANGE,
        refuses=CONTRADICTED,
    )  # fmt: skip
    def delete_formula(
        self,
        meter: MeterRef,
        valid_from: Annotated[Instant | None, Help("Where it begins, as the list has it; `beginning` for the first.")],
        *,
        revision: Revision = None,
        reason: Reason = None,
    ) -> list[FormulaRow]:
        """Take a formula away, the one before it holds on, and before the first there is none; the history left."""

    @operation("GET", "/meters/{id}/ratios", "CT/PT history", tag=TAG)
    def meter_ratios(self, meter: MeterRef) -> list[RatioRow]:
        """The dated CT/PT ratios, oldest first; `valid_from` None is the beginning of time."""

    @operation("GET", "/meters/{id}/ratios/impact", "What another ratio would recompute", tag=TAG, slow=True)
    def ratio_impact(
        self,
        meter: MeterRef,
        *valid_from: Annotated[
            Instant | None,
            Help("Where it begins, `beginning` for the first, now by default; both where it moves."),
        ],
    ) -> RatioImpact:
        """What a pair that begins then would recompute: `from`, `until`, how many `intervals`, and `warnings`.

        Give both instants where a pair moves from one to the other; `until` None is open.
        """

    @operation(
        "POST", "/meters/{id}/ratios/preview", "What another ratio would make of each month", tag=TAG, slow=True,
        needs=May.CHANGE,
    )  # fmt: skip
    def preview_ratio(
        self,
        meter: MeterRef,
        fields: bodies.Ratio,
        *,
        replaces: Annotated[
            Instant | None, Help("Where the pair begins that it takes the place of, `beginning` for the first.")
        ] = None,
    ) -> RatioPreview:
        """What a pair would recompute, as `ratio_impact`, and the energy of each month before and after.

        The intervals are built as they would be after `add_ratio`, or with `replaces` after `edit_ratio`, and summed;
        nothing is stored. `months` have the import and export [kWh], `locked_months` those that are locked, `reports`
        those that were sent and would differ.
        """

    @operation("POST", "/meters/{id}/ratios", "Add a ratio", tag=TAG, needs=May.CHANGE, status=201)
    def add_ratio(
        self, meter: MeterRef, fields: bodies.Ratio, *, revision: Revision = None, reason: Reason = None
    ) -> RatioRow:
        """Add a CT/PT pair from `valid_from` on (now by default); readings never change, intervals follow."""

    @operation(
        "PUT", "/meters/{id}/ratios/{valid_from}", "Correct a ratio", tag=TAG, needs=May.CHANGE, refuses=CONTRADICTED
    )
    def edit_ratio(
        self,
        meter: MeterRef,
        valid_from: Since,
        fields: bodies.Ratio,
        *,
        revision: Revision = None,
        reason: Reason = None,
    ) -> RatioRow:
        """Replace the CT/PT pair that begins at `valid_from`; another `valid_from` in `fields` moves it."""

    @operation(
        "DELETE", "/meters/{id}/ratios/{valid_from}", "Delete a ratio", tag=TAG, needs=May.CHANGE, refuses=CONTRADICTED
    )
    def delete_ratio(
        self, meter: MeterRef, valid_from: Since, *, revision: Revision = None, reason: Reason = None
    ) -> list[RatioRow]:
        """Take a later CT/PT pair away, the one before it holds on; the history that is left."""

    @operation("GET", "/meters/{id}/exchanges", "Exchanges of the device", tag=TAG)
    def exchanges(self, meter: MeterRef) -> list[ExchangeRow]:
        """Exchanges of the meter's device, oldest first, with the old one's last readings and the new one's first."""

    @operation("POST", "/meters/{id}/exchanges", "Record an exchange", tag=TAG, needs=May.CHANGE, status=201)
    def add_exchange(
        self, meter: MeterRef, fields: bodies.Exchange, *, revision: Revision = None, reason: Reason = None
    ) -> ExchangeRow:
        """Write an exchange down; one at the same instant is corrected.

        `fields` are `at` (now by default), `new_serial`, `old_serial`, `closing`, `opening`, `note`, and what the new
        device brings with it: `profile`, and `ratio` with the members of one. All of it is one change.
        """

    @operation(
        "POST",
        "/meters/{id}/exchanges/preview",
        "What an exchange would change",
        tag=TAG,
        needs=May.CHANGE,
        slow=True,
    )
    def preview_exchange(
        self,
        meter: MeterRef,
        fields: bodies.Exchange,
        *,
        remove: Annotated[bool, Help("What taking away the exchange at that instant would change, instead.")] = False,
    ) -> ExchangePreview:
        """What an exchange would change, as `add_exchange` takes it: energy of its day and month before and after.

        The intervals are built as they would be; nothing is stored. `counters` are what was read last before and
        first after it, beside what is given; `locked_months` those that it alters, `reports` the sent ones that would
        differ.
        """

    @operation("DELETE", "/meters/{id}/exchanges/{at}", "Delete an exchange", tag=TAG, needs=May.CHANGE)
    def delete_exchange(
        self,
        meter: MeterRef,
        at: Annotated[Instant, Help("When it was, as the list has it.")],
        *,
        revision: Revision = None,
        reason: Reason = None,
    ) -> list[ExchangeRow]:
        """Take an exchange that never was away; with the newest, the meter has its former serial again.

        The exchanges that are left.
        """

    @operation(
        "POST",
        "/meters/{id}/commissioning/check",
        "See how a meter was put in",
        tag=SERVICE,
        needs=May.CHANGE,
        slow=True,
        exact=True,
    )
    def check_commissioning(
        self,
        meter: MeterRef,
        display: Annotated[Mapping[str, Any] | None, As.MEMBER, Sent(dict[str, float])] = None,
        *,
        display_at: Annotated[Instant | None, As.MEMBER] = None,
    ) -> MeterChecked:
        """Read a meter now and see how it was put in; nothing is stored.

        Whether it answers and its profile fits; which CTs are reversed or swapped, by the powers and power factors of
        the phases; its own CT and PT registers against those entered; and its counters against what its display showed.
        What cannot be told says why.

        Parameters
        ----------
        display : mapping, optional
            What somebody read on the meter, by quantity (`energy_active_import`), in kWh, kvarh or kVAh.
        display_at : str, optional
            When that was; now by default.

        Raises
        ------
        InputError
            If the display shows no counter, or no number.

        Examples
        --------
        >>> wb.check_commissioning("UNIT-A", {"energy_active_import": 1204.5})["verdict"]
        """

    @operation(
        "POST",
        "/meters/{id}/commissioning",
        "Sign a commissioning sheet",
        tag=SERVICE,
        needs=May.CHANGE,
        status=201,
        slow=True,
        exact=True,
    )
    def sign_commissioning(
        self,
        meter: MeterRef,
        signed_by: Annotated[str, As.MEMBER],
        remarks: Annotated[str, As.MEMBER] = "",
        display: Annotated[Mapping[str, Any] | None, As.MEMBER, Sent(dict[str, float])] = None,
        *,
        display_at: Annotated[Instant | None, As.MEMBER] = None,
        commissioned_at: Annotated[str, As.MEMBER] = "",
        reason: Reason = None,
    ) -> SheetRow:
        """Read and check a meter as `check_commissioning` does, and keep what was found, signed, as the next version.

        Parameters
        ----------
        commissioned_at : str, optional
            From when on the meter is there, which is stated with the sheet, in one change: `signing`, the day of it,
            `first_reading`, the day of its first reading (either by the site's zone), or a day or instant. By default
            that stays as it is.

        Raises
        ------
        InputError
            If nobody signs it, something is wrong and no remark says why it is put into service all the same, or
            `commissioned_at` is stated already, otherwise, or is the first reading and there is none.
        LockedMonthError
            If that would alter numbers of a locked month, and no reason was given.

        Examples
        --------
        >>> wb.sign_commissioning("UNIT-A", "A. Rao", commissioned_at="signing")["commissioned_at"]
        """

    @operation("GET", "/meters/{id}/commissioning", "Commissioning sheets of a meter", tag=SERVICE)
    def commissioning_sheets(self, meter: MeterRef) -> list[SheetRow]:
        """The signed sheets of a meter, the newest first; none takes the place of another."""

    @operation("GET", "/meters/{id}/commissioning/pdf", "A commissioning sheet as PDF", tag=SERVICE, slow=True)
    def commissioning_pdf(
        self, meter: MeterRef, version: Annotated[int | None, Help("Which sheet; the newest by default.")] = None
    ) -> tuple[str, bytes]:
        """Name and content of a signed sheet, to be printed and kept: what was found, who signed it, all versions.

        Raises
        ------
        NotFoundError
            If the meter has no such sheet.
        ReportError
            If no Chromium can print it.

        Examples
        --------
        >>> name, content = wb.commissioning_pdf("UNIT-A")
        """

    @operation(
        "POST",
        "/meters/{id}/commissioning/check/pdf",
        "How a meter was put in, as PDF",
        tag=SERVICE,
        needs=May.CHANGE,
        slow=True,
        exact=True,
    )
    def check_pdf(
        self,
        meter: MeterRef,
        display: Annotated[Mapping[str, Any] | None, As.MEMBER, Sent(dict[str, float])] = None,
        *,
        display_at: Annotated[Instant | None, As.MEMBER] = None,
    ) -> tuple[str, bytes]:
        """Name and content of a sheet that nobody signed, with a place to do so: the meter is read now, nothing stored.

        Raises
        ------
        InputError
            As `check_commissioning`.
        ReportError
            If no Chromium can print it.
        """
