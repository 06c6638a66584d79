"""HTML frame of the service's own few pages."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import HTMLResponse

BACK = Markup('<p><a href="/">To the front page</a></p>')


def page(
    title: str,
    body: Markup,
    *,
    aside: str = "",
    refresh: int | None = None,
    again: str = "/",
    status: int = 200,
    about: str = "",
    home: bool = True,
) -> HTMLResponse:
    """A page.

    Parameters
    ----------
    title : str
        Text of the head and of the first heading.
    body : Markup
    aside, about : str
        Texts beside the heading: at the far side, and next to it.
    refresh : int, optional
        Load `again` after that many seconds, without a token in the address.
    again : str
        The front page, or a site's.
    home : bool
        Whether a link leads to the front page.
    """
    reload = Markup('<meta http-equiv="refresh" content="{};url={}">').format(refresh, again) if refresh else Markup()
    role = Markup('<span class="role">{}</span>').format(aside) if aside else Markup()
    way = Markup('<a class="home" href="/">⌂ Home</a>') if home else Markup()
    return HTMLResponse(
        Markup(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">{reload}'
            '<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/page.css"></head><body>'
            '<header><div>{way}<h1>{title}</h1><span class="quiet">{about}</span>{role}</div></header>'
            "<main>{body}</main></body></html>"
        ).format(title=title, reload=reload, about=about, role=role, body=body, way=way),
        status_code=status,
    )


def card(address: str, title: str, text: str) -> Markup:
    """A link with a line about it."""
    return Markup('<a class="card" href="{}"><b>{}</b><span>{}</span></a>').format(address, title, text)
