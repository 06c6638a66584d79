"""The line above a page that says which of several sites it is about, and leads to the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import ipywidgets
from markupsafe import Markup

from energy_workbench.contract.sites.rows import SiteListed
from energy_workbench.domain.pages import SITES
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.browser.location import Location
from energy_workbench.widgets.parts import put, shown

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


class SiteSwitch:
    """Shows the sites once an address names one; nothing is asked where there is one only.

    Parameters
    ----------
    workbench : WorkbenchContract
    location : Location
        Of the page.
    widget : ipywidgets.HTML
        Where it is shown.
    doer : Doer
        Asks for the sites.
    """

    def __init__(self, workbench: WorkbenchContract, location: Location, widget: ipywidgets.HTML, doer: Doer) -> None:
        self.widget = widget
        self._workbench, self._doer = workbench, doer
        shown(widget, False)
        location.on_site(self._enter)

    def _enter(self, site: str) -> None:
        def take(sites: Sequence[SiteListed]) -> None:
            put(self.widget, switch(sites, site))
            shown(self.widget, True)

        self._doer.do(self._workbench.sites, take)


def switch(sites: Sequence[SiteListed], here: str) -> Markup:
    """The sites by name, that which the page is about in front; each link opens the same page of another.

    Parameters
    ----------
    sites : sequence of dict
    here : str
        Slug or name.
    """
    folded = here.casefold()
    mine = next((each for each in sites if folded in (each["site"], each["name"].casefold())), None)
    links = [
        Markup('<a class="ew-away" href="?{}">{}</a>').format(urlencode({"site": each["site"]}), each["name"])
        for each in sites
        if each is not mine
    ]
    links.append(Markup('<a class="ew-away" href="{}">{}</a>').format(SITES.name, "Compare all"))
    return Markup('<nav class="ew-sites" aria-label="Sites"><span>Site</span> <b>{}</b> {}</nav>').format(
        mine["name"] if mine else here, Markup(" ").join(links)
    )
