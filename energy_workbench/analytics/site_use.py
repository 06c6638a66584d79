"""Energy use of the site: import and own production, less export; known only where each part is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from energy_workbench.analytics.flow import Measured, branch, children_of, delivered_and_taken
from energy_workbench.analytics.sources import sources
from energy_workbench.domain.entities import Flow, Meter, MeterType


@dataclass(frozen=True, slots=True)
class Absent:
    """What a site's figures do without: meters that were never connected, and roots that tell nothing.

    Attributes
    ----------
    keys : frozenset of int
        They do without these wherever they hang.
    tops : frozenset of int
        And without these where nothing that stays is above them: what is below them counts in their place, which
        below a meter that counts would count twice.
    spares : tuple of Meter
        Those of them that would be a part of the site's use: they are named beside its figures.
    silent : tuple of Meter
        Roots that told nothing in a period, in whose place the highest meters below them that did speak for the site.
    """

    keys: frozenset[int] = frozenset()
    tops: frozenset[int] = frozenset()
    spares: tuple[Meter, ...] = ()
    silent: tuple[Meter, ...] = ()

    def without(self, meters: Iterable[Meter]) -> list[Meter]:
        """The others, of meters in the order of a tree of any time."""
        kept: list[Meter] = []
        there: set[int] = set()
        for meter in meters:  # each after its parent
            if meter.key not in self.keys and (meter.key not in self.tops or meter.parent in there):
                kept.append(meter)
                there.add(meter.key)
        return kept

    @property
    def numbers(self) -> list[str]:
        """Numbers of the spares."""
        return [meter.number for meter in self.spares]


def site_parts(meters: Sequence[Meter]) -> list[Meter]:
    """What the site's use is made of: roots, incomers that hang elsewhere, and producers that no other one sees."""
    kinds, by_key = sources(meters), {meter.key: meter for meter in meters}
    roots = [meter for meter in children_of(meters).get(None, []) if meter.flow is not Flow.PRODUCER]
    elsewhere = [meter for meter in kinds.grid if meter not in roots and not _seen_by_root(meter, by_key)]
    return [*roots, *elsewhere, *kinds.solar, *kinds.generators, *kinds.others]


def site_use(meters: Sequence[Meter], measured: Mapping[int, Measured]) -> float | None:
    """What the site uses [kW or kWh]; None where a part of it is not known, or out of service."""
    return use_of(site_parts(meters), measured)


def use_of(parts: Sequence[Meter], measured: Mapping[int, Measured]) -> float | None:
    """As `site_use`, of the parts."""
    if not parts or unknown_parts(parts, measured):
        return None
    total = 0.0
    for meter in parts:
        up, down = delivered_and_taken(meter, measured[meter.key])
        total += up - down if meter.flow is Flow.PRODUCER else down - up
    return total


def unknown_parts(parts: Iterable[Meter], measured: Mapping[int, Measured]) -> list[Meter]:
    """Those that are out of service or told nothing."""
    return [meter for meter in parts if not (meter.metered and measured.get(meter.key, Measured()).known(meter))]


def why_unknown(
    meters: Iterable[Meter],
    zone: tzinfo,
    silent: str = "has no data in this period",
    measured: Mapping[int, Measured] | None = None,
) -> str:
    """Which meters, why what they measure is not known, and since when.

    Parameters
    ----------
    measured : mapping, optional
        By key what their registers told: one that told the other register was not silent.
    """

    def why(meter: Meter) -> str:
        known = (measured or {}).get(meter.key, Measured())
        if meter.metered and (known.imported is not None or known.exported is not None):
            told, counted = ("import", "export") if known.exported is None else ("export", "import")
            return (
                f"{meter.number} tells its {told} only, and what it produces is counted in its {counted}: "
                "is production_register right?"
            )
        return out_of_service(meter, zone) or f"{meter.number} {silent}"

    return "; ".join({meter.number: why(meter) for meter in meters}.values())


def out_of_service(meter: Meter, zone: tzinfo) -> str:
    """That nobody meters what goes through a meter, and since when; empty while it is in service."""
    if meter.metered:
        return ""
    since = f" since {meter.status_since.astimezone(zone):%-d %b %Y %H:%M}" if meter.status_since else ""
    return f"{meter.number} is out of service{since}: what goes through it is not metered"


def absent(meters: Sequence[Meter], never: Collection[int]) -> Absent:
    """What a site's figures do without, of a tree in which some meters were never connected.

    A root with nothing connected below it is a spare, as long as another root takes energy in. A producer is one once
    it is out of service as well: until then what it makes is not known. A virtual root is no meter: what is below it
    counts.
    """
    tops = frozenset(meter.key for meter in meters if meter.key in never and meter.type is MeterType.VIRTUAL)
    spares: list[Meter] = []
    rest = Absent(tops=tops).without(meters)
    roots = [root for root in children_of(rest).get(None, []) if root.flow is not Flow.PRODUCER]
    empty = [root for root in roots if all(meter.key in never for meter in branch(meters, root.key))]
    if len(empty) < len(roots):
        spares += empty
    spares += [m for m in meters if m.flow is Flow.PRODUCER and m.key in never and not m.metered]
    gone = {meter.key for spare in spares for meter in branch(meters, spare.key) if meter.key in never}
    return Absent(frozenset(gone), tops, tuple(spares))


def spoken_for(absent: Absent, meters: Sequence[Meter], known: Collection[int]) -> Absent:
    """What a site's figures of a period do without, so that the highest meters that are known speak for it.

    Of a period in which the tree changed, it is asked of one tree after the other.

    A root that told nothing gives way to what is below it, where something there did tell; what is below it and told
    nothing, with all that it has below, goes with it. A root that is out of service does not: somebody said so.

    Parameters
    ----------
    meters : sequence of Meter
        In the order of the tree.
    known : collection of int
        Keys of those that told in the period what they take, or produce.
    """
    silent, reached = {meter.key: meter for meter in absent.silent}, set[int]()
    while True:
        rest = absent.without(meters)
        mute = [each for each in speakers(rest) if each.key not in known]
        telling = [each for each in mute if any(below.key in known for below in branch(rest, each.key))]
        empty = [each for each in mute if each not in telling and each.key in reached]
        if not telling and not empty:
            return replace(absent, silent=tuple(silent.values()))
        reached |= {each.key for each in rest if each.parent in {root.key for root in telling}}
        silent |= {each.key: each for each in (*telling, *empty)}
        gone = {each.key for each in telling} | {below.key for each in empty for below in branch(rest, each.key)}
        absent = replace(absent, tops=absent.tops | gone)


def speakers(meters: Sequence[Meter]) -> list[Meter]:
    """The roots that are asked first what the site took, of meters in the order of the tree."""
    return [each for each in children_of(meters).get(None, []) if each.flow is not Flow.PRODUCER and each.metered]


def _seen_by_root(meter: Meter, by_key: Mapping[int, Meter]) -> bool:
    while meter.parent is not None and meter.parent in by_key:
        if not meter.seen_by_parent:
            return False
        meter = by_key[meter.parent]
    return True
