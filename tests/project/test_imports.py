"""What a module takes from another one is there: also in benchmarks and scripts, which no type checker reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOTTED = re.compile(r"(energy_workbench|collector|benchmarks)(\.\w+)+(:\w+)?")
FOLDERS = ("energy_workbench", "collector", "tests", "benchmarks", "scripts")


def path_of(module: str) -> Path | None:
    """Its file, or its folder where that is a package without one."""
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py", base) if path.exists()), None)


@cache
def names_of(module: str) -> frozenset[str]:
    """What can be imported from a module."""
    path = path_of(module)
    if path is None:
        return frozenset()
    found: set[str] = set()
    if path.is_dir() or path.stem == "__init__":
        found |= {each.stem for each in (path if path.is_dir() else path.parent).iterdir()}
    if path.is_file():
        found |= set(defined(ast.parse(path.read_text("utf-8")).body))
    return frozenset(found)


def defined(body: list[ast.stmt]) -> Iterator[str]:
    """Names that statements of a module define."""
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield each.name
        elif isinstance(each, ast.Import | ast.ImportFrom):
            yield from (name.asname or name.name.partition(".")[0] for name in each.names)
        elif isinstance(each, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.With):
            yield from (
                node.id for node in ast.walk(each) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            )
        for part in ("body", "orelse", "finalbody", "handlers"):
            if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from defined(getattr(each, part, []))


def taken(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, module and name of each import of one of ours."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.partition(".")[0] in FOLDERS
            and not node.level
        ):
            yield from ((node.lineno, node.module, name.name) for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, name.name, "") for name in node.names if name.name.partition(".")[0] in FOLDERS)

        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            # What is patched, or run, by its name.
            module, _, name = node.value.partition(":")
            parts = module.split(".")
            deep = next(n for n in range(len(parts), 0, -1) if path_of(".".join(parts[:n])))
            if deep > 1:  # else the name of a log
                yield node.lineno, ".".join(parts[:deep]), (parts[deep:] or [name])[0]


def test_each_name_that_is_imported_is_defined() -> None:
    wrong, seen = [], 0
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for line, module, name in taken(path):
                seen += 1
                if path_of(module) is None or (name not in ("", "*") and name not in names_of(module)):
                    wrong.append(f"{path.relative_to(ROOT)}:{line}: {module} has no {name}")
    assert seen > 3000
    assert not wrong, "\n".join(wrong)


def test_what_is_not_there_is_seen() -> None:
    assert "openapi" in names_of("energy_workbench.api.reference.openapi")
    assert "reference" in names_of("energy_workbench.api")
    assert "wait_until" not in names_of("tests.waiting")
