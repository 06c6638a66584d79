"""TypedDicts that are made of the types of their members while the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

_MAKE: Any = TypedDict
"""No checker follows types that are made while a program runs."""


def made(name: str, members: Mapping[str, Any], text: str | None = None) -> Any:
    """The type of an object with these members."""
    kind = _MAKE(name, dict(members))
    kind.__doc__ = (text or "").partition("\n")[0]
    return kind
