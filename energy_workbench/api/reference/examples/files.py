"""Examples of files: floor plan, meter and readings files, files of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import XLSX, Shown
from energy_workbench.contract.rows.payload import JsonObject
from energy_workbench.domain.site.floor_plan import MEDIA

_FOUND: JsonObject = {"where": "line 7", "field": "frequency", "value": "49,9", "reason": "is no number"}

SHOWN: Final[Mapping[str, Shown]] = {
    "floor_plan": Shown("The picture", files=tuple(MEDIA.values())),
    "set_floor_plan": Shown(
        "The picture that was taken",
        {"media": "image/png", "width": 1600.0, "height": 900.0},
        body="The bytes of a PNG, JPEG or SVG, at most 4 MB.",
        sends_file=True,
    ),
    **dict.fromkeys(("run_file", "report_file"), Shown("The file", files=("text/html", "application/pdf", XLSX))),
    "meter_labels": Shown("The labels", files=("application/pdf",)),
    "import_readings": Shown(
        "What the import did, or would do",
        {
            "rows": 8640,
            "new": 8640,
            "known": 0,
            "meters": 1,
            "first": "2026-10-01T00:00:00+05:30",
            "last": "2026-10-02T00:00:00+05:30",
            "problems": [_FOUND],
            "problem_count": 1,
            "conflicts": [_FOUND],
            "conflict_count": 0,
            "intervals": 96,
            "dry_run": False,
        },
        body="The bytes of a file, at most 200 MB: CSV (packed with gzip or not), Excel, Parquet, NEM12, Green Button.",
        sends_file=True,
    ),
    "import_meters": Shown(
        "What the import does, or would do",
        {
            "new": [{"line": 2, "number": "UNIT-B", "fields": {"type": "unit"}}],
            "changed": [{"line": 3, "number": "UNIT-A", "fields": {"name": ["Unit", "Unit A"]}}],
            "moved": [{"line": 4, "number": "UNIT-C", "fields": {"parent": ["MAIN", "PMD"]}}],
            "unchanged": 89,
            "problems": [{"line": 5, "column": "unit_id", "value": "300", "reason": "0 to 255"}],
            "warnings": [],
        },
        body="The bytes of the file, at most 20 MB.",
        sends_file=True,
    ),
    "export_meters": Shown("The file", files=("text/csv", XLSX)),
    "import_template": Shown("The file", files=("text/csv", XLSX)),
}
"""By name of the operation."""
