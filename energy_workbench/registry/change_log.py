"""The part of the registry that knows every change: the audit trail, and undo."""

from __future__ import annotations

from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.time import clock
from energy_workbench.registry import replay, undo
from energy_workbench.registry.base import Opened
from energy_workbench.registry.storage import journal
from energy_workbench.registry.storage.journal import AuditEntry, Wanted


class ChangeLog(Opened):
    """Who changed what and when; taking a change back; whether the trail leads to what is stored."""

    def audit(
        self, limit: int = 100, subject: str | None = None, *, wanted: Wanted | None = None, offset: int = 0
    ) -> list[AuditEntry]:
        """The newest changes but for `offset`, newest first; of one subject (a meter's id), or those wanted."""
        with self.database.read() as connection:
            # No table has more rows; a larger number is none that a database takes.
            return journal.recent(connection, limit, wanted or Wanted(subject=subject), offset=min(offset, 2**31 - 1))

    def audit_total(self, wanted: Wanted = journal.ALL) -> int:
        """How many changes there are."""
        with self.database.read() as connection:
            return journal.count(connection, wanted)

    def audit_counts(self, wanted: Wanted = journal.ALL) -> tuple[dict[str, int], dict[str, int]]:
        """How many changes there are, by who did them and by action."""
        with self.database.read() as connection:
            return journal.count_by(connection, "by", wanted), journal.count_by(connection, "action", wanted)

    def note_thinned(self, day: str, told: Row, *, by: str) -> None:
        """Write down that readings of a UTC day are taken away, and how many."""
        with self.database.write() as connection:
            entry = AuditEntry(at=clock.now(), by=by, action="retention.thin", subject=day, after=told)
            journal.record(connection, [entry])

    def undo(self, *, by: str, change: int | None = None) -> list[AuditEntry]:
        """Take back a change: what was is restored by a new change, which is audited like any other.

        Dated rows are taken back too, so a move or a ratio that was a mistake never was. A meter that was
        created is deleted; it can be restored.

        Parameters
        ----------
        by : str
            Who asks for it.
        change : int, optional
            Number of the change (`AuditEntry.change`), an undo's too. By default the last change by `by`
            that still holds and is no undo, so that undoing again goes one step further back.

        Returns
        -------
        list of AuditEntry
            Entries of the new change.

        Raises
        ------
        ConflictError
            If there is nothing to undo, it has been undone already, or something newer builds on it.
        NotFoundError
            If there is no such change.
        """
        with self.database.write() as connection:
            undo.undo(connection, by=by, at=clock.now(), change=change)
            return journal.latest(connection)

    def undoable(self, by: str) -> list[AuditEntry]:
        """What `undo` would take back for a user: the entries of one change without their rows; empty: there is none.

        Whether something newer builds on it shows when it is undone.
        """
        with self.database.read() as connection:
            number = undo.last(connection, by)
            return [] if number is None else journal.entries_from(connection, number, only=True, with_rows=False)

    def audit_differences(self) -> list[str]:
        """Where the audit trail, played again from its start, leads to something else than what is stored.

        Empty where the two agree; anything else was written past the registry.
        """
        with self.database.read() as connection:
            return replay.differences(connection)
