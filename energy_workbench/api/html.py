"""The frame of the service's own few pages; everything shown is escaped."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse


def page(
    title: str, body: str, *, aside: str = "", refresh: int | None = None, status: int = 200, about: str = ""
) -> HTMLResponse:
    """A page.

    Parameters
    ----------
    title : str
        Text of the head and of the first heading.
    body : str
        HTML, its values escaped.
    aside, about : str
        Texts beside the heading: at the far side, and next to it.
    refresh : int, optional
        Load the front page again after that many seconds, without a token in the address.
    """
    again = f'<meta http-equiv="refresh" content="{refresh};url=/">' if refresh else ""
    role = f'<span class="role">{escape(aside)}</span>' if aside else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{again}'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/page.css"></head><body>'
        f'<header><div><h1>{escape(title)}</h1><span class="quiet">{escape(about)}</span>{role}</div></header>'
        f"<main>{body}</main></body></html>",
        status_code=status,
    )


def card(address: str, title: str, text: str) -> str:
    """A link with a line about it."""
    return f'<a class="card" href="{escape(address)}"><b>{escape(title)}</b><span>{escape(text)}</span></a>'
