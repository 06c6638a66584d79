"""What a report is made of: sections of headings, sentences, cards, tables, drawings and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

FIGURE = "application/vnd.plotly.v1+json"
"""MIME type of a plotly figure in a notebook's outputs."""
INPUTS = "application/vnd.energy-workbench.inputs+json"
"""MIME type under which a report's notebook hands out what it was made from, to be archived."""


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of HTML; values in it have been escaped."""

    markup: Markup

    def _repr_html_(self) -> str:
        return str(self.markup)


@dataclass(frozen=True, slots=True)
class Figure:
    """A plotly figure as a dict, and what it shows in words."""

    figure: dict[str, Any]
    text: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002
        return {FIGURE: self.figure, "text/plain": self.text}


@dataclass(frozen=True, slots=True)
class Section:
    """Parts shown one after the other; one without parts shows nothing."""

    parts: tuple[Html | Figure, ...] = ()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self.parts:
            display(part)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, with the unit, and whether it holds numbers."""

    head: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """A key figure: what, how much, its unit, and a line that puts it in proportion."""

    label: str
    value: str
    unit: str = ""
    note: str = ""


def heading(text: str, *, level: int = 2, page: bool = False) -> Html:
    """A heading, with `page` at the top of a new page of the PDF."""
    return Html(Markup("<h{0}{1}>{2}</h{0}>").format(level, Markup(' class="page"') if page else "", text))


def paragraph(text: str | Markup, *, kind: str = "") -> Html:
    """A paragraph; `kind` is `lead`, `note` or `notice`."""
    return Html(Markup('<p class="{}">{}</p>').format(kind, text))


def cards(items: Iterable[Card]) -> Html:
    """Key figures side by side."""
    one = Markup(
        '<div class="card"><div class="label">{}</div><div class="value">{}<span class="unit">{}</span></div>'
        '<div class="note">{}</div></div>'
    )
    inner = Markup().join(one.format(c.label, c.value, f" {c.unit}" if c.unit else "", c.note) for c in items)
    return Html(Markup('<div class="cards">{}</div>').format(inner))


def bullets(items: Iterable[str | Markup]) -> Html:
    """A list of sentences."""
    inner = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    return Html(Markup("<ul>{}</ul>").format(inner))


def table(columns: Sequence[Column], rows: Iterable[Sequence[str | Markup]], *, kind: str = "") -> Html:
    """A table whose head is repeated on every page it runs over."""
    classes = [Markup('class="n"') if column.numeric else Markup() for column in columns]
    head = Markup().join(
        Markup('<th scope="col" {}>{}</th>').format(c, column.head) for c, column in zip(classes, columns, strict=True)
    )
    body = Markup().join(
        Markup("<tr>{}</tr>").format(
            Markup().join(Markup("<td {}>{}</td>").format(c, v) for c, v in zip(classes, row, strict=True))
        )
        for row in rows
    )
    return Html(
        Markup('<table class="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(kind, head, body)
    )


def indented(text: str, depth: int, *, strong: bool = False) -> Markup:
    """A cell's text, set in by the depth of a meter in the tree; `strong` where meters are below it."""
    shown = Markup("<b>{}</b>").format(text) if strong else escape(text)
    return Markup('<span class="indent" style="--depth:{}">{}</span>').format(depth, shown)


def bar(share: float | None, text: str) -> Markup:
    """A number with a small bar of its share [0 to 1] beside it."""
    width = 0.0 if share is None else 100 * min(max(share, 0.0), 1.0)
    return Markup('{}<span class="bar" aria-hidden="true"><i style="width:{:.1f}%"></i></span>').format(text, width)
