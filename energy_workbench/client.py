"""The façade over the service: the same questions and changes, by REST, without pandas, DuckDB or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from energy_workbench.answers.floor_plan import FloorPlan, understood
from energy_workbench.answers.remote_schedules import RemoteSchedules
from energy_workbench.answers.service import Service
from energy_workbench.changes import BEGINNING, Changes
from energy_workbench.core.errors import NotFoundError
from energy_workbench.core.forest import nested
from energy_workbench.core.paging import PAGE, window
from energy_workbench.core.paths import AnyPath
from energy_workbench.core.results import (
    Balance,
    Comparison,
    Completeness,
    Demand,
    Energies,
    Generation,
    GenerationComparison,
    Intervals,
    LoadShape,
    Losses,
    MeterTable,
    Overview,
    Pattern,
    PowerFlow,
    Readings,
    StatusSummary,
)
from energy_workbench.questions import Questions
from energy_workbench.review import Review

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

IMPORT_SECONDS = 1800.0
"""Longest wait for an import of readings [s]."""


class RemoteWorkbench(Questions, Changes, Review, RemoteSchedules):
    """A workbench over its service.

    Parameters
    ----------
    url : str
        Address of the service: `http://127.0.0.1:3000`.
    token : str, optional
        An access token; `ENERGY_WORKBENCH_SERVICE_TOKEN` by default.
    timeout : float
        Longest wait for an answer [s].
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 60.0) -> None:
        self._service = Service(url, token, timeout)
        self.url = self._service.url
        self._get = self._service.get
        self._send = self._service.send

    def __repr__(self) -> str:
        return f"RemoteWorkbench({self.url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def site(self) -> dict[str, Any]:
        return dict(self._get("/site"))

    def set_site(self, fields: Mapping[str, Any] | None = None, /, **named: Any) -> dict[str, Any]:
        return dict(self._send("PUT", "/site", {**(fields or {}), **named}))

    def meters(
        self,
        *,
        type: str | None = None,
        status: str | None = None,
        parent_id: str | None = None,
        q: str | None = None,
        deleted: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> MeterTable:
        asked = {"type": type, "status": status, "parent_id": parent_id, "q": q, "deleted": deleted or None}
        rows: list[dict[str, Any]] = []
        while True:
            room = PAGE if limit is None else min(PAGE, limit - len(rows))
            page = self._get("/meters", **asked, limit=room, offset=offset + len(rows))
            rows += page["items"]
            if not page["items"] or offset + len(rows) >= page["total"] or len(rows) == limit:
                return MeterTable.from_dict({**page, "items": rows})

    def meter(self, meter: str) -> dict[str, Any]:
        return dict(self._get(self._path(meter)))

    def hierarchy(self) -> list[dict[str, Any]]:
        # Made of the list: a deep tree of JSON is more than Python reads.
        return nested(self.meters().rows)

    def status_summary(self) -> StatusSummary:
        return StatusSummary.from_dict(self._get("/meters/status-summary"))

    def readings(
        self,
        meter: str,
        period: str | None = None,
        quantities: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        scaled: bool = False,
    ) -> Readings:
        asked = {"quantity": list(quantities or ()), "scaled": scaled}
        if period is None:
            return self._newest_readings(meter, asked, 100 if limit is None else limit)
        rows: list[dict[str, Any]] = []
        names: dict[str, None] = {}
        while True:
            room = PAGE if limit is None else min(PAGE, limit - len(rows))
            # By time and not by number: no page costs those before it again, and there is no last one.
            after = rows[-1]["ts"] if rows else None
            page = self._get(self._path(meter, "readings"), **asked, period=period, limit=room, after=after)
            rows += page["items"]
            names |= dict.fromkeys(page["quantities"])
            if len(page["items"]) < room or len(rows) == limit:
                return Readings.from_dict({**page, "items": rows, "total": len(rows), "quantities": list(names)})

    def _newest_readings(self, meter: str, asked: Mapping[str, Any], limit: int) -> Readings:
        """Oldest first, as `readings`: each page lies before the one before it."""
        window(limit)
        rows: list[dict[str, Any]] = []
        names: dict[str, None] = {}
        while True:
            room = min(PAGE, limit - len(rows))
            page = self._get(self._path(meter, "readings"), **asked, limit=room, offset=len(rows) or None)
            rows = [*page["items"], *rows]
            names |= dict.fromkeys(page["quantities"])
            if len(page["items"]) < room or len(rows) == limit:
                return Readings.from_dict({**page, "items": rows, "total": len(rows), "quantities": list(names)})

    def intervals(self, meter: str, period: str = "today", *, every: str = "15min") -> Intervals:
        return Intervals.from_dict(self._get(self._path(meter, "intervals"), period=period, every=every))

    def over_time(
        self, meter: str | None = None, period: str | None = None, *, days: int = 7, every: str = "1h"
    ) -> Pattern:
        return Pattern.from_dict(
            self._get("/consumption/pattern", meter=meter, period=period, days=None if period else days, every=every)
        )

    def load_shape(
        self, meter: str | None, period: str, *, by: str = "weekday-hour", shifts: str | None = None
    ) -> LoadShape:
        return LoadShape.from_dict(self._get("/consumption/pattern", meter=meter, period=period, by=by, shifts=shifts))

    def compare(
        self, meter: str | None = None, period: str = "last month", *, against: str = "previous", every: str = "1d"
    ) -> Comparison:
        return Comparison.from_dict(
            self._get("/consumption/comparison", meter=meter, period=period, against=against, every=every)
        )

    def demand(
        self,
        meter: str | None = None,
        period: str = "this month",
        *,
        block: str = "15min",
        kind: str = "block",
        unit: str = "kw",
        billing_day: int | None = None,
    ) -> Demand:
        return Demand.from_dict(
            self._get("/demand", meter=meter, period=period, block=block, kind=kind, unit=unit, billing_day=billing_day)
        )

    def energies(self, period: str = "today", meter: str | None = None) -> Energies:
        return Energies.from_dict(self._get("/energies", period=period, meter=meter))

    def completeness(self, period: str = "last 30 days") -> Completeness:
        return Completeness.from_dict(self._get("/completeness", period=period))

    def balance(
        self, period: str = "today", meter: str | None = None, *, threshold_percent: float | None = None
    ) -> Balance:
        return Balance.from_dict(self._get("/balance", period=period, meter=meter, threshold_percent=threshold_percent))

    def losses(
        self,
        meter: str | None = None,
        period: str = "last 7 days",
        *,
        every: str = "1d",
        threshold_percent: float | None = None,
    ) -> Losses:
        asked = {"meter": meter, "period": period, "every": every, "threshold_percent": threshold_percent}
        return Losses.from_dict(self._get("/balance/over-time", **asked))

    def generation(self, period: str = "this month") -> Generation:
        return Generation.from_dict(self._get("/generation", period=period))

    def compare_generation(self, period: str = "this month", *, against: str = "previous") -> GenerationComparison:
        return GenerationComparison.from_dict(self._get("/generation/comparison", period=period, against=against))

    def factors(self) -> list[dict[str, Any]]:
        return list(self._get("/factors")["items"])

    def set_factor(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._send("PUT", "/factors", fields))

    def delete_factor(self, name: str, valid_from: str | None = None) -> None:
        self._send("DELETE", f"/factors/{quote(name, safe='')}", valid_from=valid_from)

    def floor_plan(self) -> FloorPlan | None:
        try:
            return understood(self._service.call("GET", "/floor-plan", {}).content)
        except NotFoundError:
            return None

    def remove_floor_plan(self) -> None:
        self._send("DELETE", "/floor-plan")

    def set_floor_plan(self, content: bytes) -> FloorPlan:
        plan = understood(content)
        self._service.call(
            "PUT", "/floor-plan", {}, content=content, headers={"Content-Type": "application/octet-stream"}
        )
        return plan

    def flow(self, period: str | None = None) -> PowerFlow:
        return PowerFlow.from_dict(self._get("/flow", period=period))

    def overview(self, period: str = "today") -> Overview:
        return Overview.from_dict(self._get("/overview", period=period))

    def events(self, meter: str, period: str | None = None, *, limit: int = 100) -> list[dict[str, Any]]:
        return self._service.newest(self._path(meter, "events"), limit, period=period)

    def history(self, period: str | None = None, meter: str | None = None, *, limit: int = 100) -> list[dict[str, Any]]:
        return self._service.newest("/history", limit, period=period, meter=meter)

    def findings(
        self, meter: str | None = None, period: str | None = None, *, name: str | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        return self._service.newest("/findings", limit, meter=meter, period=period, name=name)

    def limits(self, meter: str | None = None) -> dict[str, Any]:
        return dict(self._get("/limits" if meter is None else self._path(meter, "limits")))

    def set_limits(self, fields: Mapping[str, Any], meter: str | None = None) -> dict[str, Any]:
        path = "/limits" if meter is None else self._path(meter, "limits")
        return dict(self._send("PUT", path, fields))

    def doctor(self, *, thorough: bool = False) -> dict[str, Any]:
        return dict(self._get("/doctor", thorough=thorough))

    def sql(self, text: str, *, max_rows: int = 100_000) -> pd.DataFrame:
        import pandas as pd

        answer = self._get("/sql", text=text, max_rows=max_rows)
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

    def create_meter(self, fields: Mapping[str, Any], template: str | None = None) -> dict[str, Any]:
        return dict(self._send("POST", "/meters", fields, template=template))

    def update_meter(self, meter: str, fields: Mapping[str, Any], revision: int | None = None) -> dict[str, Any]:
        return dict(self._send("PUT", self._path(meter), fields, revision=revision))

    def delete_meter(
        self, meter: str, children: str = "refuse", *, revision: int | None = None
    ) -> list[dict[str, Any]]:
        return list(self._send("DELETE", self._path(meter), revision=revision, children=children)["items"])

    def restore_meter(self, meter: str) -> dict[str, Any]:
        return dict(self._send("POST", self._path(meter, "restore")))

    def set_status(
        self,
        meter: str,
        status: str,
        reason: str = "",
        *,
        valid_from: str | None = None,
        revision: int | None = None,
    ) -> dict[str, Any]:
        body = {"status": status, "reason": reason} | ({} if valid_from is None else {"valid_from": valid_from})
        return dict(self._send("PUT", self._path(meter, "status"), body, revision=revision))

    def check_meter(self, fields: Mapping[str, Any], id: str | None = None) -> dict[str, Any]:
        return dict(self._send("POST", "/meters/check", {"fields": fields, "id": id}))

    def meter_statuses(self, meter: str) -> list[dict[str, Any]]:
        return list(self._get(self._path(meter, "statuses"))["items"])

    def meter_ratios(self, meter: str) -> list[dict[str, Any]]:
        return list(self._get(self._path(meter, "ratios"))["items"])

    def add_ratio(self, meter: str, fields: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        return dict(self._send("POST", self._path(meter, "ratios"), fields, revision=revision))

    def edit_ratio(
        self, meter: str, valid_from: str | None, fields: Mapping[str, Any], *, revision: int | None = None
    ) -> dict[str, Any]:
        path = self._path(meter, "ratios", valid_from or BEGINNING)
        return dict(self._send("PUT", path, fields, revision=revision))

    def delete_ratio(self, meter: str, valid_from: str | None, *, revision: int | None = None) -> list[dict[str, Any]]:
        path = self._path(meter, "ratios", valid_from or BEGINNING)
        return list(self._send("DELETE", path, revision=revision)["items"])

    def ratio_impact(self, meter: str, *valid_from: str | None) -> dict[str, Any]:
        since = [each or BEGINNING for each in valid_from]
        return dict(self._get(self._path(meter, "ratios", "impact"), valid_from=since or None))

    def exchanges(self, meter: str) -> list[dict[str, Any]]:
        return list(self._get(self._path(meter, "exchanges"))["items"])

    def delete_exchange(self, meter: str, at: str, *, revision: int | None = None) -> list[dict[str, Any]]:
        return list(self._send("DELETE", self._path(meter, "exchanges", at), revision=revision)["items"])

    def add_exchange(self, meter: str, fields: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        return dict(self._send("POST", self._path(meter, "exchanges"), fields, revision=revision))

    def templates(self) -> list[dict[str, Any]]:
        return list(self._get("/templates")["items"])

    def create_template(self, name: str, meter: str) -> dict[str, Any]:
        return dict(self._send("POST", "/templates", {"name": name, "meter": meter}))

    def delete_template(self, name: str) -> None:
        self._send("DELETE", f"/templates/{quote(name, safe='')}")

    def undoable(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._get("/undo")["undoable"]
        return found

    def undo(self) -> dict[str, Any]:
        return dict(self._send("POST", "/undo"))

    def audit(self, limit: int = 50, meter: str | None = None, *, offset: int = 0) -> list[dict[str, Any]]:
        return self._service.newest("/audit", limit, offset, meter=meter)

    def review(self, *, decided: bool = False) -> list[dict[str, Any]]:
        return list(self._get("/review", decided=decided or None)["items"])

    def decide(
        self,
        case: str,
        choice: str,
        reason: str,
        *,
        modulus: float | None = None,
        closing: float | None = None,
        opening: float | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        figures = {"modulus": modulus, "closing": closing, "opening": opening, "until": until}
        body = {"choice": choice, "reason": reason} | {name: v for name, v in figures.items() if v is not None}
        return dict(self._send("POST", f"/review/{quote(case, safe='')}", body))

    def withdraw(self, case: str) -> None:
        self._send("DELETE", f"/review/{quote(case, safe='')}")

    def edit_interval(self, meter: str, start: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._send("PUT", self._path(meter, "intervals", start), fields))

    def restore_interval(self, meter: str, start: str) -> None:
        self._send("DELETE", self._path(meter, "intervals", start))

    def edited_intervals(self, meter: str) -> list[dict[str, Any]]:
        return list(self._get(self._path(meter, "intervals", "edited"))["items"])

    def profiles(self) -> list[dict[str, Any]]:
        return list(self._get("/profiles")["items"])

    def gateways(self) -> list[dict[str, Any]]:
        return list(self._get("/gateways")["items"])

    def set_gateway(self, url: str, options: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
        return dict(self._send("PUT", "/gateways", {"url": url, "options": options}, revision=revision))

    def import_meters(self, content: bytes, filename: str, dry_run: bool = True) -> dict[str, Any]:
        asked = {"dry_run": dry_run, "filename": filename}
        kind = {"Content-Type": "application/octet-stream"}
        return dict(self._service.call("POST", "/meters/import", asked, content=content, headers=kind).json())

    def import_readings(
        self, source: AnyPath | pd.DataFrame | pa.Table, dry_run: bool = False, *, keep_stored: bool = False
    ) -> dict[str, Any]:
        from energy_workbench.answers.readings_file import upload

        kind = {"Content-Type": "application/octet-stream"}
        with upload(source) as (name, content):
            asked = {"dry_run": dry_run, "keep_stored": keep_stored, "filename": name}
            answer = self._service.call(
                "POST", "/readings/import", asked, content=content, headers=kind, timeout=IMPORT_SECONDS
            )
        return dict(answer.json())

    def export_meters(self, format: str = "csv") -> bytes:
        return self._service.call("GET", "/meters/export", {"format": format}).content

    def import_template(self, format: str = "csv") -> bytes:
        return self._service.call("GET", "/meters/import-template", {"format": format}).content

    def probe(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._send("POST", "/probe", fields))

    def suggest_profiles(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._send("POST", "/probe/profiles", fields))

    def _path(self, meter: str, *rest: str) -> str:
        return "/".join(("/meters", *(quote(part, safe="") for part in (meter, *rest))))
