"""A question is declared once: its route, its place in the reference and the far method are made of that."""

from __future__ import annotations

import inspect
import json
import tomllib
import traceback
from pathlib import Path
from typing import Any, cast, get_type_hints

import httpx
import jedi
import pandas as pd
import pyarrow as pa
import pytest

from energy_workbench.api.reference.document import Document
from energy_workbench.api.reference.openapi import complete
from energy_workbench.api.reference.reference import _call
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.contract.binding import Binding
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.notes import plain
from energy_workbench.contract.operation import operations
from energy_workbench.contract.results.kinds import of_one
from energy_workbench.domain.errors import AccessError, InputError, NotFoundError
from energy_workbench.domain.roles import Role
from energy_workbench.services.workbench import Workbench
from tests.contract.toys import FarToys, ToyBox, Toys, service

OWN = {"by", "roles"}
"""What a local method takes beside its declaration: who makes a change, and what its caller is at each site."""
BESIDE = {"import_readings": {"progress", "name", "original"}}
"""And of one: whom it tells how far it is, and of what."""

DECLARED = [(name, method) for name, method, _ in operations(WorkbenchContract)]

BY_HAND = {
    "hierarchy": "a tree may be deeper than what reads and writes JSON",
    "readings": "its pages follow each other by time",
    "record": "one or many",
    "audit": "its total counts what no page shows",
    "sql": "a room and a process of its own",
    "floor_plan": "a picture", "set_floor_plan": "a picture",
    "import_meters": "a file", "export_meters": "a file", "import_template": "a file", "import_readings": "a file",
}  # fmt: skip
"""What does not fit, and why: at most twelve."""


@pytest.fixture
def box() -> ToyBox:
    return ToyBox()


@pytest.fixture
def far(box: ToyBox) -> FarToys:
    return FarToys(service(box))


@pytest.mark.parametrize(
    "asked",
    [
        (("car",), {}),
        (("car", "2026-10"), {}),
        (("50/60 car é",), {"most": 1, "shade": "light & dark"}),
    ],
)
def test_far_and_near_answer_alike(box: ToyBox, far: FarToys, asked: tuple[tuple[str, ...], dict[str, Any]]) -> None:
    args, named = asked
    assert far.colours(*args, **named) == box.colours(*args, **named)


def test_a_change_has_its_body_and_who_made_it(box: ToyBox, far: FarToys) -> None:
    assert far.paint("car", {"colour": "red"}) == {"toy": "car", "colour": "red", "revision": 8}
    assert far.lose("car") is None
    assert box.painted == [("car", "asha")]


def test_a_change_is_refused_to_who_may_not_make_it(box: ToyBox) -> None:
    viewer = service(box, Role.VIEWER)
    assert viewer.get("/toys/car/colours").status_code == 200
    with pytest.raises(AccessError):
        viewer.put("/toys/car", json={})
    assert box.painted == []


def test_wrong_arguments_are_python_s_own_error(far: FarToys) -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'toy'"):
        far.colours()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        far.colours("car", colour="red")  # type: ignore[call-arg]


def test_an_error_of_the_service_passes_two_frames_of_the_contract_at_most(far: FarToys) -> None:
    far.rest.base_url = httpx.URL("http://testserver/elsewhere")
    with pytest.raises(httpx.HTTPStatusError) as raised:
        far.paint("car", {})
    frames = [frame for frame in traceback.extract_tb(raised.tb) if "/contract/" in frame.filename]
    assert len([frame for frame in frames if "/energy_workbench/" in frame.filename]) <= 2


def test_the_reference_has_each_parameter_with_its_help_and_default(box: ToyBox) -> None:
    document = service(box).app.openapi()  # type: ignore[attr-defined]
    told = document["paths"]["/toys/{id}/colours"]["get"]
    assert told["summary"] == "Colours of a toy"
    assert told["description"] == "Its colours, the lightest first."
    names = {each["name"]: each for each in told["parameters"]}
    assert set(names) == {"id", "from", "to", "period", "most", "shade"}
    assert names["id"]["description"] == "Its name"
    assert (names["most"]["schema"]["default"], names["most"]["description"]) == (3, "Most of them")
    assert document["paths"]["/toys/{id}"]["delete"]["responses"].keys() >= {"204"}


