"""The files of a report, made of its executed notebook: page, PDF, Excel and manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import ReportError
from energy_workbench.reports import manifest
from energy_workbench.reports.content.bundle import FIGURE, About, about, charts
from energy_workbench.reports.job import Job
from energy_workbench.reports.kernel import Executed, FailedError
from energy_workbench.reports.output_files import disk_errors, folder_for, placed
from energy_workbench.reports.progress import Progress
from energy_workbench.reports.rendering.excel import write_excel
from energy_workbench.reports.rendering.page import add_images, render
from energy_workbench.reports.rendering.pdf import write_pdf
from energy_workbench.typesetting.printing import Drawn, Printer

if TYPE_CHECKING:
    from nbformat import NotebookNode

FORMATS = ("html", "pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class Published:
    """What was written.

    Attributes
    ----------
    files : dict of str to Path
        By kind: `html`, `pdf`, `xlsx`, `notebook`, `manifest`, and the inputs (`archive.KINDS`).
    title : str
    completeness : float or None
        Share of the data that was there [1], where the report says so.
    incomplete : bool
        Whether the report is marked as incomplete.
    pdf_error : ReportError or None
        Why there is no PDF though one was asked for: there is no Chromium.
    aside : tuple of Path
        Files of an earlier report of this name that somebody had changed, as they are called now.
    """

    files: dict[str, Path]
    title: str = ""
    completeness: float | None = None
    incomplete: bool = False
    pdf_error: ReportError | None = None
    aside: tuple[Path, ...] = ()


def finished(job: Job, executed: Executed, printer: Printer, scratch: Path, step: Progress) -> Published:
    """Draw, typeset and place a report.

    Raises
    ------
    FailedError
        If a chart is blank or a font lacks characters: the notebook is to be kept.
    HomeError
        If the disk refuses.
    """
    base, notebook = executed.base, executed.notebook
    told = about(notebook)
    title = told.get("title") or _title(job, executed)
    files: dict[str, Path] = {}
    with disk_errors(job.folder):
        try:
            step("drawing charts", 0.55)
            drawn, unable = _drawn(job, notebook, printer)
            if drawn:
                add_images(notebook, drawn)
            if "html" in job.formats or unable:
                step("writing the page", 0.65)
                files["html"] = scratch / f"{base}.html"
                files["html"].write_text(render(notebook, title, paper=job.paper), "utf-8")
            if "pdf" in job.formats and not unable:
                step("typesetting", 0.7)
                files["pdf"] = scratch / f"{base}.pdf"
                write_pdf(printer, notebook, title, drawn, files["pdf"], paper=job.paper)
            if "xlsx" in job.formats:
                step("writing tables", 0.9)
                files["xlsx"] = scratch / f"{base}.xlsx"
                write_excel(notebook, title, files["xlsx"])
        except ReportError as error:
            if type(error) is ReportError:
                raise FailedError(notebook, base, executed.parameters, error) from None
            raise
        files["notebook"] = scratch / f"{base}.ipynb"
        files["notebook"].write_text(_text(notebook), "utf-8")
        files |= {kind: scratch / name for kind, name in executed.kept["files"].items()}
        step("putting it in its place", 0.95)
        # The manifest last: where it is, all that it names is.
        values = _manifest(job, executed, title, told, files)
        files["manifest"] = scratch / f"{base}.manifest.json"
        files["manifest"].write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", "utf-8")
    written, aside = placed(files, folder_for(job, executed.parameters), base)
    step("done", 1.0)
    wanted = unable if "pdf" in job.formats else None
    return Published(written, title, told.get("completeness"), bool(told.get("incomplete")), wanted, tuple(aside))


def _drawn(job: Job, notebook: NotebookNode, printer: Printer) -> tuple[list[Drawn], ReportError | None]:
    """The charts; without a Chromium, why there are none: the page draws them by itself then."""
    from energy_workbench.typesetting.chromium import find

    figures = [(chart.get("text/plain", ""), chart[FIGURE]) for chart in charts(notebook)]
    if job.formats == ("xlsx",):
        return [], None
    try:
        find()
    except ReportError as error:
        return [], error
    return printer.draw(figures, job.paper), None


def _title(job: Job, executed: Executed) -> str:
    """The title of a report without a cover."""
    name = job.report.name.replace("_", " ").replace("-", " ").capitalize()
    told = executed.resolved
    return ", ".join(filter(None, [name, told.get("span"), told.get("meter")]))


def _manifest(job: Job, executed: Executed, title: str, told: About, files: dict[str, Path]) -> manifest.Manifest:
    # A report that is written again is of what the first was made from.
    source = executed.kept if job.first is None else job.first
    return {
        "report": job.report.name,
        "title": title,
        "site": told.get("site", executed.resolved["site"]),
        "period": executed.resolved.get("label", ""),
        "parameters": executed.parameters,
        "complete": told.get("complete"),
        "completeness": told.get("completeness"),
        "running": told.get("running", False),
        "incomplete": told.get("incomplete", False),
        "threshold": job.source["threshold"],
        "paper": job.paper,
        "written": told.get("written"),
        "written_at": job.written_at.isoformat(),
        "lake_version": source.get("lake_version"),
        "registry_revision": source.get("registry_revision"),
        "versions": manifest.versions(),
        "files": manifest.described(files),
    }


def _text(notebook: NotebookNode) -> str:
    import nbformat

    return str(nbformat.writes(notebook))
