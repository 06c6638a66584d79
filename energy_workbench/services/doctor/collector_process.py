"""What only the collector's own code knows, from a process of its own: one JSON object on its standard output."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.fields.plain import Json
from energy_workbench.runtime.settings import Settings


def run_collector(settings: Settings, words: list[str], seconds: float, given: str = "") -> Json:
    """The answer of `energy-collector`, whatever its exit code.

    Parameters
    ----------
    words : list of str
        Command and arguments that answer in JSON.
    seconds : float
        Longest wait for it [s].
    given : str
        What it reads on standard input.

    Raises
    ------
    ServiceError
        If it is not installed, does not answer in time, or says something else.
    """
    beside = Path(sys.executable).with_name("energy-collector")
    command = str(beside) if beside.exists() else shutil.which("energy-collector")
    if command is None:
        raise ServiceError("energy-collector is not installed here: install the project again")
    try:
        done = subprocess.run(
            [command, *words, "--home", str(settings.home)],
            input=given.encode(), capture_output=True, timeout=seconds, check=False,
            env={**os.environ, **settings.named},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ServiceError(
            f"energy-collector did not answer in {seconds:g} s: check address, unit and wiring"
        ) from None
    if done.stdout.strip():
        try:
            answer: Json = json.loads(done.stdout)
            return answer
        except ValueError:
            raise ServiceError("what energy-collector says cannot be understood: install the project again") from None
    said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["energy-collector said nothing"]
    raise ServiceError(said[-1].removeprefix("error: ")[:500])
