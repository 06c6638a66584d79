"""What the workbench says, in one file: before and after a change of its inside the difference is empty.

    python scripts/behaviour.py homes FOLDER            make the plants' homes, with the code as it was before
    python scripts/behaviour.py record FOLDER OUT       ask them everything, with the code as it is now
    python scripts/behaviour.py compare BEFORE AFTER    what differs; exit code 1 if anything does

Recorded are the status and the payload of each REST call (and of calls with what is wrong), a day's changes with
their answers, the OpenAPI document, the help of each command, and the columns and types of each frame of Python.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from scripts.recording.calls import BASE, PERIODS, changes, questions  # noqa: E402 -- found by the line above
from scripts.recording.differences import compare  # noqa: E402
from scripts.recording.plants import NOW, homes  # noqa: E402
from scripts.recording.python_and_commands import frames, helps  # noqa: E402

VOLATILE = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32,64}\b|\bew_[\w-]{20,}|/[\w/.-]*/home\b"
    r"|\bsch_[0-9a-f]{10}\b|[\d.]+ [GT]B free, room for about \d+ years"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(?:\+00:00|Z)"
)
"""What is another at each run: ids, sums, secrets, folders, instants of the machine's own clock."""


def record(folder: Path, out: Path) -> None:
    """Ask each home everything."""
    os.environ["ENERGY_WORKBENCH_NOW"] = NOW.isoformat()
    found: dict[str, Any] = {}
    for plant in sorted(path.name for path in folder.iterdir()):
        with tempfile.TemporaryDirectory() as place:
            home = Path(place) / "home"
            shutil.copytree(folder / plant / "home", home)
            found |= {f"{plant} {key}": value for key, value in of_home(home)}
    found |= {f"help {' '.join(command)}": text for command, text in helps()}
    lines = [json.dumps([key, masked(value)], sort_keys=True, ensure_ascii=False) for key, value in found.items()]
    out.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} answers in {out}")


def masked(value: Any) -> Any:
    """A value without what is another at each run."""
    return json.loads(VOLATILE.sub("~", json.dumps(value, ensure_ascii=False, default=str)))


def of_home(home: Path) -> Iterator[tuple[str, Any]]:
    """Every question, then a day's changes, then the questions that tell of changes."""
    migrated(home)
    from energy_workbench.runtime import settings

    found = settings.load(home)
    yield from frames(home)
    from fastapi.testclient import TestClient

    from energy_workbench.api.access.home_tokens import tokens_of
    from energy_workbench.api.app import create_app

    app = create_app(found)
    token = {"Authorization": f"Bearer {tokens_of(found).editor}"}
    with TestClient(app, base_url="http://127.0.0.1", headers=token, raise_server_exceptions=False) as rest:
        document = recorded_document(rest)
        yield from described(document)
        meters = [row["number"] for row in rest.get(f"{BASE}/meters").json()["items"]]
        for address, asked in questions(document, meters):
            yield f"GET {address} {json.dumps(asked, ensure_ascii=False)}", answer(rest, "GET", address, params=asked)
        for at, (verb, address, body) in enumerate(changes(meters)):
            yield (
                f"{at} {verb} {address} {json.dumps(body, ensure_ascii=False)}",
                answer(rest, verb, address, json=body),
            )
        for address in ("/meters", "/meters/hierarchy", "/audit", "/history", "/undo", "/energies", "/site", "/tokens"):
            asked = {"period": PERIODS[0]} if address in ("/history", "/energies") else {}
            yield f"GET {address} afterwards", answer(rest, "GET", address, params=asked)


def recorded_document(rest: TestClient) -> dict[str, Any]:
    """The OpenAPI document as programs get it, and not what FastAPI describes by itself."""
    document: dict[str, Any] = rest.get("/openapi.json").json()
    return document


def described(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each call and each schema of the OpenAPI document."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield f"openapi {verb} {path}", operation
    for name, schema in document["components"]["schemas"].items():
        yield f"openapi {name}", schema


def migrated(home: Path) -> None:
    """The home as `init` leaves it."""
    import contextlib
    import io

    from energy_workbench.cli.main import main

    kept, sys.argv = sys.argv, ["energy-workbench", "init"]
    os.environ["ENERGY_WORKBENCH_HOME"] = str(home)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            main()
    except SystemExit:
        pass
    finally:
        sys.argv = kept


def answer(rest: Any, verb: str, address: str, **given: Any) -> list[Any]:
    """Status, type of the content, and content (its sum where it is no JSON)."""
    said = rest.request(verb, f"{BASE}{address}", **given)
    kind = said.headers.get("content-type", "")
    if "json" in kind:
        return [said.status_code, kind, said.json()]
    if kind.startswith("text/"):
        return [said.status_code, kind, said.text]
    return [said.status_code, kind, len(said.content) > 0]


def main(arguments: list[str]) -> int:
    """Do what is asked."""
    match arguments:
        case ["homes", folder]:
            homes(Path(folder))
        case ["record", folder, out]:
            record(Path(folder), Path(out))
        case ["compare", before, after]:
            return min(1, compare(Path(before), Path(after)))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
