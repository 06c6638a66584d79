"""Who asks, and what the pages' servers tell of visitors."""
