"""The page of scheduled reports: schedules, their runs, and the form of a schedule."""
