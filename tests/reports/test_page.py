"""The page a notebook becomes: self-contained, without code, safe."""

from __future__ import annotations

import re

import pytest
from nbformat import v4

from energy_workbench.reports.elements import FIGURE, INPUTS
from energy_workbench.reports.page import render

FIGURE_DATA = {"data": [{"type": "bar", "y": [1]}], "layout": {"title": {"text": "</script><b>&"}}}


def cell(*bundles: dict, source: str = "secret_code()") -> object:
    return v4.new_code_cell(source, outputs=[v4.new_output("display_data", bundle) for bundle in bundles])


@pytest.fixture(scope="module")
def page() -> str:
    return render(
        v4.new_notebook(
            cells=[
                v4.new_markdown_cell("# Title of the text"),
                cell({"text/html": "<table><tr><td>42</td></tr></table>", "text/plain": "plain"}),
                cell({FIGURE: FIGURE_DATA, "text/plain": "figure"}, {FIGURE: FIGURE_DATA}),
                cell({INPUTS: {"archived": 1}, "text/plain": "inputs"}),
                cell({"text/plain": "<angle>"}),
                v4.new_code_cell("x", outputs=[v4.new_output("stream", name="stderr", text="a warning")]),
            ]
        ),
        'October " 2026',
    )


def test_outputs_and_text_are_shown_and_code_and_warnings_are_not(page: str) -> None:
    body = page.partition("<main>")[2].partition("</main>")[0]
    assert "Title of the text" in body
    assert "<td>42</td>" in body
    assert "&lt;angle&gt;" in body
    for hidden in ("secret_code", "a warning", "archived", "plain"):
        assert hidden not in body


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    assert not re.search(r"<(?:link|img|iframe|script)[^>]*\b(?:src|href)=", page)
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_plotly_is_inside_once_and_only_where_there_are_charts(page: str) -> None:
    assert page.count("* plotly.js v") == 1
    assert "* plotly.js v" not in render(v4.new_notebook(cells=[cell({"text/plain": "x"})]), "x")


def test_a_figure_cannot_end_the_script_it_stands_in(page: str) -> None:
    assert page.count('<script type="application/json">') == 2
    assert "</script><b>" not in page
    assert page.count("\\u003c/script>\\u003cb>\\u0026") == 2


def test_the_title_is_escaped_in_the_head_and_in_the_style_sheet(page: str) -> None:
    assert '<title>October " 2026</title>' in page
    assert 'content: "October \\22  2026"' in page
