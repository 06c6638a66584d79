"""The system calls of a program that change files of a folder, in order, as strace saw them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.waiting import patience

CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,rename,renameat,renameat2,link,linkat,"
    "unlink,unlinkat,mkdir,mkdirat,ftruncate,truncate,fallocate,lseek,copy_file_range,sendfile"
)

_TEXT = r'"((?:\\x[0-9a-f]{2})*)"'
_FD = r"(\d+)<((?:\\x[0-9a-f]{2}|[^>])*)>"


class Op(NamedTuple):
    """One change.

    Attributes
    ----------
    kind : {"create", "write", "truncate", "sync", "link", "rename", "unlink", "mkdir", "told"}
    path : str
        In the folder.
    other : str
        Of `link` and `rename` the new path; of `told` what was printed.
    offset : int
        Of `write` where, -1 at the end; of `truncate` the size.
    data : bytes
    """

    kind: str
    path: str = ""
    other: str = ""
    offset: int = 0
    data: bytes = b""


def why_not() -> str:
    """Why programs cannot be traced here; empty where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"strace does not work here: {done.stderr.strip()[:200]}"


def run(arguments: list[str], folder: Path, log: Path) -> list[Op]:
    """Trace a Python program that works in that folder."""
    command = ["strace", "-f", "-qq", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}", "-o", str(log)]
    subprocess.run([*command, sys.executable, *arguments], check=True, timeout=patience(120))
    return list(operations(log, folder))


def operations(log: Path, folder: Path) -> Iterator[Op]:
    """The changes below a folder. SQLite's index of its log (-shm) is left out: it is made anew after a crash."""
    root, offsets = f"{folder}/", dict[str, int]()
    for name, call, result in _calls(log):
        for op in _read(name, call, result, offsets):
            if op.kind == "told":
                yield op
            elif not op.path.endswith("-shm") and (op.path + "/").startswith(root):
                yield op._replace(path=_inside(op.path, root), other=_inside(op.other, root))


def _inside(path: str, root: str) -> str:
    return f"{path}/".removeprefix(root).rstrip("/")


def _calls(log: Path) -> Iterator[tuple[str, str, str]]:
    """Name, arguments and result of each call that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii") as lines:
        for line in lines:
            process, _, text = line.rstrip("\n").partition(" ")
            text = text.strip()
            if text.endswith("<unfinished ...>"):
                begun[process] = text.removesuffix("<unfinished ...>")
                continue
            if resumed := re.match(r"<\.\.\. \w+ resumed>", text):
                text = begun.pop(process) + text[resumed.end() :]
            name, _, rest = text.partition("(")
            call, found, result = rest.rpartition(" = ")
            if found and not result.startswith(("-1", "?")):
                yield name, call, result


def _read(name: str, call: str, result: str, offsets: dict[str, int]) -> Iterator[Op]:
    texts = [bytes.fromhex(text.replace("\\x", "")) for text in re.findall(_TEXT, call)]
    names = [text.decode("utf-8", "replace") for text in texts]
    if name in ("open", "openat", "creat"):
        fd = result.partition("<")[0]
        offsets[fd] = -1 if "O_APPEND" in call else 0
        if "O_CREAT" in call or name == "creat":
            yield Op("create", names[0])
        if "O_TRUNC" in call or name == "creat":
            yield Op("truncate", names[0])
        return
    handle = re.match(_FD, call)
    fd, path = (handle[1], _decoded(handle[2])) if handle else ("", "")
    if name == "lseek":
        if offsets.get(fd, 0) >= 0:
            offsets[fd] = int(result)
    elif name == "write":
        if fd == "1":
            yield Op("told", other=texts[0].decode("utf-8", "replace"))
            return
        at = offsets.get(fd, 0)
        done = int(result)
        offsets[fd] = at + done if at >= 0 else at
        yield Op("write", path, offset=at, data=texts[0][:done])
    elif name == "pwrite64":
        yield Op("write", path, offset=int(call.rstrip(") ").rpartition(", ")[2]), data=texts[0][: int(result)])
    elif name == "ftruncate":
        yield Op("truncate", path, offset=int(call.rstrip(") ").rpartition(", ")[2]))
    elif name in ("fsync", "fdatasync"):
        yield Op("sync", path)
    elif name in ("rename", "renameat", "renameat2"):
        yield Op("rename", names[0], names[1])
    elif name in ("link", "linkat"):
        yield Op("link", names[0], names[1])
    elif name in ("unlink", "unlinkat"):
        yield Op("unlink", names[0])
    elif name in ("mkdir", "mkdirat"):
        yield Op("mkdir", names[0])
    else:
        # A way to write that is not followed would make every state a wrong one.
        raise NotImplementedError(f"{name}({call[:200]}")


def _decoded(text: str) -> str:
    raw = re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)
    return raw.encode("latin-1").decode("utf-8", "replace")
