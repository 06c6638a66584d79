"""A report's folder: the manifest and what stands beside it belong together, and what is a user's own stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from energy_workbench.reports import manifest
from energy_workbench.reports.output_files import placed
from energy_workbench.reports.publish import Published, Tools, publish_again

BASE = "monthly-2026-10"


def write(folder: Path, *kinds: str, text: str) -> list[str]:
    """Place a report of these files, each with that text; what was set aside."""
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    files = {kind: scratch / f"{BASE}.{kind}" for kind in kinds}
    for path in files.values():
        path.write_text(text)
    values = {"files": manifest.described(files)}
    files["manifest"] = scratch / f"{BASE}.manifest.json"
    files["manifest"].write_text(json.dumps(values))
    found, aside = placed(files, folder, BASE)
    assert list(found) == [*kinds, "manifest"]
    return sorted(path.name for path in aside)


def names(folder: Path) -> set[str]:
    return {path.name.removeprefix(f"{BASE}.") for path in folder.iterdir()}


def test_a_report_with_fewer_formats_leaves_no_file_of_the_one_before(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert write(folder, "html", "pdf", "xlsx", text="first") == []
    assert write(folder, "html", text="second") == []
    assert names(folder) == {"html", "manifest.json"}
    assert (folder / f"{BASE}.html").read_text() == "second"


def test_what_somebody_changed_is_set_aside_whether_it_is_written_again_or_not(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    write(folder, "html", "xlsx", text="first")
    (folder / f"{BASE}.html").write_text("mine!")
    (folder / f"{BASE}.xlsx").write_text("with my remarks")
    assert write(folder, "html", text="second") == [f"{BASE}.changed.html", f"{BASE}.changed.xlsx"]
    (folder / f"{BASE}.html").write_text("mine again")
    assert write(folder, "html", text="third") == [f"{BASE}.changed-2.html"]
    assert names(folder) == {"html", "manifest.json", "changed.html", "changed-2.html", "changed.xlsx"}
    kept = {kind: (folder / f"{BASE}.{kind}").read_text() for kind in names(folder)}
    assert (kept["changed.html"], kept["changed-2.html"], kept["html"]) == ("mine!", "mine again", "third")
    assert kept["changed.xlsx"] == "with my remarks"


def test_files_beside_a_report_that_are_not_its_own_stay(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / f"{BASE}.pdf").write_text("printed by hand")
    for own in ("notes.txt", f"{BASE}.txt", f"{BASE}-draft.pdf"):
        (folder / own).write_text("own")
    assert write(folder, "pdf", text="first") == [f"{BASE}.changed.pdf"]
    write(folder, "html", text="second")
    assert {path.name for path in folder.iterdir()} == {
        *(f"{BASE}.{kind}" for kind in ("html", "manifest.json", "changed.pdf", "txt")),
        "notes.txt",
        f"{BASE}-draft.pdf",
    }


def test_a_manifest_from_elsewhere_reaches_no_other_file(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    others = [tmp_path / "outside.pdf", folder / "other.pdf"]
    for other in others:
        other.write_text("own")
    described = {**manifest.described({"pdf": others[0]})["pdf"]}
    files = {str(n): {**described, "name": name} for n, name in enumerate(("../outside.pdf", "other.pdf"))}
    for content in (json.dumps({"files": files}), "[1]", "{"):
        (folder / f"{BASE}.manifest.json").write_text(content)
        write(folder, "html", text="first")
        assert all(other.read_text() == "own" for other in others)


def test_written_again_with_fewer_formats_the_manifest_names_all_that_is_there(
    october: Published, tmp_path: Path, tools: Tools
) -> None:
    folder = Path(shutil.copytree(october.files["html"].parent, tmp_path / "copy"))
    again = publish_again(folder / october.files["manifest"].name, formats=["html"], tools=tools)
    assert again.aside == ()
    described = json.loads(again.files["manifest"].read_text())["files"]
    assert {"pdf", "xlsx"}.isdisjoint(described)
    there = {file["name"] for file in described.values()} | {again.files["manifest"].name}
    assert {path.name for path in folder.iterdir()} == there