def test_a_question_has_its_place_in_the_reference_without_another_line(box: ToyBox) -> None:
    document = cast(Document, service(box).app.openapi())  # type: ignore[attr-defined]
    complete(document, Toys)
    told = document["paths"]["/toys/{id}/colours"]["get"]
    answer = told["responses"]["200"]
    assert answer["description"] == "Colours of a toy"
    rows = answer["content"]["application/json"]["schema"]
    assert "ToyColourList" in json.dumps(rows)
    shade = document["components"]["schemas"]["ToyColour"]["properties"]["shade"]
    assert shade["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert {int(status) for status in told["responses"]} == {200, 400, 401, 403, 404, 421, 422, 500}
    lent = document["paths"]["/toys/{id}/loans"]["post"]
    assert "LendBody" in json.dumps(lent["requestBody"]["content"]["application/json"]["schema"])
    assert {"403", "404", "408", "413", "422"} <= lent["responses"].keys()
    page = _call("get", "/toys/{id}/colours", told)
    assert "Colours of a toy" in page
    assert "Its colours, the lightest first." in page


def test_a_declaration_is_left_as_it_is() -> None:
    assert inspect.isfunction(Toys.colours)
    assert list(inspect.signature(Toys.colours).parameters) == ["self", "toy", "period", "most", "shade"]


@pytest.mark.parametrize(("name", "method"), DECLARED)
def test_each_operation_is_answered_on_both_sides_with_its_signature(name: str, method: Any) -> None:
    binding = Binding(method, method.__operation__)
    for side in (Workbench, RemoteWorkbench):
        answers: Any = inspect.getattr_static(side, name)
        assert answers is not method, f"{side.__name__}.{name} is the declaration alone"
        told = [each for each in inspect.signature(answers).parameters.values() if each.name not in beside(name)]
        assert told == list(inspect.signature(method).parameters.values()), side.__name__
        # What it is answered by takes plain text.
        if side is Workbench or name in HAND_MADE:
            assert answers.answered_by is not method
            declared, answer = typed(method, name, binding)
            assert typed(answers.answered_by, name) == (declared, of_one(answer))


def beside(name: str) -> set[str]:
    """What the local method takes beside its declaration."""
    return (OWN | BESIDE.get(name, set())) - set(inspect.signature(getattr(WorkbenchContract, name)).parameters)


def typed(method: Any, name: str, declared: Binding | None = None) -> tuple[list[tuple[str, Any, Any, Any]], Any]:
    """Name, kind, default and type of each parameter, and the type of the answer; of a declaration, on the wire."""
    names = {"pd": pd, "pa": pa, "Progress": Any}
    hints = {key: plain(hint)[0] for key, hint in get_type_hints(method, localns=names, include_extras=True).items()}
    if declared:
        hints |= {each.name: each.type for each in declared.parameters if each.type is not Any}
    parameters = [
        (each.name, each.kind, each.default, hints[each.name])
        for each in list(inspect.signature(method).parameters.values())[1:]
        if each.name not in (set(declared.edges) if declared else beside(name))
    ]
    return parameters, hints["return"]


@pytest.mark.parametrize(("name", "method"), DECLARED)
def test_each_parameter_has_one_place_and_each_path_its_parameters(name: str, method: Any) -> None:
    binding = Binding(method, method.__operation__)
    assert inspect.getdoc(method), name
    if name in BY_HAND:
        return
    wires = [each.wire for each in binding.parameters]
    assert len(set(wires)) == len(wires)
    for each in binding.parameters:
        paths = (binding.operation.path, *(binding.operation.of_one or ())[:1])
        assert any(f"{{{each.wire}}}" in path for path in paths) == (each.place == "path")


def test_an_editor_completes_and_knows_the_type_of_a_far_answer() -> None:
    code = "from energy_workbench.client.workbench import RemoteWorkbench\nRemoteWorkbench('http://x').compare_gen"
    assert [each.name for each in jedi.Script(code).complete()] == ["compare_generation"]
    code = "from energy_workbench.client.workbench import RemoteWorkbench\nfound = RemoteWorkbench('http://x').generation()\nfound"
    assert [each.name for each in jedi.Script(code).infer(3, 5)] == ["Generation"]


def test_a_change_says_what_it_was_made_from(box: ToyBox, far: FarToys) -> None:
    assert far.paint("car", {}, revision=5)["revision"] == 5
    answer = far.rest.put("/toys/car", json={}, headers={"If-Match": '"6"'})
    assert (answer.json()["revision"], answer.headers["ETag"]) == (6, '"6"')


def test_members_of_a_body_are_checked_each(far: FarToys) -> None:
    assert far.lend("car", "asha", euros=2) == {
        "toy": "car", "to": "asha", "until": None, "euros": 2, "by": "asha",
    }  # fmt: skip
    with pytest.raises(InputError) as raised:
        far.rest.post("/toys/car/loans", json={"until": 7, "euros": True, "colour": "red"})
    assert [(each.field, each.reason) for each in raised.value.problems] == [
        ("to", "is required"),
        ("until", "must be a text"),
        ("euros", "must be a number"),
        ("colour", "is not known here: to, until, euros"),
    ]


def test_a_file_keeps_its_name_and_its_bytes_on_the_way(box: ToyBox, far: FarToys) -> None:
    assert far.picture("top/left", "pdf") == box.picture("top/left", "pdf")
    answer = far.rest.get("/toys/car/pictures/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    with pytest.raises(NotFoundError):
        far.picture("bear", "pdf")


@pytest.mark.parametrize("limit", [None, 1, 1000, 1001, 2400, 9999])
def test_a_long_list_comes_in_pages(box: ToyBox, far: FarToys, limit: int | None) -> None:
    assert far.toys("A", limit=limit, offset=7) == ToyBox().toys("A", limit=limit, offset=7)
    assert all(asked is not None and asked <= 1000 for asked, _ in box.pages)
    with pytest.raises(InputError):
        far.toys(limit=0)


def test_one_of_many_has_an_address_of_its_own(far: FarToys) -> None:
    assert far.toys("top/left", limit=1) == [{"toy": "top/left-0"}]
    assert far.toys(limit=1) == [{"toy": "None-0"}]
    assert [call.path for call in far.calls] == ["/shelves/top%2Fleft/toys", "/toys"]


def test_instants_keep_their_meaning_on_the_way(far: FarToys) -> None:
    assert far.since("car") is None
    assert far.since("car", "2026-10-05T14:30:00+05:30", None) == {"times": ["2026-10-05T14:30:00+05:30", "beginning"]}
    assert far.rest.get("/toys/car/since?times=2026-10-05T14:30:00+05:30").json() == {
        "since": {"times": ["2026-10-05T14:30:00+05:30"]}
    }
    assert far.at("car", None) == {"at": "beginning"}


def test_what_is_written_by_hand_is_known() -> None:
    routes = {name for name, _, operation in operations(WorkbenchContract) if operation.by_hand}
    assert routes | (vars(RemoteWorkbench).keys() & HAND_MADE) == BY_HAND.keys()
    assert len(BY_HAND) <= 12


HAND_MADE = {
    name for name, method, _ in operations(WorkbenchContract) if hasattr(vars(RemoteWorkbench)[name], "answered_by")
}


def test_the_types_of_answers_are_read_by_the_linter() -> None:
    """`tests/contract/typed.py` asserts them: what mypy does not read holds nothing."""
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert "tests.contract.typed" in settings["modules"]
