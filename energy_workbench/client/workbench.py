"""The façade over the service: the same questions and changes, by REST, without pandas, DuckDB or a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

from energy_workbench.client.connection import Service
from energy_workbench.contract.binding import Call, File
from energy_workbench.contract.calls.over_http import over_http
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.files import FileFormat
from energy_workbench.contract.readings import DateOrder, DecimalSign, FileInterval, FileKind, Stamps
from energy_workbench.contract.result import LOADERS
from energy_workbench.contract.results import Readings
from energy_workbench.contract.rows.meters import MeterNode, RecordedReading
from energy_workbench.contract.rows.setup import ImportedMeters, ImportedReadings
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.fields.query_parameters import Parameters, as_json
from energy_workbench.domain.locks.locked_months import LockedChange, heard, stated
from energy_workbench.domain.meter_tree import nested
from energy_workbench.domain.paging import PAGE, window
from energy_workbench.domain.site.floor_plan import FloorPlan, understood
from energy_workbench.runtime.paths import AnyPath, NamedContent

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

IMPORT_SECONDS = 1800.0
"""Longest wait for an import of readings [s]."""

BYTES = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}


@LOADERS.append
def _load_figures() -> None:
    from energy_workbench.figures import result_figures

    result_figures.fill()


@over_http(WorkbenchContract)
class RemoteWorkbench(WorkbenchContract):
    """A workbench over its service: what is not written here is made of the contract.

    Parameters
    ----------
    url : str
        Address of the service: `http://127.0.0.1:3000`.
    token : str, optional
        An access token; `ENERGY_WORKBENCH_SERVICE_TOKEN` by default.
    timeout : float
        Longest wait for an answer [s].
    site : str, optional
        Which of its sites is asked, by slug or name; the only one by default.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 60.0, site: str | None = None) -> None:
        self._service = Service(url, token, timeout, site)
        self.url = self._service.url

    def __repr__(self) -> str:
        site = f", site={self._service.site!r}" if self._service.site else ""
        return f"RemoteWorkbench({self.url!r}{site})"

    def ask_of(self, site: str) -> None:
        """Ask another site of the same service from now on, by slug or name."""
        self._service.site = site

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _ask(self, call: Call, /) -> Any:
        return self._service.send(call.verb, call.path, call.body, revision=call.revision, **call.query)

    def _fetch(self, call: Call, /) -> File:
        body = None if call.body is None else json.dumps(call.body, default=str).encode()
        answer = self._service.call(call.verb, call.path, call.query, content=body, headers=JSON)
        named = re.search(r"filename\*=UTF-8''([^;]+)", answer.headers.get("content-disposition", ""))
        return unquote(named[1]) if named else "file", answer.content

    def hierarchy(self) -> list[MeterNode]:
        # Made of the list: a deep tree of JSON is more than Python reads.
        return cast(list[MeterNode], nested(self.meters().rows))

    def _readings(
        self,
        meter: str,
        period: str | None = None,
        quantities: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        scaled: bool = False,
        offset: int = 0,
        after: str | None = None,
    ) -> Readings:
        asked = {"quantity": list(quantities or ()), "scaled": scaled, "period": period}
        if period is None:
            return self._newest_readings(meter, asked | {"after": after}, 100 if limit is None else limit, offset)
        rows: list[dict[str, Any]] = []
        names: dict[str, None] = {}
        while True:
            room = PAGE if limit is None else min(PAGE, limit - len(rows))
            # By time and not by number: no page costs those before it again, and there is no last one.
            since = {"after": rows[-1]["ts"]} if rows else {"after": after, "offset": offset}
            page = self._service.get(_of_meter(meter, "readings"), **asked, limit=room, **since)
            rows += page["items"]
            names |= dict.fromkeys(page["quantities"])
            if len(page["items"]) < room or len(rows) == limit:
                return Readings.from_dict({**page, "items": rows, "total": len(rows), "quantities": list(names)})

    def _newest_readings(self, meter: str, asked: Mapping[str, Any], limit: int, offset: int) -> Readings:
        """Oldest first, as `readings`: each page lies before the one before it."""
        window(limit, offset)
        rows: list[dict[str, Any]] = []
        names: dict[str, None] = {}
        while True:
            room = min(PAGE, limit - len(rows))
            page = self._service.get(_of_meter(meter, "readings"), **asked, limit=room, offset=offset + len(rows))
            rows = [*page["items"], *rows]
            names |= dict.fromkeys(page["quantities"])
            if len(page["items"]) < room or len(rows) == limit:
                return Readings.from_dict({**page, "items": rows, "total": len(rows), "quantities": list(names)})

    def floor_plan(self) -> FloorPlan | None:
        try:
            return understood(self._service.call("GET", "/floor-plan", {}).content)
        except NotFoundError:
            return None

    def set_floor_plan(self, content: bytes) -> FloorPlan:
        plan = understood(content)
        self._service.call("PUT", "/floor-plan", {}, content=content, headers=BYTES)
        return plan

    def record(
        self, meter: str, readings: Sequence[Mapping[str, Any]], *, reason: str | None = None
    ) -> list[RecordedReading]:
        why = reason or stated().reason or None
        answer = self._service.send("POST", _of_meter(meter, "readings"), list(readings), reason=why)
        if change := answer.get("locked_change"):
            heard(LockedChange.of(change), room=False)
        return list(answer["items"])

    def sql(self, text: str, parameters: Parameters | None = None, *, max_rows: int = 100_000) -> pd.DataFrame:
        import pandas as pd

        answer = self._service.get("/sql", text=text, parameters=as_json(parameters), max_rows=max_rows)
        frame = pd.DataFrame(answer["rows"], columns=answer["columns"])
        if frame.columns.is_unique:
            for name, kind in zip(frame.columns, answer.get("types", ()), strict=False):
                # What JSON has no word for comes as text.
                if kind.startswith("timestamp"):
                    instants = pd.to_datetime(frame[name], utc="tz=" in kind, format="ISO8601")
                    frame[name] = instants.astype("datetime64[us, UTC]" if "tz=" in kind else "datetime64[us]")
                elif kind.startswith("date"):
                    frame[name] = [each and date.fromisoformat(each) for each in frame[name]]
        return frame

    def import_meters(
        self, content: bytes, filename: str, dry_run: bool = True, *, reason: str | None = None
    ) -> ImportedMeters:
        asked = {"dry_run": dry_run, "filename": filename, "reason": reason or stated().reason or None}
        answer = self._service.call("POST", "/meters/import", asked, content=content, headers=BYTES).json()
        if change := answer.get("locked_change"):
            heard(LockedChange.of(change), room=True)
        return cast(ImportedMeters, answer)

    def import_readings(
        self,
        source: AnyPath | NamedContent | pd.DataFrame | pa.Table,
        dry_run: bool = False,
        *,
        keep_stored: bool = False,
        mapping: str | Mapping[str, Any] | None = None,
        timezone: str | None = None,
        kind: FileKind = None,
        in_order: bool = False,
        meter: str | None = None,
        date_order: DateOrder = None,
        decimal: DecimalSign = None,
        stamps: Stamps = None,
        interval: FileInterval = None,
        reason: str | None = None,
    ) -> ImportedReadings:
        from energy_workbench.tables.readings_table import upload

        with upload(source) as (name, content):
            why = reason or stated().reason or None
            asked = {
                "dry_run": dry_run, "keep_stored": keep_stored, "filename": name, "reason": why,
                "mapping": json.dumps(mapping) if isinstance(mapping, Mapping) else mapping, "timezone": timezone,
                "kind": kind, "in_order": in_order, "meter": meter, "date_order": date_order, "decimal": decimal,
                "stamps": stamps, "interval": interval,
            }  # fmt: skip
            answer = self._service.call(
                "POST", "/readings/import", asked, content=content, headers=BYTES, timeout=IMPORT_SECONDS
            )
        return cast(ImportedReadings, answer.json())

    def export_meters(self, format: FileFormat = "csv") -> bytes:
        return self._service.call("GET", "/meters/export", {"format": format}).content

    def import_template(self, format: FileFormat = "csv") -> bytes:
        return self._service.call("GET", "/meters/import-template", {"format": format}).content


def _of_meter(meter: str, part: str) -> str:
    return f"/meters/{quote(meter, safe='')}/{part}"
