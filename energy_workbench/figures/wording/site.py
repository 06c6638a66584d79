"""Remarks on the figures of a site, for pages and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy_workbench.figures.wording.words import first_of


def peak_note(cards: Mapping[str, Any], when: str) -> str:
    """When the maximum demand was; where a part of the site is not known, of which time it is."""
    if not cards["energy_reason"]:
        return when
    if cards["demand_peak_kw"] is None:
        return f"not known: {cards['energy_reason']}"
    return f"{when}, while all of the site was measured"


def speak_for(cards: Mapping[str, Any]) -> list[str]:
    """A sentence on meters at the top that told nothing, and on those that the site's figures are made of instead."""
    silent = cards.get("silent") or ()
    if not silent:
        return []
    speaking = cards.get("speaking") or ()
    who = first_of(speaking) or "nothing"
    return [f"{first_of(silent)} told nothing: {who} {'speak' if len(speaking) > 1 else 'speaks'} for the site."]
