"""A contract of three operations, what answers it, and the same over a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.testclient import TestClient
from typing_extensions import TypedDict

from energy_workbench.api.access.session import caller, home
from energy_workbench.api.contracted import routes
from energy_workbench.api.segments import WholeSegments
from energy_workbench.contract.binding import Call, File
from energy_workbench.contract.calls.over_http import over_http
from energy_workbench.contract.notes import As, Fields, Help, Instant, Limit, Named, Offset, Period, Revision
from energy_workbench.contract.operation import operation
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.roles import May, Role, Token

Toy = Annotated[str, Named("id"), Help("Its name")]


class ToyColour(TypedDict):
    """A colour of a toy."""

    toy: str
    period: str
    colour: str
    shade: str | None


class Toys:
    """What is declared."""

    @operation("GET", "/toys/{id}/colours", "Colours of a toy", tag="Toys")
    def colours(
        self,
        toy: Toy,
        period: Period = "today",
        *,
        most: Annotated[int, Help("Most of them")] = 3,
        shade: str | None = None,
    ) -> list[ToyColour]:
        """Its colours, the lightest first."""

    @operation("PUT", "/toys/{id}", "Paint a toy", tag="Toys", needs=May.CHANGE, tagged=True)
    def paint(self, toy: Toy, fields: Fields, revision: Revision = None) -> dict[str, Any]:
        """Give it a colour."""

    @operation("DELETE", "/toys/{id}", "Lose a toy", tag="Toys", needs=May.CHANGE, status=204)
    def lose(self, toy: Toy) -> None:
        """It is gone."""

    @operation("GET", "/toys", "All toys", tag="Toys", paged=True, of_one=("/shelves/{shelf}/toys", "Toys of a shelf"))
    def toys(self, shelf: str | None = None, *, limit: Limit | None = None, offset: Offset = 0) -> list[dict[str, Any]]:
        """By name."""

    @operation("POST", "/toys/{id}/loans", "Lend a toy", tag="Toys", needs=May.CHANGE, status=201, exact=True)
    def lend(
        self,
        toy: Toy,
        to: Annotated[str, As.MEMBER],
        *,
        until: Annotated[Instant | None, As.MEMBER] = None,
        euros: Annotated[float | None, As.MEMBER] = None,
    ) -> dict[str, Any]:
        """Until it is brought back."""

    @operation("GET", "/toys/{id}/pictures/{kind}", "Picture of a toy", tag="Toys")
    def picture(self, toy: Toy, kind: str) -> tuple[str, bytes]:
        """Its name and content."""

    @operation("GET", "/toys/{id}/since", "Where it was", tag="Toys")
    def since(self, toy: Toy, *times: Instant | None) -> dict[str, Any] | None:
        """None where it never was anywhere."""

    @operation("GET", "/toys/{id}/at/{at}", "Where it was then", tag="Toys")
    def at(self, toy: Toy, at: Instant | None) -> dict[str, Any]:
        """None is the beginning."""


class ToyBox(Toys):
    """What answers."""

    zone = ZoneInfo("UTC")

    def __init__(self) -> None:
        self.painted: list[tuple[str, str]] = []
        self.pages: list[tuple[int | None, int]] = []

    def colours(self, toy: str, period: str = "today", *, most: int = 3, shade: str | None = None) -> list[ToyColour]:
        return [{"toy": toy, "period": period, "colour": name, "shade": shade} for name in ("red", "blue")[:most]]

    def paint(
        self, toy: str, fields: Mapping[str, Any], revision: int | None = None, *, by: str = "python"
    ) -> dict[str, Any]:
        self.painted.append((toy, by))
        return {"toy": toy, **fields, "revision": 8 if revision is None else revision}

    def lose(self, toy: str, *, by: str = "python") -> None:
        if toy == "bear":
            raise NotFoundError("a bear is never lost")

    def toys(self, shelf: str | None = None, *, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
        self.pages.append((limit, offset))
        return [{"toy": f"{shelf}-{at}"} for at in range(2500)[offset : None if limit is None else offset + limit]]

    def lend(
        self, toy: str, to: str, *, until: str | None = None, euros: float | None = None, by: str = "python"
    ) -> dict[str, Any]:
        return {"toy": toy, "to": to, "until": until, "euros": euros, "by": by}

    def picture(self, toy: str, kind: str) -> tuple[str, bytes]:
        if toy == "bear":
            raise NotFoundError("a bear is never seen")
        return f"{toy} é.{kind}", b"\x00\xff"

    def since(self, toy: str, *times: str | None) -> dict[str, Any] | None:
        return {"times": list(times)} if times else None

    def at(self, toy: str, at: str | None) -> dict[str, Any]:
        return {"at": at}


@over_http(Toys)
class FarToys(Toys):
    """The same over its service."""

    def __init__(self, rest: TestClient) -> None:
        self.rest = rest
        self.calls: list[Call] = []

    def _fetch(self, call: Call, /) -> File:
        answer = self.rest.get(call.path)
        answer.raise_for_status()
        return unquote(answer.headers["Content-Disposition"].partition("UTF-8''")[2]), answer.content

    def _ask(self, call: Call, /) -> Any:
        self.calls.append(call)
        query = {key: value for key, value in call.query.items() if value is not None}
        headers = {} if call.revision is None else {"If-Match": f'"{call.revision}"'}
        answer = self.rest.request(call.verb, call.path, params=query, json=call.body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def service(box: ToyBox, role: Role = Role.EDITOR) -> TestClient:
    """A service of a box, to a caller of that role."""
    app = FastAPI()
    app.add_middleware(WholeSegments)
    app.include_router(routes(Toys, ToyBox))
    app.dependency_overrides[home] = lambda: box
    app.dependency_overrides[caller] = lambda: Token(
        name="asha", role=role, created_at=datetime(2026, 10, 1, tzinfo=UTC)
    )
    return TestClient(app)
