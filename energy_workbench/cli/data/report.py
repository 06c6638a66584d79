"""`energy-workbench report`: write reports, now."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from energy_workbench.cli.data.bar import Bar, bar
from energy_workbench.domain.errors import InputError, ReportError, WorkbenchError
from energy_workbench.runtime.settings import Settings, load

if TYPE_CHECKING:
    from energy_workbench.reports.progress import Step
    from energy_workbench.reports.publish import Published

app = typer.Typer(help="Write reports, now.")

SHOWN = ("html", "pdf", "xlsx", "manifest")


@app.command()
def report(
    name: Annotated[str | None, typer.Argument(help="Name of the report, such as monthly.")] = None,
    period: Annotated[str | None, typer.Option(help="Such as 2026-10, 2026-Q4, 2026-W41 or 'last month'.")] = None,
    meter: Annotated[
        list[str] | None, typer.Option(help="Number or id, as often as there are; the whole site without one.")
    ] = None,
    each_meter: Annotated[bool, typer.Option("--each-meter", help="One report of every meter.")] = False,
    format: Annotated[
        str | None, typer.Option(help="html, pdf, xlsx or several; all, or with --again those of the report.")
    ] = None,
    paper: Annotated[str | None, typer.Option(help="a4 or letter; the setting `paper` by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; the home's reports without one.")] = None,
    set: Annotated[list[str] | None, typer.Option(help="Any other parameter, as NAME=VALUE.")] = None,
    notebooks: Annotated[
        list[Path] | None, typer.Option(help="Folder of notebooks to look into first, beside the home's `notebooks`.")
    ] = None,
    again: Annotated[Path | None, typer.Option(help="Manifest of a report to write again from its inputs.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Write reports: HTML, PDF, Excel and a manifest with the checksum of every file; Ctrl-C cancels."""
    from energy_workbench.services.reports import catalogue
    from energy_workbench.reports.publish import FORMATS, publish_again

    formats = None if format is None else [part.strip() for part in format.split(",") if part.strip()]
    if again is not None:
        if name is not None or period or meter or each_meter or set:
            raise InputError(
                "--again writes a report as it was: name, period, meter and parameters are in its manifest"
            )
        with _cancelled() as cancelled, bar() as shown:
            tell = _teller(shown)
            done = publish_again(again, formats=formats, out=out, paper=paper, tell=tell, cancelled=cancelled)
            _say(done, shown)
        return
    settings = load(home)
    folders = notebooks or []
    if missing := [str(folder) for folder in folders if not folder.is_dir()]:
        raise InputError(f"there is no folder {', '.join(missing)}")
    if name is None:
        known = catalogue.names([*folders, settings.notebooks_path])
        raise InputError(f"which report? Name one of: {', '.join(known)}")
    given: dict[str, Any] = {**({"period": period} if period is not None else {}), **_pairs(set or [])}
    meters = _every_meter(settings) if each_meter else meter or []
    how = {"formats": FORMATS if formats is None else formats, "out": out, "paper": paper, "notebooks": folders}
    _write(settings, name, given, meters, how)


def _write(settings: Settings, name: str, given: dict[str, Any], meters: list[str], how: dict[str, Any]) -> None:
    """Write a report, or one of each meter; one that fails does not stop the others."""
    from energy_workbench.reports.publish import Ask, publish_many

    asks = [Ask(name, {**given, "meter": number}) for number in meters] or [Ask(name, given)]
    failed: list[WorkbenchError] = []
    with _cancelled() as cancelled, bar() as shown:
        for outcome in publish_many(settings, asks, **how, tell=_teller(shown), cancelled=cancelled):
            if outcome.published is not None:
                _say(outcome.published, shown)
            elif outcome.error is not None:
                failed.append(outcome.error)
                if len(asks) > 1:
                    shown.print(f"{outcome.ask}: {outcome.error}", err=True)
    if failed and len(asks) == 1:
        raise failed[0]
    if failed:
        raise ReportError(f"{len(failed)} of {len(asks)} reports could not be written; why is told above")


def _say(done: Published, shown: Bar) -> None:
    """The files that people open; an error where one of them could not be made."""
    for kind in SHOWN:
        if kind in done.files:
            shown.print(done.files[kind])
    for path in done.aside:
        shown.print(f"a file of the earlier report had been changed: it is {path} now", err=True)
    if done.pdf_error:
        raise done.pdf_error


def _teller(shown: Bar) -> Callable[[Step], None]:
    """Tells the bar each step."""

    def tell(step: Step) -> None:
        which = f"{step.report + 1} of {step.of}, " if step.of > 1 else ""
        shown.show(f"{which}{step.name}: {step.doing}", step.done)

    return tell


@contextmanager
def _cancelled() -> Iterator[threading.Event]:
    """Set by Ctrl-C and SIGTERM, which cancel instead of leaving something half-written."""
    cancelled = threading.Event()
    before = {number: signal.signal(number, lambda *_: cancelled.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancelled
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _every_meter(settings: Settings) -> list[str]:
    from energy_workbench.registry import Registry

    registry = Registry(settings.registry_url)
    registry.check()
    return [meter.number for meter in registry.meters()]


def _pairs(texts: list[str]) -> dict[str, str]:
    """Parameters written as NAME=VALUE."""
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise InputError(f"--set {wrong[0]!r} is not of the form NAME=VALUE")
    return {name.strip(): value for name, _, value in pairs}
