"""Access to a page: the visit of a request, by the cookie that all servers of the workbench share."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.auth.login import LoginFormHandler
from tornado.httputil import url_concat
from tornado.web import Finish, HTTPError, RequestHandler
from voila.utils import create_include_assets_functions

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.roles import May
from energy_workbench.runtime.secret import LASTS, SESSION, digest
from energy_workbench.widgets.site.door import Door

TEMPLATE = "workbench"
"""Name of the pages' own Voilà template."""


class TokenForm(LoginFormHandler):
    """Asks for the token with the page of our own template."""

    asks_for_token = True

    def get_template(self, name: str) -> Any:
        """The template of that name from the pages' own folder."""
        return self.settings["voila_jinja2_env"].get_template(name)

    @property
    def template_namespace(self) -> dict[str, Any]:
        """Names that the template uses, with those that find its static files."""
        told = {"ended": self.get_cookie(SESSION) is not None, "needs": self.settings["needs"]}
        return {**super().template_namespace, **create_include_assets_functions(TEMPLATE, self.base_url), **told}

    @allow_unauthenticated
    async def post(self) -> None:
        """Take the token of the form, and lead on to the page that asked for it."""
        user = await self.identity_provider.enter(self, self.get_body_argument("password", ""))
        if user is None:
            self.set_status(401)
            self._render(message={"error": "unknown"})
            return
        self._redirect_safe(self.get_argument("next", default=self.base_url))


class VisitAccess(IdentityProvider):
    """Knows a visitor by the cookie of the visit; a token in the address or a header begins one."""

    @property
    def auth_enabled(self) -> bool:
        """Always."""
        return True

    def get_handlers(self) -> list[tuple[str, object]]:
        """The form alone, at the address that `login_url` names."""
        base = self.parent.server_url or "/"
        return [(base.rstrip("/") + "/login", TokenForm)]

    async def get_user(self, handler: RequestHandler) -> User | None:
        """The visitor, where the visit lasts, its role may see these pages, and no other visit's kernel is meant.

        Raises
        ------
        HTTPError
            401 where a token is not known and no page was asked for, which leads to the form; 503 where the service
            does not say.
        """
        handler.current_user = handler._jupyter_current_user = None  # type: ignore[attr-defined]  # where this fails
        token = handler.get_query_argument("token", "")
        if token:
            user = await self.enter(handler, token)
            if user is None:
                if not getattr(handler, "asks_for_token", False):
                    # Who asks for something else than a page, a probe say, can do nothing with a form.
                    raise HTTPError(401, reason="This token is not known")
                # Not by way of Tornado, which would keep the whole address for later.
                rest = {
                    key: handler.get_query_argument(key) for key in handler.request.query_arguments if key != "token"
                }
                handler.redirect(url_concat(handler.get_login_url(), {"next": url_concat(handler.request.path, rest)}))
                raise Finish
            return user
        secret = handler.get_cookie(SESSION)
        return await self._known(handler, digest(secret)) if secret else None

    async def enter(self, handler: RequestHandler, token: str) -> User | None:
        """Begin a visit with a token, or go on with the browser's own; no script can read the cookie of its secret."""
        try:
            kept = handler.get_cookie(SESSION) or ""
            secret = await self._door.enter(token.strip(), kept) if token.strip() else None
        except ServiceError as error:
            raise away(error) from None
        if secret is None or (user := await self._known(handler, digest(secret))) is None:
            return None
        secure = self.secure_cookie or handler.request.protocol == "https"
        seconds = int(LASTS.total_seconds())
        handler.set_cookie(SESSION, secret, path="/", max_age=seconds, httponly=True, samesite="Lax", secure=secure)
        return user

    async def _known(self, handler: RequestHandler, visit: str) -> User | None:
        try:
            visitor = await self._door.visitor(visit)
        except ServiceError as error:
            raise away(error) from None
        needs: May = handler.settings["needs"]
        if visitor is None or not visitor.role.may(needs):
            return None
        meant = {*handler.path_args, *handler.path_kwargs.values()} & self._door.kernels.keys()
        if any(self._door.kernels[kernel].visit != visit for kernel in meant):
            return None
        return User(username=visit, name=visitor.name)

    @property
    def _door(self) -> Door:
        door: Door = self.parent.door
        return door


def cookie_secret(machine: str, name: str) -> bytes:
    """Key that signs what the server signs; it survives a restart."""
    return hmac.new(machine.encode(), f"cookie of {name}".encode(), hashlib.sha256).digest()


def away(error: ServiceError) -> HTTPError:
    """What is answered while the service does not say who comes: the page opens by itself once it does."""
    return HTTPError(503, str(error), reason="The service does not answer")
