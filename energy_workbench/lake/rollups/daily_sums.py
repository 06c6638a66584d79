"""SQL of the sums of intervals by local day: how they are made, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from energy_workbench.domain.maxima import RELATIVE, TOLERANCE, least
from energy_workbench.lake.buckets import bucketed, sums_query, together

DEMANDS: Final = ("demand_kw", "export_demand_kw")
KNOWN: Final = "(energy_import_kwh IS NOT NULL OR energy_export_kwh IS NOT NULL)"
"""SQL of an interval of which some energy is known."""


def made_query(source: str, edges: Sequence[int]) -> str:
    """SQL of the sums of a file of intervals, a row a meter and local day.

    Parameters
    ----------
    source : str
        SQL of the intervals.
    edges : sequence of int
        Of the local days [µs since 1970]; where these are not even, the relation `buckets` has them.

    Returns
    -------
    str
        The columns of `sums_query` with peaks but for `bucket`, and `start`, the first interval that there is;
        `known_at`, the first of which some energy is known, and `distant`, of how many readings are far apart; of each
        demand `…_at`, the first time at which it is as great as its greatest, and `…_first`, what it is then. Times but
        `start` are in µs since 1970.
    """
    relation = bucketed(source, "true", edges)
    facts = f"""SELECT meter, bucket, min(start) AS start, epoch_us(min(start) FILTER ({KNOWN})) AS known_at,
        count(grain_minutes)::INTEGER AS distant FROM {relation} GROUP BY meter, bucket"""  # noqa: S608 - fixed names
    firsts = ", ".join(
        f"epoch_us(min(start) FILTER ({great})) AS {name}_at, arg_min(i.{name}, start) FILTER ({great}) AS {name}_first"
        for name in DEMANDS
        for great in [f"i.{name} >= s.{name} - greatest({TOLERANCE}, {RELATIVE} * abs(s.{name}))"]
    )
    return f"""WITH sums AS MATERIALIZED ({sums_query(source, "true", edges, peaks=True)})
        SELECT * EXCLUDE (bucket) REPLACE (rank::TINYINT AS rank) FROM ({facts}) JOIN sums USING (meter, bucket)
        JOIN (SELECT meter, bucket, {firsts} FROM {relation} i JOIN sums s USING (meter, bucket)
            GROUP BY meter, bucket) USING (meter, bucket)
        ORDER BY meter, start"""  # noqa: S608 - numbers and fixed names


def added_query(rolled: str, rest: str, where: str, edges: Sequence[int], *, peaks: bool = False) -> str:
    """SQL of the sums over each meter and bucket, as `sums_query` has them, from sums by day and other intervals.

    Parameters
    ----------
    rolled, rest : str
        SQL of the sums by day, and of the intervals that are not in them.
    where, edges, peaks
        As of `sums_query`; the buckets are made of whole days of `rolled`.
    """
    parts = f"""(SELECT * FROM {bucketed(rolled, where, edges)}
        UNION ALL BY NAME ({sums_query(rest, where, edges, peaks=peaks)}))"""  # noqa: S608 - numbers and fixed names
    return together(parts, peaks=peaks)


def first_query(rolled: str, rest: str, where: str, column: str, peaks: Mapping[int, float]) -> str:
    """SQL of when a column first had its peak, from sums by day and other intervals: `meter`, `at`, `unsure`.

    Parameters
    ----------
    rolled, rest, where
        As of `added_query`, of one bucket.
    column : {"demand_kw", "export_demand_kw"}
    peaks : mapping of int to float
        By key of the meter.

    Returns
    -------
    str
        `at` is when it was first as great [µs since 1970]; `unsure` is true where it may have been earlier: on a day
        whose own maximum was as great, after one that was not.
    """
    rows = ", ".join(f"({int(key)}, {least(peak)!r}::DOUBLE)" for key, peak in peaks.items())
    sure = "min(since) FILTER (value >= least)"
    return f"""SELECT meter, {sure} AS at,
            coalesce(min(since) FILTER (value < least) < coalesce({sure}, {2**62}), false) AS unsure
        FROM (SELECT meter, {column} AS most, {column}_at AS since, {column}_first AS value FROM {rolled} WHERE {where}
            UNION ALL SELECT meter, {column}, epoch_us(start), {column} FROM {rest} WHERE {where})
        JOIN (VALUES {rows}) AS peaks (meter, least) USING (meter) WHERE most >= least GROUP BY meter"""  # noqa: S608
