"""Which columns of an answer hold instants."""

TIMES = (
    "ts",
    "start",
    "end",
    "at",
    "before_start",
    "peak_at",
    "last_seen",
    "created_at",
    "updated_at",
    "deleted_at",
    "valid_from",
    "written_at",
)
"""Columns of instants: ISO text with offset in a payload, the site's zone in a frame."""
