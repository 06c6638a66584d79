"""The pieces of a report: what is shown is escaped, and drawn to scale."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from energy_workbench.domain.errors import ReportError
from energy_workbench.reports.content.blocks import (
    TABLE,
    Card,
    Cell,
    Column,
    Figure,
    bullets,
    heading,
    key_figures,
    paragraph,
    table,
)
from energy_workbench.reports.content.heatmap import SHADES, heatmap, shade
from energy_workbench.reports.content.heatmap import Cell as Hour


class Reader(HTMLParser):
    """Collects the text and the names of the elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.elements: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


SHOWN = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=40)


@given(SHOWN)
def test_whatever_a_meter_is_called_it_is_shown_as_text_and_is_no_markup(name: str) -> None:
    cells = [[name], [Cell(name, 2)], [Cell(name, 2, strong=True)], [Cell(name, bar=0.5)]]
    pieces = [
        heading(name),
        paragraph(name),
        bullets([name]),
        key_figures([Card(name, name, name, name)]),
        table(name, [Column(name, "text")], cells),
    ]
    plain = {
        "h2",
        "p",
        "ul",
        "li",
        "div",
        "span",
        "table",
        "colgroup",
        "col",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "i",
        "b",
    }
    for piece in pieces:
        found = read(piece._repr_mimebundle_()["text/html"])
        assert name in "".join(found.text)
        assert found.elements <= plain


def test_a_table_has_a_head_that_pages_can_repeat_and_numbers_on_the_right() -> None:
    found = table("T", [Column("Meter", "text"), Column("Energy", unit="kWh")], [["MAIN", 1.04]])._repr_mimebundle_()
    assert "<thead><tr>" in found["text/html"]
    assert found["text/html"].count('class="n"') == 2
    assert "Energy [kWh]" in found["text/html"]
    assert ">1.0<" in found["text/html"]
    assert found[TABLE]["rows"] == [["MAIN", 1.04]], "values beside are as they were"


def test_a_bar_is_as_long_as_its_share_and_never_longer_than_whole() -> None:
    assert "width:25.0%" in Cell(1, bar=0.25).markup("")
    assert "width:100.0%" in Cell(1, bar=3.0).markup("")
    assert "bar" not in Cell(1).markup("")


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"type": "bar", "y": []}],
        [{"type": "scatter", "y": [None, None]}],
        [{"type": "sankey", "link": {"value": []}}],
    ],
)
def test_a_chart_without_a_value_is_an_error_and_no_blank(data: list[dict[str, object]]) -> None:
    with pytest.raises(ReportError, match="'Load' would be blank"):
        Figure({"data": data, "layout": {}}, "Load")


def test_the_calendar_draws_known_hours_and_leaves_the_others_hatched() -> None:
    cells = {(0, 0): Hour(10.0, "low"), (1, 23): Hour(90.0, "<high>")}
    drawing = heatmap(["1", "2"], cells, "Load")
    assert drawing.count("<title>") == 2
    assert "&lt;high&gt;" in drawing
    assert f'fill="{SHADES[0]}"><title>low' in drawing
    assert f'fill="{SHADES[-1]}"><title>&lt;high' in drawing
    assert isinstance(drawing, Markup)


def test_the_calendar_of_a_period_of_which_nothing_is_known_is_hatched_all_over() -> None:
    assert "<title>" not in heatmap(["1"], {}, "Load")


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_load_is_never_lighter(a: float, b: float, c: float) -> None:
    low, middle, high = sorted((a, b, c))
    shades = [SHADES.index(shade(kw, low, high)) for kw in (low, middle, high)]
    assert shades == sorted(shades)
