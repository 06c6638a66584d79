"""Frames of Python and help texts of commands, as recorded."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.recording.calls import PERIODS


def frames(home: Path) -> Iterator[tuple[str, Any]]:
    """Each question of Python that can be asked with a period and a meter alone: type, columns, types of columns."""
    import energy_workbench as ew
    from energy_workbench.domain.errors import WorkbenchError

    wb = ew.open(home)
    first = str(wb.meters().to_frame()["number"].iloc[0])
    for name, method in inspect.getmembers(type(wb), inspect.isfunction):
        if name.startswith("_") or name in ("close", "at"):
            continue
        signature = inspect.signature(method)
        yield f"signature {name}", str(signature)
        needed = [
            p for p in list(signature.parameters.values())[1:] if p.default is p.empty and p.kind is not p.VAR_KEYWORD
        ]
        if "period" not in signature.parameters:
            continue
        given = {p.name: first for p in needed if p.name in ("meter", "number", "id")} | {"period": PERIODS[0]}
        try:
            result = getattr(wb, name)(**given)
        except (WorkbenchError, TypeError) as error:
            yield f"frame {name}", f"{type(error).__name__}: {error}"
            continue
        frame = result.to_frame() if hasattr(result, "to_frame") else result
        columns = (
            {str(column): str(kind) for column, kind in frame.dtypes.items()} if hasattr(frame, "dtypes") else None
        )
        yield f"frame {name}", [type(result).__name__, columns]


def helps() -> Iterator[tuple[tuple[str, ...], str]]:
    """The help of each command and of what is below it."""
    from typer.testing import CliRunner

    commands = importlib.import_module("energy_workbench.cli.main").COMMANDS
    apps = {
        name: importlib.import_module(f"energy_workbench.cli.{module}").app for name, (module, _) in commands.items()
    }
    runner = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"})
    for name, app in apps.items():
        yield (name,), runner.invoke(app, ["--help"]).output
        for below in app.registered_commands:
            called = below.name or (below.callback.__name__.replace("_", "-") if below.callback else "")
            if len(app.registered_commands) > 1:
                yield (name, called), runner.invoke(app, [called, "--help"]).output
