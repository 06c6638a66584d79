"""The difference of two figures, as paths with their new values."""

from __future__ import annotations

from typing import Any

Change = tuple[list[str | int], Any]


def changes(old: Any, new: Any) -> list[Change] | None:
    """The changes from the old figure to the new one.

    Parameters
    ----------
    old, new : JSON value
        Dicts are compared by key and lists of equal length by position where their elements are dicts
        (traces, annotations); any other list is replaced whole, as Plotly wants its arrays.

    Returns
    -------
    list of (path, value), or None
        None where the two are so different that the whole must be sent. A value of None removes a key.
    """
    different: list[Change] = []
    return different if _walk(old, new, [], different) else None


def _walk(old: Any, new: Any, path: list[str | int], different: list[Change]) -> bool:
    """Collect what is different below a path; False where the whole must be sent."""
    if old == new:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        different.extend(([*path, key], None) for key in old.keys() - new.keys())
        for key, value in new.items():
            if key not in old:
                different.append(([*path, key], value))
            elif not _walk(old[key], value, [*path, key], different):
                return False
        return True
    if (
        isinstance(old, list)
        and isinstance(new, list)
        and len(old) == len(new)
        and any(isinstance(v, dict) for v in new)
    ):
        return all(_walk(a, b, [*path, index], different) for index, (a, b) in enumerate(zip(old, new, strict=True)))
    if not path:
        return False
    different.append((path, new))
    return True
