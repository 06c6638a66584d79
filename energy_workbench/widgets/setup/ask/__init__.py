"""The question before a change of a meter: move, status, template or delete."""
