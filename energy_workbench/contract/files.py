"""Many meters at once: files in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from energy_workbench.contract.notes import Help, Longest, Reason
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.rows.setup import ImportedMeters
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.roles import May

TAG = "Meters as a file"

FileFormat = Literal["csv", "xlsx"]
Format = Annotated[FileFormat, Help("Kind of file")]


class FilesContract:
    """Meter files."""

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
