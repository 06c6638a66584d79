"""Reports that are sent by themselves, and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATES = ("due", "waiting", "running", "retrying", "done", "failed", "cancelled")


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("report", sa.String(100), nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("cron", sa.String(100), nullable=False),
        sa.Column("period", sa.String(100), nullable=False),
        sa.Column("formats", sa.JSON, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("webhook", sa.String(500), nullable=False),
        sa.Column("owner", sa.String(500), nullable=False),
        sa.Column("completeness_percent", sa.Float, nullable=False),
        sa.Column("wait_hours", sa.Float, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.UniqueConstraint("folded", name="uq_schedules_folded"),
    )
    listed = ", ".join(f"'{word}'" for word in STATES)
    op.create_table(
        "report_runs",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("schedule", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("report", sa.String(100), nullable=False),
        sa.Column("period", sa.String(100), nullable=False),
        sa.Column("occasion", sa.String(100), nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("step", sa.String(200), nullable=False),
        sa.Column("completeness", sa.Float),
        sa.Column("incomplete", sa.Boolean, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("delivered", sa.JSON, nullable=False),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("cancel_by", sa.String(200), nullable=False),
        sa.Column("told", sa.Boolean),
        sa.UniqueConstraint("schedule", "period", "occasion", name="uq_report_runs_schedule_period_occasion"),
        sa.CheckConstraint(f"state IN ({listed})", name="ck_report_runs_state"),
    )
    op.create_index("ix_report_runs_state", "report_runs", ["state"])
