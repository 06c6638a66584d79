"""HTML is made in one way: text is escaped where it is put into `markupsafe.Markup`, so that nobody can forget it.

Functions that hand out HTML are annotated `-> Markup`, and what shows HTML takes nothing else: mypy holds that. Here is
what mypy cannot see: that a tag is written nowhere but in the constant of a `Markup(...)`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import energy_workbench

ROOT = Path(energy_workbench.__file__).parent
TAG = re.compile(r"</?[a-z][a-z0-9]*[\s/>]|<!doctype", re.IGNORECASE)
"""A tag in a text that stands alone."""
BEGUN = re.compile(r"</?[a-z]", re.IGNORECASE)
"""A tag, or the begin of one, in a part of an f-string."""
NAMED_GROUP = re.compile(r"\(\?P<\w+>|\\g<\w+>")
"""What looks like a tag in a regular expression."""
ESCAPING = {
    "html": {"escape"},
    "xml.sax.saxutils": {"escape", "quoteattr"},
    "markupsafe": {"escape_silent", "soft_str"},
}
"""Other ways, by module."""
ALLOWED = {
    "typesetting/printing.py": "a script that empties a page; nothing is put into it",
    "widgets/site/server.py": "a Jinja template, in an environment that escapes",
}
"""Files with a tag outside of `Markup`, and why."""


def faults(source: str) -> Iterator[str]:
    """What in a module makes HTML in another way, with its line."""
    tree = ast.parse(source)
    held: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            held.add(id(node.value))  # A docstring.
        if isinstance(node, ast.JoinedStr):
            held |= {id(part) for part in node.values}
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name("Markup") | ast.Attribute(attr="Markup"):
                if not all(isinstance(given, ast.Constant) for given in node.args) or len(node.args) > 1:
                    yield f"{node.lineno}: Markup of what is no constant"
                held |= {id(given) for given in node.args}
            case ast.Attribute(value=ast.Name("re")):
                held |= {id(given) for given in node.args}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)) if {name.name for name in node.names} & ESCAPING.get(module, set()):
                yield f"{node.lineno}: escapes by {module}"
            case ast.Import() if any(name.name == "xml.sax.saxutils" or name.name == "html" for name in node.names):
                yield f"{node.lineno}: imports another way to escape"
            case ast.JoinedStr():
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                if any(BEGUN.search(NAMED_GROUP.sub("", part)) for part in parts):
                    yield f"{node.lineno}: a tag in an f-string"
            case ast.Constant(value=str(text)) if id(node) not in held and TAG.search(NAMED_GROUP.sub("", text)):
                yield f"{node.lineno}: a tag outside of Markup: {text[:60]!r}"


def test_html_is_made_by_markup_only() -> None:
    found = [
        f"energy_workbench/{place}:{fault}"
        for path in sorted(ROOT.rglob("*.py"))
        if (place := path.relative_to(ROOT).as_posix()) not in ALLOWED
        for fault in faults(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(
        [
            "Write HTML as Markup('<p>{}</p>').format(text), which escapes the text:",
            *found,
        ]
    )


def test_what_is_allowed_is_needed() -> None:
    assert all(list(faults((ROOT / place).read_text("utf-8"))) for place in ALLOWED)


def test_html_reaches_a_page_at_one_place_whose_type_is_markup() -> None:
    """ipywidgets has no types: its widget is made and set by `Parts.text` and `put` only."""
    made = [
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("ipywidgets.HTML", "HTML", "ipywidgets.HTMLMath")
    ]
    assert made == ["widgets/parts.py"]


def test_templates_escape() -> None:
    from energy_workbench.reports.rendering.page import _template

    template = _template()
    assert template.environment.autoescape is True
    assert "&lt;b&gt;" in "".join(template.environment.from_string("{{ text }}").render(text="<b>"))


@pytest.mark.parametrize(
    "line",
    [
        "from html import escape",
        "import html",
        "from xml.sax.saxutils import escape",
        "x = f'<td>{name}</td>'",
        "x = f'<td class={kind}'",
        "x = f'{name}</td>'",
        "x = '<td>' + name",
        "x = '<td>%s</td>' % name",
        "x = '<td>{}</td>'.format(name)",
        "x = ''.join(['<p>', name, '</p>'])",
        "x = Markup(name)",
        "x = Markup(f'<td>{name}</td>')",
        "x = Markup('<td>' + name)",
        "x = '<!doctype html>' + name",
    ],
)
def test_other_ways_are_found(line: str) -> None:
    assert list(faults(line))


@pytest.mark.parametrize(
    "line",
    [
        "x = Markup('<td>{}</td>').format(name)",
        "x = Markup('<br>').join(names)",
        "x = f'{low} < {high}'",
        "x = re.compile('<h2>(.*?)</h2>')",
        "x = re.compile(f'(?P<number>{digits})')",
        "x = struct.Struct('<qqq')",
        "def f() -> None:\n    '''Puts <p> around it.'''",
    ],
)
def test_what_is_no_html_is_left_alone(line: str) -> None:
    assert not list(faults(line))
