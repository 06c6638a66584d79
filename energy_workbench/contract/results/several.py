"""Answers to one question that was asked of several meters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from markupsafe import Markup

from energy_workbench.contract.result import Result
from energy_workbench.contract.rows.payload import JsonObject

if TYPE_CHECKING:
    import pandas as pd

Answer = TypeVar("Answer", bound=Result[Any], covariant=True)


class Several(Mapping[str, Answer], Generic[Answer]):
    """Answers of several meters, by their numbers, in the order in which they were asked.

    A mapping: `found["UNIT-A"]` is the answer of one, and so on for `items()`, `values()`, `len`. `to_frame()` has the
    rows of all, each with the number of its meter before it.
    """

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = dict(answers)

    def __getitem__(self, number: str) -> Answer:
        return self._answers[number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def to_dict(self) -> dict[str, JsonObject]:
        """The REST payload of each."""
        return {number: answer.to_dict() for number, answer in self.items()}

    def to_frame(self, *, index: bool = False) -> pd.DataFrame:
        """The rows of all as a pandas frame; the first column is the number of the meter that was asked.

        It is called `number`, or `asked` where the rows have numbers of their own.

        Parameters
        ----------
        index : bool
            That number and the instant become the index.

        Raises
        ------
        TypeError
            If an index is asked for and the rows are not those of times.
        """
        import pandas as pd

        frames = {number: answer.to_frame(index=index) for number, answer in self.items()}
        name = "asked" if any("number" in frame.columns for frame in frames.values()) else "number"
        frame = pd.concat(frames, names=[name])
        return frame if index else frame.reset_index(level=0).reset_index(drop=True)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.values()))

    def _repr_html_(self) -> Markup:
        return Markup().join(answer._repr_html_() for answer in self.values())
