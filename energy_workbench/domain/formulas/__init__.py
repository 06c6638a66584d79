"""Calculated meters: their formulas, and the linear forms over measured meters that these stand for."""
