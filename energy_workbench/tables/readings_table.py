"""Readings that somebody gives as a frame or a file: as a table, and on their way to a service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.runtime.paths import AnyPath, NamedContent

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def as_table(source: pd.DataFrame | pa.Table) -> pa.Table:
    """A frame as an Arrow table; an index that has a name is a column.

    Raises
    ------
    InputError
        If it is something else, or a column holds things of several kinds.
    """
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return source
    if not hasattr(source, "reset_index"):
        raise InputError(f"readings are a path, a pandas frame or an Arrow table, not {type(source).__name__}")
    if any(name is not None for name in source.index.names):
        source = source.reset_index()
    try:
        return pa.Table.from_pandas(source, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InputError(f"the frame cannot be read: {error}") from None


@contextmanager
def on_disk(source: NamedContent) -> Iterator[Path]:
    """A file that is in memory on disk, for as long as it is read; its name is no path of anything."""
    with TemporaryDirectory(prefix="energy-workbench-") as folder:
        path = Path(folder) / "readings"
        path.write_bytes(source[1])
        yield path


@contextmanager
def upload(source: AnyPath | NamedContent | pd.DataFrame | pa.Table) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of readings on their way to a service: a file as it is, a frame as Parquet.

    Raises
    ------
    NotFoundError
        If there is no such file.
    """
    if isinstance(source, tuple):
        yield source[0], BytesIO(source[1])
        return
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if not path.is_file():
            raise NotFoundError(f"{path}: there is no such file")
        with path.open("rb") as file:
            yield path.name, file
        return
    import pyarrow.parquet as pq

    content = BytesIO()
    pq.write_table(as_table(source), content)
    content.seek(0)
    yield "frame.parquet", content
