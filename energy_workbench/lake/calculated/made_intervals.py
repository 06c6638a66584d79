"""SQL of the intervals of calculated meters, from those of what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from energy_workbench.domain.entities import Flow, Part
from energy_workbench.domain.intervals.quality import MEASURED, QUALITIES
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.energy.interpolation import ENDS_KNOWN, STARTS_KNOWN
from energy_workbench.lake.calculated.eras import Era

Terms = tuple[dict[str, float], dict[str, bool], float | None]
Row = tuple[int, int, int, int, int, bool, float, float, bool, bool, float | None]
COLUMNS = "made, part, since, until, parts, apart, by_import, by_export, main_import, main_export, by_reactive"
"""What meters are made of, a row a part of a meter in an era: keys of both; half-open [µs since 1970]; how many parts
the meter has then, and whether its directions are told apart; factors of the part's registers, which of them have to be
known, and the factor of its reactive energy, null where that does not count."""
BOTH = STARTS_KNOWN | ENDS_KNOWN
CLOSELY = f"quality IN {(*MEASURED, 'edited')} AND completeness >= {WHOLE}"
"""SQL of a part that is known at both edges of its interval."""
WORST = (
    "CASE WHEN count(*) < any_value(parts) THEN 'missing' "
    + " ".join(f"WHEN bool_or(quality = '{word}') THEN '{word}'" for word in reversed(QUALITIES[1:]))
    + f" ELSE '{QUALITIES[0]}' END"
)
"""SQL of the quality of the worst part."""


def made_intervals(measured: str, eras: Sequence[Era]) -> str:
    """SQL of the intervals of calculated meters, of which there are some.

    Parameters
    ----------
    measured : str
        A relation with the intervals of measured meters.
    """
    rows = ", ".join(f"({', '.join('NULL' if each is None else repr(each) for each in row)})" for row in _rows(eras))
    energy, demand = (
        f"(CASE WHEN NOT main_import THEN by_import * coalesce({imported}, 0) ELSE by_import * {imported} END"
        f" + CASE WHEN NOT main_export THEN by_export * coalesce({exported}, 0) ELSE by_export * {exported} END)"
        for imported, exported in (("energy_import_kwh", "energy_export_kwh"), ("demand_kw", "export_demand_kw"))
    )
    factor = "(CASE WHEN main_export THEN abs(by_export) ELSE abs(by_import) END)"

    def of_all(sum_of: str, value: str, otherwise: str = "NULL") -> str:
        return f"CASE WHEN count({value}) = any_value(parts) THEN {sum_of}({value}) ELSE {otherwise} END"

    def sides(value: str, imported: str, exported: str) -> str:
        # What is below a node without a meter is told apart by its direction, as a meter there would; of a formula
        # nothing is, so that it stays linear.
        total = of_all("sum", value)
        return (
            f"CASE WHEN any_value(apart) AND {total} < 0 THEN 0 ELSE {total} END AS {imported}, "
            f"CASE WHEN any_value(apart) THEN CASE WHEN {total} < 0 THEN -({total}) ELSE 0 * ({total}) END END "
            f"AS {exported}"
        )

    return f"""SELECT made.made::INTEGER AS meter, start, {sides(energy, "energy_import_kwh", "energy_export_kwh")},
        {of_all("sum", "by_reactive * energy_reactive_kvarh")} AS energy_reactive_kvarh,
        {sides(demand, "demand_kw", "export_demand_kw")},
        {WORST} AS quality,
        {of_all("min", "completeness", "0")}::FLOAT AS completeness,
        {of_all("sum", f"{factor} * step_kwh")} AS step_kwh,
        {of_all("min", "covered")}::FLOAT AS covered,
        max(grain_minutes)::FLOAT AS grain_minutes,
        CASE WHEN count(*) = any_value(parts)
            THEN bit_and(CASE WHEN {CLOSELY} THEN {BOTH} ELSE coalesce(edges, 0) END) ELSE 0 END::TINYINT AS edges
        FROM {measured} AS measured JOIN (VALUES {rows}) AS made({COLUMNS})
        ON measured.meter = made.part AND epoch_us(start) >= since AND epoch_us(start) < until
        GROUP BY made.made, start"""  # noqa: S608 - numbers and fixed names


def _rows(eras: Sequence[Era]) -> list[Row]:
    return [
        (
            *(key, part, era.start, era.end, len(terms), bool(meter.unread)),
            *(factors["import"], factors["export"], main["import"], main["export"], reactive),
        )
        for era in eras
        for key, meter in era.made.items()
        for terms in [_by_meter(meter.made_of)]
        for part, (factors, main, reactive) in terms.items()
    ]


def _by_meter(parts: Iterable[Part]) -> dict[int, Terms]:
    """Factors of both registers of each meter, whether they have to be known, and that of its reactive energy."""
    found: dict[int, Terms] = {}
    for part in parts:
        none = {"import": 0.0, "export": 0.0}, {"import": False, "export": False}, None
        factors, main, reactive = found.get(part.meter.key, none)
        factors[part.register], main[part.register] = part.factor, part.main
        if part.main and part.meter.flow is not Flow.PRODUCER:
            reactive = part.factor
        found[part.meter.key] = factors, main, reactive
    return found
