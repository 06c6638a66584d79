"""The reports there are: each is one notebook with a tagged cell of typed parameters.

Those of the product are in `notebooks/reports`; a home adds its own in its folder `notebooks`, and a command any other
folder. A notebook nearer to the user is used instead of one of the same name.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from energy_workbench.domain.errors import NotFoundError, ReportError
from energy_workbench.runtime.paths import shipped

if TYPE_CHECKING:
    from nbformat import NotebookNode

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""What a report may be called: its name becomes part of names of files."""

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
ParameterValue = str | int | float | bool
"""What a parameter of a report is given: a value of one of `TYPES`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a report can be asked with.

    Attributes
    ----------
    name : str
    type : type
        One of `TYPES`.
    default : str, int, float or bool
    help : str
        The comment beside it.
    """

    name: str
    type: type
    default: ParameterValue
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

    def code(self) -> list[str]:
        """Sources of its cells of code, in their order."""
        return [cell.source for cell in _cells(self.path) if cell.code]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a notebook."""

    source: str
    code: bool
    tags: frozenset[str]


def names(folders: Sequence[Path] = ()) -> list[str]:
    """Names of all reports.

    Parameters
    ----------
    folders : sequence of Path
        Where to look first, beside the reports of the product.
    """
    return sorted({path.stem for path in _notebooks(folders) if NAME.fullmatch(path.stem)})


def misnamed(folders: Sequence[Path] = ()) -> list[str]:
    """Notebooks that are no reports, since a report cannot have such a name."""
    return sorted(path.name for path in _notebooks(folders) if not NAME.fullmatch(path.stem))


def find(name: str, folders: Sequence[Path] = ()) -> Report:
    """The report of that name.

    Raises
    ------
    NotFoundError
        If there is none; the message lists those that exist.
    ReportError
        If its notebook is damaged or its parameters are not typed.
    """
    for path in _notebooks(folders):
        if path.stem == name and NAME.fullmatch(name):
            return load(path)
    told = f"there is no report {name!r}: the reports are {', '.join(names(folders))}"
    if wrong := misnamed(folders):
        told += (
            f" ({len(wrong)} notebooks are left out, whose names are not made of letters, digits, - and _: "
            f"{', '.join(map(repr, wrong))})"
        )
    raise NotFoundError(told)


def _notebooks(folders: Sequence[Path]) -> Iterator[Path]:
    """Notebooks, those that are used first before others of the same name."""
    for folder in (*folders, shipped("notebooks/reports")):
        if not folder.is_dir():
            continue
        yield from sorted(path for path in folder.glob("*.ipynb") if path.is_file() and not path.name.startswith("."))


def load(path: Path, name: str = "") -> Report:
    """The report that a notebook describes, by its own name if no other is given."""
    tagged = _tagged(path)
    if len(tagged) != 1:
        raise ReportError(f"{path}: {len(tagged)} cells are tagged 'parameters', one is needed")
    return Report(name or path.stem, path, _parameters(tagged[0], path))


def _tagged(path: Path) -> list[str]:
    """Sources of the cells tagged `parameters`; nbformat, which takes a second to import, is for execution."""
    return [cell.source for cell in _cells(path) if "parameters" in cell.tags]


def _cells(path: Path) -> list[_Cell]:
    try:
        return [
            _Cell(_text(cell["source"]), cell.get("cell_type") == "code", frozenset(cell["metadata"].get("tags", ())))
            for cell in json.loads(path.read_text("utf-8"))["cells"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"{path}: cannot be read as a notebook: {error!r}") from None


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _read(path: Path) -> NotebookNode:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise ReportError(f"{path}: cannot be read as a notebook: {error}") from None


def _parameters(source: str, path: Path) -> dict[str, Parameter]:
    """Parameters of lines such as `period: str = "last month"  # What is reported`."""
    lines = source.splitlines()
    parameters: dict[str, Parameter] = {}
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ReportError(f"{path}: the cell of parameters is no Python: line {error.lineno}: {error.msg}") from None
    for node in body:
        line = lines[node.lineno - 1]
        typed = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        if not typed or ast.unparse(node.annotation) not in TYPES:  # type: ignore[attr-defined]
            raise ReportError(f"{path}: the parameter {line!r} is not of the form name: {'|'.join(TYPES)} = default")
        comment = line[node.end_col_offset or 0 :].partition("#")[2].strip()
        name, type_ = node.target.id, TYPES[ast.unparse(node.annotation)]  # type: ignore[attr-defined]
        try:
            default = ast.literal_eval(node.value)  # type: ignore[attr-defined]
        except ValueError:
            default = None
        if not isinstance(default, type_) or (isinstance(default, bool) and type_ is not bool):
            raise ReportError(f"{path}: the default of the parameter {name} is no {type_.__name__}: {line!r}")
        parameters[name] = Parameter(name, type_, cast(ParameterValue, default), comment)
    return parameters
