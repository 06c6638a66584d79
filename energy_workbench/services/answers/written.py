"""Reports that were written: what is listed of them, and their files."""

from __future__ import annotations

from collections.abc import Mapping

from energy_workbench.analytics.live import iso
from energy_workbench.contract.results import WrittenReports
from energy_workbench.contract.rows.schedules import WrittenReport
from energy_workbench.contract.schedules import SchedulesContract
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.paging import MOST, window
from energy_workbench.services.home import Home
from energy_workbench.services.reports.written import Written, written


class WrittenAnswers(Home, SchedulesContract):
    """The archive of reports."""

    def written_reports(
        self,
        *,
        q: str | None = None,
        report: str | None = None,
        meter: str | None = None,
        schedule: str | None = None,
        complete: bool | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> WrittenReports:
        number = None if meter is None else self._meter(meter).number
        sender = None if schedule is None else self._sender(schedule)
        rows = [
            row
            for row in self._written_rows()
            if (report is None or row["report"] == report)
            and (number is None or row["meter"] == number)
            and (sender is None or row["schedule"] == sender)
            and (complete is None or complete is not (row["incomplete"] or row["running"]))
            and has(row, q or "")
        ]
        return WrittenReports(tuple(rows[window(MOST if limit is None else limit, offset)]), len(rows), self.zone.key)

    def report_file(self, id: str, kind: str) -> tuple[str, bytes]:
        files = self._written_report(id).files
        if kind not in files:
            raise NotFoundError(f"report {id} has no file {kind!r}: it has {', '.join(files)}")
        try:
            return files[kind].name, files[kind].read_bytes()
        except OSError as error:
            raise NotFoundError(f"{files[kind].name} cannot be read: {error.strerror}") from None

    def _written_report(self, id: str) -> Written:
        found = next((each for each in written(self.settings.reports_path) if each.id == id), None)
        if found is None:
            raise NotFoundError(f"there is no report {id}: `GET /reports/written` lists those there are")
        return found

    def _written_rows(self) -> list[WrittenReport]:
        numbers, senders = self._numbers(), self._senders()
        return [self._written_row(each, numbers, senders) for each in written(self.settings.reports_path)]

    def _sender(self, schedule: str) -> str:
        """The name of a schedule by its name or id; one that was deleted is known while reports of it are there."""
        try:
            return self.registry.schedule(schedule).name
        except NotFoundError:
            sent = self.registry.schedules_of_reports().values()
            if name := next((then for key, then in sent if schedule in (key, then)), None):
                return name
            raise

    def _senders(self) -> dict[str, str]:
        """Name of the schedule that sent each report, by its manifest; as it is called now, if it is still there."""
        names = {each.id: each.name for each in self.registry.schedules()}
        return {path: names.get(key, then) for path, (key, then) in self.registry.schedules_of_reports().items()}

    def _written_row(self, each: Written, numbers: Mapping[str, str], senders: Mapping[str, str]) -> WrittenReport:
        told = each.told
        return {
            "id": each.id,
            "title": told.title,
            "report": told.report,
            "site": told.site,
            "period": told.period,
            "meter": numbers.get(told.meter, told.meter),
            "written_at": iso(told.written_at, self.zone),
            "schedule": senders.get(each.manifest, ""),
            "completeness": told.completeness,
            "incomplete": told.incomplete,
            "running": told.running,
            "files": list(each.files),
        }


def has(row: WrittenReport, text: str) -> bool:
    """Whether each word of a text stands in what people know a report by, in whatever letter case."""
    known = " ".join((row["title"], row["report"], row["period"], row["meter"], row["schedule"])).casefold()
    return all(word in known for word in text.casefold().split())
