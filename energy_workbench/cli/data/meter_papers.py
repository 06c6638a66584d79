"""`energy-workbench meters commission` and `meters labels`: a meter is put into service, and what is printed of meters."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings
from energy_workbench.runtime.disk import replaced
from energy_workbench.tables.text_lines import text_lines

if TYPE_CHECKING:
    from energy_workbench.contract.rows.commissioning import CheckRow

BY = "command line"


def commission(
    meter: Annotated[str, typer.Argument(help="Number or id of the meter.")],
    signed_by: Annotated[str, typer.Option(help="Your name: the sheet is signed, and kept. Without it, nothing is.")] = "",
    remarks: Annotated[str, typer.Option(help="Needed where something is wrong, and it is signed all the same.")] = "",
    display: Annotated[
        list[str] | None, typer.Option(help="COUNTER=VALUE as the display shows it: energy_active_import=1204.5")
    ] = None,
    display_at: Annotated[str | None, typer.Option(help="When the display was read; now by default.")] = None,
    commissioned_at: Annotated[
        str, typer.Option(help="State from when on it is there: `signing`, `first_reading`, or a day. Else it is left.")
    ] = "",
    reason: Annotated[str | None, typer.Option(help="Why, where numbers of a locked month are altered.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the sheet there, to be printed.")] = None,
) -> None:
    """Read a meter, see how it was put in, and sign its commissioning sheet."""
    from energy_workbench.domain.errors import InputError
    from energy_workbench.services.workbench import Workbench

    refuse_unwritable(pdf)
    workbench = Workbench.at(settings.load().home)
    shown = displayed(display)
    if not signed_by.strip():
        if remarks or commissioned_at:
            raise InputError("--remarks and --commissioned-at are of a signed sheet: say who signs it, --signed-by NAME")
        checked = workbench.check_commissioning(meter, shown, display_at=display_at)
        tell(checked["checks"])
        for offer in checked["offers"]:
            says, day = offer["says"], offer["commissioned_at"]
            typer.echo(f"It is not stated since when it is in service: --commissioned-at {says} would be {day}")
        typer.echo(f"{checked['number']}: {checked['verdict'].replace('_', ' ')}; nothing was stored")
        if pdf:
            write(pdf, workbench.unsigned_paper(checked, shown)[1])
        return
    sheet = workbench.sign_commissioning(
        meter, signed_by, remarks, shown, display_at=display_at, commissioned_at=commissioned_at, reason=reason, by=BY
    )
    tell(sheet["checks"])
    since = f", in service since {sheet['commissioned_at']}" if commissioned_at else ""
    verdict = sheet["verdict"].replace("_", " ")
    typer.echo(f"{sheet['number']}: {verdict}; sheet {sheet['version']} is signed by {sheet['signed_by']}{since}")
    if "locked_change" in sheet:
        from energy_workbench.domain.locks.locked_months import LockedChange

        typer.echo(f"Note: {LockedChange.of(sheet['locked_change']).told()}.")
    if pdf:
        write(pdf, workbench.commissioning_pdf(meter, sheet["version"])[1])


def labels(
    pdf: Annotated[Path, typer.Option(help="Where to write: A4, 3 x 8 labels of 70 x 37 mm; print it at 100 %.")],
    meters: Annotated[list[str] | None, typer.Argument(help="Numbers or ids; all that have a device by default.")] = None,
    type: Annotated[str | None, typer.Option(help="Those of that type as well.")] = None,
    status: Annotated[str | None, typer.Option(help="Those of that status.")] = None,
    communication: Annotated[str | None, typer.Option(help="Those that are online, offline, …")] = None,
    gateway: Annotated[str | None, typer.Option(help="Those read there; `none`: read nowhere.")] = None,
    profile: Annotated[str | None, typer.Option(help="Those of that model; `none`: of no model.")] = None,
    below: Annotated[str | None, typer.Option(help="Those below that meter, at any depth.")] = None,
    commissioned: Annotated[
        bool | None, typer.Option(help="Those of which a commissioning sheet was signed, or was not.")
    ] = None,
    q: Annotated[str | None, typer.Option("--text", help="Those with that text in number, name or location.")] = None,
    address: Annotated[
        str, typer.Option(help="Of the front page as phones reach it; by the settings by default.")
    ] = "",
    first: Annotated[int, typer.Option(min=1, max=24, help="Place of the first label on a sheet that was begun.")] = 1,
) -> None:
    """Print labels of meters, whose QR codes open their pages."""
    from energy_workbench.services.workbench import Workbench

    refuse_unwritable(pdf)
    workbench = Workbench.at(settings.load().home)
    _, content = workbench.meter_labels(
        meters or None, type=type, status=status, communication=communication, gateway=gateway, profile=profile,
        below=below, commissioned=commissioned, q=q, address=address, first=first,
    )  # fmt: skip
    write(pdf, content)


def displayed(given: Sequence[str] | None) -> dict[str, str] | None:
    """What somebody read, by quantity.

    Raises
    ------
    InputError
        If one is not COUNTER=VALUE.
    """
    from energy_workbench.domain.errors import InputError

    pairs = [(name.strip(), mark, value.strip()) for name, mark, value in (each.partition("=") for each in given or ())]
    for name, mark, _ in pairs:
        if not mark:
            raise InputError(f"--display {name!r}: write COUNTER=VALUE, as in energy_active_import=1204.5")
    return {name: value for name, _, value in pairs} or None


def tell(checks: Sequence[CheckRow]) -> None:
    """A line a check."""
    rows = [(row["verdict"].replace("_", " "), f"{row['check']} {row['of']}".strip(), row["text"]) for row in checks]
    for line in text_lines(rows):
        typer.echo(line)


def refuse_unwritable(path: Path | None) -> None:
    """Raise InputError where no file can be written, before anything is read or signed."""
    from energy_workbench.domain.errors import InputError

    if path is None:
        return
    if path.is_dir():
        raise InputError(f"{path} is a folder: name a file, such as {path / 'sheet.pdf'}")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.absolute().parent}")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise InputError(f"{path} cannot be written: permission denied")


def write(path: Path, content: bytes) -> None:
    """Write a PDF, whole or not at all, and say so."""
    with replaced(path) as draft:
        draft.write_bytes(content)
    typer.echo(f"written to {path}")
