"""Tables of the registry. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from energy_workbench.domain.accuracy_classes import AccuracyClass, class_name
from energy_workbench.domain.fields import meter_fields, schedule_fields
from energy_workbench.domain.fields.field import AnyField
from energy_workbench.domain.fields.kinds import (
    Accuracy,
    Day,
    Gateway,
    Kind,
    Number,
    Recipients,
    ReportParameters,
    Several,
    Text,
    Whole,
    Words,
    YesNo,
)
from energy_workbench.domain.roles import Role
from energy_workbench.domain.schedules import RunState
from energy_workbench.domain.status import Status
from energy_workbench.energy.counter_steps import Choice


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite has no zones, so UTC is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From UTC."""
        return None if value is None else _utc(value)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """As `process_result_value`; of SQLite's text in one step, as live state has ten thousand of them."""
        return _of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _of_text(stored: str | None) -> datetime | None:
    return None if stored is None else _utc(datetime.fromisoformat(stored))


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class OneOf(TypeDecorator[StrEnum]):
    """A word of an enumeration, as text."""

    impl = String(20)
    cache_ok = True

    def __init__(self, of: type[StrEnum]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """From text."""
        return None if value is None else self.of(value)


class ClassOfAccuracy(TypeDecorator[AccuracyClass]):
    """A class of accuracy as text; a number is one again on reading."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: AccuracyClass | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To text."""
        return None if value is None else class_name(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> AccuracyClass | None:  # noqa: ARG002
        """From text."""
        return value if value is None or value[-1].isalpha() else float(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def columns_of(fields: Iterable[AnyField]) -> Iterator[Column[Any] | CheckConstraint]:
    """Columns of fields, with what they are checked for."""
    for field in fields:
        name, kind = field.held_as, field.kind
        if isinstance(kind, Gateway):
            yield Column(name, Integer, ForeignKey("gateways.key"), index=True)
            continue
        nullable = field.default is None
        yield Column(name, _column_type(kind), nullable=nullable, server_default=_before(field))
        if field.check:
            yield CheckConstraint(f"{name} {field.check}", name=name)
        if isinstance(kind, Words) and not nullable:
            yield one_of(name, kind.of)


def _before(field: AnyField) -> ColumnElement[bool] | str | None:
    """What rows say that were there before the column."""
    if field.since == field.first or field.default is None:
        return None
    match field.default:
        case bool(yes):
            return true() if yes else false()
        case str() | int() | float() as plain:
            return str(plain)
        case listed:
            return json.dumps(listed)


def _column_type(kind: Kind) -> type[TypeEngine[Any]] | TypeEngine[Any]:
    match kind:
        case Text(longest):
            return String(longest)
        case Words():
            return String(20)
        case Number():
            return Float
        case Whole():
            return Integer
        case Day():
            return String(10)
        case YesNo():
            return Boolean
        case Accuracy():
            return ClassOfAccuracy
        case Several() | Recipients() | ReportParameters():
            return JSON
    raise TypeError(f"{kind} is in no column")


def _plate(kind: str) -> CheckConstraint:
    one, other = f"{kind}_primary", f"{kind}_secondary"
    # One side alone would compare as unknown, which a check lets pass.
    return CheckConstraint(
        f"({one} IS NULL AND {other} IS NULL) OR "
        f"({one} IS NOT NULL AND {other} IS NOT NULL AND {one} > 0 AND {other} > 0)",
        name=kind,
    )


site = Table(
    "site",
    metadata,
    Column("key", Integer, CheckConstraint("key = 1", name="one"), primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("timezone", String(64), nullable=False),
    # Empty until somebody states them: a plant is in no country by default.
    Column("currency", String(3)),
    Column("country", String(2)),
    # Empty: every reading is kept for ever.
    Column("keep_readings_days", Integer),
)

# Months of the site's calendar whose numbers are not changed without a reason.
month_locks = Table(
    "month_locks",
    metadata,
    Column("site", Integer, ForeignKey("site.key"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
)

# Sheets that somebody signed when a meter was put into service: none takes the place of another.
commissioning_sheets = Table(
    "commissioning_sheets",
    metadata,
    Column("meter", Integer, ForeignKey("meters.key"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("signed_at", Instant, nullable=False),
    Column("signed_by", String(200), nullable=False),
    Column("by", String(200), nullable=False),
    Column("remarks", String(2000), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("found", JSON, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    Column("key", Integer, CheckConstraint("key = 1", name="one"), primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
)

# Above which number the keys of meters begin, where several sites share a range: without a row at 1.
key_range = Table(
    "key_range",
    metadata,
    Column("key", Integer, CheckConstraint("key = 1", name="one"), primary_key=True, autoincrement=False),
    Column("above", Integer, nullable=False),
)

gateways = Table(
    "gateways",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("url", String(300), nullable=False, unique=True),
    Column("options", JSON, nullable=False),
)

# Keys of meters are given by the registry, one above the highest ever: rows are never removed, so that
# readings in the lake never come to belong to another meter.
meters = Table(
    "meters",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    *columns_of(meter_fields.OWN),
    Column("folded", String(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("deleted_at", Instant),
    Column("revision", Integer, nullable=False),
)

_living = meters.c.deleted_at.is_(None)
Index("uq_meters_folded_living", meters.c.folded, unique=True, sqlite_where=_living, postgresql_where=_living)


def _dated(name: str, *columns: Column[Any] | CheckConstraint) -> Table:
    """Rows of a meter that hold from an instant; NULL is the beginning of time."""
    table = Table(
        name,
        metadata,
        Column("key", Integer, primary_key=True),
        Column("meter", Integer, ForeignKey("meters.key"), nullable=False),
        Column("valid_from", Instant),
        *columns,
        UniqueConstraint("meter", "valid_from"),
    )
    first = table.c.valid_from.is_(None)
    Index(f"uq_{name}_first", table.c.meter, unique=True, sqlite_where=first, postgresql_where=first)
    return table


ratios = _dated(
    "ratios",
    *columns_of(meter_fields.RATIO),
    _plate("ct"),
    _plate("pt"),
)

placements = _dated(
    "placements",
    Column("parent", Integer, ForeignKey("meters.key"), index=True),
    CheckConstraint("parent <> meter", name="itself"),
)

statuses = _dated(
    "statuses",
    Column("status", OneOf(Status), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("by", String(200), nullable=False),
    one_of("status", Status),
)

# Of calculated meters, with ids of meters in brackets; NULL takes one away.
formulas = _dated("formulas", Column("formula", String(2000)))

exchanges = Table(
    "exchanges",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("meter", Integer, ForeignKey("meters.key"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("old_serial", String(200), nullable=False),
    Column("new_serial", String(200), nullable=False),
    Column("closing", JSON, nullable=False),
    Column("opening", JSON, nullable=False),
    Column("note", String(500), nullable=False),
    UniqueConstraint("meter", "at"),
)

# What is watched of a meter's health, by field; NULL is the site, whose limits hold where a meter has none.
limits = Table(
    "limits",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("meter", Integer, ForeignKey("meters.key"), unique=True),
    Column("fields", JSON, nullable=False),
)
_site = limits.c.meter.is_(None)
Index("uq_limits_site", limits.c.meter, unique=True, sqlite_where=_site, postgresql_where=_site)

decisions = Table(
    "decisions",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("meter", Integer, ForeignKey("meters.key"), nullable=False),
    Column("quantity", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("choice", OneOf(Choice), nullable=False),
    Column("until", Instant),
    Column("modulus", Float),
    Column("closing", Float),
    Column("opening", Float),
    Column("reason", String(500), nullable=False),
    UniqueConstraint("meter", "quantity", "at"),
    one_of("choice", Choice),
)

interval_edits = Table(
    "interval_edits",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("meter", Integer, ForeignKey("meters.key"), nullable=False),
    Column("start", Instant, nullable=False),
    Column("energies", JSON, nullable=False),
    Column("reason", String(500), nullable=False),
    UniqueConstraint("meter", "start"),
)

templates = Table(
    "templates",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("folded", String(200), nullable=False, unique=True),
    Column("fields", JSON, nullable=False),
)

# What is stated of readings files of one source.
mappings = Table(
    "mappings",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("folded", String(200), nullable=False, unique=True),
    Column("fields", JSON, nullable=False),
)

# Emission factors of the site's own; an empty date is the beginning of time.
factors = Table(
    "factors",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("name", String(40), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("value", Float, nullable=False),
    Column("source", String(500), nullable=False),
    Column("gases", String(60), nullable=False, server_default="CO₂"),
    UniqueConstraint("name", "valid_from"),
    CheckConstraint("value >= 0", name="value"),
)

# Reports that are sent by themselves. An id is never given twice, so that runs stay those of their schedule.
schedules = Table(
    "schedules",
    metadata,
    Column("id", String(20), primary_key=True),
    *columns_of(schedule_fields.FIELDS),
    Column("folded", String(200), nullable=False, unique=True),
    Column("since", Instant, nullable=False),
)

# What became of them. A run is claimed by being inserted: of two schedulers, one gets the row. It is no
# configuration and is not audited; it outlives its schedule.
report_runs = Table(
    "report_runs",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("schedule", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("report", String(100), nullable=False),
    Column("period", String(100), nullable=False),
    Column("occasion", String(100), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("progress", Float, nullable=False),
    Column("step", String(200), nullable=False),
    Column("completeness", Float),
    Column("incomplete", Boolean, nullable=False),
    Column("files", JSON, nullable=False),
    Column("delivered", JSON, nullable=False),
    Column("refused", JSON, nullable=False, server_default="{}"),
    Column("holder", String(200), nullable=False),
    Column("lease_until", Instant),
    Column("cancel_by", String(200), nullable=False),
    Column("told", Boolean),
    UniqueConstraint("schedule", "period", "occasion"),
    one_of("state", RunState),
    Index("ix_report_runs_state", "state"),
)

# One transaction is one change: its entries share a number, by which it is undone. `rows` is what it did,
# row by row: the trail replays to what is stored. `locked` is what it altered of locked months, and why.
audit = Table(
    "audit",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("change", Integer, nullable=False, server_default="0", index=True),
    Column("undoes", Integer),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(300), nullable=False, index=True),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("rows", JSON(none_as_null=True)),
    Column("locked", JSON(none_as_null=True)),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    one_of("role", Role),
)

# What a token may at each site, by its name, so that one that is rotated or revoked may never do more than before.
# A token without rows here has its role at all sites; else its role is the highest of these.
token_sites = Table(
    "token_sites",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("site", String(64), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("since", Instant, nullable=False),
    one_of("role", Role),
)

# Tokens that were taken away for good: one that is kept in a file or a setting would else be back after a restart.
revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("revoked_at", Instant, nullable=False),
)

# Visits of browsers. The cookie holds a secret of its own, of which the digest is here; it ends with its token.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("token", String(64), ForeignKey("tokens.digest", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
