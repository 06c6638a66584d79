"""The reports there are: each is one notebook in `notebooks/reports`, with a tagged cell of typed parameters."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.core.errors import NotFoundError, ReportError
from energy_workbench.core.paths import shipped

if TYPE_CHECKING:
    from nbformat import NotebookNode

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a report can be asked with.

    Attributes
    ----------
    name : str
    type : type
        One of `TYPES`.
    default : object
    help : str
        The comment beside it.
    """

    name: str
    type: type
    default: Any
    help: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be written.

    Attributes
    ----------
    name : str
        As on the command line and in the names of its files.
    path : Path
        Its notebook.
    parameters : dict of str to Parameter
    """

    name: str
    path: Path
    parameters: dict[str, Parameter]

    def notebook(self) -> NotebookNode:
        """The notebook, not executed."""
        return _read(self.path)


def names() -> list[str]:
    """Names of all reports."""
    return sorted(path.stem for path in shipped("notebooks/reports").glob("*.ipynb"))


def find(name: str) -> Report:
    """The report of that name.

    Raises
    ------
    NotFoundError
        If there is none; the message lists those that exist.
    ReportError
        If its notebook is damaged or its parameters are not typed.
    """
    if name not in names():
        raise NotFoundError(f"there is no report {name!r}: the reports are {', '.join(names())}")
    return load(shipped("notebooks/reports") / f"{name}.ipynb")


def load(path: Path) -> Report:
    """The report that a notebook describes."""
    tagged = [c.source for c in _read(path).cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ReportError(f"{path}: {len(tagged)} cells are tagged 'parameters', one is needed")
    return Report(path.stem, path, _parameters(tagged[0], path))


def _read(path: Path) -> NotebookNode:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise ReportError(f"{path}: cannot be read as a notebook: {error}") from None


def _parameters(source: str, path: Path) -> dict[str, Parameter]:
    """Parameters of lines such as `period: str = "last month"  # What is reported`."""
    lines = source.splitlines()
    found: dict[str, Parameter] = {}
    for node in ast.parse(source).body:
        line = lines[node.lineno - 1]
        typed = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        if not typed or ast.unparse(node.annotation) not in TYPES:  # type: ignore[attr-defined]
            raise ReportError(f"{path}: the parameter {line!r} is not of the form name: {'|'.join(TYPES)} = default")
        comment = line[node.end_col_offset or 0 :].partition("#")[2].strip()
        name, type_ = node.target.id, TYPES[ast.unparse(node.annotation)]  # type: ignore[attr-defined]
        found[name] = Parameter(name, type_, ast.literal_eval(node.value), comment)  # type: ignore[attr-defined]
    return found
