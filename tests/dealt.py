"""How the files of the suite are dealt out to the workers of pytest-xdist."""

from __future__ import annotations

from collections import Counter
from typing import Any

from xdist.scheduler import LoadFileScheduling

from tests import durations

USUAL_SECONDS = 2.0
"""Of a file that the table does not name [s]."""


def choice(left: list[str], mine: str, others: set[str], seconds: dict[str, float]) -> str:
    """The file that a worker is to run next.

    It goes on in the folder where it is: homes, servers and browsers of a folder are made once for each worker that
    comes there. Then it begins the longest folder that nobody has begun, and at last it helps where most is left; of
    a folder the longest file comes first, so that none is begun when the others are almost done.

    Parameters
    ----------
    left : list of str
        Files that nobody has run yet.
    mine : str
        Folder of the worker's last file, or empty.
    others : set of str
        Folders that other workers are in.
    seconds : dict
        By file; those that are not in it are short [s].
    """
    taking = lambda file: seconds.get(file, USUAL_SECONDS)  # noqa: E731
    folders: Counter[str] = Counter()
    for file in left:
        folders[folder(file)] += taking(file)  # type: ignore[assignment]
    if mine not in folders:
        mine = max(folders.keys() - others or folders, key=lambda each: (folders[each], each))
    return max((file for file in left if folder(file) == mine), key=lambda file: (taking(file), file))


def folder(file: str) -> str:
    """Folder of the tests, below `tests`."""
    return "/".join(file.split("/")[:2])


class FolderScheduling(LoadFileScheduling):  # type: ignore[misc]
    """Whole files, and of a folder as many as there are to one worker."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._in: dict[Any, str] = {}
        self._seconds = durations.known()

    def _assign_work_unit(self, node: Any) -> None:
        others = {where for worker, where in self._in.items() if worker is not node and worker in self.assigned_work}
        file = choice(list(self.workqueue), self._in.get(node, ""), others, self._seconds)
        self._in[node] = folder(file)
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
