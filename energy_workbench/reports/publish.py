"""Writing reports: NAME-PERIOD.html, .pdf, .xlsx and .manifest.json, with the executed notebook and the inputs beside.

`publish` writes one report, `publish_many` many with one kernel and one browser, `publish_again` one from its archive.
"""

from __future__ import annotations

import queue
import shutil
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from energy_workbench.domain.errors import InputError, NoDataError, NotFoundError, ReportError, WorkbenchError
from energy_workbench.domain.time.clock import now
from energy_workbench.reports import manifest
from energy_workbench.reports.job import Job, Source
from energy_workbench.reports.kernel import Executed, FailedError, Kernel
from energy_workbench.reports.output_files import disk_errors, folder_for, keep_failed, temporary
from energy_workbench.reports.progress import CancelledError, Progress, Tell, nobody
from energy_workbench.reports.refused import refused
from energy_workbench.reports.report_files import FORMATS, Published, finished
from energy_workbench.reports.session import THRESHOLD, Told
from energy_workbench.reports.tools import Tools
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.reports import catalogue
from energy_workbench.services.reports import parameters as report_parameters
from energy_workbench.typesetting.printing import PAPERS

__all__ = ["FORMATS", "Ask", "Outcome", "Published", "Tools", "publish", "publish_again", "publish_many"]

AHEAD = 2
"""Executed notebooks that wait to be printed: the bound of a batch's memory."""
PATIENCE = 0.2
"""How often it is looked whether somebody cancelled [s]."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A report that somebody wants.

    Attributes
    ----------
    name : str
        Of a notebook.
    parameters : mapping
        In their types or as text.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        meter = self.parameters.get("meter")
        return f"{self.name} {meter}" if meter else self.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report of a batch.

    Attributes
    ----------
    ask : Ask
    published : Published or None
        What was written.
    error : WorkbenchError or None
        Why nothing was.
    """

    ask: Ask
    published: Published | None = None
    error: WorkbenchError | None = None


def publish(
    settings: Settings,
    name: str,
    given: Mapping[str, Any],
    *,
    formats: Sequence[str] = FORMATS,
    out: Path | None = None,
    paper: str | None = None,
    notebooks: Sequence[Path] = (),
    threshold: float = THRESHOLD,
    tell: Tell = nobody,
    cancelled: threading.Event | None = None,
    tools: Tools | None = None,
) -> Published:
    """Write a report, now.

    Parameters
    ----------
    name : str
        Name of a notebook in one of `notebooks`, the home's `notebooks` or the product's `notebooks/reports`.
    given : mapping
        Its parameters, in their types or as text.
    formats : sequence of str
        Of `FORMATS`.
    out : Path, optional
        Folder to write into; by default the home's reports, and there a folder a meter where one is given. Reports of
        several meters have a folder each in any case.
    paper : {"a4", "letter"}, optional
        The setting `paper` by default.
    notebooks : sequence of Path
        Folders of notebooks that are looked into first.
    threshold : float
        A report with less of its data than this is marked as incomplete [1].
    tell : callable
        Told each step.
    cancelled : threading.Event, optional
        Cancels the writing once it is set.
    tools : Tools, optional
        A kernel and a browser that are kept from one call to the next; its own by default.

    Raises
    ------
    NotFoundError
        If there is no such report or meter.
    InputError
        If a parameter is unknown or has a wrong type, the format or the paper is unknown, or the period cannot be read.
    ReportError
        If the period lies in the future, nothing is known of it, or the notebook fails; a failed notebook is kept as
        `NAME-PERIOD.failed.ipynb`.
    CancelledError
        If it was cancelled.
    """
    [outcome] = publish_many(
        settings,
        [Ask(name, given)],
        formats=formats,
        out=out,
        paper=paper,
        notebooks=notebooks,
        threshold=threshold,
        tell=tell,
        cancelled=cancelled,
        tools=tools,
    )
    if outcome.error is not None:
        raise outcome.error
    assert outcome.published is not None
    return outcome.published


def publish_many(
    settings: Settings,
    asks: Iterable[Ask],
    *,
    formats: Sequence[str] = FORMATS,
    out: Path | None = None,
    paper: str | None = None,
    notebooks: Sequence[Path] = (),
    threshold: float = THRESHOLD,
    tell: Tell = nobody,
    cancelled: threading.Event | None = None,
    tools: Tools | None = None,
) -> Iterator[Outcome]:
    """Write reports one after the other, with one kernel and one browser; see `publish`.

    While one is typeset the notebook of the next is executed. A report that fails does not stop the others. Those that
    cannot succeed, before the first that may, start neither kernel nor browser.

    Yields
    ------
    Outcome
        In the order of `asks`, each when its report is written.

    Raises
    ------
    NotFoundError, InputError
        Before the first: if a report does not exist, or cannot be asked like that.
    CancelledError
        If it was cancelled; what is whole stays.
    """
    wanted = list(asks)
    chosen, sheet = check_formats(formats), check_paper(paper or settings.paper)
    folders = (*notebooks, settings.notebooks_path)
    instant = now()
    # Reports of several meters have the same names of files: each meter has a folder.
    several = len({str(ask.parameters.get("meter")) for ask in wanted}) > 1
    jobs = []
    for ask in wanted:
        report = catalogue.find(ask.name, folders)
        parameters = report_parameters.check(report, ask.parameters)
        folder = out or settings.reports_path
        source: Source = {"home": str(settings.installation), "site": settings.site, "threshold": threshold}
        jobs.append(Job(report, parameters, source, instant, chosen, sheet, folder, out is None or several, None))
    return _written(wanted, jobs, tell, cancelled or threading.Event(), tools)


