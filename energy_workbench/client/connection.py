"""HTTP connection to a service: calls, and its problem documents as errors of the tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from energy_workbench.domain import errors
from energy_workbench.domain.locks.locked_months import LockedChange

if TYPE_CHECKING:
    import ssl

    import httpx

TOKEN_VARIABLE = "ENERGY_WORKBENCH_SERVICE_TOKEN"  # noqa: S105

BY_TITLE = {kind.title: kind for kind in errors.kinds()}


@cache
def _authorities() -> ssl.SSLContext:
    """Who vouches for a service behind https; read once, as that takes longer than most questions."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


class Service:
    """A running service, as a program asks it.

    Parameters
    ----------
    url : str
        Its address: `http://127.0.0.1:3000`.
    token : str, optional
        An access token; `ENERGY_WORKBENCH_SERVICE_TOKEN` by default.
    timeout : float
        Longest wait for an answer [s].
    site : str, optional
        Which of its sites is asked, by slug or name.
    """

    def __init__(self, url: str, token: str | None, timeout: float, site: str | None = None) -> None:
        import httpx

        token = token or os.environ.get(TOKEN_VARIABLE, "")
        self.url = url.rstrip("/")
        self.site = site
        # A proxy of the environment is for the outside; the service is on this machine or in this plant.
        self._http: httpx.Client = httpx.Client(
            base_url=f"{self.url}/api/Energy",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout,
            trust_env=False,
            verify=_authorities(),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **asked: Any) -> Any:
        """The JSON of a GET; parameters that are None are left out."""
        return self.call("GET", path, asked).json()

    def send(self, verb: str, path: str, body: Any = None, *, revision: int | None = None, **asked: Any) -> Any:
        """The JSON of a call that changes something, None where it answers without any.

        Parameters
        ----------
        body : Any
            Sent as JSON.
        revision : int, optional
            What the change was made from: `If-Match`.
        """
        import json

        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body, default=str).encode(), "application/json"
        answer = self.call(verb, path, asked, content=content, headers=headers)
        return answer.json() if answer.content else None

    def call(self, verb: str, path: str, asked: Mapping[str, Any], **more: Any) -> httpx.Response:
        """The answer of a call.

        Raises
        ------
        WorkbenchError
            That of the tree which the service's problem document stands for; ServiceError where it
            cannot be reached; TooLargeError where the question does not fit into an address.
        """
        import httpx

        params = {key: value for key, value in {"site": self.site, **asked}.items() if value is not None}
        try:
            answer = self._http.request(verb, path, params=params, **more)
        except httpx.InvalidURL:
            raise errors.TooLargeError(
                "the question is longer than an address may be (65,536 characters): ask for less at once"
            ) from None
        except httpx.TimeoutException:
            raise errors.ServiceError(f"{self.url} did not answer in time: is the machine overloaded?") from None
        except httpx.HTTPError as error:
            raise errors.ServiceError(
                f"{self.url} cannot be reached ({error}): is the service running (energy-workbench up)?"
            ) from None
        if answer.is_success:
            return answer
        raise self._error(answer)

    def _error(self, answer: httpx.Response) -> errors.WorkbenchError:
        problem: Mapping[str, Any] = {}
        if answer.headers.get("content-type", "").startswith("application/problem+json"):
            problem = answer.json()
        text = str(problem.get("detail") or f"{self.url} answered {answer.status_code} {answer.reason_phrase}")
        kind = BY_TITLE.get(str(problem.get("title")), errors.ServiceError)
        if issubclass(kind, errors.InputError):
            return kind(text, [errors.Problem(**found) for found in problem.get("problems", ())])
        if issubclass(kind, errors.LockedMonthError):
            return kind(LockedChange.of(problem["locked"]))
        if issubclass(kind, errors.ConflictError):
            return kind(text, stored=problem.get("current"), wanted=problem.get("wanted"))
        return kind(text)
