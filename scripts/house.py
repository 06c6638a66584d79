"""How often things are said: the declarations, fields, dicts, circles and folders of this house, counted.

    python scripts/house.py             the table, with the target beside each number
    python scripts/house.py NAME        what a number counts, one a line: `dicts`, `null`, `circles`, …

`tests/project/test_house.py` holds each number. How each is counted is the docstring of its function, all of which give
what they count. Files are those of `energy_workbench/` and `collector/`.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("energy_workbench", "collector")
HANDMADE = "by_hand"
"""Decorator of a route that is written by hand."""


@dataclass(frozen=True)
class Measure:
    """A row of the table.

    Attributes
    ----------
    text : str
    count : callable
        What it is now.
    target : float or None
        What it should be at most, where that is known.
    listed : callable
        What is counted, one a line.
    """

    text: str
    count: Callable[[], float]
    target: float | None
    listed: Callable[[], Iterable[object]]


# --- sources ----------------------------------------------------------------------------------------------------------
@cache
def sources() -> dict[str, ast.Module]:
    """The syntax tree of each module, by its path."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Each class, function, import, dict and attribute, with its file."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.ImportFrom, ast.Dict, ast.Attribute)
    return [(path, node) for path, tree in sources().items() for node in ast.walk(tree) if isinstance(node, kinds)]


def module(path: str) -> str:
    """The dotted name of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def classes() -> dict[str, list[tuple[str, ast.ClassDef]]]:
    """Each class with its file, by name."""
    found = defaultdict(list)
    for path, node in nodes():
        if isinstance(node, ast.ClassDef):
            found[node.name].append((path, node))
    return found


def last(node: ast.expr) -> str:
    """The last name of `a.b.c`, `a.b.c(…)` or `a[…]`."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


# --- declarations -----------------------------------------------------------------------------------------------------
@cache
def facade() -> list[tuple[str, ast.ClassDef]]:
    """The classes of the façade: the contract's, those that answer it here or far, and what these inherit."""
    bases = {name: {last(base) for _, node in nodes for base in node.bases} for name, nodes in classes().items()}

    def above(name: str) -> set[str]:
        found, left = set[str](), {name}
        while left:
            found |= left
            left = {base for each in left for base in bases.get(each, ())} & bases.keys() - found
        return found

    sides = {"Workbench", "RemoteWorkbench"}
    family = set().union(*(above(side) for side in sides)) | {name for name in bases if above(name) & sides}
    return [found for name in sorted(family) for found in classes()[name]]


@cache
def contract() -> frozenset[str]:
    """Names of the contract's methods: those of a class in `contract/` with an `@operation`."""
    return frozenset(
        node.name
        for path, of in facade()
        if "/contract/" in path
        for node in of.body
        if isinstance(node, ast.FunctionDef) and any(last(mark) == "operation" for mark in node.decorator_list)
    )


@cache
def definitions() -> dict[str, list[str]]:
    """Where each method of the contract stands: a `def` in a class of the façade, or a route's function.

    The signatures of an `@overload` are of the `def` below them.
    """
    found: dict[str, list[str]] = {name: [] for name in sorted(contract())}
    for path, of in facade():
        for method in of.body:
            if isinstance(method, ast.FunctionDef) and method.name in found and not _overload(method):
                found[method.name].append(f"{path}:{method.lineno}")
    for path, node in nodes():
        for mark in getattr(node, "decorator_list", ()):
            if isinstance(mark, ast.Call) and last(mark) == HANDMADE and last(mark.args[-1]) in found:
                found[last(mark.args[-1])].append(f"{path}:{mark.lineno}")
    return found


def _overload(method: ast.FunctionDef) -> bool:
    return any(last(mark) == "overload" for mark in method.decorator_list)


