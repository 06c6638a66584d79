"""Quality of an interval's or a bucket's energy: how it came to be known."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

QUALITIES: Final = ("actual", "edited", "from_power", "estimated", "missing")
"""From best to worst; `from_power` where no counter tells of it, but close samples of power do."""

MEASURED: Final = ("actual", "from_power")
"""Of what was measured by itself."""

UNSURE: Final = ("estimated", "edited")
"""Of what was not, in whole or in part."""

WORDS: Final = MappingProxyType({quality: quality.replace("_", " ") for quality in QUALITIES})
"""As people read them."""