def publish_again(
    path: Path,
    *,
    formats: Sequence[str] | None = None,
    out: Path | None = None,
    paper: str | None = None,
    tell: Tell = nobody,
    cancelled: threading.Event | None = None,
    tools: Tools | None = None,
) -> Published:
    """Write the same report from the inputs archived beside its manifest; no home is asked.

    Parameters
    ----------
    path : Path
        The manifest.
    formats, paper
        Those of the report by default.
    out : Path, optional
        Where the report is by default.

    Raises
    ------
    NotFoundError
        If the manifest or the inputs it names are not there.
    ReportError
        If they are damaged, or the report cannot be written again.
    """
    kept = manifest.read(path)
    values = kept.values
    # The notebook as it was executed then, whatever became of the report since.
    report = catalogue.load(kept.notebook, name=str(values["report"]))
    parameters = report_parameters.check(report, values["parameters"])
    source: Source = {
        "archive": {kind: str(file.absolute()) for kind, file in kept.inputs.items()},
        "threshold": values.get("threshold", THRESHOLD),
    }
    chosen = check_formats([f for f in FORMATS if f in values["files"]] if formats is None else formats)
    sheet = check_paper(paper or values.get("paper", "a4"))
    written_at = datetime.fromisoformat(values["written_at"])
    job = Job(report, parameters, source, written_at, chosen, sheet, out or path.parent, False, values)
    ask = Ask(report.name, parameters)
    [outcome] = _written([ask], [job], tell, cancelled or threading.Event(), tools)
    if outcome.error is not None:
        raise outcome.error
    assert outcome.published is not None
    return outcome.published


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


def check_paper(paper: str) -> str:
    """The paper asked for.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if paper.lower() not in PAPERS:
        raise InputError(f"the paper {paper!r} is unknown: choose of {', '.join(PAPERS)}")
    return paper.lower()


def _written(
    asks: Sequence[Ask], jobs: Sequence[Job], tell: Tell, cancelled: threading.Event, tools: Tools | None
) -> Iterator[Outcome]:
    """Execute in one thread, typeset in this one."""
    hand: queue.Queue[Any] = queue.Queue(AHEAD)
    steps = [Progress(n, len(jobs), str(ask), tell, cancelled) for n, ask in enumerate(asks)]
    stopped, batch = threading.Event(), uuid.uuid4().hex
    before = 0
    for before, error in enumerate(refused(jobs), 1):
        yield Outcome(asks[before - 1], error=error)
    asks, jobs, steps = asks[before:], jobs[before:], steps[before:]
    if not jobs:
        return
    with temporary(jobs) as scratch, nullcontext(tools) if tools else Tools() as own:

        def execute(kernel: Kernel) -> None:
            for job, step, folder in zip(jobs, steps, scratch, strict=True):
                try:
                    made: Executed | BaseException = _executed(kernel, job, step, folder, batch)
                except BaseException as error:  # noqa: BLE001 - raised by whoever waits for it
                    made = error
                while not stopped.is_set():
                    with suppress(queue.Full):
                        hand.put(made, timeout=PATIENCE)
                        break
                if stopped.is_set():
                    return

        executing = own.begin(execute)
        try:
            if jobs and jobs[0].formats != ("xlsx",):
                own.printer.warm()
            for ask, job, step, folder in zip(asks, jobs, steps, scratch, strict=True):
                try:
                    executed = _taken(hand, step)
                    outcome = Outcome(ask, finished(job, executed, own.printer, folder, step))
                except CancelledError:
                    raise
                except WorkbenchError as error:
                    outcome = Outcome(ask, error=_told(job, error))
                shutil.rmtree(folder, ignore_errors=True)
                yield outcome
            executing.result()
        finally:
            stopped.set()
            if not executing.done():
                own.end(executing)


def _taken(hand: queue.Queue[Any], step: Progress) -> Executed:
    """What was executed next; raises what came in its place."""
    while True:
        with suppress(queue.Empty):
            made = hand.get(timeout=PATIENCE)
            if isinstance(made, BaseException):
                raise made
            executed: Executed = made
            return executed
        step.look()


def _executed(kernel: Kernel, job: Job, step: Progress, folder: Path, batch: str) -> Executed:
    step("opening the workbench", 0.0)
    with disk_errors(job.folder):
        folder.mkdir()
    told: Told = {
        **job.source,
        "folder": str(job.folder),
        "now": job.written_at.isoformat(),
        "batch": batch,
        "period": job.text("period"),
        "meter": job.text("meter"),
    }
    return kernel.execute(
        job.report,
        job.parameters,
        told,
        (str(folder), job.report.name),
        lambda done, of: step(f"cell {done} of {of}", 0.5 * done / of),
    )


def _told(job: Job, error: WorkbenchError) -> WorkbenchError:
    """The error of a report; a failed notebook is kept beside where the report would be."""
    if not isinstance(error, FailedError):
        return error
    why = error.error
    if isinstance(why, NoDataError | InputError | NotFoundError):
        # Nothing failed: it was asked for what is not there.
        return why
    kept = keep_failed(folder_for(job, error.parameters), error.base, error.notebook)
    return why if kept is None else ReportError(f"{why} (the notebook as far as it went: {kept})")