@cache
def touched() -> dict[str, list[str]]:
    """Files that a question needs: those in which its name is defined, or stands as a key in a table of
    operations or as `Contract.name`.

    Of the contract, the façade, the client and the service alone, where a new question would have to be made known; and
    of the operations that are not written by hand, as the next one will be none of these.
    """
    places = {path for path, _ in facade()} | {path for path in sources() if "/api/" in path}
    found: dict[str, set[str]] = {
        name: {place.partition(":")[0] for place in definitions()[name]} for name in sorted(contract() - by_hand())
    }
    for path, node in nodes():
        for name in found.keys() & set(_registered(node) if path in places else ()):
            found[name].add(path)
    return {name: sorted(paths) for name, paths in found.items()}


def by_hand() -> frozenset[str]:
    """Methods of the contract whose route is written by hand."""
    return frozenset(name for name, places in definitions().items() if any("/api/" in place for place in places))


def _registered(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Dict):
        keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        # A table of operations, and not a row with a member of the same name.
        return keys if 2 * len(contract() & set(keys)) > len(keys) else []
    return [node.attr] if isinstance(node, ast.Attribute) and last(node.value).endswith("Contract") else []


def untested() -> list[str]:
    """Methods of the façade that `tests/contract/test_both_sides.py` does not ask of a home and of its service.

    All public methods of the contract's classes, whether they have an operation or are made of others; asked is what
    stands there as `wb.method(…)`.
    """
    tree = ast.parse((ROOT / "tests/contract/test_both_sides.py").read_text("utf-8"))
    asked = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and last(node.func.value) == "wb"
    }
    declared = {
        node.name
        for path, of in facade()
        if "/contract/" in path
        for node in of.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    return sorted(declared - asked)


# --- fields -----------------------------------------------------------------------------------------------------------
def naming(attribute: str) -> list[str]:
    """Source files, of any language, in which an attribute of a meter stands as a word; profiles are data."""
    word = re.compile(rf"\b{attribute}\b")
    endings = (".py", ".js", ".json", ".html", ".css", ".j2")
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*")) if path.suffix in endings)
    return [str(path.relative_to(ROOT)) for path in paths if word.search(path.read_text("utf-8"))]


# --- dicts of anything ------------------------------------------------------------------------------------------------
DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "ChainMap"}
ANYTHING = {"Any", "object"}


