"""The blocks of a report: sections of headings, sentences, key figures, tables, drawings and charts.

Each shows itself as HTML, and key figures, tables and charts hand out their values beside it: Excel sheets, mails and
the PDF are made from the outputs of the executed notebook, whatever notebook it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain.errors import ReportError
from energy_workbench.figures import schema
from energy_workbench.reports.content import words
from energy_workbench.reports.content.bundle import (
    ABOUT,
    FIGURE,
    KEY_FIGURES,
    TABLE,
    About,
    Bundle,
    ColumnValues,
    KeyFigure,
    TableValues,
)
from energy_workbench.tables import sheet as tables

CONTENTS = Markup('<nav class="contents"></nav>')
"""Where the page puts the table of contents."""

SHORT = 14
"""Rows up to which a table is kept on one page."""
WORD = 20
"""Longest text without a space that stays on one line, where columns are as wide as they want [characters]."""


class Element:
    """Something that a notebook shows."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Html(Element):
    """A piece of HTML."""

    markup: Markup

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002
        return {"text/html": str(self.markup)}


@dataclass(frozen=True, slots=True)
class Cover(Element):
    """The title page and what it says, as values."""

    markup: Markup
    about: About

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002
        return {ABOUT: self.about, "text/html": str(self.markup)}


@dataclass(frozen=True, slots=True)
class Figure(Element):
    """A chart, and what it shows in words.

    Parameters
    ----------
    figure : dict
        A plotly figure.
    text : str
        For readers who do not see it; it names a chart that cannot be drawn.

    Raises
    ------
    ReportError
        If nothing would be seen: it has no value.
    """

    figure: schema.Figure
    text: str

    def __post_init__(self) -> None:
        if not any(map(_drawn, self.figure.get("data", ()))):
            raise ReportError(f"the chart {self.text!r} would be blank: it has no value")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002
        return {FIGURE: self.figure, "text/plain": self.text}


@dataclass(frozen=True, slots=True)
class Card:
    """A key figure: what, how much, its unit, and a line that puts it in proportion.

    `full` is the number that `value` is rounded from, for Excel; None where the text says it all.
    """

    label: str
    value: str
    unit: str = ""
    note: str = ""
    full: float | None = None

    def values(self) -> KeyFigure:
        """As the notebook's outputs keep it."""
        return {"label": self.label, "value": self.value, "unit": self.unit, "note": self.note, "full": self.full}


