"""Which meters a commit touched, and when: as its log entry tells it, briefly also where they are very many."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER

Spans = dict[int, list[tuple[int, int]]]
"""By key of the meter, first and last instant of what lies together [µs since 1970], both among them."""

EVERYONE = "*"
"""So earlier versions told of a commit that touched very many meters."""


def told(spans: Mapping[int, Sequence[tuple[int, int]]]) -> dict[str, list[int]]:
    """Spans as a log entry has them: keys like `1-64,66`, and pairs of instants that hold those of each of them.

    Meters are told together whose instants lie in the same quarters of an hour: no more than a quarter is said too much
    of any, and never across an edge at which a month of any zone ends.
    """
    alike: dict[tuple[int, ...], list[int]] = {}
    for meter, pairs in sorted(spans.items()):
        alike.setdefault(tuple(at // QUARTER for pair in pairs for at in pair), []).append(meter)
    entry: dict[str, list[int]] = {}
    for meters in alike.values():
        sides = list(zip(*(itertools.chain(*spans[meter]) for meter in meters), strict=True))
        entry[_written(meters)] = [max(side) if place % 2 else min(side) for place, side in enumerate(sides)]
    return entry


def read(entry: Mapping[str, Sequence[int]] | None) -> Spans | None:
    """What a log entry tells; None where it does not tell of each meter."""
    if entry is None or EVERYONE in entry:
        return None
    spans: Spans = {}
    for text, instants in entry.items():
        pairs = list(zip(instants[::2], instants[1::2], strict=True))
        for meter in _keys(text):
            spans.setdefault(meter, []).extend(pairs)
    return spans


def _written(meters: Iterable[int]) -> str:
    """Ascending keys as `1-64,66`."""
    runs = itertools.groupby(enumerate(meters), lambda pair: pair[1] - pair[0])
    keys = ([meter for _, meter in run] for _, run in runs)
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in keys)


def _keys(text: str) -> Iterator[int]:
    for run in text.split(","):
        first, _, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)
