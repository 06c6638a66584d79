"""Notebooks are read without the grammars that nobody asks, and who asks still gets their answers."""

from __future__ import annotations

import subprocess
import sys

DEFERRED = """
import sys
from energy_workbench.runtime import iri_grammar
iri_grammar.defer()
import nbformat
"""

WITHOUT = (
    DEFERRED
    + """
assert "lark" not in sys.modules, "compiled by importing nbformat"
"""
)

ASKED = (
    WITHOUT
    + """
from jsonschema import Draft202012Validator, FormatChecker
def fits(text):
    return Draft202012Validator({"format": "iri"}, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(text)
print([fits(text) for text in ("https://höhe.example/zähler?nr=1", "not an address", "https://a b", "urn:x:y")])
"""
)


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_who_asks_for_an_address_is_answered_by_the_grammar() -> None:
    assert said(ASKED) == "[True, False, False, True]"


def test_a_grammar_that_is_there_already_stays() -> None:
    code = f"import rfc3987_syntax as first\n{DEFERRED}import rfc3987_syntax\nprint(rfc3987_syntax is first)"
    assert said(code) == "True"
