"""Deferred import of `rfc3987_syntax`: its grammars take seconds to compile, and notebooks need none.

`nbformat` imports `jsonschema`, which imports `rfc3987_syntax`, which compiles forty grammars as it is imported: about
3 s of a processor, in each process that reads a notebook. Notebooks hold no such addresses, so it is never asked.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

NAME = "rfc3987_syntax"


def defer() -> None:
    """Let that module be compiled when it is first asked, and not when it is imported. Nothing else changes."""
    if NAME in sys.modules or (spec := find_spec(NAME)) is None or spec.loader is None:
        return
    module, loader = module_from_spec(spec), spec.loader

    def is_valid_syntax(term: str, value: str) -> bool:
        if module.__dict__["is_valid_syntax"] is is_valid_syntax:
            loader.exec_module(module)  # puts its own function in the place of this one
        return bool(module.__dict__["is_valid_syntax"](term, value))

    module.__dict__["is_valid_syntax"] = is_valid_syntax
    sys.modules[NAME] = module
