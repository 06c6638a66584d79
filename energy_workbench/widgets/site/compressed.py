"""Static files as browsers get them: compressed by gzip, once, when the environment is built or a server starts."""

from __future__ import annotations

import gzip
import hashlib
import logging
import mimetypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tornado.web import StaticFileHandler

from energy_workbench.runtime import disk
from energy_workbench.widgets.site.shipped import KINDS, files

FOLDER: Final = Path(sys.prefix) / "share" / "energy-workbench" / "compressed"
"""Where they are kept: a part of the environment, whose files they are."""
log = logging.getLogger("energy_workbench.pages")


class Compressed(StaticFileHandler):
    """Mixed into a handler of static files: gives the compressed file to who takes it, where there is one."""

    shown: str = ""
    """Path of the file itself, where a compressed one is sent."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """The file that is sent."""
        found = super().validate_absolute_path(root, absolute_path)
        self.shown = ""
        if found is None or Path(found).suffix not in KINDS:
            return found
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" not in self.request.headers.get("Accept-Encoding", "") or "Range" in self.request.headers:
            return found
        ready = place(Path(found))
        try:
            self._stat_result = ready.stat()  # Tornado keeps the size of what it looked at
        except OSError:
            return found
        self.shown = found
        self.set_header("Content-Encoding", "gzip")
        return str(ready)

    def get_content_type(self) -> str:
        """The type of the file itself."""
        if not self.shown:
            return super().get_content_type()
        return mimetypes.guess_type(self.shown)[0] or "application/octet-stream"


def compressing(handler: type[Any]) -> type[Any]:
    """A handler of static files that sends them compressed; any other as it is."""
    if not issubclass(handler, StaticFileHandler) or issubclass(handler, Compressed):
        return handler
    return type(handler.__name__, (Compressed, handler), {})


def place(file: Path) -> Path:
    """Where the compressed form of a file is: of this very version of it."""
    stat = file.stat()
    version = f"{file.resolve()}|{stat.st_mtime_ns}|{stat.st_size}"
    return FOLDER / f"{hashlib.sha256(version.encode()).hexdigest()[:32]}.gz"


def prepare(folders: Iterator[Path]) -> int:
    """Compress all that is not yet, and remove what no file needs any more; how many were written.

    Where the folder cannot be written, files go out as they are: that is said, once.
    """
    written, needed = 0, set()
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for file in folders:
            ready = place(file)
            needed.add(ready.name)
            if not ready.exists():
                # Several servers start at the same time; and who builds the environment need not be who runs them.
                with disk.replaced(ready) as draft:
                    draft.write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
                    draft.chmod(0o644)
                written += 1
        for old in FOLDER.glob("*.gz"):
            if old.name not in needed:
                old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("pages' files are sent uncompressed, which opens pages later: %s", error)
    return written


if __name__ == "__main__":
    prepare(files())
