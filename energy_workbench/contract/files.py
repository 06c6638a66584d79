"""Many meters at once: files in and out, and what is changed of many together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import As, Help, Longest, Reason, Revision, Sent
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.rows.meters import EditedMeters
from energy_workbench.contract.rows.setup import ImportedMeters
from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.roles import May

TAG, MANY = "Meters as a file", "Meters"

FileFormat = Literal["csv", "xlsx"]
Format = Annotated[FileFormat, Help("Kind of file")]


class FilesContract:
    """Many meters."""

    @operation(
        "POST", "/meters/import", "Import a meter file", tag=TAG, needs=May.CHANGE, by_hand=True, refuses=CONTRADICTED
    )
    def import_meters(
        self,
        content: bytes,
        filename: Annotated[str, Longest(300), Help("Its ending tells CSV from Excel")],
        dry_run: Annotated[bool, Help("Only say what would happen")] = True,
        *,
        reason: Reason = None,
    ) -> ImportedMeters:
        """Import a meter file, all or nothing: `new, changed, moved, unchanged, problems, warnings`.

        A dry run only says what would happen, with every bad row's line, column, value and reason.

        Raises
        ------
        InputError
            If the file cannot be read, or, but for a dry run, with its problems.
        """

    @operation("GET", "/meters/export", "All meters as a file", tag=TAG, slow=True, by_hand=True, refuses=(InputError,))
    def export_meters(self, format: Format = "csv") -> bytes:
        """All meters as a file (`csv` or `xlsx`) that can be imported again."""

    @operation("GET", "/meters/import-template", "An empty meter file", tag=TAG, by_hand=True, refuses=(InputError,))
    def import_template(self, format: Format = "csv") -> bytes:
        """A meter file without meters, with its header, to be filled in."""

    @operation(
        "POST",
        "/meters/bulk",
        "Change many meters together",
        tag=MANY,
        needs=May.CHANGE,
        tagged=True,
        exact=True,
        slow=True,
        refuses=(*CONTRADICTED, NotFoundError),
    )
    def edit_meters(
        self,
        meters: Annotated[list[str] | None, As.MEMBER] = None,
        fields: Annotated[Mapping[str, Any] | None, As.MEMBER, Sent(bodies.Table.METER)] = None,
        *,
        where: Annotated[Mapping[str, Any] | None, As.MEMBER, Sent(bodies.MeterFilter)] = None,
        limits: Annotated[Mapping[str, Any] | None, As.MEMBER, Sent(bodies.Table.LIMITS)] = None,
        dry_run: Annotated[bool, Help("Only say what would happen")] = False,
        revision: Revision = None,
        reason: Reason = None,
    ) -> EditedMeters:
        """Set the same fields, and own limits of health, of many meters: of all or of none, undone in one step.

        A dry run only says what would happen to each, from what to what, and what is refused and why. Another CT, PT,
        parent or status holds from now on. With the `revision` of a dry run, nothing must have been changed since.

        Parameters
        ----------
        meters : list of str, optional
            Numbers or ids.
        fields : mapping, optional
            As `update_meter` takes them, but for the number.
        where : mapping, optional
            Those that a filter means as well: `type`, `status`, `communication`, `gateway`, `profile`, `below`, `q`,
            as `meters` takes them.
        limits : mapping, optional
            As `set_limits` takes them: None is the site's.

        Raises
        ------
        InputError
            With everything that is wrong, by meter; nothing is changed then.
        NotFoundError
            If there is no such meter, or none that the filter means.
        ConflictError
            If anything was changed since that revision.
        LockedMonthError
            If it would alter numbers of a locked month, and no reason was given; it names the meters.

        Examples
        --------
        >>> wb.edit_meters(where={"type": "machine", "below": "UNIT-A"}, fields={"poll_seconds": 30}, dry_run=True)
        """
