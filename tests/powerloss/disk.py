"""A disk that loses power: what a folder may look like afterwards, by the letter of POSIX.

A write is safe once its file was synced, a name once its folder was. Of what was not, any part may be there: writes
in any order and torn at sectors, names in any order. That is more than a journalling file system does to anybody.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path, PurePosixPath

from tests.powerloss.trace import Op

SECTOR = 512
ALL_SUBSETS = 6
"""Up to so many changes in flight every combination is tried; above, a selection."""


@dataclass(eq=False)
class File:
    """Content as it is for sure, and changes in flight: (offset, data), or (size, None) for a truncation."""

    safe: bytearray = field(default_factory=bytearray)
    flying: list[tuple[int, bytes | None]] = field(default_factory=list)

    def content(self, chosen: Iterable[tuple[int, bytes | None]]) -> bytearray:
        """The content with some of the changes."""
        now = bytearray(self.safe)
        for at, data in chosen:
            if data is None:
                now[at:] = bytes(max(0, at - len(now)))
            else:
                now.extend(bytes(max(0, at - len(now))))
                now[at : at + len(data)] = data
        return now


@dataclass(eq=False)
class Folder:
    """Names as they are for sure, and changes in flight: (name that goes, name that comes, what it is)."""

    safe: dict[str, File | Folder] = field(default_factory=dict)
    flying: list[tuple[str, str, File | Folder | None]] = field(default_factory=list)

    def names(self, chosen: Iterable[tuple[str, str, File | Folder | None]]) -> dict[str, File | Folder]:
        """The names with some of the changes."""
        now = dict(self.safe)
        for gone, come, node in chosen:
            now.pop(gone, None)
            if come and node is not None:
                now[come] = node
        return now


State = dict[str, bytes | None]
"""Content by path; None is a folder."""


class Disk:
    """A folder that is durable and empty at first."""

    def __init__(self) -> None:
        self.root = Folder()

    def apply(self, op: Op) -> None:
        """One change of the program."""
        if op.kind == "sync":
            node = self._node(op.path)
            if isinstance(node, File):
                node.safe, node.flying = node.content(node.flying), []
            else:
                node.safe, node.flying = node.names(node.flying), []
        elif op.kind in ("write", "truncate"):
            file = self._node(op.path)
            assert isinstance(file, File), op.path
            at = op.offset if op.offset >= 0 else len(file.content(file.flying))
            file.flying.append((at, op.data if op.kind == "write" else None))
        elif op.kind != "told":
            self._rename(op)

    def _rename(self, op: Op) -> None:
        folder, name = self._place(op.path)
        there = folder.names(folder.flying).get(name)
        if op.kind == "create" and there is None:
            folder.flying.append(("", name, File()))
        elif op.kind == "mkdir" and there is None:
            folder.flying.append(("", name, Folder()))
        elif op.kind == "unlink":
            folder.flying.append((name, "", None))
        elif op.kind in ("link", "rename"):
            target, new = self._place(op.other)
            assert target is folder, "no program here moves files between folders"
            folder.flying.append((name if op.kind == "rename" else "", new, there))

    def _place(self, path: str) -> tuple[Folder, str]:
        pure = PurePosixPath(path)
        folder = self._node(str(pure.parent))
        assert isinstance(folder, Folder), path
        return folder, pure.name

    def _node(self, path: str) -> File | Folder:
        node: File | Folder = self.root
        for name in PurePosixPath(path).parts:
            assert isinstance(node, Folder), path
            node = node.names(node.flying)[name]
        return node

    def _nodes(self, node: File | Folder) -> Iterator[File | Folder]:
        yield node
        if isinstance(node, Folder):
            for child in [*node.safe.values(), *(n for _, _, n in node.flying if n is not None)]:
                yield from self._nodes(child)

    def states(self, luck: random.Random, most: int) -> Iterator[State]:
        """What may be found if the power goes now: nothing in flight, everything, and what lies between."""
        nodes = list(dict.fromkeys(self._nodes(self.root)))
        flying = [(node, index) for node in nodes for index in range(len(node.flying))]
        for chosen in _choices(len(flying), luck, most):
            yield self._state({flying[index] for index, yes in enumerate(chosen) if yes}, None)
        for node, index in flying:
            change = node.flying[index]
            if isinstance(node, File) and isinstance(change[1], bytes) and len(change[1]) > SECTOR:
                cut = luck.randrange(SECTOR, len(change[1]), SECTOR)
                yield self._state(set(flying), (node, index, slice(None, cut)))
                yield self._state(set(flying), (node, index, slice(cut, None)))

    def _state(self, chosen: set[tuple[File | Folder, int]], torn: tuple[File, int, slice] | None) -> State:
        found: State = {}

        def walk(node: File | Folder, path: str) -> None:
            picked = [index for index in range(len(node.flying)) if (node, index) in chosen]
            if isinstance(node, Folder):
                if path:
                    found[path] = None
                for name, child in node.names(node.flying[index] for index in picked).items():
                    walk(child, f"{path}/{name}" if path else name)
                return
            changes = [node.flying[index] for index in picked]
            if torn is not None and torn[0] is node and torn[1] in picked:
                at, data = node.flying[torn[1]]
                assert data is not None
                changes[picked.index(torn[1])] = (at + (torn[2].start or 0), data[torn[2]])
            found[path] = bytes(node.content(changes))

        walk(self.root, "")
        return found


def write(state: State, folder: Path) -> None:
    """Make a folder look like that."""
    for path, content in state.items():
        target = folder / path
        if content is None:
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _choices(count: int, luck: random.Random, most: int) -> Iterator[Sequence[bool]]:
    if count <= ALL_SUBSETS and 2**count <= most:
        yield from product((False, True), repeat=count)
        return
    yield [False] * count
    yield [True] * count
    rest = [[(index == one) != flip for index in range(count)] for one in range(count) for flip in (False, True)]
    rest += [[index < first for index in range(count)] for first in range(1, count)]
    luck.shuffle(rest)
    yield from rest[: most // 2]
    for _ in range(max(0, most - 2 - len(rest[: most // 2]))):
        share = luck.random()
        yield [luck.random() < share for _ in range(count)]
