"""Redaction of addresses in text: a webhook's path, or a login before a host, is often a secret in itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_WEB: Final = re.compile(
    r"(?P<scheme>https?)://(?:[^\s/@]*@)?(?P<host>\[[^\]\s]*\]|[^\s/?#@:\"'<>]+)[^\s\"'<>]*", re.IGNORECASE
)
_LOGIN: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@]+@", re.IGNORECASE)


def hidden(text: str) -> str:
    """A text whose web addresses say scheme and host only, and no other address says a login.

    >>> hidden("https://hooks.example.com/services/T0/B1/x: did not answer")
    'https://hooks.example.com/… did not answer'
    """
    return _LOGIN.sub(r"\g<scheme>…@", _WEB.sub(lambda match: f"{match['scheme']}://{match['host']}/…", text))


def without_secrets(value: Any) -> Any:
    """Plain values (of JSON) with every text in them as `hidden` shows it, keys too."""
    if isinstance(value, str):
        return hidden(value)
    if isinstance(value, Mapping):
        return {hidden(str(key)): without_secrets(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(each) for each in value]
    return value
