"""The page of data quality: completeness of each meter and day, findings, and the review list."""
