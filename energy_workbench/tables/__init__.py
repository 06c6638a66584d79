"""Tables to files and back: CSV, Excel, Parquet; no cell is ever a formula."""
