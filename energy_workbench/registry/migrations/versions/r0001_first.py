"""The first schema: site, gateways, meters with dated ratios and placements, audit, tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "site",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.CheckConstraint("key = 1", name="ck_site_one"),
    )
    op.create_table(
        "revision",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.CheckConstraint("key = 1", name="ck_revision_one"),
    )
    op.create_table(
        "gateways",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.UniqueConstraint("url", name="uq_gateways_url"),
    )
    op.create_table(
        "meters",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("location", sa.String(200), nullable=False),
        sa.Column("flow", sa.String(20), nullable=False),
        sa.Column("gateway", sa.Integer, sa.ForeignKey("gateways.key", name="fk_meters_gateway")),
        sa.Column("unit_id", sa.Integer),
        sa.Column("profile", sa.String(64)),
        sa.Column("poll_seconds", sa.Float, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("serial", sa.String(200), nullable=False),
        sa.Column("accuracy_class", sa.Float),
        sa.Column("ct_class", sa.Float),
        sa.Column("pt_class", sa.Float),
        sa.Column("rated_kw", sa.Float),
        sa.Column("seen_by_parent", sa.Boolean, nullable=False),
        sa.Column("production_register", sa.String(20), nullable=False),
        sa.Column("x", sa.Float),
        sa.Column("y", sa.Float),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    living = sa.text("deleted_at IS NULL")
    op.create_index("ix_meters_gateway", "meters", ["gateway"])
    op.create_index(
        "uq_meters_folded_living", "meters", ["folded"], unique=True, sqlite_where=living, postgresql_where=living
    )
    _dated(
        "ratios",
        sa.Column("ct_primary", sa.Float),
        sa.Column("ct_secondary", sa.Float),
        sa.Column("pt_primary", sa.Float),
        sa.Column("pt_secondary", sa.Float),
        sa.Column("applied_by", sa.String(20), nullable=False),
    )
    _dated("placements", sa.Column("parent", sa.Integer, sa.ForeignKey("meters.key", name="fk_placements_parent")))
    op.create_index("ix_placements_parent", "placements", ["parent"])
    op.create_table(
        "audit",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "tokens",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
    )
    op.execute("INSERT INTO revision (key, value) VALUES (1, 1)")


def _dated(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("meter", sa.Integer, sa.ForeignKey("meters.key", name=f"fk_{name}_meter"), nullable=False),
        sa.Column("valid_from", INSTANT),
        *columns,
        sa.UniqueConstraint("meter", "valid_from", name=f"uq_{name}_meter_valid_from"),
    )
    first = sa.text("valid_from IS NULL")
    op.create_index(f"uq_{name}_first", name, ["meter"], unique=True, sqlite_where=first, postgresql_where=first)
