"""The page a notebook becomes: self-contained, without code, safe; images where no script runs."""

from __future__ import annotations

import re

import pytest
from nbformat import v4

from energy_workbench.reports.content.bundle import ABOUT, FIGURE, PNG, about, charts
from energy_workbench.reports.rendering.page import add_images, render
from energy_workbench.typesetting.printing import Drawn

FIGURE_DATA = {"data": [{"type": "bar", "y": [1]}], "layout": {"title": {"text": "</script><b>&"}}}


def cell(*bundles: dict, source: str = "secret_code()") -> object:
    return v4.new_code_cell(source, outputs=[v4.new_output("display_data", bundle) for bundle in bundles])


def example() -> object:
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Title of the text\n\n## A chapter\n\n<script>evil()</script>"),
            cell({"text/html": '<nav class="contents"></nav>'}),
            cell({"text/html": '<h2 id="numbers">Numbers &amp; <i>more</i></h2><table><tr><td>42</td></tr></table>'}),
            cell({FIGURE: FIGURE_DATA, "text/plain": "a <bar>"}, {FIGURE: FIGURE_DATA, "text/plain": "b"}),
            cell({ABOUT: {"title": "T"}, "text/html": "<p>cover</p>"}),
            cell({"text/plain": "<angle>"}),
            v4.new_code_cell("x", outputs=[v4.new_output("stream", name="stderr", text="a warning")]),
        ]
    )


@pytest.fixture(scope="module")
def page() -> str:
    return render(example(), 'October " 2026')


def body(page: str) -> str:
    return page.partition("<main>")[2].partition("</main>")[0]


def test_outputs_and_text_are_shown_and_code_and_warnings_are_not(page: str) -> None:
    assert "Title of the text" in body(page)
    assert "<td>42</td>" in body(page)
    assert "&lt;angle&gt;" in body(page)
    for hidden in ("secret_code", "a warning"):
        assert hidden not in body(page)


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    assert not re.search(r"<(?:link|img|iframe|script)[^>]*\b(?:src|href)=(?![\"']data:)", page)
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
    assert "<title>October &#34; 2026</title>" in page
    assert 'content: "October \\22  2026"' in page


def test_charts_are_images_until_a_script_draws_them() -> None:
    notebook = example()
    add_images(notebook, [Drawn("<svg/>", b"one"), Drawn("<svg/>", b"two")])
    assert [PNG in chart for chart in charts(notebook)] == [True, True]
    shown = body(render(notebook, "x"))
    assert shown.count('<img src="data:image/png;base64,') == 2
    assert 'alt="a &lt;bar&gt;"' in shown


def test_for_the_press_charts_are_vectors_and_there_is_no_script() -> None:
    drawn = [Drawn('<svg id="one"/>', b""), Drawn('<svg id="two"/>', b"")]
    printed = render(example(), "x", paper="letter", drawn=drawn)
    assert printed.index('<svg id="one"/>') < printed.index('<svg id="two"/>')
    assert "<script" not in printed
    assert "size: letter" in printed


LINE = re.compile(r'<li><a href="#([^"]*)"><span class="what">([^<]*)</span>')


def test_the_contents_list_every_chapter_with_its_place(page: str) -> None:
    lines = LINE.findall(page)
    assert lines[1:] == [("numbers", "Numbers &amp; more")]
    place, words = lines[0]
    assert words == "A chapter"
    assert f'id="{place}"' in page


def test_only_what_is_a_heading_is_a_line_of_the_contents() -> None:
    html = """<nav class="contents"></nav>
<!-- <h2>In a comment</h2> --><script>"<h2>In a script</h2>"</script><p title="<h2>In an attribute</h2>">x > y</p>
<h2
  class='a > b'>First <b>&lt;and</b>
  bold</h2><h2 ID=given>Second</h2><h3>Below</h3><h2></h2>"""
    shown = render(v4.new_notebook(cells=[cell({"text/html": html})]), "x")
    assert LINE.findall(shown) == [("first-and-bold", "First &lt;and bold"), ("given", "Second")]
    assert (
        """<h2
  class='a > b' id="first-and-bold">First"""
        in shown
    )
    assert "<h2>In a script</h2>" in shown


def test_a_script_in_the_text_of_an_author_does_not_run(page: str) -> None:
    assert "<script>evil" not in page


def test_what_the_cover_says_is_found() -> None:
    assert about(example()) == {"title": "T"}
    assert about(v4.new_notebook()) == {}
