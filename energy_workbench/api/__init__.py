"""The service: REST for other systems and pages, the front page, and who may ask for what."""
