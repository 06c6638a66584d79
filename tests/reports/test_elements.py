"""The pieces of a report: what is shown is escaped, and drawn to scale."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from energy_workbench.reports.elements import Card, Column, bar, bullets, cards, heading, indented, paragraph, table
from energy_workbench.reports.heatmap import SHADES, Cell, heatmap, shade


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
    pieces = [
        heading(name),
        paragraph(name),
        bullets([name]),
        cards([Card(name, name, name, name)]),
        table([Column(name)], [[name], [indented(name, 2)], [indented(name, 2, strong=True)], [bar(0.5, name)]]),
    ]
    plain = {"h2", "p", "ul", "li", "div", "span", "table", "thead", "tbody", "tr", "th", "td", "i", "b"}
    for piece in pieces:
        found = read(piece._repr_html_())
        assert name in "".join(found.text)
        assert found.elements <= plain


def test_a_table_has_a_head_that_pages_can_repeat_and_numbers_on_the_right() -> None:
    markup = table([Column("Meter", False), Column("Energy [kWh]")], [["MAIN", "1.0"]])._repr_html_()
    assert "<thead><tr>" in markup
    assert markup.count('class="n"') == 2


def test_a_bar_is_as_long_as_its_share_and_never_longer_than_whole() -> None:
    assert "width:25.0%" in bar(0.25, "")
    assert "width:100.0%" in bar(3.0, "")
    assert "width:0.0%" in bar(None, "")


def test_the_calendar_draws_known_hours_and_leaves_the_others_hatched() -> None:
    cells = {(0, 0): Cell(10.0, "low"), (1, 23): Cell(90.0, "<high>")}
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
