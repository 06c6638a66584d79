"""Phrases of a mail by language; the catalogue is the file `words.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def words(language: str) -> Mapping[str, str]:
    """The words in a language of `domain.schedules.LANGUAGES`; English where it has none."""
    known = catalogue()
    return {**known["en"], **known.get(language, {})}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The words by language."""
    words_by_language: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
    return words_by_language
