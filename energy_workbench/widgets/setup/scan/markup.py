"""HTML of a scan: how far it is, and what it has found."""

from __future__ import annotations

from markupsafe import Markup

from energy_workbench.contract.devices.rows import ScannedUnit, ScanRow
from energy_workbench.widgets.markup import one_line

ENDED = {"done": "Done", "cancelled": "Cancelled", "failed": "Failed"}
PHASES = {"asking": "Asking unit {}", "examining": "Finding out what unit {} is"}


def progress(scan: ScanRow | None) -> Markup:
    """How far it is, in words and as a bar; what it was hindered by."""
    if scan is None:
        return Markup()
    share, found = min(scan["asked"] / max(scan["of"], 1), 1.0), len(scan["found"])
    answer = "1 unit answers" if found == 1 else f"{found} units answer"
    if scan["state"] == "running":
        phase = PHASES.get(scan["phase"], "Asking").format(scan["unit_id"] if scan["unit_id"] is not None else "…")
        bar = Markup('<progress max="1" value="{:.3f}">{:.0%}</progress>').format(share, share)
        head = Markup('<p role="status">{} · {} of {} questions · {}</p>{}').format(
            phase, scan["asked"], scan["of"], answer, bar
        )
    else:
        text = f"{ENDED.get(scan['state'], scan['state'])} after {scan['seconds']:.0f} s"
        head = Markup('<p role="status">{} · <b>{}</b> on {}</p>').format(text, answer, one_line(scan["gateway"], 200))
    notes = Markup().join(Markup('<p class="ew-hint">{}</p>').format(one_line(note, 400)) for note in scan["notes"])
    failed = (
        Markup('<p class="ew-wrong" role="alert">✕ {} <b>→ {}</b></p>').format(
            one_line(scan["error"], 400), one_line(scan["advice"], 400)
        )
        if scan["error"]
        else Markup()
    )
    return head + failed + notes


def unit(row: ScannedUnit) -> Markup:
    """What a unit is: whose meter it is already, or which profile fits, and what speaks for that."""
    number = Markup("<b>Unit {}</b>").format(row["unit_id"])
    if row["meter"]:
        return Markup("<p>{} is already meter <b>{}</b></p>").format(number, one_line(row["meter"]))
    best = row["candidates"][0] if row["candidates"] else None
    if best is not None:
        why = ", ".join(one_line(reason) for reason in best["reasons"][:3])
        return Markup('<p>{} · {} {} · {}</p><p class="ew-hint">{}</p>').format(
            number, one_line(best["vendor"]), one_line(best["model"]), best["certainty"], why
        )
    said = "it answers; what it is comes next" if not row["examined"] else "it answers, but no profile fits"
    more = "; ".join(one_line(text, 200) for text in (row["error"], *row["notes"]) if text)
    return Markup('<p>{} · {}</p><p class="ew-hint">{}</p>').format(number, said, more)
