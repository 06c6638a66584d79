"""Writing a report: NAME-PERIOD.html, .pdf and .manifest.json, with the executed notebook and its inputs beside."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench import __version__
from energy_workbench.core import disk
from energy_workbench.core.clock import now
from energy_workbench.core.errors import HomeError, InputError, NotFoundError, ReportError
from energy_workbench.core.period import parse_period, zone_of
from energy_workbench.core.settings import Settings
from energy_workbench.reports import catalogue, parameters, words
from energy_workbench.reports.catalogue import Report
from energy_workbench.reports.elements import INPUTS
from energy_workbench.reports.execute import execute
from energy_workbench.reports.page import render
from energy_workbench.reports.pdf import write_pdf

if TYPE_CHECKING:
    from nbformat import NotebookNode

FORMATS = ("html", "pdf")


@dataclass(frozen=True, slots=True)
class Published:
    """What was written.

    Attributes
    ----------
    files : dict of str to Path
        By kind: `html`, `pdf`, `notebook`, `inputs`, `manifest`.
    pdf_error : ReportError or None
        Why there is no PDF though one was asked for.
    """

    files: dict[str, Path]
    pdf_error: ReportError | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """One report to be written."""

    report: Report
    asked: dict[str, Any]
    label: str
    title: str
    written_at: datetime
    formats: tuple[str, ...]
    folder: Path


def publish(
    settings: Settings,
    name: str,
    given: Mapping[str, Any],
    *,
    formats: Sequence[str] = FORMATS,
    out: Path | None = None,
) -> Published:
    """Write a report, now.

    Parameters
    ----------
    name : str
        Name of a notebook in `notebooks/reports`.
    given : mapping
        Its parameters, in their types or as text.
    formats : sequence of str
        Of `FORMATS`.
    out : Path, optional
        Folder to write into; by default the home's reports, and there a folder a meter where one is given.

    Raises
    ------
    NotFoundError
        If there is no such report or meter.
    InputError
        If a parameter is unknown or has a wrong type, the format is unknown, or the period cannot be read.
    ReportError
        If the period lies in the future, nothing is known of it, or the notebook fails.
    """
    report = catalogue.find(name)
    asked = parameters.check(report, given)
    chosen = check_formats(formats)
    instant = now()
    label, title = "", name.replace("_", " ").replace("-", " ").capitalize()
    folder = settings.reports_path
    if "period" in asked:
        label, period_title = _resolve(settings, asked)
        title = f"{title} energy report, {period_title}"
    if meter := asked.get("meter"):
        title = f"{title}, {meter}"
        folder = folder / _file_name(str(meter))
    return _write(settings.home, _Job(report, asked, label, title, instant, chosen, out or folder))


def publish_again(manifest: Path, *, formats: Sequence[str] | None = None, out: Path | None = None) -> Published:
    """Write the same report from the inputs archived beside its manifest; no home is asked.

    Raises
    ------
    NotFoundError
        If the manifest or the inputs it names are not there.
    ReportError
        If they are damaged, or the report cannot be written again.
    """
    try:
        kept = json.loads(manifest.read_text("utf-8"))
        archive = manifest.parent / kept["files"]["inputs"]["name"]
        content = archive.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"{error.filename} does not exist") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{manifest} is no manifest of a report with archived inputs: {error!r}") from None
    if _digest(content) != kept["files"]["inputs"]["sha256"]:
        raise ReportError(f"{archive} was changed since the report was written: its checksum differs")
    report = catalogue.find(kept["report"])
    asked = parameters.check(report, {**kept["parameters"], "inputs": str(archive.absolute())})
    chosen = check_formats(formats or [f for f in FORMATS if f in kept["files"]])
    written_at = datetime.fromisoformat(kept["written_at"])
    job = _Job(report, asked, kept["period"], kept["title"], written_at, chosen, out or manifest.parent)
    return _write(manifest.parent, job)


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats asked for, each once.

    Raises
    ------
    InputError
        If one is unknown or there is none.
    """
    unknown = [f for f in formats if f not in FORMATS]
    if unknown or not formats:
        raise InputError(f"the format {', '.join(unknown) or '(none)'!r} is unknown: choose of {', '.join(FORMATS)}")
    return tuple(f for f in FORMATS if f in formats)


