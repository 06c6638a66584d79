"""Lists that are turned page by page, and what a chart draws as one until somebody looks inside."""
