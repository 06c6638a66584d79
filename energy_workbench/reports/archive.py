"""The inputs of a report as files beside it, and a home restored from them, of which it can be written again."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from energy_workbench.domain.emission_factors import CO2, Factor
from energy_workbench.domain.errors import ReportError, WorkbenchError
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.reports.recorded import Recorded
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake import Lake

KINDS = {
    "intervals": "intervals.parquet",
    "registry": "registry.json",
    "factors": "factors.json",
    "answers": "answers.json",
    "readings": "readings.parquet",
}
"""Files of an archive, by what is in them: the last two only where something of it was asked."""
KEPT_SETTINGS = ("loss_threshold_percent", "billing_day", "shifts")


class Kept(TypedDict):
    """What was written: names of files by kind, of which version of the lake and which revision of the registry."""

    files: dict[str, str]
    lake_version: int
    registry_revision: int


def keep(wb: Recorded, folder: Path, base: str) -> Kept:
    """Write what a workbench was asked for.

    Parameters
    ----------
    folder : Path
    base : str
        Begin of the files' names.

    Returns
    -------
    Kept
    """
    import pyarrow.parquet as pq

    from energy_workbench.registry import snapshot as registry_slice

    version = wb.recorder.lake.intervals.snapshot().version
    names = {kind: f"{base}.{ending}" for kind, ending in KINDS.items()}
    pq.write_table(_intervals(wb), folder / names["intervals"], compression="zstd")
    profiles = {path.name: path.read_text("utf-8") for path in sorted(wb.settings.profiles_path.glob("*.y*ml"))}
    plant = {
        "settings": {name: getattr(wb.settings, name) for name in KEPT_SETTINGS},
        "profiles": profiles,
        "as_of": wb.as_of and wb.as_of.isoformat(),
        "tables": registry_slice.taken(wb.registry),
    }
    _write(folder / names["registry"], plant)
    factors = [
        {**{name: getattr(f, name) for name in _OF_FACTOR}, "valid_from": _day(f.valid_from)} for f in wb.factors_used()
    ]
    _write(folder / names["factors"], factors)
    if wb.answers:
        _write(folder / names["answers"], wb.answers)
    else:
        del names["answers"]
    if wb.recorder.read_tables:
        pq.write_table(_packed(wb.recorder.read_tables), folder / names["readings"], compression="zstd")
    else:
        del names["readings"]
    return {"files": names, "lake_version": version, "registry_revision": wb.registry.revision()}


def restore(files: dict[str, Path], home: Path) -> Recorded:
    """A workbench on nothing but an archive.

    Parameters
    ----------
    files : dict of str to Path
        By kind; their hashes were checked.
    home : Path
        An empty folder, for as long as the workbench is used.

    Raises
    ------
    ReportError
        If they cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from energy_workbench.lake import Lake
    from energy_workbench.registry import Registry
    from energy_workbench.registry import snapshot as registry_slice

    try:
        plant = json.loads(files["registry"].read_text("utf-8"))
        factors = json.loads(files["factors"].read_text("utf-8"))
        answers = json.loads(files["answers"].read_text("utf-8")) if "answers" in files else {}
        (home / "profiles").mkdir(parents=True)
        for name, text in plant["profiles"].items():
            (home / "profiles" / Path(name).name).write_text(text, "utf-8")
        settings = _settings(home, plant["settings"])
        registry = Registry(settings.registry_url)
        registry.migrate()
        registry_slice.put(registry, plant["tables"])
        readings = _unpacked(pq.read_table(files["readings"])) if "readings" in files else {}
        _put_intervals(Lake(settings.lake_path), pq.read_table(files["intervals"]))
        return Recorded(
            settings,
            datetime.fromisoformat(plant["as_of"]) if plant["as_of"] else None,
            answers=answers,
            readings=readings,
            factors=[_factor(each) for each in factors],
        )
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise ReportError(f"the archived inputs cannot be read: {error!r}") from None
    except WorkbenchError as error:
        raise ReportError(f"the archived inputs cannot be used: {error}") from None


def _intervals(wb: Recorded) -> pa.Table:
    """Every interval that was read, once: of each meter those from the first to the last that were asked for."""
    import pyarrow as pa

    groups: dict[tuple[int, int], set[int]] = {}
    for key, span in _hulls(wb).items():
        groups.setdefault(span, set()).add(key)
    reader = wb.recorder.plain()
    parts = [reader.intervals(keys, from_micros(low), from_micros(high)) for (low, high), keys in groups.items()]
    table = pa.concat_tables(parts or [reader.intervals([], from_micros(0), from_micros(1))])
    return table.drop_columns([name for name in table.column_names if name == "month"])


def _hulls(wb: Recorded) -> dict[int, tuple[int, int]]:
    """First and last instant that was read, by meter."""
    everyone = [meter.key for meter in wb.registry.meters(deleted=True)]
    hulls: dict[int, tuple[int, int]] = {}
    for keys, low, high in wb.recorder.spans:
        for key in everyone if keys is None else keys:
            known = hulls.get(key, (low, high))
            hulls[key] = min(known[0], low), max(known[1], high)
    return hulls


def _put_intervals(lake: Lake, table: pa.Table) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    from energy_workbench.energy.interval_schema import interval_schema

    if len(table):
        months = pc.strftime(table["start"], "%Y-%m").cast(pa.string())
        with lake.intervals.writer():
            lake.intervals.write(table.append_column("month", months).cast(interval_schema()))


def _packed(answers: dict[str, pa.Table]) -> pa.Table:
    """Answers of readings in one table: `question`, and the columns of all of them."""
    import pyarrow as pa

    parts = []
    for asked, table in answers.items():
        # The names of its own columns, since a table of none of them has to come back as it was.
        question = json.dumps([asked, table.column_names])
        filled = table if len(table) else table.schema.empty_table()
        marked = filled.append_column("question", pa.array([question] * len(filled), pa.string()))
        if not len(filled):
            marked = pa.table({"question": [question]})
        parts.append(marked)
    return pa.concat_tables(parts, promote_options="permissive")


def _unpacked(table: pa.Table) -> dict[str, pa.Table]:
    import pyarrow.compute as pc

    answers: dict[str, pa.Table] = {}
    for question in dict.fromkeys(table["question"].to_pylist()):
        asked, columns = json.loads(question)
        known = [name for name in columns if name in table.column_names]
        rows = table.filter(pc.equal(table["question"], question)).select(known)
        answers[asked] = rows.filter(pc.is_valid(rows[known[0]])) if known else rows.slice(0, 0)
    return answers


def _settings(home: Path, kept: dict[str, Any]) -> Settings:
    # As they were, whatever a later version refuses: the report was made with them.
    return Settings(home=home, **{name: kept[name] for name in KEPT_SETTINGS})


_OF_FACTOR = ("name", "value", "unit", "source", "gases")


def _factor(kept: dict[str, Any]) -> Factor:
    since = date.fromisoformat(kept["valid_from"]) if kept["valid_from"] else None
    gases = kept.get("gases", CO2)  # Reports of earlier versions knew of no others.
    return Factor(name=kept["name"], value=kept["value"], valid_from=since, source=kept["source"], gases=gases)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
