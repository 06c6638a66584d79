"""The index of the folder of reports: one page, the newest first, that needs no server."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.domain.errors import HomeError
from energy_workbench.runtime import disk
from energy_workbench.services.reports.written import Written, written

NAME: Final = "index.html"
MOST: Final = 300
"""Reports on the page; older ones stay in the folder."""
KINDS: Final = {"html": "HTML", "pdf": "PDF", "xlsx": "Excel"}

_STYLE: Final = Markup("""
:root { color-scheme: light dark; --line: #dfe5ea; --quiet: #566573; --accent: #0b6e99; }
@media (prefers-color-scheme: dark) { :root { --line: #2f3d48; --quiet: #9fb0bd; --accent: #4fb3e0; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 28px 20px; max-width: 1000px; }
h1 { font-size: 24px; margin: 0 0 2px; } p { color: var(--quiet); margin: 0 0 18px; } a { color: var(--accent); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 7px 14px 7px 0; vertical-align: top; }
th { color: var(--quiet); font-size: 13px; }
tr { border-bottom: 1px solid var(--line); } td { overflow-wrap: anywhere; }
td:nth-child(2) { white-space: nowrap; } td a { margin-right: 12px; } .mark { color: #a3540a; font-weight: 600; }
""")


def write(folder: Path, site: str, zone: ZoneInfo) -> Path:
    """Write the index of a folder of reports and of those below it; it appears whole or stays as it was.

    Raises
    ------
    HomeError
        If the folder cannot be written.
    """
    newest = written(folder)
    rows = Markup().join(_row(folder, each, zone) for each in newest[:MOST])
    more = f" {len(newest) - MOST:,} older ones are in the folder." if len(newest) > MOST else ""
    table = (
        Markup(
            "<table><thead><tr><th>Report</th><th>Written</th><th>Files</th></tr></thead><tbody>{}</tbody></table>"
        ).format(rows)
        if rows
        else Markup("<p>No report has been written yet.</p>")
    )
    page = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Reports</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head><body>'
        "<h1>Reports</h1><p>{} · the newest first.{}</p>{}</body></html>\n"
    ).format(_STYLE, site, more, table)
    return _placed(folder, page)


def _row(folder: Path, each: Written, zone: ZoneInfo) -> Markup:
    links = Markup().join(
        Markup('<a href="{}">{}</a>').format(quote(each.files[kind].relative_to(folder).as_posix()), text)
        for kind, text in KINDS.items()
        if kind in each.files
    )
    mark = Markup(' <span class="mark">incomplete</span>') if each.told.incomplete else Markup()
    written_at = each.told.written_at.astimezone(zone)
    return Markup("<tr><td>{}{}</td><td>{:%d %b %Y, %H:%M}</td><td>{}</td></tr>").format(
        each.told.title, mark, written_at, links
    )


def _placed(folder: Path, page: Markup) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with disk.replaced(folder / NAME) as draft:
            draft.write_text(page, "utf-8")
            draft.chmod(0o644)
        disk.sync(folder)
    except OSError as error:
        raise HomeError(f"the index of {folder} cannot be written: {error.strerror or error}") from None
    return folder / NAME
