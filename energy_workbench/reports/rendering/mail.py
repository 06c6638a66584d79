"""A report as a mail: a small body that every mail client shows, and what is attached."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from energy_workbench.domain.errors import NotFoundError, ReportError
from energy_workbench.reports.content.bundle import FIGURE, KEY_FIGURES, PNG, KeyFigure, bundles

FIGURES, CHARTS = 8, 2
"""Key figures and charts in a body: what fits on a screen."""

PHRASES: Mapping[str, str] = {
    "incomplete": "incomplete",
    "site": "Site",
    "period": "Period",
    "complete": "Data complete",
    "written": "Written",
    "attached": "Attached",
    "image": "Charts are images here; the HTML file of the report has them interactive.",
}
"""Words of the body, in English; `compose` takes others."""

INK, MUTED, LINE, BRAND = "#16242e", "#566573", "#dfe5ea", "#083f58"
FONT = "font-family:Arial,Helvetica,sans-serif"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is ready to be addressed.

    Attributes
    ----------
    subject : str
        One line; says so where the report is incomplete.
    html : Markup
        Tables and inline styles only, images by `cid:`, nothing from outside, no script.
    text : str
        The same for clients that show no HTML.
    images : dict of str to bytes
        PNG by content id, for `multipart/related`.
    attachments : tuple of Path
        PDF and Excel, what there is.
    incomplete : bool
        Whether data of the period were missing when the report was written.
    """

    subject: str
    html: Markup
    text: str
    images: dict[str, bytes] = field(repr=False)
    attachments: tuple[Path, ...]
    incomplete: bool


def compose(manifest: Path, *, phrases: Mapping[str, str] = PHRASES, charts: int = CHARTS) -> Mail:
    """Compose the mail of a report that was published.

    Parameters
    ----------
    manifest : Path
        `NAME-PERIOD.manifest.json`; the other files of the report are beside it.
    phrases : mapping of str to str
        The words of `PHRASES` in the language of the recipient.
    charts : int
        Most charts in the body; the first of the report.

    Raises
    ------
    NotFoundError
        If a file is not there.
    ReportError
        If the manifest is none.
    """
    try:
        kept = json.loads(manifest.read_text("utf-8"))
        files = {kind: manifest.parent / file["name"] for kind, file in kept["files"].items()}
        notebook = json.loads(files["notebook"].read_text("utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(f"{error.filename} does not exist") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"{manifest} is no manifest of a report: {error!r}") from None
    words = {**PHRASES, **phrases}
    outputs = list(bundles(notebook))
    figures: list[KeyFigure] = next((data[KEY_FIGURES] for data in outputs if KEY_FIGURES in data), [])[:FIGURES]
    drawn = [data for data in outputs if FIGURE in data and PNG in data][:charts]
    images = {f"chart-{n}": base64.b64decode(data[PNG]) for n, data in enumerate(drawn, start=1)}
    # A notebook on disk has texts as lists of lines.
    captions = ["".join(data.get("text/plain", "")) for data in drawn]
    attachments = tuple(files[kind] for kind in ("pdf", "xlsx") if kind in files)
    incomplete = bool(kept.get("incomplete"))
    title = kept["title"] + (f" ({words['incomplete']})" if incomplete else "")
    facts = [(words[key], kept[key]) for key in ("site", "complete", "written") if kept.get(key)]
    return Mail(
        subject=" ".join(title.split()),
        html=_html(title, facts, figures, captions, attachments, words),
        text=_text(title, facts, figures, attachments, words),
        images=images,
        attachments=attachments,
        incomplete=incomplete,
    )


def _html(
    title: str,
    facts: list[tuple[str, str]],
    figures: list[KeyFigure],
    captions: list[str],
    attachments: tuple[Path, ...],
    words: Mapping[str, str],
) -> Markup:
    """A body of one column, 600 px wide, as mail clients want it."""
    cell = Markup('<td width="50%" valign="top" style="padding:8px 12px 8px 0;border-bottom:1px solid {};{}">{}</td>')
    figure = Markup(
        '<span style="color:{};font-size:12px">{}</span><br><b style="font-size:18px">{}</b> '
        '<span style="font-size:12px">{}</span><br><span style="color:{};font-size:12px">{}</span>'
    )
    cells = [
        cell.format(LINE, FONT, figure.format(MUTED, f["label"], f["value"], f["unit"], MUTED, f["note"]))
        for f in figures
    ]
    pairs = [cells[i : i + 2] for i in range(0, len(cells), 2)]
    rows = Markup().join(Markup("<tr>{}</tr>").format(Markup().join(pair)) for pair in pairs)
    told = Markup().join(
        Markup('<tr><td style="color:{};padding:2px 16px 2px 0;{}">{}</td><td style="{}">{}</td></tr>').format(
            MUTED, FONT, name, FONT, value
        )
        for name, value in facts
    )
    pictures = Markup().join(
        Markup(
            '<tr><td style="padding:16px 0 0;{}"><b style="font-size:13px">{}</b><br>'
            '<img src="cid:chart-{}" width="600" alt="{}" style="width:100%;max-width:600px;height:auto;border:0">'
            "</td></tr>"
        ).format(FONT, caption, n, caption)
        for n, caption in enumerate(captions, start=1)
    )
    foot = [words["image"]] if captions else []
    if attachments:
        foot.append(f"{words['attached']}: {', '.join(path.name for path in attachments)}")
    notes = Markup("<br>").join(foot)
    return Markup(
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        '<body style="margin:0;padding:0;background:#ffffff;color:{ink};{font}">'
        '<table role="presentation" width="600" align="center" cellspacing="0" cellpadding="0" border="0" '
        'style="width:100%;max-width:600px;font-size:14px">'
        '<tr><td style="padding:20px 0 12px;border-bottom:3px solid {brand};{font}">'
        '<b style="font-size:20px;color:{brand}">{title}</b></td></tr>'
        '<tr><td style="padding:12px 0"><table role="presentation" style="font-size:13px">{told}</table></td></tr>'
        '<tr><td><table role="presentation" width="100%" cellspacing="0" cellpadding="0">{rows}</table></td></tr>'
        '{pictures}<tr><td style="padding:16px 0;color:{muted};font-size:12px;{font}">{notes}</td></tr>'
        "</table></body></html>"
    ).format(
        title=title,
        ink=INK,
        font=FONT,
        brand=BRAND,
        muted=MUTED,
        told=told,
        rows=rows,
        pictures=pictures,
        notes=notes,
    )


def _text(
    title: str,
    facts: list[tuple[str, str]],
    figures: list[KeyFigure],
    attachments: tuple[Path, ...],
    words: Mapping[str, str],
) -> str:
    lines = [title, "=" * len(title), "", *(f"{name}: {value}" for name, value in facts), ""]
    for f in figures:
        amount = " ".join(part for part in (f["value"], f["unit"]) if part)
        lines.append(f"{f['label']}: {amount}" + (f" ({f['note']})" if f["note"] else ""))
    if attachments:
        lines += ["", f"{words['attached']}: {', '.join(path.name for path in attachments)}"]
    return "\n".join(lines) + "\n"
