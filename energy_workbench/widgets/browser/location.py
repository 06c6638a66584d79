"""Widget of the browser's location: its address comes in, and the page's state is written back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import traitlets
from anywidget import AnyWidget

from energy_workbench.widgets.browser.assets import module

MAX_SITE = 200
"""Longest site that an address may name [characters]."""

MAX_TEXT = 1000
"""Longest path or query that is taken from a browser [characters]."""


@dataclass(frozen=True)
class Here:
    """Address, colours and visibility of a browser.

    Attributes
    ----------
    page : str
        Last part of the path; empty at the root.
    query : dict of str to str
        First value of each parameter, stripped.
    dark : bool
        Whether it prefers dark colours.
    visible : bool
        Whether its tab is in front.
    moved : bool
        Whether its address is news: at opening and after Back or Forward.
    """

    page: str
    query: dict[str, str]
    dark: bool
    visible: bool
    moved: bool


def parse(content: Any) -> Here | None:
    """Understand a browser's message; None for anything that is not of its one known shape."""
    if not isinstance(content, dict) or content.get("kind") != "here":
        return None
    path, query = content.get("path"), content.get("query")
    if not (isinstance(path, str) and isinstance(query, str) and len(path) <= MAX_TEXT and len(query) <= MAX_TEXT):
        return None
    values: dict[str, str] = {}
    for key, value in parse_qsl(query.lstrip("?")):
        values.setdefault(key, value.strip())
    return Here(
        page=path.rstrip("/").rpartition("/")[2],
        query=values,
        dark=content.get("dark") is True,
        visible=content.get("visible") is True,
        moved=content.get("moved") is True,
    )


class Location(AnyWidget):
    """Tells the kernel of the browser's address, colours and visibility, and keeps telling it while open."""

    _esm = module("place")
    reopens = traitlets.Bool(True).tag(sync=True)
    """Whether a page whose kernel is gone opens anew by itself: not where people write."""

    def __init__(self, **kwargs: Any) -> None:
        self._moved: list[Callable[[Here], None]] = []
        self._entered: list[Callable[[str], None]] = []
        self._sited: list[Callable[[str], None]] = []
        self._site: str | None = None
        self._path = "/"
        self._written: str | None = None
        super().__init__(**kwargs)
        self.on_msg(self._on_message)

    def on_move(self, handler: Callable[[Here], None]) -> None:
        """Call the handler at each message of the browser: at opening, every 20 s while visible, and at changes."""
        self._moved.append(handler)

    def on_site(self, handler: Callable[[str], None]) -> None:
        """Call the handler with the site that the address names, before anything is asked; not where it names none."""
        self._sited.append(handler)

    def on_find(self, handler: Callable[[str], None]) -> None:
        """Call the handler with what stands in a search when Enter is pressed in it."""
        self._entered.append(handler)

    def go(self, query: Mapping[str, str], *, page: str | None = None, title: str = "", push: bool = False) -> None:
        """Write the page's state into the address; with `push`, the browser's Back button returns from it."""
        path = self._path if page is None else self._path.rpartition("/")[0] + "/" + page
        text = urlencode({key: value for key, value in {**query, "site": self._site}.items() if value})
        url = path + (f"?{text}" if text else "")
        if push or title or url != self._written:
            self._written = url
            self.send({"kind": "go", "url": url, "title": title, "push": push})

    def alive(self, text: str, age: float | None = None) -> None:
        """Tell the browser that the kernel lives, and the instant of its values.

        Parameters
        ----------
        age : float, optional
            How old they are [s]: the browser counts on from there.
        """
        self.send({"kind": "alive", "text": text} | ({} if age is None else {"age": round(age, 1)}))

    def focus(self, selector: str, *, lost: bool = False, entering: bool = False) -> None:
        """Put the keyboard into the first visible input that the CSS selector finds.

        Parameters
        ----------
        lost : bool
            Only if it is nowhere.
        entering : bool
            Only if nobody has begun to write in the same panel: a message may come later than the first key.
        """
        when = {"lost": lost, "entering": entering}
        self.send({"kind": "focus", "selector": selector} | {name: True for name, told in when.items() if told})

    def reveal(self, selector: str, *, grows: bool = False) -> None:
        """Scroll what the CSS selector finds into view, no further than needed.

        Parameters
        ----------
        grows : bool
            What is around it is still being drawn: it is kept in view until that is done, or somebody does something.
        """
        self.send({"kind": "reveal", "selector": selector, **({"grows": True} if grows else {})})

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        text = content.get("text") if isinstance(content, dict) and content.get("kind") == "find" else None
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            for entered in self._entered:
                entered(text)
        here = parse(content)
        if here is None:
            return
        self._path, self._written = content["path"], None
        if here.moved and not self._of_site(here.query.get("site", "")[:MAX_SITE]):
            return
        for handler in self._moved:
            handler(here)

    def _of_site(self, site: str) -> bool:
        """Take the site of an address; False where it is another than before, of which the page opens anew."""
        if self._site is None:
            self._site = site
            for handler in self._sited if site else ():
                handler(site)
        elif site != self._site:
            self.send({"kind": "anew"})
            return False
        return True
