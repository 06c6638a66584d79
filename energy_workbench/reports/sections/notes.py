"""Notes on how the numbers of a report are calculated."""

from __future__ import annotations

from energy_workbench.reports.content.blocks import Section, bullets, heading
from energy_workbench.reports.report_context import ReportContext


def notes(about: ReportContext, *more: str) -> Section:
    """How to read the report.

    Parameters
    ----------
    more : str
        What only this report needs.
    """
    return Section(
        (
            heading("How to read this report"),
            bullets(
                (
                    "Energy is the difference of a meter's counter over 15-minute intervals, in primary values: CT and "
                    "PT ratios are those valid at the time.",
                    "Demand is the mean power of one complete 15-minute interval, or of a block of a meter that is "
                    "read less often, up to an hour; estimates count as no peak.",
                    "Load factor is the mean of the known blocks divided by the greatest of them; mean "
                    "load by registers is the energy divided by the hours that the registers span, gaps included.",
                    "Across a gap, energy is exactly the difference of the counter; only its distribution over time is "
                    "estimated. What is not known is shown as – and never as 0.",
                    "Numbers are rounded as far as the meters' error allows: each stops at the second digit of its "
                    "expanded uncertainty (k = 2), by the classes of meter, CT and PT at their load over the period, "
                    "usual ones where none is stated; a loss by the uncertainty of its balance. Sums are made of full "
                    "values, so rounded parts can add up to slightly more or less. The Excel file has the full values.",
                    *more,
                    "The tree is that of the end of the period: meters that were deleted or moved since are where they "
                    "were then.",
                    f"Days and hours are those of {about.zone.key}.",
                    "The same numbers are given by the dashboard, by REST and in Python for the same meter and period.",
                )
            ),
        )
    )
