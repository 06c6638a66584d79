"""The reference of the interface: its OpenAPI document, and a page made of it that needs no script."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from energy_workbench.api.answers import Json
from energy_workbench.api.html import page
from energy_workbench.api.problems import kind_of
from energy_workbench.api.reference.document import Content, Described, Given
from energy_workbench.api.reference.openapi import openapi
from energy_workbench.api.web.entrance import entered
from energy_workbench.domain import errors

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def document(request: Request) -> Response:
    """The OpenAPI document."""
    return Json(openapi(request.app))


@router.get("/docs")
def reference(request: Request) -> Response:
    """Every call with its parameters and examples, and every kind of problem."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    described = openapi(request.app)
    groups: dict[str, list[Markup]] = {}
    for path, verbs in described["paths"].items():
        for verb, call in verbs.items():
            groups.setdefault(call["tags"][0], []).append(_call(verb, path, call))
    intro = Markup(
        "<p>JSON over HTTP. Send <code>Authorization: Bearer TOKEN</code> with every call; lists are "
        "<code>{items, total}</code>, times ISO 8601 with offset, errors problem documents (RFC 9457). "
        'For programs: <a href="/openapi.json">openapi.json</a>.</p>'
        "<p>Every call about a site takes <code>?site=</code>, the slug or the name of one of several, as "
        "<code>GET /sites</code> lists them; where there is one only it need not be named.</p>"
    )
    calls = Markup().join(
        Markup("<h2>{}</h2>{}").format(group, Markup().join(found)) for group, found in groups.items()
    )
    return page("Interface for other systems", intro + calls + _problems(), about="Energy Workbench")


def _call(verb: str, path: str, call: Described) -> Markup:
    rows = Markup().join(
        Markup("<tr><td><code>{}</code></td><td>{}{}</td><td>{}</td><td>{}</td></tr>").format(
            item["name"],
            item["in"],
            " (required)" if item.get("required") else "",
            item.get("description", ""),
            _default(item),
        )
        for item in call.get("parameters", ())
        if "name" in item
    )
    head = Markup("<thead><tr><th>Parameter</th><th>In</th><th></th><th>Default</th></tr></thead>")
    table = Markup("<table>{}<tbody>{}</tbody></table>").format(head, rows) if rows else Markup()
    sent = call.get("requestBody")
    body = (
        Markup("<h3>Body</h3><p>{}</p>{}").format(sent["description"], _example(sent["content"])) if sent else Markup()
    )
    answers = Markup().join(
        Markup("<h3>{} {}</h3>{}").format(status, answer["description"], _example(answer["content"]))
        for status, answer in call["responses"].items()
        if any("example" in each for each in answer.get("content", {}).values())
    )
    return Markup(
        '<details><summary><span class="verb">{}</span><code>{}</code> '
        '<span class="quiet">{}</span></summary>'
        "<p>{}</p>{}{}{}</details>"
    ).format(verb.upper(), path, call["summary"], call.get("description", ""), table, body, answers)


def _default(item: Given) -> Markup:
    default = item["schema"].get("default") if "schema" in item else None
    return Markup() if default is None else Markup("<code>{}</code>").format(json.dumps(default))


def _example(content: Mapping[str, Content]) -> Markup:
    example = next((each.get("example") for each in content.values()), None)
    if example is None:
        return Markup()
    return Markup("<pre>{}</pre>").format(json.dumps(example, indent=1, ensure_ascii=False))


def _problems() -> Markup:
    rows = Markup().join(
        Markup('<tr id="{}"><td>{}</td><td>{}</td><td>{}</td></tr>').format(
            kind_of(kind).partition("#")[2], kind.http_status, kind.title, (kind.__doc__ or "").splitlines()[0]
        )
        for kind in errors.kinds()
    )
    return Markup(
        "<h2>Problems</h2><table><thead><tr><th>Status</th><th>Title</th><th></th></tr></thead>{}</table>"
    ).format(rows)
