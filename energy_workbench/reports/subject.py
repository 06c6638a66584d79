"""`ReportContext` by the name that notebooks of earlier versions import, a home's own and archived ones."""

from energy_workbench.reports.report_context import ReportContext as Subject

__all__ = ["Subject"]