@cache
def aliases() -> dict[tuple[str, str], ast.expr]:
    """What a name of a module stands for: `Row = dict[str, Any]`, `type Row = …`, `Row: TypeAlias = …`."""
    found: dict[tuple[str, str], ast.expr] = {}
    for path, tree in sources().items():
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[module(path), name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    if last(node.annotation) == "TypeAlias":
                        found[module(path), name] = value
                case _ if type(node).__name__ == "TypeAlias":
                    # A statement of Python 3.12.
                    alias: Any = node
                    found[module(path), alias.name.id] = alias.value
    return found


@cache
def imported() -> dict[tuple[str, str], tuple[str, str]]:
    """The module and name that a name of a module came from."""
    return {
        (module(path), each.asname or each.name): (node.module, each.name)
        for path, node in nodes()
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
    }


def dicts() -> list[str]:
    """Functions and methods whose answer is or holds a dict of anything.

    A dict of anything is bare, or its values are `Any` or `object`; it may stand in `list[…]`, `tuple[…]`, `… | None`
    or another dict, and under another name. What a `Callable` takes and gives is not the function's own answer.
    """
    return [
        f"{path}:{node.lineno} {node.name}"
        for path, node in nodes()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.returns is not None
        and anything(node.returns, module(path))
    ]


def anything(hint: ast.expr | None, where: str, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Whether a type is or holds a dict of anything."""
    match hint:
        case ast.Constant(value=str(text)):
            return anything(ast.parse(text, mode="eval").body, where, seen)
        case ast.Subscript(value=kind, slice=inner) if last(kind) in DICTS:
            value = inner.elts[-1] if isinstance(inner, ast.Tuple) else inner
            return _any(value) or anything(value, where, seen)
        case ast.Subscript(value=kind, slice=inner):
            return last(kind) not in ("Callable", "Literal") and anything(inner, where, seen)
        case ast.Tuple(elts=parts):
            return any(anything(part, where, seen) for part in parts)
        case ast.BinOp(left=left, right=right, op=ast.BitOr()):
            return anything(left, where, seen) or anything(right, where, seen)
        case ast.Name(id=name):
            return name in DICTS or _alias(where, name, seen)
        case ast.Attribute(value=ast.Name(id=of), attr=name):
            return name in DICTS or _alias(".".join(imported().get((where, of), ())), name, seen)
    return False


def _any(value: ast.expr) -> bool:
    return last(value) in ANYTHING or (isinstance(value, ast.BinOp) and (_any(value.left) or _any(value.right)))


def _alias(where: str, name: str, seen: frozenset[tuple[str, str]]) -> bool:
    key = (where, name)
    while key not in aliases() and key in imported():
        key = imported()[key]
    return key not in seen and key in aliases() and anything(aliases()[key], key[0], seen | {key})


# --- the OpenAPI document ---------------------------------------------------------------------------------------------
@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, as the service gives it."""
    sys.path[:0] = [str(ROOT)]
    from energy_workbench.api.app import create_app
    from energy_workbench.api.reference.openapi import openapi
    from energy_workbench.runtime import settings

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "data/sample/registry.db", folder)
        app = create_app(settings.load(folder))
        found = openapi(app)
        app.state.workbench.close()
    return found


@dataclass(frozen=True)
class Member:
    """A member of an object in the OpenAPI document that may be null."""

    place: str
    by_example: bool

    def __str__(self) -> str:
        return self.place + (" (by its example)" if self.by_example else "")


@cache
def null() -> tuple[Member, ...]:
    """Members of objects in the OpenAPI document that may be null, those of a named schema once.

    `null` is among their types, or among what they are one of, or anything goes. Those `by_example` were made by `like`
    of an example, whose members may all be null: nobody said so of each.
    """
    from energy_workbench.api.reference import examples

    document()
    like = getattr(examples, "like", None)

    def walk(node: Any, place: str, by_example: bool) -> Iterator[Member]:
        if isinstance(node, list):
            for number, each in enumerate(node):
                yield from walk(each, f"{place}/{number}", by_example)
        elif isinstance(node, dict):
            if "example" in node and "schema" in node:
                made = like(node["example"]) if like else {}
                by_example = bool(made.get("properties", made)) and _members(made) == _members(node["schema"])
            members = node.get("properties")
            if isinstance(members, dict) and all(isinstance(each, dict) for each in members.values()):
                for name, each in members.items():
                    if nullable(each):
                        yield Member(f"{place}.{name}", by_example)
            for key, each in node.items():
                if key not in ("example", "examples", "default", "enum", "const"):
                    yield from walk(each, f"{place}/{key}", by_example)

    return tuple(walk(document(), "", False))


def _members(schema: Mapping[str, Any]) -> Any:
    return schema.get("properties", schema)


def nullable(schema: Mapping[str, Any]) -> bool:
    """Whether a schema takes null."""
    if not schema.keys() - {"title", "description", "example", "examples"}:
        return True
    if any(nullable(each) for key in ("anyOf", "oneOf") for each in schema.get(key, ())):
        return True
    kind = schema.get("type", ())
    return "null" in ([kind] if isinstance(kind, str) else kind) or None in schema.get("enum", (0,))


# --- imports ----------------------------------------------------------------------------------------------------------
@cache
def imports(typing: bool = False) -> Mapping[str, frozenset[str]]:
    """The modules that each module imports; with those for types only, if asked for."""
    import grimp

    sys.path[:0] = [str(ROOT)]
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=not typing, cache_dir=None)
    return {name: frozenset(graph.find_modules_directly_imported_by(name)) for name in sorted(graph.modules)}


@cache
def circles(typing: bool = False) -> list[str]:
    """Modules that import each other, however far around, at run time; or also for types only."""
    return [" ↔ ".join(each) for each in cyclic(imports(typing))]