def _resolve(settings: Settings, asked: dict[str, Any]) -> tuple[str, str]:
    """Check period and meter before a kernel is started; fix the period to dates, name it, and title it."""
    import energy_workbench

    wb = energy_workbench.open(str(settings.home))
    zone = zone_of(wb.site()["timezone"])
    period = parse_period(asked["period"], zone, now())
    if period.start >= now():
        raise ReportError(f"the period {asked['period']} lies in the future: nothing can be reported of it yet")
    if asked.get("meter"):
        asked["meter"] = wb.meter(asked["meter"])["number"]
    if not period.text[0].isdigit():
        asked["period"] = words.iso(period, zone)
    return _file_name(asked["period"]), words.span(period, zone)


def _write(home: Path, job: _Job) -> Published:
    with _folder(job.folder) as temporary:
        notebook = execute(job.report, job.asked, home=home, now=job.written_at)
        base = f"{job.report.name}-{job.label}" if job.label else job.report.name
        files = {"html": temporary / f"{base}.html", "notebook": temporary / f"{base}.ipynb"}
        files["html"].write_text(render(notebook, job.title), "utf-8")
        files["notebook"].write_text(_notebook_text(notebook), "utf-8")
        if (inputs := _inputs(notebook)) is not None:
            files["inputs"] = temporary / f"{base}.inputs.json"
            files["inputs"].write_text(json.dumps(inputs, indent=1, sort_keys=True), "utf-8")
        failed = None
        if "pdf" in job.formats:
            try:
                write_pdf(files["html"], temporary / f"{base}.pdf")
                files["pdf"] = temporary / f"{base}.pdf"
            except ReportError as error:
                failed = error
        if "html" not in job.formats and not failed:
            files.pop("html").unlink()
        manifest = temporary / f"{base}.manifest.json"
        manifest.write_text(json.dumps(_manifest(job, files), indent=2) + "\n", "utf-8")
        # The manifest last: where it is, all that it names is.
        return Published(
            {kind: _place(path, job.folder) for kind, path in {**files, "manifest": manifest}.items()}, failed
        )


def _manifest(job: _Job, files: Mapping[str, Path]) -> dict[str, Any]:
    """What was written of what, and the checksum of each file."""
    return {
        "report": job.report.name,
        "title": job.title,
        "period": job.label,
        "parameters": {name: value for name, value in job.asked.items() if name != "inputs"},
        "written_at": job.written_at.isoformat(),
        "version": __version__,
        "notebook_sha256": _digest(job.report.path.read_bytes()),
        "files": {
            kind: {"name": path.name, "bytes": path.stat().st_size, "sha256": _digest(path.read_bytes())}
            for kind, path in files.items()
        },
    }


def _inputs(notebook: NotebookNode) -> Any:
    """What the notebook says it was made from."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if INPUTS in output.get("data", {}):
                return output["data"][INPUTS]
    return None


def _notebook_text(notebook: NotebookNode) -> str:
    import nbformat

    return str(nbformat.writes(notebook))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _file_name(text: str) -> str:
    """Text as a part of a path: nothing in it can leave the folder or surprise a shell."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text).lstrip(".") or "_"


def _place(path: Path, folder: Path) -> Path:
    disk.sync(path)
    placed = path.replace(folder / path.name)
    disk.sync(folder)
    return placed


@contextmanager
def _folder(folder: Path) -> Iterator[Path]:
    """A temporary folder on the same disk: a report appears whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(prefix=".report-", dir=folder)
    except OSError as error:
        raise HomeError(
            f"reports cannot be written to {folder}: {error.strerror or os.strerror(error.errno or 0)}"
        ) from None
    with temporary as name:
        yield Path(name)
