"""Planning reports over the service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from energy_workbench.answers.service import Service
from energy_workbench.core.errors import NotFoundError
from energy_workbench.schedules import Schedules


class RemoteSchedules(Schedules):
    """The schedules of a running service."""

    _service: Service

    def reports(self) -> list[dict[str, Any]]:
        return list(self._service.get("/reports")["items"])

    def schedules(self) -> list[dict[str, Any]]:
        return list(self._service.get("/schedules")["items"])

    def schedule(self, schedule: str) -> dict[str, Any]:
        return dict(self._service.get(self._schedule(schedule)))

    def check_schedule(self, fields: Mapping[str, Any], id: str | None = None) -> dict[str, Any]:
        return dict(self._service.send("POST", "/schedules/check", {"fields": dict(fields), "id": id}))

    def create_schedule(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._service.send("POST", "/schedules", dict(fields)))

    def update_schedule(
        self, schedule: str, fields: Mapping[str, Any], *, revision: int | None = None
    ) -> dict[str, Any]:
        return dict(self._service.send("PUT", self._schedule(schedule), dict(fields), revision=revision))

    def delete_schedule(self, schedule: str) -> None:
        self._service.send("DELETE", self._schedule(schedule))

    def run_schedule(self, schedule: str, period: str | None = None) -> dict[str, Any]:
        return dict(self._service.send("POST", f"{self._schedule(schedule)}/run", {"period": period}))

    def runs(self, schedule: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        path = "/schedules/runs" if schedule is None else f"{self._schedule(schedule)}/runs"
        return self._service.newest(path, limit)

    def run(self, run: int) -> dict[str, Any]:
        return dict(self._service.get(f"/schedules/runs/{run:d}"))

    def cancel_run(self, run: int) -> dict[str, Any]:
        return dict(self._service.send("POST", f"/schedules/runs/{run:d}/cancel"))

    def run_file(self, run: int, kind: str) -> tuple[str, bytes]:
        answer = self._service.call("GET", f"/schedules/runs/{run:d}/files/{kind}", {})
        named = re.search(r"filename\*=UTF-8''([^;]+)", answer.headers.get("content-disposition", ""))
        return unquote(named[1]) if named else f"report.{kind}", answer.content

    def _schedule(self, ref: str) -> str:
        """Path of a schedule; a name, which may hold anything, is looked up."""
        if not re.fullmatch(r"sch_[0-9a-f]+", ref):
            same = [row["id"] for row in self.schedules() if row["name"].casefold() == ref.strip().casefold()]
            if not same:
                raise NotFoundError(f"there is no schedule {ref!r}")
            ref = same[0]
        return f"/schedules/{ref}"
