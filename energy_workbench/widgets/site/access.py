"""Who may open a page: the role's token, in a cookie of the server's own."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.auth.login import LoginFormHandler
from tornado.web import RequestHandler
from voila.utils import create_include_assets_functions

TEMPLATE = "workbench"
"""Name of the pages' own Voilà template."""


class TokenForm(LoginFormHandler):
    """Asks for the token with the page of our own template."""

    def get_template(self, name: str) -> Any:
        """The template of that name from the pages' own folder."""
        return self.settings["voila_jinja2_env"].get_template(name)

    @property
    def template_namespace(self) -> dict[str, Any]:
        """Names that the template uses, with those that find its static files."""
        return {**super().template_namespace, **create_include_assets_functions(TEMPLATE, self.base_url)}


class TokenAccess(PasswordIdentityProvider):
    """One token, no password; the cookie of a browser that has shown it lasts 30 days."""

    def get_handlers(self) -> list[tuple[str, type[RequestHandler]]]:
        """The form alone, at the address that `login_url` names."""
        base = self.parent.server_url or "/"
        return [(base.rstrip("/") + "/login", TokenForm)]


def cookie_secret(token: str, name: str) -> bytes:
    """Key that signs the cookies: it survives a restart, and a new token ends every session."""
    return hmac.new(token.encode(), f"cookie of {name}".encode(), hashlib.sha256).digest()
