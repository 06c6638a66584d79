"""Setting a plant up on the files of a home: what the registry does, as people ask for it and read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from energy_workbench.analytics.live import describe, iso
from energy_workbench.contract.condition import ConditionContract
from energy_workbench.contract.files import FileFormat, FilesContract
from energy_workbench.contract.generation import GenerationContract
from energy_workbench.contract.meter_history import MeterHistoryContract
from energy_workbench.contract.meters import Children, MetersContract
from energy_workbench.contract.rows.condition import Limits
from energy_workbench.contract.rows.flow import SiteChanged
from energy_workbench.contract.rows.generation import FactorRow
from energy_workbench.contract.rows.meters import (
    ExchangePreview,
    ExchangeRow,
    FormulaRow,
    MeterCheck,
    MeterRow,
    ParentRow,
    RatioImpact,
    RatioPreview,
    RatioRow,
    StatusRow,
)
from energy_workbench.contract.rows.setup import (
    ChangeRow,
    GatewayRow,
    ImportedMeters,
    Probed,
    ProfileRow,
    SuggestedProfiles,
    TemplateRow,
    Undone,
)
from energy_workbench.contract.setup import SetupContract
from energy_workbench.contract.site import SiteContract
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError
from energy_workbench.domain.locks.locked_months import Stated, because
from energy_workbench.domain.ratios import Ratio, ratio_at
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.registry.profile_ids import profile_files
from energy_workbench.services.commands import exchange_preview, meter_check, probing
from energy_workbench.services.commands.ratio_preview import Beginning, preview
from energy_workbench.services.files import meter_transfer
from energy_workbench.services.home import Home
from energy_workbench.services.retention.told import estimates
from energy_workbench.services.rows.audit import change_row
from energy_workbench.services.rows.emission_factors import factor_date, factor_from, factor_row
from energy_workbench.services.rows.exchanges import device_ratio, exchange_from, exchange_row
from energy_workbench.services.rows.limits import limit_rows
from energy_workbench.services.rows.locks import told
from energy_workbench.services.rows.parents import formula_from, parent_from
from energy_workbench.services.rows.profiles import profile_list
from energy_workbench.services.rows.ratios import beginning, impact_warnings, ratio_from, ratio_row
from energy_workbench.services.rows.site import effects, site_fields, site_row
from energy_workbench.services.rows.templates import template_row

BY = "python"
"""Who changes something, where nobody says it."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class Setup(
    Home, FilesContract, MetersContract, MeterHistoryContract, GenerationContract, ConditionContract, SetupContract,
    SiteContract,
):  # fmt: skip
    """The changes, each by someone: `by` is the name that the audit keeps."""

    def create_meter(
        self, fields: Mapping[str, Any], template: str | None = None, *, reason: str | None = None, by: str = BY
    ) -> MeterRow:
        profiles = profile_files(self.settings.profiles_path)
        with because(reason) as stated:
            created = self.registry.create_meter(fields, by=by, template=template, profiles=profiles)
        return self._altered(self.describe(created), stated)

    def update_meter(
        self,
        meter: str,
        fields: Mapping[str, Any],
        revision: int | None = None,
        *,
        reason: str | None = None,
        by: str = BY,
    ) -> MeterRow:
        profiles = profile_files(self.settings.profiles_path)
        with because(reason) as stated:
            changed = self.registry.update_meter(meter, fields, by=by, revision=revision, profiles=profiles)
        return self._altered(self.describe(changed), stated)

    def delete_meter(
        self,
        meter: str,
        children: Children = "refuse",
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> list[MeterRow]:
        with because(reason) as stated:
            deleted = self.registry.delete_meter(meter, by=by, children=children, revision=revision)
        zone = self.zone
        live = self._live(deleted)
        return self._altered([describe(each, live.get(each.key), zone) for each in deleted], stated)

    def restore_meter(self, meter: str, *, reason: str | None = None, by: str = BY) -> MeterRow:
        with because(reason) as stated:
            restored = self.registry.restore_meter(meter, by=by)
        return self._altered(self.describe(restored), stated)

    def set_status(
        self,
        meter: str,
        status: str,
        reason: str = "",
        *,
        valid_from: str | None = None,
        revision: int | None = None,
        by: str = BY,
    ) -> MeterRow:
        since: datetime | Literal["now"] | None = "now" if valid_from is None else beginning(valid_from, self.zone)
        with because(reason) as stated:
            changed = self.registry.set_status(meter, status, reason, by=by, valid_from=since, revision=revision)
        return self._altered(self.describe(changed), stated)

    def meter_statuses(self, meter: str) -> list[StatusRow]:
        zone = self.zone
        return [
            {
                "valid_from": iso(each.valid_from, zone),
                "status": str(each.status),
                "reason": each.reason,
                "by": each.by,
            }
            for each in self.registry.statuses(self.registry.meter(meter, deleted=True).key)
        ]

    def meter_parents(self, meter: str) -> list[ParentRow]:
        zone = self.zone
        return [
            {
                "valid_from": iso(since, zone),
                "parent_id": None if above is None else above.id,
                "parent": None if above is None else above.number,
            }
            for since, above in self.registry.parents(meter)
        ]

    def add_parent(
        self,
        meter: str,
        fields: Mapping[str, Any],
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> ParentRow:
        known = self._meter(meter)
        above, since = parent_from(fields, known, self._meters(), self.zone, clock.now())
        parent = None if above is None else above.id
        with because(reason) as stated:
            self.registry.add_parent(known.id, parent, since, by=by, revision=revision)
        row: ParentRow = {
            "valid_from": iso(since, self.zone),
            "parent_id": parent,
            "parent": None if above is None else above.number,
        }
        return self._altered(row, stated)

    def delete_parent(
        self,
        meter: str,
        valid_from: str | None,
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> list[ParentRow]:
        with because(reason) as stated:
            self.registry.delete_parent(meter, beginning(valid_from, self.zone), by=by, revision=revision)
        return self._altered(self.meter_parents(meter), stated)

    def meter_formulas(self, meter: str) -> list[FormulaRow]:
        zone = self.zone
        return [{"valid_from": iso(since, zone), "formula": text} for since, text in self.registry.formulas(meter)]

    def add_formula(
        self,
        meter: str,
        fields: Mapping[str, Any],
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> FormulaRow:
        known = self._meter(meter)
        formula, since = formula_from(fields, known, self.zone, clock.now())
        with because(reason) as stated:
            self.registry.add_formula(known.id, formula, since, by=by, revision=revision)
        row: FormulaRow = {"valid_from": iso(since, self.zone), "formula": formula}
        return self._altered(row, stated)

    def delete_formula(
        self,
        meter: str,
        valid_from: str | None,
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> list[FormulaRow]:
        with because(reason) as stated:
            self.registry.delete_formula(meter, beginning(valid_from, self.zone), by=by, revision=revision)
        return self._altered(self.meter_formulas(meter), stated)

    def check_meter(self, fields: Mapping[str, Any], id: str | None = None) -> MeterCheck:
        before = None if id is None else self._meter(id)
        return meter_check.check(fields, before, self._meters(), profile_files(self.settings.profiles_path))

    def meter_ratios(self, meter: str) -> list[RatioRow]:
        zone = self.zone
        return [ratio_row(ratio, zone) for ratio in self.registry.ratios(meter)]

    def add_ratio(
        self,
        meter: str,
        fields: Mapping[str, Any],
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> RatioRow:
        known = self._meter(meter)
        ratio = ratio_from(fields, known.ratio, self.zone, clock.now())
        with because(reason) as stated:
            self.registry.add_ratio(known.id, ratio, by=by, revision=revision)
        return self._altered(ratio_row(ratio, self.zone), stated)

    def edit_ratio(
        self,
        meter: str,
        valid_from: str | None,
        fields: Mapping[str, Any],
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> RatioRow:
        known, since = self._meter(meter), beginning(valid_from, self.zone)
        ratio = ratio_from(fields, self._ratio(known, since), self.zone, since)
        with because(reason) as stated:
            self.registry.edit_ratio(known.id, since, ratio, by=by, revision=revision)
        return self._altered(ratio_row(ratio, self.zone), stated)

    def delete_ratio(
        self,
        meter: str,
        valid_from: str | None,
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> list[RatioRow]:
        with because(reason) as stated:
            self.registry.delete_ratio(meter, beginning(valid_from, self.zone), by=by, revision=revision)
        return self._altered(self.meter_ratios(meter), stated)

    def preview_ratio(self, meter: str, fields: Mapping[str, Any], *, replaces: str | None = None) -> RatioPreview:
        known, zone = self._meter(meter), self.zone
        old = None if replaces is None else Beginning(beginning(replaces, zone))
        otherwise = clock.now() if old is None else old.instant
        before = known.ratio if old is None else self._ratio(known, old.instant)
        ratio = ratio_from(fields, before, zone, otherwise)
        touched = [iso(each, zone) for each in ({ratio.valid_from} if old is None else {old.instant, ratio.valid_from})]
        return preview(self, known, ratio, old, self.ratio_impact(meter, *touched))

    def ratio_impact(self, meter: str, *valid_from: str | None) -> RatioImpact:
        known, zone = self._meter(meter), self.zone
        since = [beginning(each, zone) for each in valid_from or (clock.now().isoformat(),)]
        span = self.registry.ratio_impact(known.id, *since)
        start, end = axis.floor_interval(span.start or EARLIEST), span.end or LATEST
        count = len(self.reader.intervals([known.key], start, end)) if start < end else 0
        warnings = impact_warnings(self.registry.ratios(known.id), since, count, clock.now(), zone)
        for each in since:
            warnings += estimates(self.reader, known.key, each, zone)
        return {
            "from": iso(span.start, zone),
            "until": iso(span.end, zone),
            "intervals": count,
            "warnings": warnings,
        }

    def exchanges(self, meter: str) -> list[ExchangeRow]:
        zone = self.zone
        return [exchange_row(exchange, zone) for exchange in self.registry.exchanges(meter)]

    def add_exchange(
        self,
        meter: str,
        fields: Mapping[str, Any],
        *,
        revision: int | None = None,
        reason: str | None = None,
        by: str = BY,
    ) -> ExchangeRow:
        known = self._meter(meter)
        exchange = exchange_from(fields, self.zone, clock.now())
        ratio = device_ratio(fields, ratio_at(self.registry.ratios(known.id), exchange.at), exchange.at, self.zone)
        with because(reason) as stated:
            self.registry.record_exchange(
                known.id, exchange, by=by, revision=revision, ratio=ratio, profile=fields.get("profile") or None,
                profiles=profile_files(self.settings.profiles_path),
            )  # fmt: skip
        stored = next(each for each in self.registry.exchanges(known.id) if each.at == exchange.at)
        return self._altered(exchange_row(stored, self.zone), stated)

    def preview_exchange(self, meter: str, fields: Mapping[str, Any], *, remove: bool = False) -> ExchangePreview:
        return exchange_preview.preview(self, self._meter(meter), fields, remove=remove)

    def delete_exchange(
        self, meter: str, at: str, *, revision: int | None = None, reason: str | None = None, by: str = BY
    ) -> list[ExchangeRow]:
        when = parse_instant(at, self.zone)
        with because(reason) as stated:
            self.registry.delete_exchange(self._meter(meter).id, when, by=by, revision=revision)
        return self._altered(self.exchanges(meter), stated)

    def set_site(
        self, fields: Mapping[str, Any] | None = None, /, *, reason: str | None = None, by: str = BY, **named: Any
    ) -> SiteChanged:
        before = self.registry.site()
        with because(reason) as stated:
            after = self.registry.update_site(site_fields({**(fields or {}), **named}), by=by)
        return self._altered({**site_row(after, self.settings.site), "effects": effects(before, after)}, stated)

    def factors(self) -> list[FactorRow]:
        own = {(each.name, each.valid_from) for each in self.registry.factors()}
        return [factor_row(each, own=(each.name, each.valid_from) in own) for each in self._factors()]

    def set_factor(self, fields: Mapping[str, Any], *, reason: str | None = None, by: str = BY) -> FactorRow:
        factor = factor_from(fields)
        with because(reason) as stated:
            self.registry.set_factor(factor, by=by)
        return self._altered(factor_row(factor, own=True), stated)

    def delete_factor(
        self, name: str, valid_from: str | None = None, *, reason: str | None = None, by: str = BY
    ) -> None:
        with because(reason) as stated:
            self.registry.delete_factor(name, factor_date(valid_from), by=by)
        self._altered(None, stated)

    def limits(self, meter: str | None = None) -> Limits:
        return limit_rows(self.registry.limits(), None if meter is None else self._meter(meter).key)

    def set_limits(self, fields: Mapping[str, Any], meter: str | None = None, *, by: str = BY) -> Limits:
        self.registry.set_limits(fields, meter, by=by)
        return self.limits(meter)

    def templates(self) -> list[TemplateRow]:
        made = self.registry.template_users()
        return [template_row(each, made) for each in self.registry.templates()]

    def create_template(self, name: str, meter: str, *, by: str = BY) -> TemplateRow:
        template = self.registry.create_template(name, self._meter(meter).id, by=by)
        return template_row(template, self.registry.template_users())

    def put_template(self, name: str, fields: Mapping[str, Any], *, by: str = BY) -> TemplateRow:
        template = self.registry.put_template(name, fields, by=by)
        return template_row(template, self.registry.template_users())

    def delete_template(self, name: str, *, by: str = BY) -> None:
        self.registry.delete_template(name, by=by)

    def undoable(self, *, by: str = BY) -> ChangeRow | None:
        entries = self.registry.undoable(by)
        return change_row(entries, self._numbers(), self.zone) if entries else None

    def undo(self, *, reason: str | None = None, by: str = BY) -> Undone:
        newest = self.undoable(by=by)
        if newest is None:
            raise ConflictError("there is no change of yours that could be undone")
        with because(reason) as stated:
            self.registry.undo(by=by, change=newest["change"])
        return self._altered({"undone": newest}, stated)

    def profiles(self) -> list[ProfileRow]:
        return profile_list(self.settings.profiles_path)

    def gateways(self) -> list[GatewayRow]:
        live, behind = self._live(), dict[str, list[Meter]]()
        for meter in self._meters():
            behind.setdefault(meter.gateway or "", []).append(meter)
        return [
            {
                "url": gateway.url,
                "options": gateway.options,
                "revision": gateway.revision,
                "meters": len(behind.get(gateway.url, [])),
                "online": sum(
                    live[meter.key].communication is Communication.ONLINE for meter in behind.get(gateway.url, [])
                ),
            }
            for gateway in self.registry.gateways()
        ]

    def set_gateway(
        self, url: str, options: Mapping[str, Any], *, revision: int | None = None, by: str = BY
    ) -> GatewayRow:
        stored = self.registry.set_gateway(url, options, by=by, revision=revision)
        return next(row for row in self.gateways() if row["url"] == stored.url)

    def import_meters(
        self, content: bytes, filename: str, dry_run: bool = True, *, reason: str | None = None, by: str = BY
    ) -> ImportedMeters:
        profiles = profile_files(self.settings.profiles_path)
        with because(reason) as stated:
            imported = meter_transfer.import_file(
                self.registry, content, filename, dry_run=dry_run, by=by, profiles=profiles, zone=self.zone
            )
        return self._altered(imported, stated)

    def export_meters(self, format: FileFormat = "csv") -> bytes:
        return meter_transfer.export_file(self.registry, format)

    def import_template(self, format: FileFormat = "csv") -> bytes:
        return meter_transfer.template_file(format)

    def probe(self, fields: Mapping[str, Any]) -> Probed:
        return probing.probe(self.settings, fields)

    def suggest_profiles(self, fields: Mapping[str, Any]) -> SuggestedProfiles:
        return probing.suggest(self.settings, fields)

    def _ratio(self, meter: Meter, since: datetime | None) -> Ratio:
        history = self.registry.ratios(meter.id)
        return next((ratio for ratio in history if ratio.valid_from == since), meter.ratio)

    def _altered(self, answer: Any, stated: Stated) -> Any:
        return told(answer, stated, self.zone)
