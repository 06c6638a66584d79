"""Whether meters measure what they should: looked at once a day of each meter, and when much was built at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from energy_workbench.analytics.commissioning.checks import Check, Verdict
from energy_workbench.analytics.commissioning.wiring import PHASES, wiring
from energy_workbench.analytics.flow import children_of
from energy_workbench.analytics.losses.compositions import compositions
from energy_workbench.analytics.losses.node_books import sides_of
from energy_workbench.analytics.measuring.causes import causes
from energy_workbench.analytics.measuring.finding import Differing, joined
from energy_workbench.analytics.measuring.neighbours import Suspect, suspects
from energy_workbench.domain.entities import Meter, ProductionRegister, Unread
from energy_workbench.domain.health.finding_words import MEASURING, POWER
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import Ratio, ratio_at
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.services.measuring.rated import rated_kva

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.energy.power_agreement import Agreement
    from energy_workbench.lake.build.intervals import BuildResult
    from energy_workbench.lake.lake import Lake
    from energy_workbench.registry import Registry, StateStore

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
MUCH: Final = 23 * HOUR_US
"""What was built of a meter at once is looked at at once from this length on [µs]."""
BACK: Final = 3 * DAY_US
"""What was before is looked at too, so that days of which little is known make one [µs]."""
NEIGHBOURS: Final = 7 * DAY_US
"""What the balance with the neighbours is told by [µs]."""
CONTINUED: Final = 0.05
"""Share by which the ratio of a finding that goes on may differ from what it was."""
MOST_KNOWN: Final = 100_000
MOST_DAYS: Final = 30_000
"""Days of meters that are looked at together: a thousand meters for a month."""
LEAST_VOTES: Final = 6
"""Hours that must tell how the phases are connected."""
MOST_VOTES: Final = 0.8
"""Share of them that must tell the same."""
PHASE_QUANTITIES: Final = (
    "active_power_total",
    *(f"{name}_{phase}" for phase in PHASES for name in ("active_power", "reactive_power", "apparent_power",
                                                         "power_factor", "current")),
    *(f"voltage_{phase}_n" for phase in PHASES),
)  # fmt: skip


Sides = tuple["NDArray[np.float64]", "NDArray[np.float64]"]
"""What a meter imported and exported in each hour [kWh]."""


class _Looked(NamedTuple):
    """A span that is looked at [µs since 1970], and the meters that are."""

    start: int
    end: int
    meters: tuple[int, ...]

    def parts(self) -> Iterator[_Looked]:
        """The same in groups of meters that fit into memory, however long the span is."""
        size = max(1, MOST_DAYS * DAY_US // (self.end - self.start))
        return (self._replace(meters=self.meters[at : at + size]) for at in range(0, len(self.meters), size))


class _Registered(NamedTuple):
    """What is configured of meters, by key, and which are below each."""

    meters: dict[int, Meter]
    below: dict[int | None, list[Meter]]
    ratios: dict[int, list[Ratio]]

    @classmethod
    def of(cls, registry: Registry) -> _Registered:
        meters = registry.meters()
        ratios: dict[int, list[Ratio]] = {}
        for key, ratio in registry.all_ratios():
            ratios.setdefault(key, []).append(ratio)
        return cls({meter.key: meter for meter in meters}, children_of(meters), ratios)


class MeasuringChecks:
    """Looks at what was built; what it finds is in the live state.

    Parameters
    ----------
    lake : Lake
    registry : Registry
    state : StateStore
        Where findings are kept.
    """

    def __init__(self, lake: Lake, registry: Registry, state: StateStore) -> None:
        self._lake, self._registry, self._state = lake, registry, state
        self._until: dict[int, int] = {}

    def after(self, built: BuildResult, *, at_once: bool = False) -> int:
        """Look at what a build built, where it is time to; how many findings there are.

        A day of a meter is looked at when the next one begins, and again where readings of it came late; what was
        built of a day and more at once, at once.

        Parameters
        ----------
        at_once : bool
            Whatever was built.
        """
        due = self._due(built, at_once)
        if not due:
            return 0
        known = _Registered.of(self._registry)
        return sum(self._look(part, known) for looked in due for part in looked.parts())

    def _due(self, built: BuildResult, at_once: bool) -> list[_Looked]:
        spans: dict[int, tuple[int, int]] = {}
        extent = self._lake.readings.snapshot().extent() if built.windows else None
        for window in built.windows:
            if extent is None:
                continue
            start = max(extent[0], extent[0] if window.start is None else window.start)
            end = min(extent[1], extent[1] if window.end is None else window.end)
            for key in window.meters:
                low, high = spans.get(key, (start, end))
                spans[key] = min(low, start), max(high, end)
        due: dict[tuple[int, int], list[int]] = {}
        for key, (start, end) in spans.items():
            known = self._until.setdefault(key, start // DAY_US)
            if at_once or end - start >= MUCH or end // DAY_US > known or start // DAY_US < known:
                self._until[key] = max(known, end // DAY_US)
                due.setdefault((start // DAY_US * DAY_US - BACK, -(-end // DAY_US) * DAY_US), []).append(key)
        return [_Looked(start, end, tuple(sorted(keys))) for (start, end), keys in sorted(due.items())]

    def _look(self, looked: _Looked, given: _Registered) -> int:
        from energy_workbench.energy.multipliers import Multipliers
        from energy_workbench.energy.power_agreement import agreements
        from energy_workbench.lake.build.hourly import power_hours

        ratios = {key: given.ratios[key] for key in looked.meters if key in given.ratios}
        dated = [(key, ratio) for key, all_of_it in ratios.items() for ratio in all_of_it]
        agreed = {key: agreements(hours) for key, hours in
                  power_hours(self._lake, looked.meters, (looked.start, looked.end), Multipliers(dated))}  # fmt: skip
        newest = self._newest(looked)
        wired = self._wiring([given.meters[key] for key in looked.meters if key in given.meters], newest)
        blamed = self._neighbours(given, set(looked.meters), newest)
        known = self._known(looked)
        count = 0
        for key in looked.meters:
            found = self._findings(
                key, newest, agreed.get(key, []), ratios.get(key) or [Ratio()], wired.get(key, []),
                blamed.get(key, []),
            )  # fmt: skip
            self._replace(key, looked, found, known.get(key, []))
            count += len(found)
        return count

    def _newest(self, looked: _Looked) -> int:
        extent = self._lake.readings.snapshot().extent(looked.meters)
        return min(looked.end, extent[1]) if extent else looked.end

    def _findings(
        self, key: int, newest: int, agreed: Sequence[Agreement], ratios: Sequence[Ratio],
        wired: Sequence[str], blamed: Sequence[Suspect],
    ) -> list[Finding]:  # fmt: skip
        found: list[Finding] = []
        for place, each in enumerate(agreed):
            if each.agrees:
                continue
            start, end = from_micros(each.begin * QUARTER), from_micros(each.end * QUARTER)
            beside = (*agreed[max(place - 1, 0) : place], *agreed[place + 1 : place + 2])
            changed = any(other.agrees for other in beside)
            differing = Differing(each, causes(each, ratio_at(ratios, start), changed=changed))
            last = place == len(agreed) - 1
            finding = joined(key, start, end, differing, wired if last else (), blamed if last else ())
            found += [finding] if finding else []
        if not agreed or agreed[-1].agrees:
            start, end = from_micros(newest - DAY_US), from_micros(newest)
            finding = joined(key, start, end, None, wired, blamed)
            found += [finding] if finding else []
        return found

    def _known(self, looked: _Looked) -> dict[int, list[Finding]]:
        """What is known of the meters that are looked at, by their key."""
        start, end, meters = from_micros(looked.start), from_micros(looked.end), set(looked.meters)
        known: dict[int, list[Finding]] = {}
        for name in MEASURING:
            for each in self._state.findings(None, start - timedelta(days=1), end, name, MOST_KNOWN):
                if each.meter in meters:
                    known.setdefault(each.meter, []).append(each)
        return known

    def _replace(self, key: int, looked: _Looked, found: Sequence[Finding], known: Sequence[Finding]) -> None:
        """What was found in the place of what was known of the span; what goes on is one, from where it began."""
        start, end = from_micros(looked.start), from_micros(looked.end)
        joint = [_continued(each, known, start) for each in found]
        inside = {each.identity: each for each in known if each.end >= start}
        if {each.identity: each for each in joint} == inside:
            return
        for name in MEASURING:
            mine = [each for each in joint if each.name == name]
            if mine or any(each.name == name for each in inside.values()):
                self._state.replace_findings(name, key, start, end, mine)

    def _wiring(self, meters: Sequence[Meter], newest: int) -> dict[int, list[str]]:
        """What is wrong with phases, by meter, where nearly all hours of the last day tell it."""
        from energy_workbench.lake.build.hourly import hourly_samples

        keys = [meter.key for meter in meters]
        names, samples = hourly_samples(self._lake, keys, (newest - DAY_US, newest + 1), PHASE_QUANTITIES)
        found = {}
        for meter in meters:
            if meter.key in samples:
                factors = [meter.ratio.factor(QUANTITIES[name].scaling) for name in names]
                if told := _told(meter, names, samples[meter.key] * factors):
                    found[meter.key] = told
        return found

    def _neighbours(self, given: _Registered, looked: set[int], newest: int) -> dict[int, list[Suspect]]:
        """Meters that the balance with their neighbours blames."""
        near = {given.meters[key].parent for key in looked if key in given.meters} | looked
        nodes = {key for key in near if key in given.meters and given.below.get(key)}
        if not nodes:
            return {}
        energies, tree = self._around(given, nodes, newest)
        found: dict[int, list[Suspect]] = {}
        for each in compositions([(0, 1, tree)]):
            if each.node.key not in nodes or each.passing or any(child.unread for child in each.children):
                continue
            own = sides_of(each.node, energies[each.node.key], of_node=True)
            sides = {child.key: sides_of(child, energies[child.key]) for child in each.children}
            if own is None or None in sides.values():
                continue
            demand = {key: of[1] - of[0] for key, of in sides.items() if of is not None}
            for suspect in suspects(each.node, own[1] - own[0], demand, each.children):
                if suspect.meter.key in looked:
                    found.setdefault(suspect.meter.key, []).append(suspect)
        return found

    def _around(self, given: _Registered, nodes: set[int], newest: int) -> tuple[dict[int, Sides], list[Meter]]:
        """Energies of nodes and of what they see, by hour; and these meters, as a tree.

        Where there is no reading, there may be no meter: what is below it is seen through it.
        """
        from energy_workbench.lake.build.hourly import energy_hours

        span = (newest - NEIGHBOURS, newest)
        energies: dict[int, Sides] = {}
        reached: dict[int, Meter] = {}
        level = [given.meters[key] for key in nodes]
        while level:
            fresh = {meter.key: meter for meter in level} | {
                child.key: child for meter in level for child in given.below.get(meter.key, ())
                if meter.key in nodes
            }  # fmt: skip
            fresh = {key: meter for key, meter in fresh.items() if key not in reached}
            reached |= fresh
            energies |= energy_hours(self._lake, sorted(fresh), span)
            level = [child for key in fresh if key not in energies for child in given.below.get(key, ())]
        order = {key: place for place, key in enumerate(given.meters)}
        tree = [
            reached[key] if key in energies else replace(reached[key], unread=Unread.NO_METER)
            for key in sorted(reached, key=order.__getitem__)
        ]
        return energies, tree


def _continued(finding: Finding, known: Sequence[Finding], start: datetime) -> Finding:
    """A finding that begins where the span does, from where it began before."""
    if finding.name == POWER and finding.start > start + timedelta(days=1):
        return finding
    earlier = [
        each.start
        for each in known
        if each.name == finding.name and each.start <= finding.start <= each.end + timedelta(days=1)
        and _same(each, finding)
    ]  # fmt: skip
    return replace(finding, start=min([finding.start, *earlier]))


def _same(known: Finding, found: Finding) -> bool:
    """Whether a finding goes on: power and counter differ by the same, or something else is wrong still."""
    ratios = [each.evidence.get("power_by_counter") for each in (known, found)]
    one, other = (float(str(ratio)) if ratio else 0.0 for ratio in ratios)
    factors = [_factors(each) for each in (known, found)]
    return bool(factors[0] & factors[1]) or abs(one - other) <= CONTINUED * abs(one)


def _factors(finding: Finding) -> set[str]:
    told = finding.evidence.get("factors")
    return set(told) if isinstance(told, list) else set()


def _told(meter: Meter, names: Sequence[str], hours: NDArray[np.float64]) -> list[str]:
    """What is wrong with the phases, in words, by the middle of the hours that tell it."""
    # Most are right: the middle of all hours tells that at once.
    if Verdict.WRONG not in _verdicts(_phase_rows(meter, names, _middle(hours))):
        return []
    told = [_verdicts(_phase_rows(meter, names, values)) for values in hours]
    wrong = [Verdict.WRONG in each for each in told]
    if sum(wrong) < max(LEAST_VOTES, MOST_VOTES * sum(bool(each) for each in told)):
        return []
    rows = _phase_rows(meter, names, _middle(hours[wrong]))
    return list(dict.fromkeys(row.text for row in rows if row.verdict is Verdict.WRONG))


def _verdicts(rows: Sequence[Check]) -> set[Verdict]:
    return {row.verdict for row in rows} - {Verdict.CANNOT_TELL}


def _middle(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(hours).all(axis=0)
    found = np.full(hours.shape[1], np.nan)
    found[known] = np.nanmedian(hours[:, known], axis=0)
    return found


def _phase_rows(meter: Meter, names: Sequence[str], values: NDArray[np.float64]) -> Sequence[Check]:
    known = {name: value for name, value in zip(names, values.tolist(), strict=True) if not math.isnan(value)}
    exports = meter.production_register is ProductionRegister.EXPORT
    return wiring({**known}, flow=meter.flow, exports=exports, rated_kva=rated_kva(meter, known))