@dataclass(frozen=True, slots=True)
class KeyFigures(Element):
    """Key figures side by side."""

    items: tuple[Card, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002
        one = Markup(
            '<div class="card"><div class="label">{}</div><div class="value">{}<span class="unit">{}</span></div>'
            '<div class="note">{}</div></div>'
        )
        inner = Markup().join(one.format(c.label, c.value, f" {c.unit}" if c.unit else "", c.note) for c in self.items)
        html = Markup('<div class="cards">{}</div>').format(inner)
        return {KEY_FIGURES: [card.values() for card in self.items], "text/html": str(html)}


@dataclass(frozen=True, slots=True)
class Column(tables.Column):
    """A column of a table on a page, and of the sheet of its values.

    Parameters
    ----------
    head, kind, unit, digits
        As of every table; a share is shown as percent, instants and days are aware or plain datetimes.
    width : float, optional
        Share of the table's width [%]; by default as its contents want.
    """

    kind: tables.Kind = "number"
    width: float | None = None

    def values(self) -> ColumnValues:
        """As the notebook's outputs keep it."""
        return {
            "head": self.head,
            "kind": self.kind,
            "unit": self.unit,
            "digits": self.digits,
            "width": self.width,
        }

    def text(self, value: Any, error: float | None = None) -> str:
        """A value as people read it; a number as far as its expanded uncertainty, in its unit, lets it be told."""
        if value is None:
            return words.NONE
        if self.kind == "number":
            return words.measured(value, error, self.digits)
        if self.kind == "share":
            return words.percent(value, self.digits)
        if self.kind == "instant":
            return f"{value.day} {value:%b %H:%M}"
        if self.kind == "day":
            return f"{value:%a} {value.day} {value:%b}"
        return str(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that is shown set in by a depth, strong, or with a bar of its share [0 to 1] beside it.

    A number is shown as far as its expanded uncertainty `error`, in its own unit, lets it be told.
    """

    value: Any
    depth: int = 0
    strong: bool = False
    bar: float | None = None
    error: float | None = None

    def markup(self, text: str) -> Markup:
        """Its text, decorated."""
        shown = Markup("<b>{}</b>").format(text) if self.strong else escape(text)
        if self.depth:
            shown = Markup('<span class="indent" style="--depth:{}">{}</span>').format(self.depth, shown)
        if self.bar is not None:
            width = 100 * min(max(self.bar, 0.0), 1.0)
            shown += Markup('<span class="bar" aria-hidden="true"><i style="width:{:.1f}%"></i></span>').format(width)
        return shown


@dataclass(frozen=True, slots=True)
class Table(Element):
    """A table: its head is repeated on every page, its values go to a sheet of the report's Excel file.

    Parameters
    ----------
    title : str
        Name of the sheet.
    columns : sequence of Column
    rows : sequence of sequence
        Values, or Cells, in their own types; None where nothing is known.
    kind : str
        A class of the style sheet.
    shown : bool
        Whether it is in the report as well.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    kind: str = ""
    shown: bool = True

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002
        values: TableValues = {
            "title": self.title,
            "columns": [column.values() for column in self.columns],
            "rows": [[_plain(cell) for cell in row] for row in self.rows],
        }
        return {TABLE: values, "text/html": str(self.markup())} if self.shown else {TABLE: values}

    def markup(self) -> Markup:
        """As HTML."""
        classes = ["n" if _right(self.columns, at) else "" for at in range(len(self.columns))]
        cols = Markup().join(
            Markup('<col style="width:{:g}%">').format(c.width) if c.width else Markup("<col>") for c in self.columns
        )
        heads = zip(classes, self.columns, strict=True)
        head = Markup().join(Markup('<th scope="col"{}>{}</th>').format(_class(kind), c.title()) for kind, c in heads)
        body = Markup().join(
            Markup("<tr>{}</tr>").format(
                Markup().join(
                    Markup("<td{}>{}</td>").format(_class(kind or _word(cell)), _shown(column, cell))
                    for kind, column, cell in zip(classes, self.columns, row, strict=True)
                )
            )
            for row in self.rows
        )
        kinds = [
            self.kind,
            "fixed" if any(c.width for c in self.columns) else "",
            "short" if len(self.rows) <= SHORT else "",
        ]
        return Markup(
            '<table class="{}"><colgroup>{}</colgroup><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
        ).format(" ".join(filter(None, kinds)), cols, head, body)


@dataclass(frozen=True, slots=True)
class Section:
    """Parts shown one after the other; one without parts shows nothing."""

    parts: tuple[Element, ...] = ()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self.parts:
            display(part)


def table(title: str, columns: Iterable[Column], rows: Iterable[Sequence[Any]], **how: Any) -> Table:
    """A table of any rows."""
    return Table(title, tuple(columns), tuple(map(tuple, rows)), **how)


def key_figures(items: Iterable[Card | None]) -> KeyFigures:
    """Those key figures that there are."""
    return KeyFigures(tuple(item for item in items if item is not None))


def amount(label: str, value: float | None, unit: str, note: str = "", *, error: float | None = None) -> Card:
    """A key figure of a number that is known within an expanded uncertainty, in its own unit."""
    return Card(label, words.measured(value, error), unit, note, value)


def known_within(value: float | None, share: float | None, bar: float | None = None) -> Cell:
    """A number of a table whose expanded uncertainty is a share [1] of it."""
    error = None if value is None or share is None else abs(value) * share
    return Cell(value, bar=bar, error=error)


def heading(text: str, *, level: int = 2, page: bool = False) -> Html:
    """A heading, with `page` at the top of a new page of the PDF; those of level 2 are in the table of contents."""
    return Html(
        Markup('<h{0} id="{1}"{2}>{3}</h{0}>').format(level, slug(text), Markup(' class="page"') if page else "", text)
    )


def paragraph(text: str | Markup, *, kind: str = "") -> Html:
    """A paragraph; `kind` is `note` or `notice`."""
    return Html(Markup('<p class="{}">{}</p>').format(kind, text))


def bullets(items: Iterable[str | Markup]) -> Html:
    """A list of sentences."""
    inner = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    return Html(Markup("<ul>{}</ul>").format(inner))


def slug(text: str) -> str:
    """A text as the name of a place in a page."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "part"


def _right(columns: Sequence[Column], at: int) -> bool:
    """Whether a column is set flush right: numbers are, and instants, but not one that begins a row or ends a span."""
    kind = columns[at].kind
    return kind in ("number", "share") or (kind == "instant" and at > 0 and columns[at - 1].kind != "instant")


def _word(cell: Any) -> str:
    """The class of what is not to be broken at its hyphens: a meter's number, unless it is too long for a line."""
    text = _plain(cell)
    return "word" if isinstance(text, str) and len(text) <= WORD and " " not in text else ""


def _class(name: str) -> Markup:
    return Markup(' class="{}"').format(name) if name else Markup()


def _shown(column: Column, cell: Any) -> Markup:
    if isinstance(cell, Cell):
        return cell.markup(column.text(cell.value, cell.error))
    return escape(column.text(cell))


def _plain(cell: Any) -> Any:
    """A value as JSON keeps it."""
    value = cell.value if isinstance(cell, Cell) else cell
    return value.isoformat() if isinstance(value, datetime | date) else value


def _drawn(trace: Mapping[str, Any]) -> bool:
    """Whether a trace has a value that can be seen."""
    if trace.get("type") == "sankey":
        return any(trace.get("link", {}).get("value", ()))
    values = next((trace[key] for key in ("y", "z", "values", "x", "r") if trace.get(key) is not None), ())
    return any(value is not None and value == value for value in _flat(values))


def _flat(values: Any) -> Iterable[Any]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from value
        else:
            yield value
