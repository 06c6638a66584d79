"""Validation by people: the list of counters' steps that wait for a decision, and edits of intervals."""

from __future__ import annotations

from typing import Annotated

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import As, Help, Instant, MeterRef, Named, Reason
from energy_workbench.contract.operation import operation
from energy_workbench.contract.rows.review import CaseRow, ChoiceText, EditedInterval
from energy_workbench.domain.roles import May

TAG = "Validation"

Case = Annotated[str, Named("id"), Help("Id of the case, as the list has it.")]
Start = Annotated[Instant, Help("Start of the interval: ISO 8601; without offset in the site's zone.")]
Figure = Annotated[float | None, As.MEMBER]


class ReviewContract:
    """What an analyst decides and edits; each is audited, can be undone, and the intervals it is about follow.

    A meter is named by its number or id, an instant is ISO text, in the site's zone where it has no offset.
    """

    @operation("GET", "/review", "Breaks to decide on", tag=TAG, slow=True)
    def review(
        self, *, decided: Annotated[bool, Help("Those decided instead of those open.")] = False
    ) -> list[CaseRow]:
        """Breaks of counters that wait for a decision, by meter and time: what they may be, and the evidence.

        Each has `id, meter, number, quantity, from, to, name, text, evidence, choices, decision, count, steps`. Until
        one is decided, the energy on either side counts, and only the step itself is left out and flagged. Steps of
        one counter that look alike, three and more, are one case, which is decided at once; each of `steps` has an
        `id` by which it alone is.

        Parameters
        ----------
        decided : bool
            Those that were decided, instead of those that wait.
        """

    @operation("POST", "/review/{id}", "Decide what a step was", tag=TAG, needs=May.CHANGE, status=201, exact=True)
    def decide(
        self,
        case: Case,
        choice: Annotated[ChoiceText, As.MEMBER],
        reason: Annotated[str, As.MEMBER],
        *,
        modulus: Figure = None,
        closing: Figure = None,
        opening: Figure = None,
        until: Annotated[Instant | None, As.MEMBER] = None,
    ) -> CaseRow:
        """Say what a step was, and why; deciding again corrects. The intervals follow with the next build.

        Parameters
        ----------
        case : str
            Its `id` in the list; of a case of several steps, all of them are decided, or one by its own `id`.
        choice : {"rollover", "reset", "exchange", "glitch", "real"}
            It began again at zero; somebody set it to zero; another device took over; the readings after it
            are wrong; it is energy that flowed.
        reason : str
        modulus : float, optional
            Of a rollover: where the counter begins again [the quantity's unit]; the register's by default.
        closing, opening : float
            Of an exchange: last reading of the old device, first of the new one [the quantity's unit].
        until : str, optional
            Of a glitch: the end of the wrong readings; only the one after the step by default.

        Raises
        ------
        NotFoundError
            If there is no such case.
        InputError
            If the choice cannot be, or what it needs is missing.
        """

    @operation("DELETE", "/review/{id}", "Take a decision back", tag=TAG, needs=May.CHANGE, status=204)
    def withdraw(self, case: Case, *, reason: Reason = None) -> None:
        """Take a decision back: the step is judged by its evidence again.

        Raises
        ------
        NotFoundError
            If it was not decided.
        """

    @operation("GET", "/meters/{id}/intervals/edited", "Edited intervals", tag=TAG, slow=True)
    def edited_intervals(self, meter: MeterRef) -> list[EditedInterval]:
        """Edits of a meter's intervals, oldest first: `start`, the energies that were put in, `reason`."""

    @operation("PUT", "/meters/{id}/intervals/{start}", "Edit an interval", tag=TAG, needs=May.CHANGE)
    def edit_interval(self, meter: MeterRef, start: Start, fields: bodies.Interval) -> EditedInterval:
        """Put other energies in the place of an interval's, with a `reason`; its quality becomes `edited`.

        Parameters
        ----------
        fields : mapping
            `reason`, and of `energy_import_kwh, energy_export_kwh, energy_reactive_kvarh,
            energy_apparent_kvah` those that change, primary [kWh, kvarh, kVAh].

        Raises
        ------
        InputError
            With everything that is wrong.
        """

    @operation(
        "DELETE", "/meters/{id}/intervals/{start}", "Take an edit of an interval back", tag=TAG, needs=May.CHANGE,
        status=204,
    )  # fmt: skip
    def restore_interval(self, meter: MeterRef, start: Start, *, reason: Reason = None) -> None:
        """Take an edit back: the interval is again what the readings say.

        Raises
        ------
        NotFoundError
            If it was not edited.
        """
