"""Readings of the energy of intervals in the workbench's own columns: each says how long its interval was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.intervals import interval_energy
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, INTERVAL_MINUTES
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake import arrow_readings

if TYPE_CHECKING:
    import pyarrow as pa


def unsound(rows: pa.Table, numbers: Mapping[int, str], zone: tzinfo) -> list[Problem]:
    """Energies of intervals that would tell nothing, a problem each.

    Parameters
    ----------
    rows : pyarrow.Table
        As the lake has them.
    numbers : mapping of int to str
        Those of the meters, by key.
    """
    import numpy as np

    names = [name for name in INTERVAL_ENERGIES.values() if name in rows.column_names]
    if not names:
        return []
    meters, instants = arrow_readings.keys(rows)
    lengths = np.full(len(rows), np.nan)
    if INTERVAL_MINUTES in rows.column_names:
        lengths = rows[INTERVAL_MINUTES].to_numpy().astype(float)
    problems = []
    for name in names:
        energies = rows[name].to_numpy().astype(float)
        sound = (energies >= 0) & (lengths > 0) & (lengths <= interval_energy.LONGEST_MINUTES)
        for at in np.flatnonzero(~np.isnan(energies) & ~sound).tolist():
            reason = interval_energy.unsound(energies[at], None if np.isnan(lengths[at]) else lengths[at])
            instant = from_micros(int(instants[at])).astimezone(zone).isoformat()
            number = numbers.get(int(meters[at]), str(meters[at]))
            problems.append(Problem(f"{number} at {instant}", name, f"{energies[at]:,.10g}", reason))
    return problems
