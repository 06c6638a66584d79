"""The periodic jobs: commit, build, upkeep, reports."""
