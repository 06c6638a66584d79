"""The table of findings about counters, replaced together with the intervals that they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.time.clock import to_micros

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.store import Store


def schema() -> pa.Schema:
    """Schema of the findings table; `since` and `until` are start and end of a finding."""
    import pyarrow as pa

    instant = pa.timestamp("us", "UTC")
    return pa.schema(
        [
            ("meter", pa.int32()),
            ("since", instant),
            ("until", instant),
            *((name, pa.string()) for name in ("name", "quantity", "text", "evidence", "month")),
        ]
    )


def stored(
    table: Store, meters: Iterable[int] | None = None, start: int | None = None, end: int | None = None
) -> list[Finding]:
    """Findings that end in a span [µs since 1970], by meter and time.

    Parameters
    ----------
    table : Store
        The lake's `findings`.
    meters : iterable of int, optional
        Keys; every meter by default.
    """
    from energy_workbench.lake.storage import duck

    keys = None if meters is None else sorted(set(meters))
    files = table.snapshot().select(start, end, keys)
    if not files or keys == []:
        return []
    where = ["true"]
    if keys is not None:
        where.append(f"meter IN ({', '.join(map(str, keys))})")
    if start is not None:
        where.append(f"until >= make_timestamptz({start})")
    if end is not None:
        where.append(f"until < make_timestamptz({end})")
    query = f"""SELECT name, meter, quantity, epoch_us(since), epoch_us(until), text, evidence FROM {duck.scan(files)}
        WHERE {" AND ".join(where)} ORDER BY meter, until, quantity, name"""  # noqa: S608 - numbers and fixed names
    with duck.session() as connection:
        rows = connection.execute(query).fetchall()
    return [
        Finding(
            name=name,
            meter=meter,
            quantity=quantity,
            start=_instant(since),
            end=_instant(until),
            text=text,
            evidence=json.loads(evidence),
        )
        for name, meter, quantity, since, until, text, evidence in rows
    ]


def replace(
    table: Store,
    findings: Sequence[Finding],
    meters: Sequence[int],
    span: tuple[int | None, int | None],
    predicate: str,
    *,
    everything: bool = False,
) -> None:
    """Put what a build found in the place of what was known of its meters and span; the same again writes nothing.

    Parameters
    ----------
    predicate : str
        The rows that meters and span stand for, as Delta writes a condition.
    everything : bool
        In the place of all there is.
    """
    known = stored(table) if everything else stored(table, meters, *span)
    order = sorted(findings, key=lambda each: (each.meter, each.end, each.quantity, each.name))
    if order == known:
        return
    with table.writer():
        table.write(_table(order), predicate=None if everything else predicate, replace=everything)


def _table(findings: Sequence[Finding]) -> pa.Table:
    import pyarrow as pa

    rows = [
        {
            "meter": each.meter,
            "since": to_micros(each.start),
            "until": to_micros(each.end),
            "name": each.name,
            "quantity": each.quantity,
            "text": each.text,
            "evidence": json.dumps(dict(each.evidence)),
            "month": f"{each.end.astimezone(UTC):%Y-%m}",
        }
        for each in findings
    ]
    return pa.Table.from_pylist(rows, schema())


def _instant(micros: int) -> datetime:
    from energy_workbench.domain.time.clock import from_micros

    return from_micros(micros)
