"""Content security policy of the pages: nothing from elsewhere is loaded, asked, sent to or framed."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

START = (Path(__file__).parent / "start.js").read_text("utf-8")
"""The script that stands in each page: it must not have to be fetched, for it watches whether the others come."""

HEARTBEAT = "window.voila_heartbeat()"
"""The script that Voilà itself puts into a page whose kernel takes long."""


def _digest(script: str) -> str:
    """A script that may stand in a page, as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def policy(**more: str) -> str:
    """A `Content-Security-Policy` that keeps a page to its own origin.

    Parameters
    ----------
    more : str
        Directive, with `_` for `-` → what else it allows.
    """
    allowed = {
        "default-src": "'self'",
        # A widget's one line of script comes from its kernel, and is loaded as a blob.
        "script-src": "'self' blob:",
        # Widgets and Plotly write styles at elements.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "connect-src": "'self'",
        "frame-src": "'none'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    for name, text in more.items():
        directive = name.replace("_", "-")
        allowed[directive] = f"{allowed[directive]} {text}".removeprefix("'none' ")
    return "; ".join(f"{directive} {text}" for directive, text in allowed.items())


def headers(**more: str) -> dict[str, str]:
    """Headers of every answer of a server of pages; `more` as in `policy`."""
    return {
        "Content-Security-Policy": policy(**more),
        # A window that a page opens is a stranger to it, and so is the window that opened the page.
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


PAGES = headers(script_src=f"'unsafe-eval' {_digest(START)} {_digest(HEARTBEAT)}")
"""Of the pages of viewers and editors. No script in a page runs but these two. Scripts of ours may compile more:
Plotly does for what it draws by WebGL, and so does whoever looks for something in a page, a developer or a test."""

LAB = headers(script_src="'unsafe-inline' 'unsafe-eval'", frame_src="'self' blob: data:")
"""Of JupyterLab, whose own pages have scripts in them that compile more, and which shows documents in frames."""
