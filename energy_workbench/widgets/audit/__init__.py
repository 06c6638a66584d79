"""The page of changes: who changed what of the configuration, when, from what to what."""
