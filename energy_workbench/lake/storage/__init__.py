"""Delta tables of Parquet files: created, pinned, written by one writer at a time, durably."""
