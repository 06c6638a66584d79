"""A page of several sites: its kernel asks of the site in the address, and its head leads to the others."""

from __future__ import annotations

from typing import Any

import ipywidgets
import pytest

from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.browser.location import Location
from energy_workbench.widgets.shell.switch import SiteSwitch, switch

SITES: Any = [
    {"site": "berlin", "name": "Berlin"},
    {"site": "kolkata", "name": "Kolkata <East>"},
]


class Asked:
    """Counts how often the sites are asked for."""

    times = 0

    def sites(self) -> Any:
        self.times += 1
        return SITES


def here(query: str, *, moved: bool = True) -> dict[str, Any]:
    return {
        "kind": "here", "path": "/meter-dashboard", "query": query, "dark": False, "visible": True, "moved": moved,
    }  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is sent to the browser."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(Location, "send", lambda _, content, *__: sent.append(content))
    return sent


def test_the_kernel_asks_of_the_site_in_the_address_before_anything_else() -> None:
    workbench, location = RemoteWorkbench("http://127.0.0.1:1", "token"), Location()
    order: list[str] = []
    location.on_move(lambda _: order.append(f"moved, {workbench!r}"))
    location.on_site(workbench.ask_of)
    location._on_message(None, here("?site=kolkata&period=today"), [])
    assert order == ["moved, RemoteWorkbench('http://127.0.0.1:1', site='kolkata')"]


def test_the_site_stays_in_the_address(told: list[dict[str, Any]]) -> None:
    location = Location()
    location._on_message(None, here("?site=kolkata"), [])
    location.go({"meter": "MAIN"}, page="patterns")
    assert told[-1]["url"] == "/patterns?meter=MAIN&site=kolkata"


def test_an_address_of_another_site_opens_the_page_anew(told: list[dict[str, Any]]) -> None:
    location, moves = Location(), []
    location.on_move(moves.append)
    location._on_message(None, here("?site=kolkata"), [])
    location._on_message(None, here("?site=berlin"), [])
    assert told == [{"kind": "anew"}]
    assert len(moves) == 1
    # What is no move says nothing of the site.
    location._on_message(None, here("", moved=False), [])
    assert len(moves) == 2


def test_a_home_of_one_site_is_asked_for_no_others(told: list[dict[str, Any]]) -> None:
    asked, location, widget = Asked(), Location(), ipywidgets.HTML()
    SiteSwitch(asked, location, widget, AtOnce())  # type: ignore[arg-type]
    location._on_message(None, here("?period=today"), [])
    assert asked.times == 0
    assert "ew-hidden" in widget._dom_classes or widget.value == ""
    location.go({"meter": "MAIN"})
    assert told[-1]["url"] == "/meter-dashboard?meter=MAIN"


def test_the_head_says_the_site_and_leads_to_the_others() -> None:
    asked, location, widget = Asked(), Location(), ipywidgets.HTML()
    SiteSwitch(asked, location, widget, AtOnce())  # type: ignore[arg-type]
    location._on_message(None, here("?site=kolkata"), [])
    assert asked.times == 1
    assert "<b>Kolkata &lt;East&gt;</b>" in widget.value
    assert '<a class="ew-away" href="?site=berlin">Berlin</a>' in widget.value
    assert 'href="sites"' in widget.value


@pytest.mark.parametrize("wanted", ["kolkata", "Kolkata <East>"])
def test_a_site_is_known_by_slug_or_name(wanted: str) -> None:
    assert "<b>Kolkata &lt;East&gt;</b>" in switch(SITES, wanted)
    assert "?site=kolkata" not in switch(SITES, wanted)
