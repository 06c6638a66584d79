"""Notebooks that ship: those of reports are thin and carry no output; tutorials still say what they show."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.waiting import patience

ROOT = Path(__file__).resolve().parents[2]
REPORTS = sorted((ROOT / "notebooks" / "reports").glob("*.ipynb"))
TUTORIALS = sorted((ROOT / "notebooks" / "tutorials").glob("*.ipynb"))
SAMPLE = ROOT / "data" / "sample"
MOST_SAMPLE_BYTES = 5_500_000


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_is_thin_and_carries_no_output(path: Path) -> None:
    cells = code_cells(path)
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
    assert len(lines) <= 25
    assert not any(line.startswith(("def ", "class ", "for ")) for line in lines)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_keeps_its_outputs_and_none_is_an_error(path: Path) -> None:
    cells = code_cells(path)
    assert all(cell.outputs for cell in cells)
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds <= {"execute_result", "display_data", "stream"}
    assert path.stat().st_size < 300_000


@pytest.mark.timeout(900)
def test_tutorials_still_give_the_outputs_they_show() -> None:
    before = sample_digest()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")}
    # All in one: that pytest has to start costs as much as a notebook.
    plain = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-o", "addopts="]
    command = [sys.executable, "-m", "pytest", "--nbval", *map(str, TUTORIALS), "-q", *plain]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=patience(840), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert sample_digest() == before, "a tutorial changed the sample"


def test_the_sample_is_small_and_whole() -> None:
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_SAMPLE_BYTES
    assert {"registry.db", "state.db"} <= {path.name for path in files}
    log = sorted((SAMPLE / "lake" / "readings" / "_delta_log").glob("*.json"))
    assert log
    assert all(json.loads(line) for line in log[-1].read_text().splitlines())


def sample_digest() -> str:
    """Digest of what is kept of the sample: opening it may leave write-ahead logs and a spool."""
    found = hashlib.sha256()
    for path in sorted(SAMPLE.rglob("*")):
        left = path.name.startswith("spool.db") or path.name.endswith(("-wal", "-shm", ".lock", ".token"))
        if path.is_file() and not left:
            found.update(str(path.relative_to(SAMPLE)).encode() + path.read_bytes())
    return found.hexdigest()
