"""The configuration of a plant in a transactional database: site, meters, ratios, tokens; and live state beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energy_workbench.registry.live_state.state import StateStore
    from energy_workbench.registry.registry import Registry

__all__ = ["Registry", "StateStore"]


def __getattr__(name: str) -> Any:
    """Import on first use: SQLAlchemy costs a command that needs no database a quarter of a second."""
    if name == "Registry":
        from energy_workbench.registry.registry import Registry

        return Registry
    if name == "StateStore":
        from energy_workbench.registry.live_state.state import StateStore

        return StateStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
