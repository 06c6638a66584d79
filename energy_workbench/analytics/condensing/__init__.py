"""Few rows of many: the largest meters below each, the others as one, so that no energy is left out."""
