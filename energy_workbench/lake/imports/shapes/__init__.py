"""Readings files of any shape, recognised by their content and made rows of the workbench's own."""
