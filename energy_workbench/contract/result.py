"""Base of all answers: a value, its payload, a frame, and how Jupyter shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, cast

from markupsafe import Markup
from typing_extensions import TypeVar

from energy_workbench.contract.text_table import Shown, cell, text_table
from energy_workbench.domain.time.instant_columns import TIMES

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20
"""Rows that a notebook shows of a table, half from either end."""

RENAMED = {"start": "from", "end": "to"}
"""Attribute → key of the payload, where a key is a word of Python."""


Record = TypeVar("Record", bound=Mapping[str, Any])
"""What a row of a frame is."""
Row = TypeVar("Row", bound=Mapping[str, Any])
Flat = TypeVar("Flat", bound=Mapping[str, Any], default=Row)
"""A row of the frame of an answer with rows: one of them, where nothing else is said."""


class Result(Generic[Record]):
    """An answer, immutable.

    `to_dict()` is the REST payload and `from_dict()` its inverse, so an answer over the service is
    the very same as one from the files.
    """

    keys: ClassVar[Mapping[str, str]] = RENAMED
    sometimes: ClassVar[frozenset[str]] = frozenset()
    """Attributes that a payload has only where they are not None."""

    def to_dict(self) -> dict[str, Any]:
        """The REST payload: plain lists, numbers and text."""
        payload = {}
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if value is None and item.name in self.sometimes:
                continue
            if isinstance(value, Result):
                value = value.to_dict()
            payload[self.keys.get(item.name, item.name)] = list(value) if isinstance(value, tuple) else value
        if not payload.get("note", True):
            del payload["note"]
        return payload

    @classmethod
    def from_dict(cls, payload: Mapping[str, Any]) -> Self:
        """The answer that a payload stands for; keys it does not know are left aside."""
        values = {}
        for item in fields(cls):  # type: ignore[arg-type]
            key = cls.keys.get(item.name, item.name)
            if key in payload:
                value = payload[key]
                values[item.name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)

    def records(self) -> Sequence[Record]:
        """One flat mapping a row of the frame."""
        raise NotImplementedError

    def to_frame(self, *, index: bool = False) -> pd.DataFrame:
        """As a pandas frame: the column names of REST, instants in the site's zone.

        Parameters
        ----------
        index : bool
            The column of instants that comes first becomes the index, as `resample` and `loc["2026-10-05"]` want it.

        Raises
        ------
        TypeError
            If an index is asked for and the rows are not those of times.
        """
        import pandas as pd

        frame = pd.DataFrame(self.records(), columns=self._columns())
        for name in frame.columns:
            if name in TIMES:
                instants = pd.to_datetime(frame[name], utc=True, format="ISO8601")
                frame[name] = instants.dt.tz_convert(getattr(self, "timezone", None) or "UTC")
            elif frame[name].isna().any() and all(v is None or type(v) in (int, float) for v in frame[name]):
                frame[name] = frame[name].astype("float64")
        if not index:
            return frame
        if frame.columns.empty or frame.columns[0] not in TIMES:
            raise TypeError(f"the rows of {type(self).__name__} are not those of times: use to_frame()")
        return frame.set_index(frame.columns[0])

    def figure(self) -> Any:
        """The figure that shows it.

        Raises
        ------
        TypeError
            If this kind of answer has none.
        """
        if type(self) not in DRAWN:
            for load in LOADERS:
                load()
        draw = DRAWN.get(type(self))
        if draw is None:
            raise TypeError(f"a {type(self).__name__} has no figure: use to_frame()")
        return draw(self.to_dict())

    def _columns(self) -> list[str] | None:
        return None

    def __repr__(self) -> str:
        """What it is, and its rows as a table of text, as wide as the terminal."""
        return text_table("\n".join(self._titles()), self._shown())

    def _repr_html_(self) -> Markup:
        shown = self._shown()
        lines = [
            Markup().join(Markup("<td>{}</td>").format(cell(row.get(name))) for name in shown.names)
            for row in shown.rows
        ]
        if shown.left_out:
            more = Markup('<td colspan="{}">… {} more …</td>').format(len(shown.names), shown.left_out)
            lines.insert(len(shown.head), more)
        head = Markup().join(Markup("<th>{}</th>").format(name) for name in shown.names)
        body = Markup().join(Markup("<tr>{}</tr>").format(line) for line in lines)
        return Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
            Markup("<br>").join(self._titles()), head, body
        )

    def _shown(self) -> Shown:
        records = self.records()
        names = self._columns() or list(records[0] if records else {})
        if len(records) <= SHOWN:
            return Shown(names, records)
        half = SHOWN // 2
        return Shown(names, records[:half], records[-half:], len(records) - SHOWN)

    def _titles(self) -> list[str]:
        """What it is, and why there is nothing in it."""
        return list(filter(None, [self._caption(), getattr(self, "note", "")]))

    def _caption(self) -> str:
        return type(self).__name__


DRAWN: dict[type[Result[Any]], Callable[[dict[str, Any]], Any]] = {}
"""How answers are drawn; the layer that knows the figures fills it."""
LOADERS: list[Callable[[], None]] = []
"""What fills it, called when a figure is asked for: most answers are never drawn, and figures take time to import."""


@dataclass(frozen=True, kw_only=True, repr=False)
class OfPeriod:
    """An answer about a period; `note` says that it lies in the future, and a payload has it only then."""

    note: str = ""


class Table(Result[Flat], Generic[Row, Flat]):
    """An answer with rows, usable as the frame it stands for: `len`, `["column"]`, `.query(…)`, …"""

    rows: tuple[Row, ...]

    def records(self) -> Sequence[Flat]:
        return cast("tuple[Flat, ...]", self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, column: Any) -> Any:
        return self.to_frame()[column]

    def __getattr__(self, name: str) -> Any:
        # Only reached for names that are no attribute of the answer. Private names are asked for by
        # Jupyter, copy and pickle: those must fail fast and without pandas.
        if name.startswith("_") or name in {item.name for item in fields(self)}:  # type: ignore[arg-type]
            raise AttributeError(name)
        return getattr(self.to_frame(), name)
