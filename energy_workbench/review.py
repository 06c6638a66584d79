"""Validation by people: the list of counters' steps that wait for a decision, and edits of intervals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any


class Review(ABC):
    """What an analyst decides and edits; each is audited, can be undone, and the intervals it is about follow.

    A meter is named by its number or id, an instant is ISO text, in the site's zone where it has no offset.
    """

    @abstractmethod
    def review(self, *, decided: bool = False) -> list[dict[str, Any]]:
        """Steps of counters whose meaning is not clear, by meter and time: what they may be, and the evidence.

        Each has `id, meter, number, quantity, from, to, name, text, evidence, choices, decision`. Until one is
        decided, the energy on either side counts, and only the step itself is left out and flagged.

        Parameters
        ----------
        decided : bool
            Those that were decided, instead of those that wait.
        """

    @abstractmethod
    def decide(
        self,
        case: str,
        choice: str,
        reason: str,
        *,
        modulus: float | None = None,
        closing: float | None = None,
        opening: float | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Say what a step was, and why; deciding again corrects.

        Parameters
        ----------
        case : str
            Its `id` in the list.
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

    @abstractmethod
    def withdraw(self, case: str) -> None:
        """Take a decision back: the step is judged by its evidence again.

        Raises
        ------
        NotFoundError
            If it was not decided.
        """

    @abstractmethod
    def edit_interval(self, meter: str, start: str, fields: Mapping[str, Any]) -> dict[str, Any]:
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

    @abstractmethod
    def restore_interval(self, meter: str, start: str) -> None:
        """Take an edit back: the interval is again what the readings say.

        Raises
        ------
        NotFoundError
            If it was not edited.
        """

    @abstractmethod
    def edited_intervals(self, meter: str) -> list[dict[str, Any]]:
        """Edits of a meter's intervals, oldest first: `start`, the energies that were put in, `reason`."""
