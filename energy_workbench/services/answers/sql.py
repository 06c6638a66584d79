"""Users' SQL over the readings, intervals and meters of a home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energy_workbench.contract.readings import ReadingsContract
from energy_workbench.domain.fields.query_parameters import Parameters, as_json
from energy_workbench.services.answers.meters import MeterAnswers
from energy_workbench.services.rows.meters import meter_view

if TYPE_CHECKING:
    import threading

    import pandas as pd
    import pyarrow as pa


class SqlAnswers(MeterAnswers, ReadingsContract):
    """One SELECT, in three forms."""

    def sql(self, text: str, parameters: Parameters | None = None, *, max_rows: int = 100_000) -> pd.DataFrame:
        return self.sql_table(text, parameters, max_rows=max_rows).to_pandas()

    def sql_table(self, text: str, parameters: Parameters | None = None, *, max_rows: int = 100_000) -> pa.Table:
        """As `sql`, as an Arrow table."""
        bound, meters = as_json(parameters), meter_view(self.meters().rows)
        return self.reader.sql(text, meters, max_rows, parameters=bound)

    def sql_json(
        self, text: str, parameters: Parameters | None, *, max_rows: int, stop: threading.Event | None = None
    ) -> bytes:
        """As `sql`, as the service gives it: JSON with `columns`, `types` and `rows`; ended when `stop` is set."""
        bound, meters = as_json(parameters), meter_view(self.meters().rows)
        return self.reader.sql_json(text, meters, max_rows, stop, parameters=bound)
