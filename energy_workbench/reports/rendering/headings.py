"""Headings of the second level in HTML: each has an id, by which the table of contents points to it."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from markupsafe import Markup

from energy_workbench.reports.content.blocks import slug

LEVEL = "h2"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the table of contents: the heading's id, and its text as people read it."""

    id: str
    text: str


class Headings:
    """The headings of a page, in the order in which its parts are given.

    Attributes
    ----------
    all : list of Heading
    """

    def __init__(self) -> None:
        self.all: list[Heading] = []

    def marked(self, html: str) -> str:
        """A part of the page, in which a heading without an id has got one of its text."""
        parser = _Parser(html)
        self.all += [Heading(each.id, each.text) for each in parser.headings if each.text]
        parts, done = [], 0
        for each in parser.headings:
            if each.named:
                continue
            parts += [html[done : each.end], str(Markup(' id="{}"').format(each.id))]
            done = each.end
        return "".join([*parts, html[done:]])


@dataclass(slots=True)
class _Tag:
    """A heading: the end of its tag's attributes in the HTML, the id that stands there, and what it says."""

    end: int
    given: str | None
    words: str = ""

    @property
    def named(self) -> bool:
        return self.given is not None

    @property
    def text(self) -> str:
        # nbconvert puts a mark beside its headings, which leads to them.
        return " ".join(self.words.replace("¶", "").split())

    @property
    def id(self) -> str:
        return slug(self.text) if self.given is None else self.given


class _Parser(HTMLParser):
    """Finds headings; what stands in comments, scripts and attributes is none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[_Tag] = []
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._open = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == LEVEL:
            line, column = self.getpos()
            begin = self._lines[line - 1] + column
            self.headings.append(_Tag(begin + len(self.get_starttag_text() or "") - 1, dict(attrs).get("id")))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag == LEVEL:
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.headings[-1].words += data
