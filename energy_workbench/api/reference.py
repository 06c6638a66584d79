"""The reference of the interface: its OpenAPI document, and a page made of it that needs no script."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.html import page
from energy_workbench.api.openapi import openapi
from energy_workbench.api.pages import entered
from energy_workbench.api.problems import kind_of
from energy_workbench.core import errors

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
    groups: dict[str, list[str]] = {}
    for path, verbs in described["paths"].items():
        for verb, call in verbs.items():
            groups.setdefault(call["tags"][0], []).append(_call(verb, path, call))
    intro = (
        "<p>JSON over HTTP. Send <code>Authorization: Bearer TOKEN</code> with every call; lists are "
        "<code>{items, total}</code>, times ISO 8601 with offset, errors problem documents (RFC 9457). "
        'For programs: <a href="/openapi.json">openapi.json</a>.</p>'
    )
    calls = "".join(f"<h2>{escape(group)}</h2>{''.join(found)}" for group, found in groups.items())
    return page("Interface for other systems", intro + calls + _problems(), about="Energy Workbench")


def _call(verb: str, path: str, call: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code></td><td>{escape(item['in'])}"
        f"{' (required)' if item.get('required') else ''}</td><td>{escape(item.get('description', ''))}</td>"
        f"<td>{_default(item)}</td></tr>"
        for item in call.get("parameters", ())
    )
    head = "<thead><tr><th>Parameter</th><th>In</th><th></th><th>Default</th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>" if rows else ""
    sent = call.get("requestBody", {})
    body = f"<h3>Body</h3><p>{escape(sent.get('description', ''))}</p>{_example(sent)}" if sent else ""
    answers = "".join(
        f"<h3>{escape(status)} {escape(answer['description'])}</h3>{_example(answer)}"
        for status, answer in call["responses"].items()
        if "example" in next(iter(answer.get("content", {}).values()), {})
    )
    return (
        f'<details><summary><span class="verb">{verb.upper()}</span><code>{escape(path)}</code> '
        f'<span class="quiet">{escape(call["summary"])}</span></summary>'
        f"<p>{escape(call.get('description', ''))}</p>{table}{body}{answers}</details>"
    )


def _default(item: dict[str, Any]) -> str:
    default = item.get("schema", {}).get("default")
    return "" if default is None else f"<code>{escape(json.dumps(default))}</code>"


def _example(part: dict[str, Any]) -> str:
    content: list[dict[str, Any]] = [*part.get("content", {}).values(), {}]
    example = content[0].get("example")
    return "" if example is None else f"<pre>{escape(json.dumps(example, indent=1, ensure_ascii=False))}</pre>"


def _problems() -> str:
    rows = "".join(
        f'<tr id="{escape(kind_of(kind).partition("#")[2])}"><td>{kind.http_status}</td>'
        f"<td>{escape(kind.title)}</td><td>{escape((kind.__doc__ or '').splitlines()[0])}</td></tr>"
        for kind in errors.kinds()
    )
    return f"<h2>Problems</h2><table><thead><tr><th>Status</th><th>Title</th><th></th></tr></thead>{rows}</table>"
