"""A disk that is really full: a small file system of its own, filled, and a report written to it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from energy_workbench.runtime.settings import Settings
from tests.waiting import patience

MOUNT = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@"'
SCRIPT = """
import subprocess, sys
from pathlib import Path

folder, home = Path(sys.argv[1]), sys.argv[2]
main = "from energy_workbench.cli.main import main; main()"
given = ["report", "meter", "--period", "2026-10", "--meter", "DG", "--format", "xlsx", "--home", home, "--out", folder]

def report():
    done = subprocess.run([sys.executable, "-c", main, *given], capture_output=True, text=True)
    print(done.returncode, len(list(folder.iterdir())), done.stderr.strip().replace(chr(10), " | "))

fill = folder / "fill"
fill.write_bytes(bytes(3_900_000))
report()
fill.unlink()
report()
"""


def own_mounts(folder: Path) -> list[str]:
    """A command that runs another where `folder` is a file system of 4 MB that nobody else sees."""
    unshare = shutil.which("unshare")
    for how in (["--mount"], ["--user", "--map-root-user", "--mount"]):
        command = [str(unshare), *how, "sh", "-c", MOUNT, "sh", str(folder)]
        if unshare and not subprocess.run([*command, "true"], capture_output=True).returncode:
            return command
    pytest.skip("this machine lets nobody mount a file system of his own")


def test_a_full_disk_is_named_in_one_line_leaves_nothing_and_is_forgotten_once_there_is_room(
    plant: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = [*own_mounts(folder), sys.executable, "-c", SCRIPT, str(folder), str(plant.home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience(120))
    assert done.returncode == 0, done.stderr
    refused, written = (line.split(" ", 2) for line in done.stdout.splitlines())
    code, files, said = refused
    assert code == "3"
    assert files == "1", "nothing of the report beside what fills the disk"
    assert said == (
        f"error: reports cannot be written to {folder}: No space left on device; nothing of this report is left there"
    )
    code, files, said = written
    assert (code, said) == ("0", "")
    assert int(files) >= 6
