"""Reasons of a status, exchanges, templates, changes that can be undone, and checks in the schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TYPES = (
    *("grid", "main", "generator", "solar", "distribution", "unit"),
    *("machine", "lighting", "admin", "utility", "virtual", "other"),
)
STATUSES = ("active", "inactive", "maintenance", "faulty")
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "meters": {
        "type": TYPES,
        "flow": ("consumer", "producer", "bidirectional"),
        "status": STATUSES,
        "production_register": ("import", "export"),
    },
    "ratios": {"applied_by": ("meter", "workbench")},
    "tokens": {"role": ("viewer", "editor")},
}


def upgrade() -> None:
    """Add what is new; on SQLite tables with new checks are written anew."""
    with op.batch_alter_table("meters") as batch:
        batch.add_column(sa.Column("status_reason", sa.String(500), nullable=False, server_default=""))
        batch.create_check_constraint("ck_meters_unit_id", "unit_id BETWEEN 0 AND 255")
        batch.create_check_constraint("ck_meters_poll_seconds", "poll_seconds > 0")
        _words(batch, "meters")
    with op.batch_alter_table("ratios") as batch:
        for kind in ("ct", "pt"):
            one, other = f"{kind}_primary", f"{kind}_secondary"
            batch.create_check_constraint(
                f"ck_ratios_{kind}",
                f"({one} IS NULL AND {other} IS NULL) OR "
                f"({one} IS NOT NULL AND {other} IS NOT NULL AND {one} > 0 AND {other} > 0)",
            )
        _words(batch, "ratios")
    with op.batch_alter_table("placements") as batch:
        batch.create_check_constraint("ck_placements_itself", "parent <> meter")
    with op.batch_alter_table("tokens") as batch:
        _words(batch, "tokens")
    with op.batch_alter_table("audit") as batch:
        batch.add_column(sa.Column("change", sa.Integer, nullable=False, server_default="0"))
        batch.add_column(sa.Column("undoes", sa.Integer))
        batch.add_column(sa.Column("rows", sa.JSON))
    op.create_index("ix_audit_change", "audit", ["change"])
    _statuses()
    op.create_table(
        "exchanges",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_exchanges_meter"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("old_serial", sa.String(200), nullable=False),
        sa.Column("new_serial", sa.String(200), nullable=False),
        sa.Column("closing", sa.JSON, nullable=False),
        sa.Column("opening", sa.JSON, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.UniqueConstraint("meter", "at", name="uq_exchanges_meter_at"),
    )
    op.create_table(
        "templates",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.UniqueConstraint("folded", name="uq_templates_folded"),
    )


def _words(batch: Any, table: str) -> None:
    for column, words in WORDS[table].items():
        batch.create_check_constraint(f"ck_{table}_{column}", _one_of(column, words))


def _one_of(column: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def _statuses() -> None:
    op.create_table(
        "statuses",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name="fk_statuses_meter"), nullable=False),
        sa.Column("valid_from", INSTANT),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.CheckConstraint(_one_of("status", STATUSES), name="ck_statuses_status"),
        sa.UniqueConstraint("meter", "valid_from", name="uq_statuses_meter_valid_from"),
    )
    first = sa.text("valid_from IS NULL")
    op.create_index("uq_statuses_first", "statuses", ["meter"], unique=True, sqlite_where=first, postgresql_where=first)
    # The history begins with what every meter is now.
    op.execute(
        "INSERT INTO statuses (meter, valid_from, status, reason, by) SELECT key, NULL, status, '', '' FROM meters"
    )
