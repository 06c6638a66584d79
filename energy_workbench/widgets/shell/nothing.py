"""What a page says where there is nothing to show yet, and where it leads."""

from __future__ import annotations

from markupsafe import Markup

from energy_workbench.domain.pages import AUDIT, GENERATION, LOSSES, METER, OVERVIEW, PATTERNS, QUALITY, SETUP, Page

MISSING: dict[Page, str] = {
    OVERVIEW: "The power flow, the states and the week's pattern are made of what meters say.",
    PATTERNS: "Days, weeks and peaks are those of a meter: there is none to choose.",
    LOSSES: "A loss is what goes into a meter and does not come out of those below it.",
    GENERATION: "Diesel and solar come from meters of these types, emissions from those and the grid's.",
    METER: "This page shows one meter: there is none to choose.",
    QUALITY: "How complete the data is, is told of each meter and day.",
    AUDIT: "Nothing was changed yet.",
}
"""Page → what it would show, and of what."""

SETUP_LINK = Markup('<a class="ew-lead ew-away" href="{}">{}</a>').format(SETUP.name, SETUP.title)


def no_meter(page: Page) -> Markup:
    """Instead of a page, where the site has no meter."""
    return Markup(
        "<h2>There is no meter yet</h2><p>{} The first meters are added on the page {}, one by one or from a file; it "
        "needs an engineer's access.</p>"
    ).format(MISSING[page], SETUP_LINK)


def no_reading() -> Markup:
    """Above a page, where the site has meters, none of which was ever read."""
    return Markup(
        '<p class="ew-note">○ No meter has been read yet, so there is no number to show: each comes with its first '
        "readings. {} shows how every meter is read, and its Bus doctor what is in the way.</p>"
    ).format(SETUP_LINK)
