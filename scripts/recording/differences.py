"""Differences of two records of behaviour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def compare(before: Path, after: Path) -> int:
    """Print what differs; how many differ."""
    old, new = (dict(json.loads(line) for line in path.read_text("utf-8").splitlines()) for path in (before, after))
    differ = 0
    for key in dict.fromkeys((*old, *new)):
        if old.get(key, "(not there)") != new.get(key, "(not there)"):
            differ += 1
            print(key)
            for path, was, now in differences(old.get(key, "(not there)"), new.get(key, "(not there)")):
                print(f"    {path}: {short(was)} -> {short(now)}")
    print(f"{differ} of {len(old)} answers differ")
    return differ


def differences(was: Any, now: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The leaves that differ."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            yield from differences(was.get(key, "(not there)"), now.get(key, "(not there)"), f"{path}.{key}")
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for at, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from differences(one, other, f"{path}[{at}]")
    elif was != now:
        yield path, was, now


def short(value: Any) -> str:
    """A value in at most a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 160 else f"{text[:157]}..."
