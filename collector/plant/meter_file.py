"""The plant's meters as a meter file, ready to import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.plant.tree import PlantMeter
from energy_workbench.domain.errors import HomeError
from energy_workbench.domain.fields import meter_fields
from energy_workbench.tables.sheet import text_sheet
from energy_workbench.tables.table_file import content

COLUMNS = tuple(field.name for field in meter_fields.COLUMNS if field.since == 1)
POLL_SECONDS = 10


def gateway_urls(meters: Sequence[PlantMeter], host: str, port: int) -> list[str]:
    """Addresses of the plant's gateways: one port each, from `port` on."""
    host = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104
    return [f"tcp://{host}:{port + k}" for k in range(1 + max(m.gateway for m in meters))]


def rows(meters: Sequence[PlantMeter], urls: Sequence[str]) -> Iterator[dict[str, str]]:
    """A row a meter, by column, as text.

    Parameters
    ----------
    urls : sequence of str
        Addresses of the gateways, in order.
    """
    for meter in meters:
        ratio = meter.ratio
        values = {
            "number": meter.number, "name": meter.name, "type": meter.type, "parent": meter.parent,
            "location": meter.location, "flow": meter.flow,
            **{field.name: field.held_by(ratio) for field in meter_fields.RATIO},
            "gateway": urls[meter.gateway], "unit_id": meter.unit_id,
            "profile": meter.profile, "poll_seconds": POLL_SECONDS, "status": meter.status, "serial": None,
            "accuracy_class": meter.accuracy_class, "ct_class": 0.5 if ratio.has_ct else None,
            "pt_class": 0.5 if ratio.has_pt else None, "rated_kw": meter.plate_kw or meter.rated_kw,
            "seen_by_parent": "true",
            "production_register": meter.production_register, "x": meter.x, "y": meter.y,
        }  # fmt: skip
        yield {name: _text(values[name]) for name in COLUMNS}


def write(path: Path, meters: Sequence[PlantMeter], urls: Sequence[str]) -> None:
    """Write the meter file as CSV.

    Raises
    ------
    HomeError
        If it cannot be written.
    """
    try:
        cells = (list(row.values()) for row in rows(meters, urls))
        path.write_bytes(content(text_sheet("meters", COLUMNS, cells), "csv", mark=False))
    except OSError as error:
        raise HomeError(f"{path}: cannot be written: {error.strerror}") from None


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
