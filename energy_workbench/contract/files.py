"""Many meters at once: files in and out, and what is changed of many together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import As, Between, Existing, Help, Longest, Reason, Revision, Sent
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.rows.meters import EditedMeters
from energy_workbench.contract.rows.setup import ImportedMeters
from energy_workbench.contract.words import CommunicationText, StatusText, TypeText
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

    @operation("GET", "/meters/labels", "Labels with QR codes", tag=TAG, slow=True, refuses=(InputError, NotFoundError))
    def meter_labels(
        self,
        meters: Annotated[list[str] | None, Help("Numbers or ids")] = None,
        *,
        type: Annotated[TypeText | None, Help("Those of that type as well")] = None,
        status: Annotated[StatusText | None, Help("Of that status")] = None,
        communication: Annotated[CommunicationText | None, Help("That are online, offline, …")] = None,
        gateway: Annotated[str | None, Longest(300), Help("Read there; `none`: read nowhere")] = None,
        profile: Annotated[str | None, Longest(64), Help("Of that model; `none`: of no model")] = None,
        below: Annotated[str | None, Existing(), Help("Below that one, at any depth (id or number)")] = None,
        commissioned: Annotated[bool | None, Help("Of which a commissioning sheet was signed, or was not")] = None,
        q: Annotated[str | None, Longest(200), Help("With that text in number, name or location")] = None,
        address: Annotated[
            str, Longest(300), Help("Of the front page, as phones reach it; by the settings where it is empty")
        ] = "",
        first: Annotated[int, Between(1, 24), Help("Place of the first label on a sheet that was begun")] = 1,
    ) -> tuple[str, bytes]:
        """Name and content of a PDF of labels: number, name, location, and a QR code that opens the meter's page.

        A4 with 3 × 8 labels of 70 × 37 mm without gaps (as Avery Zweckform 3474), printed at 100 %. Those of the meters
        that are named, and that the filter means; of all that have a device where neither is given. The code has the
        meter's id, which outlives another number.

        Raises
        ------
        NotFoundError
            If there is no such meter, or none that the filter means.
        InputError
            If the address is none, or no phone can reach the one of the settings.
        ReportError
            If no Chromium can print it.

        Examples
        --------
        >>> name, content = wb.meter_labels(below="UNIT-A", address="https://energy.example.com")
        """