@cache
def circles_of_packages() -> list[str]:
    """As `circles`, at run time, of what stands side by side in a package: its modules, and its packages as a whole."""
    names = imports()
    found = []
    for parent in sorted({name.rpartition(".")[0] for name in names if "." in name}):
        depth = parent.count(".") + 2
        among: dict[str, set[str]] = defaultdict(set)
        for name, others in names.items():
            if name.startswith(f"{parent}."):
                own = ".".join(name.split(".")[:depth])
                beside = {".".join(o.split(".")[:depth]) for o in others if o.startswith(f"{parent}.")}
                among[own] |= beside - {own}
        found += [each for each in cyclic(among) if any(name not in _leaves() for name in each)]
    return [" ↔ ".join(each) for each in found]


@cache
def _leaves() -> frozenset[str]:
    """Modules that are no packages."""
    return frozenset(imports().keys() - {name.rpartition(".")[0] for name in imports()})


def cyclic(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Strongly connected parts of more than one (Tarjan 1972)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        open_.append(name)
        for other in graph.get(name, ()):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in open_:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            at = open_.index(name)
            part, open_[at:] = sorted(open_[at:]), []
            if len(part) > 1:
                found.append(part)

    for name in graph:
        if name not in number:
            visit(name)
    return found


# --- folders ----------------------------------------------------------------------------------------------------------
@cache
def folders() -> dict[str, int]:
    """Modules of each folder, the fullest first; a list of migrations grows by itself and is none."""
    paths = (path for path in sources() if not path.endswith("/__init__.py") and "/versions/" not in path)
    return dict(Counter(str(Path(path).parent) for path in paths).most_common())


def _mean_definitions() -> float:
    return round(fmean(len(places) for places in definitions().values()), 2)


MEASURES: dict[str, Measure] = {
    "definitions": Measure(
        "definitions of each method of the contract, mean: declared, answered, routed",
        _mean_definitions,
        2,
        lambda: (f"{name}: {', '.join(places)}" for name, places in definitions().items()),
    ),
    "ct_primary": Measure(
        "source files that name `ct_primary`", lambda: len(naming("ct_primary")), 12, lambda: naming("ct_primary")
    ),
    "poll_offset_seconds": Measure(
        "source files that name `poll_offset_seconds`, its migration counted",
        lambda: len(naming("poll_offset_seconds")),
        4,
        lambda: naming("poll_offset_seconds"),
    ),
    "touched": Measure(
        "files to touch for a question, mean of those that are not by hand",
        lambda: round(fmean(len(paths) for paths in touched().values()), 2),
        3,
        lambda: (f"{name}: {', '.join(paths)}" for name, paths in touched().items()),
    ),
    "dicts": Measure("functions that answer a dict of anything", lambda: len(dicts()), 99, dicts),
    "untested": Measure("methods of the façade not tested on both sides", lambda: len(untested()), 0, untested),
    "null": Measure("OpenAPI members that may be null", lambda: len(null()), None, null),
    "example": Measure(
        "of these, because nobody said",
        lambda: sum(each.by_example for each in null()),
        0,
        lambda: (each for each in null() if each.by_example),
    ),
    "circles": Measure("circles of imports among modules", lambda: len(circles()), 0, circles),
    "typed_circles": Measure(
        "the same, imports for types only counted", lambda: len(circles(True)), 0, lambda: circles(True)
    ),
    "package_circles": Measure(
        "circles of imports among packages", lambda: len(circles_of_packages()), 0, circles_of_packages
    ),
    "folder": Measure(
        "modules in one flat folder, at most",
        lambda: next(iter(folders().values())),
        20,
        lambda: (f"{count:3} {name}" for name, count in folders().items() if count > 20),
    ),
}


def main(asked: list[str]) -> None:
    """The table, or what a number counts."""
    if asked:
        print(*MEASURES[asked[0]].listed(), sep="\n")
        return
    print("| what | key | now | target |\n| --- | --- | ---: | ---: |")
    for key, measure in MEASURES.items():
        target = "" if measure.target is None else f"{measure.target:g}"
        print(f"| {measure.text} | `{key}` | {measure.count():g} | {target} |")


if __name__ == "__main__":
    main(sys.argv[1:])
