"""Tariffs as data: dated versions of lists of charges, read from files, checked as a whole."""
