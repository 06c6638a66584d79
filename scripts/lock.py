"""Write requirements/run.txt, requirements/test.txt and environment.yml from pyproject.toml.

Needs `uv` on the path. The two requirements files hold every package with version and hashes for all
platforms and Pythons from 3.11; `environment.yml` holds the same versions for conda.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
]


def compile_lock(output: Path, *extra: str) -> None:
    subprocess.run(
        [
            *COMMAND,
            "pyproject.toml",
            "requirements/build.in",
            "--constraint",
            "requirements/constraints.in",
            *extra,
            "-o",
            str(output),
        ],
        cwd=ROOT,
        check=True,
    )


def pins(lock: str) -> list[str]:
    """The `name==version ; marker` of each package of a lock, in its order."""
    return [" ".join(line.rstrip("\\").split()) for line in lock.splitlines() if re.match(r"^[A-Za-z0-9]", line)]


def environment(lock: str) -> str:
    lines = [
        "# Written by scripts/lock.py from pyproject.toml; the versions are those of requirements/run.txt.",
        "name: energy-workbench",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        "  - python>=3.11,<3.15",
        "  - pip",
        "  - pip:",
        *(f"      - {pin}" for pin in pins(lock)),
        "      - -e .",
    ]
    return "\n".join(line.replace("'", '"') for line in lines) + "\n"


def main() -> int:
    run, test = ROOT / "requirements/run.txt", ROOT / "requirements/test.txt"
    compile_lock(run)
    compile_lock(test, "--extra", "test", "--constraint", str(run.relative_to(ROOT)))
    (ROOT / "environment.yml").write_text(environment(run.read_text("utf-8")), "utf-8")
    counts = [len(pins(path.read_text("utf-8"))) for path in (run, test)]
    print(f"{counts[0]} packages to run, {counts[1]} with those of the tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
