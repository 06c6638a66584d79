"""Whether what is said at run time is what its type says, member by member."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter


def is_of(kind: Any, said: Any) -> bool:
    """Strictly, and with nothing beside it: members that the type lacks would not come back."""
    return bool(TypeAdapter(kind).validate_python(said, strict=True) == said)
