"""Files of tables are made in one room: nothing else writes a workbook or CSV."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITERS = {"openpyxl", "csv.writer", "csv.DictWriter", "xlsxwriter", "to_csv", "to_excel"}


def named(tree: ast.AST) -> set[str]:
    """What a module calls or imports of what writes tables."""
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module).partition(".")[0]}
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found & WRITERS


def test_only_the_room_of_tables_writes_them() -> None:
    paths = [path for package in ("energy_workbench", "collector") for path in (ROOT / package).rglob("*.py")]
    writing = {str(path.relative_to(ROOT)): named(ast.parse(path.read_text("utf-8"))) for path in paths}
    inside = {path: words for path, words in writing.items() if words}
    assert set(inside) == {f"energy_workbench/tables/{name}.py" for name in ("csv_file", "excel_reader", "workbook")}, (
        inside
    )
